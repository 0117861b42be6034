"""Imports into a list: they create items, and update existing ones by code or else by name.

A row is rejected if an earlier row of the file or another item of the list has the same code or
name, or if a property cannot be parsed.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from anaplan_frames.sandbox.planning.action_outcome import Watch
from anaplan_frames.sandbox.planning.imports import row_faults
from anaplan_frames.sandbox.planning.imports.import_counts import Counts
from anaplan_frames.sandbox.planning.imports.import_parents import set_parents
from anaplan_frames.sandbox.planning.imports.import_plan import ImportPlan
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.planning.store.same_keys import MAX_LENGTH
from anaplan_frames.sandbox.planning.store.sql_text import filled
from anaplan_frames.sandbox.planning.store.typed_columns import Reading, message, read_typed

_EXISTS = "hierarchyImportNameOrCodeExists"


def load(
    con: duckdb.DuckDBPyConnection, lst: ListDefinition, plan: ImportPlan, watch: Watch
) -> Counts:
    """Load the rows of `staged` into the list."""
    watch.step("Checking the rows", 0.45)
    extras = _read_rows(con, lst, plan)
    _note_row_faults(con, plan, extras)
    has_items = list_tables.item_count(con, lst) > 0
    if has_items:
        _match_existing(con, lst, plan)
    watch.step("Looking for duplicates", 0.6)
    if has_items:
        _reject_existing_names(con, lst, plan)
    _reject_repeated(con, lst, plan)
    if "Parent" in plan.columns:
        watch.step("Finding the parents", 0.7)
        set_parents(con, lst, plan)
    watch.step("Writing the items", 0.8)
    counts = _write(con, lst, plan)
    watch.step("Finishing", 0.95)
    return counts


def _key(plan: ImportPlan) -> str:
    return "code" if "Code" in plan.columns else "name"


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
    key, keys = _key(plan), [key for key in ("Code", "Name") if key in plan.columns]
    wrong = " OR ".join(
        f"s.{name} IS NULL OR length(s.{name}) > {MAX_LENGTH}" for name in map(str.lower, keys)
    )
    if con.execute(f"SELECT 1 FROM work s WHERE {wrong} LIMIT 1").fetchone():
        _note_key_faults(con, plan, key, keys)
    for seq, reading in enumerate(readings.values(), start=2):
        if reading.fault != "false":
            rows = f"staged s{reading.join} WHERE {reading.fault}"
            # For dates in lists, another type is documented than for modules.
            kind = reading.fault_type.replace("moduleImportDateFormat", "dateFormatInvalid")
            row_faults.add(con, rows, kind, reading.message, seq)
    row_faults.mark_faulty(con)


def _note_key_faults(
    con: duckdb.DuckDBPyConnection, plan: ImportPlan, key: str, keys: Sequence[str]
) -> None:
    """Add the faults of keys that are empty or too long."""
    row_faults.add(
        con,
        f"work s WHERE s.{key} IS NULL",
        "hierarchyImportEmptyKey",
        message("Empty key", plan.header(plan.columns[key.capitalize()]), "''"),
    )
    if keys == ["Code", "Name"]:
        row_faults.add(
            con,
            "work s WHERE s.code IS NOT NULL AND s.name IS NULL",
            "hierarchyImportInvalidName",
            message("Empty name", plan.header(plan.columns["Name"]), "''"),
            1,
        )
    for name in keys:
        text = f"s.{name.lower()}"
        words = f"{name} longer than {MAX_LENGTH} characters"
        row_faults.add(
            con,
            f"work s WHERE length({text}) > {MAX_LENGTH}",
            f"hierarchyImportInvalid{name}",
            message(words, plan.header(plan.columns[name]), text),
            1,
        )


def _match_existing(con: duckdb.DuckDBPyConnection, lst: ListDefinition, plan: ImportPlan) -> None:
    """Set `work.item` of rows that update an item: of equal key, else the only one of the same."""
    key, table = _key(plan), list_tables.table_of(lst)
    con.execute(f"UPDATE work SET item = old.id FROM {table} old WHERE old.{key} = work.{key}")
    con.execute(
        "UPDATE work SET item = same.id FROM (SELECT new.line, min(old.id) AS id"
        f" FROM (SELECT line, {key} FROM work WHERE item IS NULL) new"
        f" JOIN {table} old ON folded_key(old.{key}) = folded_key(new.{key})"
        " GROUP BY new.line HAVING count(*) = 1) same WHERE same.line = work.line"
    )


def _reject_existing_names(
    con: duckdb.DuckDBPyConnection, lst: ListDefinition, plan: ImportPlan
) -> None:
    """Reject rows with the name of another item, or with a key that several items have."""
    table, key = list_tables.table_of(lst), _key(plan)
    if key == "code" and not lst.numbered:
        renamed = (
            f"SELECT w.* FROM work w LEFT JOIN {table} own ON own.id = w.item"
            " WHERE w.good AND own.name IS DISTINCT FROM w.name"
        )
        taken = (
            f"({renamed}) s JOIN {table} old ON folded_key(old.name) = folded_key(s.name)"
            " WHERE old.id IS DISTINCT FROM s.item"
        )
        _add_exists(con, plan, taken, "name")
    # Only a list that was filled while keys were exact has such items.
    several = (
        f"(SELECT * FROM work WHERE good AND item IS NULL) s WHERE folded_key(s.{key}) IN"
        f" (SELECT folded_key({key}) FROM {table})"
    )
    _add_exists(con, plan, several, key)
    row_faults.mark_faulty(con)


def _add_exists(con: duckdb.DuckDBPyConnection, plan: ImportPlan, rows: str, key: str) -> None:
    """Add the fault that the key of these rows exists already."""
    column = plan.columns.get(key.capitalize()) or plan.columns["Code"]
    text = message("Name or code exists already", plan.header(column), f"s.{key}")
    row_faults.add(con, rows, _EXISTS, text)


def _reject_repeated(con: duckdb.DuckDBPyConnection, lst: ListDefinition, plan: ImportPlan) -> None:
    """Reject rows with the code or name of an earlier row that is loaded.

    A rejected row does not block later rows, so rows are decided in rounds: rows that are first
    with all their keys are accepted, rows that share a key with an accepted row are rejected, and
    the others go into the next round.
    """
    keys = ["code"] if "Code" in plan.columns else []
    if not lst.numbered:
        keys.append("name")
    if _are_distinct(con, keys):
        return
    folded = ", ".join(f"folded_key({key}) AS same_{key}" for key in keys)
    con.execute(f"CREATE TEMP TABLE open AS SELECT line, code, name, {folded} FROM work WHERE good")
    first = " AND ".join(f"line = min(line) OVER (PARTITION BY same_{key})" for key in keys)
    while True:
        con.execute(
            "CREATE OR REPLACE TEMP TABLE accepted AS SELECT * EXCLUDE (is_first) FROM"
            f" (SELECT *, {first} AS is_first FROM open) WHERE is_first"
        )
        con.execute("DELETE FROM open WHERE line IN (SELECT line FROM accepted)")
        for key in keys:
            again = f"open s JOIN accepted f ON f.same_{key} = s.same_{key}"
            _add_exists(con, plan, again, key)
            con.execute(f"DELETE FROM open WHERE line IN (SELECT s.line FROM {again})")
        row = con.execute("SELECT count(*) FROM open").fetchone()
        if not row or not row[0]:
            break
    row_faults.mark_faulty(con)


def _are_distinct(con: duckdb.DuckDBPyConnection, keys: list[str]) -> bool:
    """Say whether no two good rows share a key, as is usual."""
    repeated = "SELECT 1 FROM work WHERE good GROUP BY folded_key({}) HAVING count(*) > 1 LIMIT 1"
    return all(con.execute(repeated.format(key)).fetchone() is None for key in keys)


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
    if _key(plan) == "code" and "Name" in plan.columns and not lst.numbered:
        changes.append("name = w.name")
    if "Parent" in plan.columns:
        changes.append("parent = w.parent")
    if created:
        _give_ids(con, lst, created)
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


def _give_ids(con: duckdb.DuckDBPyConnection, lst: ListDefinition, count: int) -> None:
    """Assign ids to new items, in the order of the rows."""
    last = list_tables.reserve_ids(con, lst, count)
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
