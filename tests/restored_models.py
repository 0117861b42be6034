"""Models of a sandbox that many tests share: each test finds them as they were built."""

from __future__ import annotations

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.store.cell_tables import cells_of
from anaplan_frames.sandbox.planning.store.list_tables import table_of
from anaplan_frames.sandbox.planning.store.row_blocks import count


class RestoredModel:
    """The items and cells of a model, as they are when this is made.

    To build a model takes about ten times as long as to restore it.
    """

    def __init__(self, model: Model) -> None:
        self._store = model.store
        tables = [table_of(lst) for lst in model.lists.values()]
        tables += [cells_of(table) for table in model.tables]
        self._rows: dict[str, int] = {}
        with self._store.transaction() as con:
            for table in tables:
                con.execute(f"CREATE TABLE built_{table} AS FROM {table}")
                self._rows[table] = count(con, table)

    def restore(self) -> None:
        """Give the model its first items and cells; new items get other ids than earlier ones."""
        with self._store.transaction() as con:
            for table, rows in self._rows.items():
                con.execute(f"DELETE FROM {table}")
                if rows:
                    con.execute(f"INSERT INTO {table} FROM built_{table}")
