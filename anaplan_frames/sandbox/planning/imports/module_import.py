"""Imports into a module: rows become cells, and rows of the same cell are combined.

Numbers of the same cell are added up; for other formats the last row is used. An empty text makes
the cell blank (0 or false if the format has no blank), but adds nothing to a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import duckdb

from anaplan_frames.sandbox.planning.action_outcome import Watch
from anaplan_frames.sandbox.planning.imports import row_faults
from anaplan_frames.sandbox.planning.imports.across_columns import lengthened
from anaplan_frames.sandbox.planning.imports.import_access import check_fixed, write_guard
from anaplan_frames.sandbox.planning.imports.import_counts import Counts
from anaplan_frames.sandbox.planning.imports.import_plan import (
    ACROSS,
    CELL,
    ImportPlan,
    ParameterError,
)
from anaplan_frames.sandbox.planning.schema.definitions import (
    LINE_ITEMS,
    Dimension,
    LineItem,
    ModuleDefinition,
)
from anaplan_frames.sandbox.planning.schema.import_mapping import parameter_of
from anaplan_frames.sandbox.planning.schema.import_options import VALUE
from anaplan_frames.sandbox.planning.store import cell_tables
from anaplan_frames.sandbox.planning.store.cell_merge import merge_arriving
from anaplan_frames.sandbox.planning.store.item_access import readable_members
from anaplan_frames.sandbox.planning.store.sql_text import literal
from anaplan_frames.sandbox.planning.store.typed_columns import (
    Reading,
    message,
    read_item,
    read_period,
    read_typed,
)
from anaplan_frames.sandbox.planning.time.time_items import default_version


@dataclass(frozen=True, slots=True)
class _Value:
    """A line item that can be written, and how its values are read.

    Attributes
    ----------
    reading : Reading
        Of all rows, also those of other line items.
    rows : str
        SQL of the condition that a row is for this line item; empty if all rows are.
    """

    item: LineItem
    reading: Reading
    rows: str = ""

    @property
    def value(self) -> str:
        """SQL of the value, NULL in rows of other line items."""
        return (
            f"CASE WHEN {self.rows} THEN {self.reading.value} END"
            if self.rows
            else (self.reading.value)
        )

    @property
    def fault(self) -> str:
        """SQL of the condition under which a row is rejected."""
        if not self.rows or self.reading.fault == "false":
            return self.reading.fault
        return f"{self.rows} AND ({self.reading.fault})"


@dataclass(slots=True)
class _Columns:
    """How the columns of the import are read.

    Attributes
    ----------
    items : list of Reading
        One per dimension; without a column, it is a fixed item.
    fixed : dict of int to int
        The fixed items by the number of their dimension.
    leaves : list of str
        SQL conditions under which the items are not totals, and line items not calculated.
    line_items : Reading or None
        Of the column that names the line items.
    values : list of _Value
    guards : list of Reading
        What rejects rows of items that the user may not write.
    """

    items: list[Reading] = field(default_factory=list)
    fixed: dict[int, int] = field(default_factory=dict)
    leaves: list[str] = field(default_factory=list)
    line_items: Reading | None = None
    values: list[_Value] = field(default_factory=list)
    guards: list[Reading] = field(default_factory=list)

    @property
    def keys(self) -> list[Reading]:
        """The readings of dimensions and line items, and those that only reject rows."""
        named = self.items if self.line_items is None else [*self.items, self.line_items]
        return [*named, *self.guards]


def load(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition, plan: ImportPlan, watch: Watch
) -> Counts:
    """Load the rows of `staged` into the module."""
    watch.step("Looking up the items", 0.42)
    with lengthened(con, plan):
        columns = _readings(con, module, plan)
        watch.step("Checking the rows", 0.5)
        _resolve(con, columns, plan)
        if _has_faults(con):
            if _found_same_keys(con, columns):
                _resolve(con, columns, plan)
            _note_faults(con, columns)
    watch.step("Writing the cells", 0.7)
    if plan.clear:
        _clear(con, module, columns)
    if columns.values:
        _merge(con, module, columns.values)
    watch.step("Finishing", 0.95)
    total, written = _count(con, plan)
    failed = row_faults.failed_rows(con)
    written = written if columns.values else 0
    ignored = total - failed - written
    return Counts(total, updated=written, ignored=ignored, failed=failed)


def _readings(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition, plan: ImportPlan
) -> _Columns:
    columns = _Columns()
    for number, dimension in enumerate(module.dimensions):
        column = plan.columns.get(dimension.name)
        if dimension.name == plan.across:
            column = ACROSS
        if column is None:
            fixed = columns.fixed[number] = _fixed_item(con, dimension, plan)
            columns.items.append(Reading(f"{fixed}::BIGINT", "false", "", "''"))
            continue
        columns.items.append(_read_items(con, dimension, column, plan))
        columns.guards += write_guard(dimension, column, plan, columns.items[-1])
        columns.leaves.append(f"keys_{column}.leaf")
    named = plan.columns.get(LINE_ITEMS.name)
    if named is not None:
        columns.line_items = _read_line_items(con, module, named, plan)
        columns.leaves.append(f"keys_{named}.leaf")
    columns.values = list(_values(con, module, plan, columns.line_items))
    return columns


def _read_items(
    con: duckdb.DuckDBPyConnection, dimension: Dimension, column: str, plan: ImportPlan
) -> Reading:
    """Read a column as items of a dimension."""
    pattern = plan.patterns.get(dimension.name)
    if pattern is not None:
        return read_period(con, column, plan.header(column), pattern, scale=dimension.scale)
    return read_item(
        con,
        column,
        plan.header(column),
        readable_members(dimension, plan.access),
        plan.match_by.get(dimension.name, "either"),
        is_time=dimension.kind == "time",
        source=_source(dimension),
    )


def _source(dimension: Dimension) -> str:
    """Return in words where items of a dimension are looked for."""
    if dimension.kind in ("time", "versions"):
        return "the calendar" if dimension.kind == "time" else "versions"
    is_whole = dimension.kind == "list" and dimension.subset is None
    return f"{'list' if is_whole else 'subset'} {dimension.name}"


def _read_line_items(
    con: duckdb.DuckDBPyConnection, module: ModuleDefinition, column: str, plan: ImportPlan
) -> Reading:
    """Read a column as the numbers of line items; calculated ones are like totals."""
    rows = ", ".join(
        f"({number}, {literal(item.code)}, {literal(item.name)}, {item.formula is None}, {number})"
        for number, item in enumerate(module.line_items)
        if module.has_cells_of(item)
    )
    members = f"SELECT * FROM (VALUES {rows}) item(id, code, name, leaf, ord)"
    header = plan.header(column)
    reading = read_item(con, column, header, members, "either", is_time=False, source="")
    text = message("Invalid line item identifier", header, f"s.{column}")
    return replace(reading, fault_type="moduleImportInvalidLineItemIdentifier", message=text)


def _values(
    con: duckdb.DuckDBPyConnection,
    module: ModuleDefinition,
    plan: ImportPlan,
    line_items: Reading | None,
) -> Iterator[_Value]:
    """Yield the line items that the import writes."""
    for number, item in enumerate(module.line_items):
        column, rows, table = plan.columns.get(item.name), "", None
        if line_items is not None:
            # One column for all, each read in its own way.
            column = plan.columns.get(VALUE, CELL)
            rows, table = f"{line_items.value} = {number}", f"keys_{column}_{number}"
        elif plan.across is not None:
            column = CELL if item.name == plan.line_item else None
        if column is None or item.formula is not None or not module.has_cells_of(item):
            continue
        pattern = plan.patterns.get(VALUE if line_items is not None else item.name)
        header = plan.header(column)
        yield _Value(
            item,
            read_typed(
                con, column, header, item.format, plan.decimal, pattern=pattern, table=table
            ),
            rows,
        )


def _fixed_item(con: duckdb.DuckDBPyConnection, dimension: Dimension, plan: ImportPlan) -> int:
    """Return the item of a dimension that has no column."""
    asked = parameter_of(dimension, plan.parameters)
    name = None if asked is None else plan.parameters[asked]
    found = default_version(con) if name is None else cell_tables.member_id(con, dimension, name)
    if found is not None:
        check_fixed(con, dimension, plan, found)
    if found is None:
        raise ParameterError(
            f"{name!r} is not an item of {dimension.name}, for which the import asks."
        )
    return found


def _resolve(con: duckdb.DuckDBPyConnection, columns: _Columns, plan: ImportPlan) -> None:
    """Create `resolved`: item ids and values per row, and whether it is good and a leaf.

    Of a row that was several before, all are good or none.
    """
    selected = [f"{reading.value} AS d{number}" for number, reading in enumerate(columns.items)]
    for number, value in enumerate(columns.values):
        selected += [f"{value.value} AS n{number}"]
        selected += [f"{value.rows} AS h{number}"] if value.rows else []
    faults = [
        *(reading.fault for reading in columns.keys),
        *(value.fault for value in columns.values),
    ]
    good = " AND ".join(f"NOT ({fault})" for fault in faults if fault != "false") or "true"
    if plan.across is not None:
        good = f"bool_and({good}) OVER (PARTITION BY s.line)"
    leaf = " AND ".join(columns.leaves) or "true"
    readings = [*columns.keys, *(value.reading for value in columns.values)]
    joins = "".join(dict.fromkeys(reading.join for reading in readings))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE resolved AS SELECT s.line, {good} AS good,"
        f" {leaf} AS leaf{''.join(f', {each}' for each in selected)} FROM staged s{joins}"
    )


def _has_faults(con: duckdb.DuckDBPyConnection) -> bool:
    return con.execute("SELECT 1 FROM resolved WHERE NOT good LIMIT 1").fetchone() is not None


def _found_same_keys(con: duckdb.DuckDBPyConnection, columns: _Columns) -> bool:
    """Look for items of the same key if no key is equal; return whether any was found."""
    searches = [reading.search for reading in columns.keys if reading.search]
    found = [search.find_same(con) for search in searches]  # all of them, not until the first
    return any(found)


def _note_faults(con: duckdb.DuckDBPyConnection, columns: _Columns) -> None:
    """Add all faults of the rows that are not good."""
    found = [(reading.fault, reading.join, reading) for reading in columns.keys]
    chosen = columns.line_items.join if columns.line_items else ""
    found += [(each.fault, chosen + each.reading.join, each.reading) for each in columns.values]
    for seq, (fault, joins, reading) in enumerate(found):
        if fault != "false":
            rows = f"staged s{joins} WHERE {fault}"
            row_faults.add(con, rows, reading.fault_type, reading.message, seq)


def _clear(con: duckdb.DuckDBPyConnection, module: ModuleDefinition, columns: _Columns) -> None:
    """Make the cells of the import's line items blank, those of its fixed items only."""
    cleared = [cell_tables.value_column(module, value.item) for value in columns.values]
    if not cleared:
        return
    table = cell_tables.cells_of(module)
    only = " AND ".join(f"d{number} = {item}" for number, item in columns.fixed.items())
    blank = ", ".join(f"{column} = NULL" for column in cleared)
    con.execute(f"UPDATE {table} SET {blank} WHERE {only or 'true'}")
    every = [f"{cell_tables.value_column(module, item)} IS NULL" for item in module.line_items]
    con.execute(f"DELETE FROM {table} WHERE {' AND '.join(every)}")


def _merge(con: duckdb.DuckDBPyConnection, module: ModuleDefinition, written: list[_Value]) -> None:
    """Combine the good rows by cell and write them over the stored cells."""
    keys = cell_tables.dimension_columns(module)
    combined, values = [], {}
    for number, value in enumerate(written):
        column = cell_tables.value_column(module, value.item)
        combined.append(f"{_combined(value, number)} AS {column}")
        values[column] = f"new.{column}"
        if value.rows:  # a cell of another line item stays
            combined.append(f"coalesce(bool_or(h{number}), false) AS h{number}")
            values[column] = f"CASE WHEN new.h{number} THEN new.{column} ELSE old.{column} END"
    group = f" GROUP BY {', '.join(keys)}" if keys else " HAVING count(*) > 0"
    con.execute(
        f"CREATE TEMP TABLE arriving AS SELECT {', '.join([*keys, *combined])} FROM resolved"
        f" WHERE good AND leaf{group}"
    )
    merge_arriving(con, module, values)


def _combined(value: _Value, number: int) -> str:
    if value.item.format.type == "NUMBER":
        return f"sum(n{number})"
    only = f" FILTER (h{number})" if value.rows else ""
    return f"(arg_max({{'value': n{number}}}, line){only}).value"


def _count(con: duckdb.DuckDBPyConnection, plan: ImportPlan) -> tuple[int, int]:
    """Return the number of rows in the file, and of rows that were written."""
    rows = "*" if plan.across is None else "DISTINCT line"
    row = con.execute(
        f"SELECT (SELECT count(*) FROM malformed) + count({rows}),"
        f" count({rows}) FILTER (good AND leaf) FROM resolved"
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
