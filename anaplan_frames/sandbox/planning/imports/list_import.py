"""Imports into a list: they create items, and update existing ones (see `identified_items`).

A row is rejected if an earlier row of the file or another item of the list has the same code or
name, or if a property cannot be parsed.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from anaplan_frames.sandbox.planning.action_outcome import Watch
from anaplan_frames.sandbox.planning.imports import identified_items, row_faults
from anaplan_frames.sandbox.planning.imports.import_access import reject_updates
from anaplan_frames.sandbox.planning.imports.import_counts import Counts
from anaplan_frames.sandbox.planning.imports.import_parents import set_parents
from anaplan_frames.sandbox.planning.imports.import_plan import ImportPlan
from anaplan_frames.sandbox.planning.imports.unique_names import make_unique
from anaplan_frames.sandbox.planning.schema.access_rights import Access
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.planning.store.same_keys import MAX_LENGTH
from anaplan_frames.sandbox.planning.store.sql_text import filled
from anaplan_frames.sandbox.planning.store.typed_columns import Reading, message, read_typed


def load(
    con: duckdb.DuckDBPyConnection, lst: ListDefinition, plan: ImportPlan, watch: Watch
) -> Counts:
    """Load the rows of `staged` into the list."""
    watch.step("Checking the rows", 0.45)
    extras = _read_rows(con, lst, plan)
    identified_items.add_identity(con, lst, plan)
    _note_row_faults(con, plan, extras)
    has_items = list_tables.item_count(con, lst) > 0
    if has_items:
        identified_items.match_existing(con, lst, plan)
    if plan.unique_names:
        make_unique(con, lst)
        _add_too_long(con, plan, "Name", "s.good AND ")
        row_faults.mark_faulty(con)
    watch.step("Looking for duplicates", 0.6)
    if has_items:
        identified_items.reject_taken(con, lst, plan)
    identified_items.reject_repeated(con, lst, plan)
    if "Parent" in plan.columns:
        watch.step("Finding the parents", 0.7)
        set_parents(con, lst, plan)
    reject_updates(con, lst, plan)
    watch.step("Writing the items", 0.8)
    counts = _write(con, lst, plan)
    watch.step("Finishing", 0.95)
    return counts


def _read_rows(
    con: duckdb.DuckDBPyConnection, lst: ListDefinition, plan: ImportPlan
) -> dict[str, Reading]:
    """Create `work`: code, name, parent text and typed properties per row; `good` if no fault."""

    def text_of(target: str) -> str:
        column = plan.columns.get(target)
        return filled(f"s.{column}") if column else "NULL::VARCHAR"

    readings = {
        target: read_typed(
            con,
            column,
            plan.header(column),
            list_tables.column_of(lst, target)[1],
            plan.decimal,
            pattern=plan.patterns.get(target),
        )
        for target, column in plan.columns.items()
        if target not in ("Name", "Code", "Parent")
    }
    # An item without a name has its code as its name.
    name = text_of("Name" if "Name" in plan.columns else "Code")
    selected = [
        "s.line",
        f"{text_of('Code')} AS code",
        f"{name} AS name",
        f"{text_of('Parent')} AS parent_text",
        "NULL::BIGINT AS parent",
        "NULL::BIGINT AS item",
        "true AS good",
        "false AS fresh",
        *(
            f"{reading.value} AS {list_tables.column_of(lst, t)[0]}"
            for t, reading in readings.items()
        ),
    ]
    joins = "".join(dict.fromkeys(reading.join for reading in readings.values()))
    con.execute(f"CREATE TEMP TABLE work AS SELECT {', '.join(selected)} FROM staged s{joins}")
    return readings


def _note_row_faults(
    con: duckdb.DuckDBPyConnection, plan: ImportPlan, readings: dict[str, Reading]
) -> None:
    """Add the faults of single rows: no key, no name, an invalid property."""
    keys = [key for key in ("Code", "Name") if key in plan.columns]
    wrong = [f"s.{key.lower()} IS NULL OR length(s.{key.lower()}) > {MAX_LENGTH}" for key in keys]
    wrong += [f"s.{key} IS NULL" for key in identified_items.keys_of(plan)]
    if con.execute(f"SELECT 1 FROM work s WHERE {' OR '.join(wrong)} LIMIT 1").fetchone():
        _note_key_faults(con, plan, keys)
    for seq, reading in enumerate(readings.values(), start=2):
        if reading.fault != "false":
            rows = f"staged s{reading.join} WHERE {reading.fault}"
            # For dates in lists, another type is documented than for modules.
            kind = reading.fault_type.replace("moduleImportDateFormat", "dateFormatInvalid")
            row_faults.add(con, rows, kind, reading.message, seq)
    row_faults.mark_faulty(con)


def _note_key_faults(con: duckdb.DuckDBPyConnection, plan: ImportPlan, keys: Sequence[str]) -> None:
    """Add the faults of keys that are empty or too long."""
    by = identified_items.keys_of(plan)
    empty = " AND ".join(f"s.{key} IS NULL" for key in by)
    row_faults.add(
        con,
        f"work s WHERE {empty}",
        "hierarchyImportEmptyKey",
        message("Empty key", identified_items.key_header(plan, by[0]), "''"),
    )
    if "Name" in keys and by != ("name",):
        row_faults.add(
            con,
            f"work s WHERE NOT ({empty}) AND s.name IS NULL",
            "hierarchyImportInvalidName",
            message("Empty name", plan.header(plan.columns["Name"]), "''"),
            1,
        )
    for name in keys:
        _add_too_long(con, plan, name)


def _add_too_long(
    con: duckdb.DuckDBPyConnection, plan: ImportPlan, name: str, condition: str = ""
) -> None:
    """Add the fault that a name or code is too long."""
    text = f"s.{name.lower()}"
    words = f"{name} longer than {MAX_LENGTH} characters"
    row_faults.add(
        con,
        f"work s WHERE {condition}length({text}) > {MAX_LENGTH}",
        f"hierarchyImportInvalid{name}",
        message(words, plan.header(plan.columns[name]), text),
        1,
    )


def _write(con: duckdb.DuckDBPyConnection, lst: ListDefinition, plan: ImportPlan) -> Counts:
    """Write the good rows; return the counts."""
    table = list_tables.table_of(lst)
    extras = [
        list_tables.column_of(lst, target)[0]
        for target in plan.columns
        if target not in ("Name", "Code", "Parent")
    ]
    total, created, updated = _numbers(con)
    changes = [f"{column} = w.{column}" for column in extras]
    by = identified_items.keys_of(plan)
    if by != ("name",) and "Name" in plan.columns and not lst.numbered:
        changes.append("name = w.name")
    if by != ("code",) and "Code" in plan.columns:
        changes.append(f"code = coalesce(w.code, {table}.code)")  # an empty text keeps it
    if "Parent" in plan.columns:
        changes.append("parent = w.parent")
    if created:
        _give_ids(con, lst, created, plan.access)
    if "Parent" in plan.columns:
        con.execute("UPDATE work SET parent = up.item FROM work up WHERE up.line = -work.parent")
    renamed = _count_renamed(con, table) if "name = w.name" in changes and updated else 0
    if changes and updated:
        con.execute(
            f"UPDATE {table} SET {', '.join(changes)} FROM work w"
            f" WHERE w.good AND w.item = {table}.id"
        )
    name = f"'#' || (item % {list_tables.ITEMS_PER_PREFIX})" if lst.numbered else "name"
    con.execute(
        f"INSERT INTO {table} BY NAME SELECT item AS id, code, {name} AS name, parent"
        f"{''.join(f', {column}' for column in extras)} FROM work WHERE good AND fresh"
        " ORDER BY item"
    )
    return Counts(
        total,
        created=created,
        updated=updated,
        renamed=renamed,
        failed=total - created - updated,
    )


def _give_ids(
    con: duckdb.DuckDBPyConnection, lst: ListDefinition, count: int, access: Access
) -> None:
    """Assign ids to new items, in the order of the rows."""
    last = list_tables.reserve_ids(con, lst, count)
    if lst.selective_access:
        access.note_added(lst.id, range(last + 1, last + count + 1))
    con.execute(
        f"UPDATE work SET fresh = true, item = {last} + new.place FROM (SELECT line,"
        " row_number() OVER (ORDER BY line) AS place FROM work WHERE good AND item IS NULL) new"
        " WHERE new.line = work.line"
    )


def _count_renamed(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Return how many good rows give an existing item another name."""
    row = con.execute(
        f"SELECT count(*) FROM work w JOIN {table} old ON old.id = w.item"
        " WHERE w.good AND NOT w.fresh AND old.name <> w.name"
    ).fetchone()
    return int(row[0]) if row else 0


def _numbers(con: duckdb.DuckDBPyConnection) -> tuple[int, int, int]:
    """Return the numbers of all rows, of rows that create an item, and of rows that update one."""
    row = con.execute(
        "SELECT count(*) + (SELECT count(*) FROM malformed),"
        " count(*) FILTER (good AND item IS NULL), count(*) FILTER (good AND item IS NOT NULL)"
        " FROM work"
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2])
