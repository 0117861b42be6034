"""Tables of Anaplan in SQL of DuckDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Unpack

from anaplan_frames.errors import MissingExtra
from anaplan_frames.integrations.table_scans import ScanOptions, TableScan, open_table
from anaplan_frames.model import Model
from anaplan_frames.resources.protocols import Readable

if TYPE_CHECKING:
    import duckdb

__all__ = ["register_anaplan"]


def register_anaplan(
    connection: duckdb.DuckDBPyConnection,
    sources: Mapping[str, str | Readable],
    model: Model | str | None = None,
    *,
    run: bool = True,
    **options: Unpack[ScanOptions],
) -> None:
    """Register tables of Anaplan, so that SQL can name them.

    A table is read when a query needs it, and again for each time that a query names it, in memory
    that does not grow. For many queries, copy it first:
    ``CREATE TABLE copy AS SELECT * FROM flights``.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    sources : dict of str to str or table
        ``{name in SQL: name, id or URL of a table, or the table itself}``.
    model : Model or str, optional
        As for `anaplan_frames.read_anaplan`.
    run : bool
        Run exports now, once. Queries read what they last wrote.
    **options
        For all of the tables, as for `anaplan_frames.read_arrow`: `columns`, `where`, `nrows`,
        `dtype`, `hierarchy`, `periods`, `totals` and `omit_empty`.

    Raises
    ------
    MissingExtra
        If DuckDB is not installed.
    TypeError
        If `sources` is not a dict, or `connection` is not a connection of DuckDB.
    AnaplanError
        As for `anaplan_frames.read_arrow`; then none of the tables is registered.

    Examples
    --------
    >>> con = duckdb.connect()  # doctest: +SKIP
    >>> register_anaplan(con, {"flights": "Flights export"}, model)  # doctest: +SKIP
    >>> con.sql("SELECT sum(Flights) FROM flights")  # doctest: +SKIP
    """
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("Reading tables with DuckDB", "duckdb") from None
    if not isinstance(connection, duckdb.DuckDBPyConnection):
        raise TypeError(
            "The connection of DuckDB comes first: register_anaplan(duckdb.connect(), "
            f"{{'flights': 'Flights export'}}, model), not {type(connection).__name__}."
        )
    if not isinstance(sources, Mapping):
        raise TypeError(
            "sources is a dict of names in SQL and tables, such as "
            f"{{'flights': 'Flights export'}}, not {type(sources).__name__}."
        )
    scans = {
        name: TableScan(open_table(source, model, None, run=run), options)
        for name, source in sources.items()
    }
    for name, scan in scans.items():
        connection.register(name, scan)
