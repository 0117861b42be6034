"""What `copy` needs of a database, whatever its driver."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Literal, TypeAlias

import click
import pyarrow as pa

IfExists: TypeAlias = Literal["fail", "append", "replace", "truncate"]
Insert: TypeAlias = Callable[[pa.RecordBatch], None]


class DatabaseError(click.ClickException):
    """A database does not do what was asked for; nothing in it has changed."""


class Database(ABC):
    """A database that is open.

    Parameters
    ----------
    label : str
        The database in words, without a password.
    """

    def __init__(self, label: str) -> None:
        self.label = label

    @abstractmethod
    def read(
        self, query: str, parameters: Mapping[str, str], batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a query; the first batch may be empty, and shows the columns.

        What the query changes in the database is undone.

        Parameters
        ----------
        query : str
            With ``:name`` for each parameter.
        parameters : mapping of str to str
        batch_rows : int
            How many rows of a result are in memory at a time, at most.

        Raises
        ------
        DatabaseError
            If the database refuses it.
        """

    @abstractmethod
    def loading(
        self, table: str, schema: pa.Schema, if_exists: IfExists
    ) -> AbstractContextManager[Insert]:
        """Open a transaction that ends when the context is left, and is undone by an error.

        Parameters
        ----------
        table : str
            Its name, perhaps after that of its schema and a full stop.
        schema : pyarrow.Schema
            Of the rows; a table that does not exist is made with these columns.
        if_exists : {"fail", "append", "replace", "truncate"}
            What to do if the table exists: refuse, add rows, make it again, or empty it first.

        Returns
        -------
        context manager
            Gives what inserts a batch.

        Raises
        ------
        DatabaseError
            If the database refuses it, or the table exists and that is not allowed.
        """

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    def refuse_existing(self, table: str) -> DatabaseError:
        """Return the error for a table that exists though it should not."""
        return DatabaseError(
            f"Table {table!r} exists in {self.label}. Say what to do with --if-exists: append, "
            "replace or truncate."
        )

    def refuse_statement(self) -> DatabaseError:
        """Return the error for a statement that does not return rows."""
        return DatabaseError(
            f"{self.label}: the statement of --query returns no rows. Give a SELECT."
        )


def split_name(table: str) -> tuple[str | None, str]:
    """Return schema and name of a table."""
    schema, _, name = table.rpartition(".")
    return schema or None, name


def quoted(*names: str | None) -> str:
    """Return names as SQL writes them, joined by full stops."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names if name is not None)
