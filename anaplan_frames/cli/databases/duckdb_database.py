"""DuckDB, by its own interface, which speaks Arrow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from anaplan_frames.cli.databases.sql_database import (
    Database,
    DatabaseError,
    IfExists,
    Insert,
    quoted,
    split_name,
)
from anaplan_frames.errors import MissingExtra

_ROWS = "anaplan_frames_rows"
_PARAMETER = re.compile(r"(?<![:\w]):([A-Za-z_]\w*)")


class DuckDb(Database):
    """A DuckDB file.

    Parameters
    ----------
    url : str
        ``duckdb:///path`` or ``duckdb:////absolute/path``.
    """

    def __init__(self, url: str) -> None:
        try:
            import duckdb
        except ImportError:
            raise MissingExtra("Copying to and from DuckDB", "sql") from None
        path = unquote(urlsplit(url).path).removeprefix("/") or ":memory:"
        super().__init__(f"DuckDB {path}")
        self._errors = (duckdb.Error, RuntimeError)
        with self._explained():
            self._connection: Any = duckdb.connect(path)

    def read(
        self, query: str, parameters: Mapping[str, str], batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a query; what it changes is undone."""
        given = dict(parameters) if parameters else None
        text = _PARAMETER.sub(r"$\1", query) if given else query
        with self._explained():
            if not all(_returns_rows(each) for each in self._connection.extract_statements(text)):
                raise self.refuse_statement()
            self._connection.begin()
            try:
                reader = self._connection.sql(text, params=given).to_arrow_reader(batch_rows)
                yield pa.RecordBatch.from_pylist([], schema=reader.schema)
                yield from reader
            finally:
                self._connection.rollback()

    @contextmanager
    def loading(self, table: str, schema: pa.Schema, if_exists: IfExists) -> Iterator[Insert]:
        """Open a transaction."""
        run = self._connection.execute
        name = quoted(*split_name(table))
        columns = ", ".join(quoted(column) for column in schema.names)

        def insert(batch: pa.RecordBatch) -> None:
            with self._explained():
                self._connection.register(_ROWS, pa.Table.from_batches([batch]))
                run(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {_ROWS}")

        with self._explained():
            exists = self._exists(table)
            if exists and if_exists == "fail":
                raise self.refuse_existing(table)
            run("BEGIN")
        try:
            with self._explained():
                if exists and if_exists == "replace":
                    run(f"DROP TABLE {name}")
                if not exists or if_exists == "replace":
                    self._connection.register(_ROWS, schema.empty_table())
                    run(f"CREATE TABLE {name} AS SELECT * FROM {_ROWS}")
                if exists and if_exists == "truncate":
                    run(f"DELETE FROM {name}")
            yield insert
            with self._explained():
                run("COMMIT")
        except BaseException:
            self._connection.rollback()
            raise

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _exists(self, table: str) -> bool:
        schema, name = split_name(table)
        found = self._connection.execute(
            "SELECT count(*) FROM information_schema.tables "
            "WHERE lower(table_name) = lower($name) "
            "AND lower(table_schema) = lower(coalesce($schema, current_schema()))",
            {"name": name, "schema": schema},
        ).fetchone()
        return bool(found[0])

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            raise DatabaseError(f"{self.label}: {error}") from None


def _returns_rows(statement: Any) -> bool:
    return statement.type.name in {"SELECT", "CALL", "EXPLAIN", "PRAGMA", "EXECUTE"}
