"""The items and values of a model that tests share, put back for each test."""

from __future__ import annotations

from anaplan_frames.sandbox.planning.sandbox_model import Model


class KeptRows:
    """The rows that lists and modules have now; to build a model again takes much longer."""

    def __init__(self, model: Model) -> None:
        self.model = model
        with model.store.reading() as con:
            found = con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
                " AND NOT temporary AND regexp_matches(table_name, '^(known_lists|list_|cells_)')"
            ).fetchall()
            self._rows = {
                name: con.execute(f"SELECT * FROM {name}").fetchall() for (name,) in found
            }

    def put_back(self) -> Model:
        """Give the tables their rows again, and return the model."""
        with self.model.store.transaction() as con:
            for name, rows in self._rows.items():
                con.execute(f"DELETE FROM {name}")
                if rows:
                    places = ", ".join("?" * len(rows[0]))
                    values = [value for row in rows for value in row]
                    con.execute(
                        f"INSERT INTO {name} VALUES {', '.join([f'({places})'] * len(rows))}",
                        values,
                    )
        return self.model
