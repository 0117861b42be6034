"""Any database that SQLAlchemy has a dialect for."""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.types as pt

from anaplan_frames.cli.databases.sql_database import (
    Database,
    DatabaseError,
    IfExists,
    Insert,
    split_name,
)
from anaplan_frames.errors import MissingExtra

# Databases that undo CREATE and DROP TABLE with the transaction that they are in.
_UNDO_TABLES = frozenset({"sqlite", "postgresql", "mssql"})


class SqlAlchemy(Database):
    """A database by the URL that SQLAlchemy takes.

    Parameters
    ----------
    url : str
    label : str
        The database in words.
    """

    def __init__(self, url: str, label: str) -> None:
        try:
            import sqlalchemy
        except ImportError:
            raise MissingExtra("Copying to and from databases", "sql") from None
        super().__init__(label)
        self._sql = sqlalchemy
        with self._explained():
            self._engine = sqlalchemy.create_engine(url)
        if self._engine.dialect.name == "sqlite":
            _begin_transactions(self._engine)

    def read(
        self, query: str, parameters: Mapping[str, str], batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a query."""
        with self._explained(), self._engine.connect() as connection:
            streaming = connection.execution_options(stream_results=True, yield_per=batch_rows)
            # Without a type of their own, values take the one that the database needs.
            given = [
                self._sql.bindparam(name, value, type_=self._sql.types.NullType())
                for name, value in parameters.items()
            ]
            result = streaming.execute(self._sql.text(query).bindparams(*given))
            if not result.returns_rows:
                raise self.refuse_statement()
            names = list(result.keys())
            yield pa.RecordBatch.from_pydict({name: pa.nulls(0) for name in names})
            for rows in result.partitions(batch_rows):
                columns = [_array(column) for column in zip(*rows, strict=True)]
                yield pa.RecordBatch.from_arrays(columns, names)

    @contextmanager
    def loading(self, table: str, schema: pa.Schema, if_exists: IfExists) -> Iterator[Insert]:
        """Open a transaction."""
        db_schema, name = split_name(table)
        dialect = self._engine.dialect.name
        with self._explained(), self._engine.begin() as connection:
            exists = self._sql.inspect(connection).has_table(name, schema=db_schema)
            if exists and if_exists == "fail":
                raise self.refuse_existing(table)
            if exists and if_exists == "replace" and dialect not in _UNDO_TABLES:
                raise DatabaseError(
                    f"{dialect} cannot make a table again in a transaction. Use --if-exists "
                    "truncate, which keeps the table and replaces its rows."
                )
            target = self._table(name, db_schema, schema)
            if exists and if_exists == "replace":
                target.drop(connection)
            if not exists or if_exists == "replace":
                target.create(connection)
            elif if_exists == "truncate":
                connection.execute(target.delete())
            statement = target.insert()

            def insert(batch: pa.RecordBatch) -> None:
                if batch.num_rows:
                    connection.execute(statement, batch.to_pylist())

            yield insert

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _table(self, name: str, db_schema: str | None, schema: pa.Schema) -> Any:
        columns = [self._sql.Column(field.name, self._type(field.type)) for field in schema]
        return self._sql.Table(name, self._sql.MetaData(), *columns, schema=db_schema)

    def _type(self, kind: pa.DataType) -> Any:
        """Return the type of a column that is made."""
        if pt.is_boolean(kind):
            return self._sql.Boolean()
        if pt.is_integer(kind):
            return self._sql.BigInteger()
        if pt.is_floating(kind):
            return self._sql.Double()
        if pt.is_decimal(kind):
            return self._sql.Numeric(kind.precision, kind.scale)
        if pt.is_date(kind):
            return self._sql.Date()
        if pt.is_timestamp(kind):
            return self._sql.DateTime()
        return self._sql.Text()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except self._sql.exc.DBAPIError as error:
            raise DatabaseError(f"{self.label}: {error.orig}") from None
        except self._sql.exc.SQLAlchemyError as error:
            raise DatabaseError(f"{self.label}: {error}") from None
        except ImportError as error:
            raise DatabaseError(
                f"{self.label}: the driver is not installed ({error.name}). Install it with pip."
            ) from None


def _begin_transactions(engine: Any) -> None:
    """Have SQLite begin a transaction before a CREATE or DROP TABLE, too, which Python does not."""
    from sqlalchemy import event

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")


def _array(values: Sequence[Any]) -> pa.Array:
    """Return a column of values; those that have no type in common are texts."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _text(value: Any) -> str:
    return format(value, "f") if isinstance(value, decimal.Decimal) else str(value)
