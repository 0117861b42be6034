"""Imports into a module: rows become cells, and rows of the same cell are combined.

Numbers of the same cell are added up; for other formats the last row is used. An empty text makes
the cell blank (0 or false if the format has no blank), but adds nothing to a number.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from anaplan_frames.sandbox.planning.action_outcome import Watch
from anaplan_frames.sandbox.planning.imports import row_faults
from anaplan_frames.sandbox.planning.imports.import_counts import Counts
from anaplan_frames.sandbox.planning.imports.import_plan import ImportPlan, ParameterError
from anaplan_frames.sandbox.planning.schema.definitions import Dimension, LineItem, ModuleDefinition
from anaplan_frames.sandbox.planning.schema.import_mapping import parameter_of
from anaplan_frames.sandbox.planning.store import cell_tables
from anaplan_frames.sandbox.planning.store.cell_merge import merge_arriving
from anaplan_frames.sandbox.planning.store.typed_columns import Reading, read_item, read_typed
from anaplan_frames.sandbox.planning.time.time_items import default_version


@dataclass(frozen=True, slots=True)
class _Columns:
    """How the columns of the import are read.

    Attributes
    ----------
    items : list of Reading
        One per dimension; without a column, it is a fixed item.
    leaves : list of str
        SQL conditions under which the items are not totals.
    values : list of (LineItem, Reading)
        The line items that can be written.
    """

    items: list[Reading]
    leaves: list[str]
    values: list[tuple[LineItem, Reading]]


def load(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition, plan: ImportPlan, watch: Watch
) -> Counts:
    """Load the rows of `staged` into the module."""
    watch.step("Looking up the items", 0.42)
    columns = _readings(con, module, plan)
    watch.step("Checking the rows", 0.5)
    _resolve(con, columns)
    if _has_faults(con):
        if _found_same_keys(con, columns):
            _resolve(con, columns)
        _note_faults(con, columns)
    watch.step("Writing the cells", 0.7)
    if columns.values:
        _merge(con, module, [item for item, _ in columns.values])
    watch.step("Finishing", 0.95)
    total, written = _count(con)
    failed = row_faults.failed_rows(con)
    written = written if columns.values else 0
    ignored = total - failed - written
    return Counts(total, updated=written, ignored=ignored, failed=failed)


def _readings(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition, plan: ImportPlan
) -> _Columns:
    columns = _Columns([], [], [])
    for dimension in module.dimensions:
        column = plan.columns.get(dimension.name)
        if column is None:
            fixed = _fixed_item(con, dimension, plan)
            columns.items.append(Reading(f"{fixed}::BIGINT", "false", "", "''"))
            continue
        reading = read_item(
            con,
            column,
            plan.header(column),
            cell_tables.members(dimension),
            plan.match_by.get(dimension.name, "either"),
            is_time=dimension.kind == "time",
            source={"time": "the calendar", "versions": "versions"}.get(
                dimension.kind, f"list {dimension.name}"
            ),
        )
        columns.items.append(reading)
        columns.leaves.append(f"keys_{column}.leaf")
    for item in module.line_items:
        column = plan.columns.get(item.name)
        if column is not None and item.formula is None:
            reading = read_typed(con, column, plan.header(column), item.format, plan.decimal)
            columns.values.append((item, reading))
    return columns


def _fixed_item(con: duckdb.DuckDBPyConnection, dimension: Dimension, plan: ImportPlan) -> int:
    """Return the item of a dimension that has no column."""
    asked = parameter_of(dimension, plan.parameters)
    if asked is None:
        return default_version(con)
    name = plan.parameters[asked]
    found = cell_tables.member_id(con, dimension, name)
    if found is None:
        raise ParameterError(
            f"{name!r} is not an item of {dimension.name}, for which the import asks."
        )
    return found


def _resolve(con: duckdb.DuckDBPyConnection, columns: _Columns) -> None:
    """Create `resolved`: item ids and values per row, and whether it is good and a leaf."""
    readings = [*columns.items, *(reading for _, reading in columns.values)]
    selected = [f"{reading.value} AS d{number}" for number, reading in enumerate(columns.items)]
    selected += [
        f"{reading.value} AS n{number}" for number, (_, reading) in enumerate(columns.values)
    ]
    good = " AND ".join(f"NOT ({reading.fault})" for reading in readings) or "true"
    leaf = " AND ".join(columns.leaves) or "true"
    joins = "".join(dict.fromkeys(reading.join for reading in readings))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE resolved AS SELECT s.line, {good} AS good,"
        f" {leaf} AS leaf, {', '.join(selected)} FROM staged s{joins}"
    )


def _has_faults(con: duckdb.DuckDBPyConnection) -> bool:
    return con.execute("SELECT 1 FROM resolved WHERE NOT good LIMIT 1").fetchone() is not None


def _found_same_keys(con: duckdb.DuckDBPyConnection, columns: _Columns) -> bool:
    """Look for items of the same key if no key is equal; return whether any was found."""
    searches = [item.search for item in columns.items if item.search]
    found = [search.find_same(con) for search in searches]  # all of them, not until the first
    return any(found)


def _note_faults(con: duckdb.DuckDBPyConnection, columns: _Columns) -> None:
    """Add all faults of the rows that are not good."""
    readings = [*columns.items, *(reading for _, reading in columns.values)]
    for seq, reading in enumerate(readings):
        if reading.fault != "false":
            rows = f"staged s{reading.join} WHERE {reading.fault}"
            row_faults.add(con, rows, reading.fault_type, reading.message, seq)


def _merge(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition, written: list[LineItem]
) -> None:
    """Combine the good rows by cell and write them over the stored cells."""
    keys = cell_tables.dimension_columns(module)
    combined = [
        f"{_combined(item, f'n{number}')} AS {cell_tables.value_column(module, item)}"
        for number, item in enumerate(written)
    ]
    group = f" GROUP BY {', '.join(keys)}" if keys else " HAVING count(*) > 0"
    con.execute(
        f"CREATE TEMP TABLE arriving AS SELECT {', '.join([*keys, *combined])} FROM resolved"
        f" WHERE good AND leaf{group}"
    )
    columns = [cell_tables.value_column(module, item) for item in written]
    merge_arriving(con, module, {column: f"new.{column}" for column in columns})


def _combined(item: LineItem, column: str) -> str:
    if item.format.type == "NUMBER":
        return f"sum({column})"
    return f"arg_max({{'value': {column}}}, line).value"


def _count(con: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Return the number of rows in the file, and of rows that were written."""
    row = con.execute(
        "SELECT (SELECT count(*) FROM malformed) + count(*), count(*) FILTER (good AND leaf)"
        " FROM resolved"
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
