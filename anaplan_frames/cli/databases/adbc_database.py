"""PostgreSQL by ADBC, which sends and receives Arrow in PostgreSQL's binary form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from anaplan_frames.cli.databases.sql_database import (
    Database,
    DatabaseError,
    IfExists,
    Insert,
    quoted,
    split_name,
)

_STAGE = "anaplan_frames_rows"
_BATCH_SIZE = "adbc.postgresql.batch_size_hint_bytes"
_BYTES_PER_ROW = 200  # a guess, as the driver counts bytes
_TYPES = (
    "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a "
    "WHERE a.attrelid = '{}'::regclass AND a.attnum > 0 AND NOT a.attisdropped"
)


class AdbcPostgres(Database):
    """A PostgreSQL database.

    Parameters
    ----------
    url : str
        As PostgreSQL's own tools take it.
    label : str
        The database in words.
    """

    def __init__(self, url: str, label: str) -> None:
        from adbc_driver_manager import Error
        from adbc_driver_postgresql import dbapi

        super().__init__(label)
        self._error = Error
        with self._explained():
            self._connection: Any = dbapi.connect(url)

    def read(
        self, query: str, parameters: Mapping[str, str], batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a query; a numeric column comes as texts with all its digits."""
        with self._explained(), self._connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{_BATCH_SIZE: batch_rows * _BYTES_PER_ROW})
            # A backslash in a text must not be able to end it.
            cursor.execute("SET LOCAL standard_conforming_strings = on")
            cursor.execute(_with_values(query, parameters))
            reader = cursor.fetch_record_batch()
            schema = pa.schema([_plain_field(each) for each in reader.schema])
            if not schema.names:
                raise self.refuse_statement()
            yield pa.RecordBatch.from_pylist([], schema=schema)
            for batch in reader:
                columns = [_storage(column) for column in batch.columns]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)

    @contextmanager
    def loading(self, table: str, schema: pa.Schema, if_exists: IfExists) -> Iterator[Insert]:
        """Open a transaction; rows for a table that exists take the types that it has."""
        db_schema, name = split_name(table)
        full = quoted(db_schema, name)
        with self._connection.cursor() as cursor:
            try:
                with self._explained():
                    exists = self._exists(cursor, full)
                    if exists and if_exists == "fail":
                        raise self.refuse_existing(table)
                    if exists and if_exists == "replace":
                        cursor.execute(f"DROP TABLE {full}")
                        exists = False
                    elif exists and if_exists == "truncate":
                        cursor.execute(f"DELETE FROM {full}")
                    where: dict[str, Any] = {"table_name": name, "db_schema_name": db_schema}
                    if exists:
                        where = {"table_name": _STAGE, "temporary": True}
                    cursor.adbc_ingest(data=schema.empty_table(), mode="create", **where)

                def insert(batch: pa.RecordBatch) -> None:
                    with self._explained():
                        cursor.adbc_ingest(data=batch, mode="append", **where)

                yield insert
                with self._explained():
                    if exists:
                        self._take_over(cursor, full, schema)
                    self._connection.commit()
            except BaseException:
                self._connection.rollback()
                raise

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _take_over(self, cursor: Any, table: str, schema: pa.Schema) -> None:
        """Move the rows into the table, each column in the type that it has there."""
        cursor.execute(_TYPES.format(table.replace("'", "''")))
        types = dict(cursor.fetchall())
        unknown = [name for name in schema.names if name not in types]
        if unknown:
            raise DatabaseError(
                f"{self.label}: table {table} has no column {unknown[0]!r}. "
                f"Columns are: {', '.join(types)}."
            )
        columns = ", ".join(quoted(name) for name in schema.names)
        values = ", ".join(f"CAST({quoted(name)} AS {types[name]})" for name in schema.names)
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM {quoted(_STAGE)}")
        cursor.execute(f"DROP TABLE {quoted(_STAGE)}")

    def _exists(self, cursor: Any, table: str) -> bool:
        cursor.execute(f"SELECT to_regclass('{table.replace(chr(39), chr(39) * 2)}') IS NOT NULL")
        return bool(cursor.fetchone()[0])

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except self._error as error:
            raise DatabaseError(f"{self.label}: {str(error).strip()}") from None


def _with_values(query: str, parameters: Mapping[str, str]) -> str:
    """Return a query with its parameters as literals, which take the type that is needed."""
    if not parameters:
        return query
    from sqlalchemy import String, bindparam, text
    from sqlalchemy.dialects import postgresql

    given = [bindparam(name, value, type_=String()) for name, value in parameters.items()]
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
    compiled = text(query).bindparams(*given)
    return str(compiled.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _plain_field(field: pa.Field) -> pa.Field:
    kind = field.type
    return field.with_type(kind.storage_type) if isinstance(kind, pa.BaseExtensionType) else field


def _storage(column: pa.Array) -> pa.Array:
    return column.storage if isinstance(column.type, pa.BaseExtensionType) else column
