"""SQL over tables of Anaplan, in a database of its own that reaches nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

import duckdb
import pyarrow as pa

from anaplan_frames.cancellation import begin_request, finish_request
from anaplan_frames.deadline import check_time, remaining_seconds
from anaplan_frames.errors import DataError, TransferTimeout
from anaplan_frames.model import Model
from anaplan_frames.reading import read_arrow

# In memory, and closed to files, the network, extensions and the variables of this process.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "memory_limit": "1GB",
    "temp_directory": "",
    "threads": 2,
}
_LONGEST_MESSAGE = 500
_PAUSE = 0.05  # seconds between two interrupts


def one_select(sql: str) -> str:
    """Return a statement if it is one SELECT; nothing is run.

    Raises
    ------
    DataError
        If it is wrong, or something else.
    """
    with closing(_database()) as database, _errors():
        statements = database.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise DataError(
            "sql must be one SELECT, such as SELECT count(*) FROM flights. It only reads the "
            "tables that are named in tables."
        )
    return statements[0].query


def run_query(
    model: Model, tables: Mapping[str, str], select: str, *, most_rows: int
) -> tuple[pa.Table, dict[str, int]]:
    """Read tables of a model, and answer one SELECT over them.

    Parameters
    ----------
    model : Model
    tables : mapping of str to str
        ``{name in SQL: name or id of a list, module, view, export or file}``. Exports are not run.
    select : str
        From `one_select`.
    most_rows : int
        How many rows to return at most.

    Returns
    -------
    (pyarrow.Table, dict of str to int)
        The rows, and how many were read of each table.

    Raises
    ------
    DataError
        If the SQL is wrong, or the tables are too large.
    TransferTimeout
        If the time is over.
    """
    with closing(_database()) as database:
        rows = {name: _load(database, model, name, source) for name, source in tables.items()}
        database.execute("SET lock_configuration = true")
        # A SELECT may hold a DELETE in its WITH clause.
        database.execute("BEGIN TRANSACTION READ ONLY")
        with _errors(), _interruptible(database):
            return database.sql(select).limit(most_rows).to_arrow_table(), rows


def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config=_CONFIG)


def _load(database: duckdb.DuckDBPyConnection, model: Model, name: str, source: str) -> int:
    """Read a table into the database, block by block; return its number of rows."""
    quoted = '"' + name.replace('"', '""') + '"'
    rows = 0
    with read_arrow(source, model, run=False, progress=False) as reader:
        _insert(database, f"CREATE TABLE {quoted} AS", reader.schema.empty_table(), source)
        for batch in reader:
            rows += batch.num_rows
            _insert(database, f"INSERT INTO {quoted}", pa.Table.from_batches([batch]), source)
    return rows


def _insert(
    database: duckdb.DuckDBPyConnection, beginning: str, rows: pa.Table, source: str
) -> None:
    """Add rows to a table; the name that they have meanwhile cannot be one of a table."""
    database.register("\n", rows)
    try:
        database.execute(f'{beginning} SELECT * FROM "\n"')
    except duckdb.Error as error:
        raise DataError(
            f"{source!r} cannot be queried by SQL: {_sentence(error)} If it is too large, read "
            "some of its rows with read_table and where."
        ) from None
    finally:
        database.unregister("\n")


@contextmanager
def _errors() -> Iterator[None]:
    """Raise what DuckDB says about the SQL as an error of this library."""
    try:
        yield
    except duckdb.InterruptException:
        check_time("Answering the SQL")
        raise TransferTimeout(
            "The SQL was interrupted before it had an answer. Ask for less, or give it more time."
        ) from None
    except duckdb.Error as error:
        raise DataError(f"DuckDB cannot answer this SQL: {_sentence(error)}") from None


def _sentence(error: duckdb.Error) -> str:
    text = str(error).strip()
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}..."


@contextmanager
def _interruptible(database: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """End a query when the time is over, or the call is given up."""
    over, ended = threading.Event(), threading.Event()

    def watch() -> None:
        over.wait(remaining)
        # Again and again: DuckDB forgets an interrupt that comes before the query has begun.
        while not ended.wait(_PAUSE):
            database.interrupt()

    remaining = remaining_seconds()
    watching = threading.Thread(target=watch, name="anaplan-query", daemon=True)
    watching.start()
    try:
        begin_request(over.set)
        yield
    finally:
        finish_request()
        ended.set()
        over.set()
        watching.join()  # before the database is closed
