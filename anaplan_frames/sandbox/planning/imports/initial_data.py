"""Initial items and cells, given as DataFrames when a list or module is built.

They are loaded like the rows of an import, by the same rules.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.sandbox.planning.action_outcome import Unwatched
from anaplan_frames.sandbox.planning.imports import list_import, module_import, row_faults
from anaplan_frames.sandbox.planning.imports.import_plan import ImportPlan
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition, ModuleDefinition
from anaplan_frames.sandbox.planning.schema.import_mapping import list_targets


def load_items(con: duckdb.DuckDBPyConnection, lst: ListDefinition, items: pd.DataFrame) -> None:
    """Load items like an import; raise ValueError if one is invalid."""
    targets = {target.casefold(): target for target in list_targets(lst)}
    headers = [str(column) for column in items.columns]
    if unknown := [header for header in headers if header.casefold() not in targets]:
        raise ValueError(
            f"The list {lst.name!r} does not accept a column {unknown[0]!r}; it accepts"
            f" {', '.join(targets.values())}."
        )
    columns = {targets[header.casefold()]: f"c{place}" for place, header in enumerate(headers)}
    if not columns.keys() & {"Name", "Code"}:
        raise ValueError(f"The items of list {lst.name!r} need a column Name or Code.")
    _stage(con, items)
    list_import.load(con, lst, ImportPlan(columns, tuple(headers)), Unwatched())
    _refuse_faults(con, "Item", f"list {lst.name!r}")


def load_cells(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition, cells: pd.DataFrame
) -> None:
    """Load cells like an import; raise ValueError if one is invalid or a total."""
    headers = [str(column) for column in cells.columns]
    writable = [
        item.name
        for item in module.line_items
        if item.formula is None and module.has_cells_of(item)
    ]
    dimensions = [dimension.name for dimension in module.dimensions]
    if unknown := [header for header in headers if header not in (*dimensions, *writable)]:
        raise ValueError(
            f"The module {module.name!r} does not accept a column {unknown[0]!r}; it accepts"
            f" {', '.join((*dimensions, *writable))}."
        )
    if missing := [name for name in dimensions if name not in headers]:
        raise ValueError(f"The cells of module {module.name!r} need a column {missing[0]!r}.")
    _stage(con, cells)
    columns = {header: f"c{place}" for place, header in enumerate(headers)}
    counts = module_import.load(con, module, ImportPlan(columns, tuple(headers)), Unwatched())
    _refuse_faults(con, "Row", f"the cells of module {module.name!r}")
    if counts.ignored:
        raise ValueError(
            f"{counts.ignored} rows of the cells of module {module.name!r} are totals. Leave "
            "them out."
        )


def _stage(con: duckdb.DuckDBPyConnection, given: pd.DataFrame) -> None:
    """Create `staged` with the rows as texts, counted from 1, like `row_staging` from a file."""
    texts = {f"c{place}": _texts(given.iloc[:, place]) for place in range(given.shape[1])}
    con.register("arrived", pa.table({"line": pa.array(range(1, len(given) + 1)), **texts}))
    con.execute("CREATE TEMP TABLE staged AS SELECT * FROM arrived")
    con.unregister("arrived")
    con.execute("CREATE TEMP TABLE malformed (line BIGINT, type VARCHAR, message VARCHAR)")
    row_faults.create_table(con)


def _refuse_faults(con: duckdb.DuckDBPyConnection, label: str, of: str) -> None:
    first = con.execute("SELECT line, message FROM faults ORDER BY line, seq").fetchone()
    if first:
        raise ValueError(f"{label} {first[0]} of {of} is invalid: {first[1]}")


def _texts(column: pd.Series) -> pa.Array | pa.ChunkedArray:
    """Return values as texts in the form of a file; missing ones are empty."""
    try:
        values = pa.Array.from_pandas(column)
        if pa.types.is_dictionary(values.type):
            values = values.cast(values.type.value_type)
        if pa.types.is_timestamp(values.type):
            values = values.cast(pa.date32())
        return pc.fill_null(values.cast(pa.string()), "")
    except pa.ArrowException:  # a column of Python objects of several types
        return pa.array([_text(value) for value in column], pa.string())


def _text(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)
