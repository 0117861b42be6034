"""The cells of a snapshot, loaded by the names of their items."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import parquet

from anaplan_frames.sandbox.clones.clone_report import CloneReport
from anaplan_frames.sandbox.clones.opened_snapshot import OpenedSnapshot
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import (
    Dimension,
    LineItem,
    ModuleDefinition,
)
from anaplan_frames.sandbox.planning.store import cell_tables
from anaplan_frames.sandbox.planning.store.sql_text import stored_type

_ROWS = 250_000  # at a time


def load_cells(model: Model, snapshot: OpenedSnapshot, report: CloneReport) -> None:
    """Load the cells of all modules and parts, and the totals that are not calculated."""
    for module in model.tables:
        if not any(map(module.has_cells_of, module.line_items)):
            continue
        piece = f"cells/{module.id}"
        path = snapshot.table(piece)
        if path is None:
            if snapshot.include == "all":
                why = f"Its cells: {snapshot.why_missing(piece)}"
                report.add("module", module.id, module.name, "not copied", why)
            continue
        lost = _load(model, module, path, totals=False)
        if lost:
            why = f"{lost:,} rows of cells: their items are not in the clone."
            report.add("module", module.id, module.name, "not copied", why)
        of_totals = snapshot.table(f"totals/{module.id}")
        if of_totals is not None and cell_tables.has_given_totals(module):
            _load(model, module, of_totals, totals=True)


def _load(model: Model, module: ModuleDefinition, path: Path, *, totals: bool) -> int:
    """Load a file of cells; return how many rows have an item that is not there."""
    file = parquet.ParquetFile(path)
    names = file.schema_arrow.names
    items = [
        item
        for item in module.line_items
        if item.id in names
        and module.has_cells_of(item)
        and (item.given != "none" if totals else not item.is_calculated)
    ]
    if not items or not all(each.id in names for each in module.dimensions):
        return 0
    columns = [*(each.id for each in module.dimensions), *(item.id for item in items)]
    read = loaded = 0
    with model.store.transaction() as con:
        for number, dimension in enumerate(module.dimensions):
            _create_keys(con, number, dimension, totals=totals)
        for number, item in enumerate(items):
            _create_values(con, number, item)
        for batch in file.iter_batches(_ROWS, columns=columns):
            arrived = pa.Table.from_batches([batch]).select(columns)
            con.register(
                "arrived", arrived.rename_columns([f"c{place}" for place in range(len(columns))])
            )
            row = con.execute(_insert(module, items, totals=totals)).fetchone()
            con.unregister("arrived")
            read += batch.num_rows
            loaded += int(row[0]) if row else 0
    return read - loaded


def _create_keys(
    con: duckdb.DuckDBPyConnection, number: int, dimension: Dimension, *, totals: bool
) -> None:
    """Create k0, k1, ...: name, id and leaf of the items of a dimension; for totals, all items."""
    only = "" if totals else " WHERE leaf"
    con.execute(
        f"CREATE TEMP TABLE k{number} AS SELECT name, min(id) AS id, any_value(leaf) AS leaf FROM"
        f" (SELECT coalesce(name, code) AS name, id, leaf FROM"
        f" ({cell_tables.members(dimension, as_shown=True)}){only}) GROUP BY name"
        " HAVING count(*) = 1"
    )


def _create_values(con: duckdb.DuckDBPyConnection, number: int, item: LineItem) -> None:
    """Create w0, w1, ...: name and id of the items that a line item has as values."""
    if item.format.type not in ("LIST", "TIME PERIOD"):
        return
    members = (
        cell_tables.list_members(item.format.list, as_shown=True)
        if item.format.list
        else cell_tables.TIME_MEMBERS
    )
    con.execute(
        f"CREATE TEMP TABLE w{number} AS SELECT coalesce(name, code) AS name, arg_min(id, ord) AS"
        f" id FROM ({members}) GROUP BY 1"
    )


def _insert(module: ModuleDefinition, items: list[LineItem], *, totals: bool) -> str:
    """Return the statement that writes the rows of `arrived`."""
    keys = cell_tables.dimension_columns(module)
    selected = [f"k{number}.id" for number in range(len(keys))]
    joins = "".join(f" JOIN k{n} ON k{n}.name = a.c{n}" for n in range(len(keys)))
    for number, item in enumerate(items):
        column = f"a.c{len(keys) + number}"
        if item.format.type in ("LIST", "TIME PERIOD"):
            selected.append(f"w{number}.id")
            joins += f" LEFT JOIN w{number} ON w{number}.name = {column}"
        else:
            empty = f"nullif({column}, '')" if item.format.type == "TEXT" else column
            selected.append(f"CAST({empty} AS {stored_type(item.format)})")
    targets = [*keys, *(cell_tables.value_column(module, item) for item in items)]
    table = cell_tables.totals_of(module) if totals else cell_tables.cells_of(module)
    only = " AND ".join(f"k{number}.leaf" for number in range(len(keys)))
    where = f" WHERE NOT ({only or 'true'})" if totals else ""
    return (
        f"INSERT INTO {table} ({', '.join(targets)}) SELECT {', '.join(selected)}"
        f" FROM arrived a{joins}{where}"
    )
