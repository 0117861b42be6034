"""Which item of the list a row of an import means, and rows that mean the item of another.

Items are identified by code, by name, by code and else by name, or by a combination of properties,
which `work.identity` holds as one text. These are the choices that the service's help names.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from anaplan_frames.sandbox.planning.imports import import_parents, row_faults
from anaplan_frames.sandbox.planning.imports.import_plan import ImportFailure, ImportPlan
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from anaplan_frames.sandbox.planning.store import list_tables
from anaplan_frames.sandbox.planning.store.typed_columns import message

_EXISTS = "hierarchyImportNameOrCodeExists"
_IDENTITY = "identity"
_BETWEEN = "chr(31)"  # a character that separates units, and that no text has


def keys_of(plan: ImportPlan) -> tuple[str, ...]:
    """Return the columns of `work` that identify an item, in the order in which they are tried."""
    mapped = [key.lower() for key in ("Code", "Name") if key in plan.columns]
    if isinstance(plan.identify, tuple):
        return (_IDENTITY,)
    if plan.identify == "name or code":
        return tuple(mapped)
    return (plan.identify or mapped[0],)


def key_header(plan: ImportPlan, key: str) -> str:
    """Return SQL of the header of the column that a key comes from."""
    if isinstance(plan.identify, tuple) and key == _IDENTITY:
        return plan.header(plan.columns[plan.identify[0]])
    return plan.header(plan.columns.get(key.capitalize()) or plan.columns["Code"])


def add_identity(con: duckdb.DuckDBPyConnection, lst: ListDefinition, plan: ImportPlan) -> None:
    """Add `work.identity`, if a combination of properties identifies the items."""
    if not isinstance(plan.identify, tuple):
        return
    if "Parent" in plan.identify:
        import_parents.find_parents(con, lst)
    con.execute(f"ALTER TABLE work ADD COLUMN {_IDENTITY} VARCHAR")
    empty = " AND ".join(f"{column} IS NULL" for column in _parts(lst, plan, "work"))
    con.execute(
        f"UPDATE work SET {_IDENTITY} ="
        f" CASE WHEN NOT ({empty}) THEN {_joined(_parts(lst, plan, 'work'))} END"
    )


def match_existing(con: duckdb.DuckDBPyConnection, lst: ListDefinition, plan: ImportPlan) -> None:
    """Set `work.item` of rows that update an item: of equal key, else the only one of the same."""
    table = list_tables.table_of(lst)
    for key in keys_of(plan):
        if key == _IDENTITY:
            con.execute(
                f"UPDATE work SET item = found.id FROM (SELECT {_old(lst, plan, key)} AS key,"
                f" min(id) AS id FROM {table} old GROUP BY key HAVING count(*) = 1) found"
                f" WHERE found.key = work.{key}"
            )
            continue
        con.execute(
            f"UPDATE work SET item = old.id FROM {table} old"
            f" WHERE work.item IS NULL AND old.{key} = work.{key}"
        )
        con.execute(
            "UPDATE work SET item = same.id FROM (SELECT new.line, min(old.id) AS id"
            f" FROM (SELECT line, {key} FROM work WHERE item IS NULL) new"
            f" JOIN {table} old ON folded_key(old.{key}) = folded_key(new.{key})"
            " GROUP BY new.line HAVING count(*) = 1) same WHERE same.line = work.line"
        )


def reject_taken(con: duckdb.DuckDBPyConnection, lst: ListDefinition, plan: ImportPlan) -> None:
    """Reject rows with the name or code of another item, or with a key that several items have."""
    table, keys = list_tables.table_of(lst), keys_of(plan)
    for other in _unique(lst, plan):
        if keys == (other,):
            continue
        changed = (
            f"SELECT w.* FROM work w LEFT JOIN {table} own ON own.id = w.item"
            f" WHERE w.good AND w.{other} IS NOT NULL AND own.{other} IS DISTINCT FROM w.{other}"
        )
        taken = (
            f"({changed}) s JOIN {table} old ON folded_key(old.{other}) = folded_key(s.{other})"
            " WHERE old.id IS DISTINCT FROM s.item"
        )
        _add_exists(con, plan, taken, other)
    for key in keys:
        # A combination can be that of several items; of names and codes, only a list that was
        # filled while keys were exact has such ones.
        same = "{}" if key == _IDENTITY else "folded_key({})"
        several = (
            f"(SELECT * FROM work WHERE good AND item IS NULL) s WHERE {same.format(f's.{key}')} IN"
            f" (SELECT {same.format(_old(lst, plan, key))} FROM {table} old)"
        )
        _add_exists(con, plan, several, key)
    row_faults.mark_faulty(con)


def reject_repeated(con: duckdb.DuckDBPyConnection, lst: ListDefinition, plan: ImportPlan) -> None:
    """Reject rows with the code, name or key of an earlier row that is loaded.

    A rejected row does not block later rows, so rows are decided in rounds: rows that are first
    with all their keys are accepted, rows that share a key with an accepted row are rejected, and
    the others go into the next round.

    Raises
    ------
    ImportFailure
        If the import is to be rejected as a whole then.
    """
    by = keys_of(plan)
    if plan.rejects_duplicates and not _are_distinct(con, by):
        text = f"{lst.name}: several rows have the same key, so nothing was imported"
        raise ImportFailure("hierarchyImportFailed", text)
    keys = [*_unique(lst, plan), *([_IDENTITY] if _IDENTITY in by else [])]
    # Two rows may mean one item, one by its code and the other by its name.
    keys += ["item"] if len(by) > 1 else []
    if _are_distinct(con, keys):
        return
    same = ", ".join(f"coalesce({_same(key)}, chr(0) || line) AS same_{key}" for key in keys)
    con.execute(f"CREATE TEMP TABLE open AS SELECT *, {same} FROM work WHERE good")
    first = " AND ".join(f"line = min(line) OVER (PARTITION BY same_{key})" for key in keys)
    while True:
        con.execute(
            "CREATE OR REPLACE TEMP TABLE accepted AS SELECT * EXCLUDE (is_first) FROM"
            f" (SELECT *, {first} AS is_first FROM open) WHERE is_first"
        )
        con.execute("DELETE FROM open WHERE line IN (SELECT line FROM accepted)")
        for key in keys:
            again = f"open s JOIN accepted f ON f.same_{key} = s.same_{key}"
            _add_exists(con, plan, again, by[-1] if key == "item" else key)
            con.execute(f"DELETE FROM open WHERE line IN (SELECT s.line FROM {again})")
        row = con.execute("SELECT count(*) FROM open").fetchone()
        if not row or not row[0]:
            break
    row_faults.mark_faulty(con)


def _unique(lst: ListDefinition, plan: ImportPlan) -> list[str]:
    """Return what no two items of the list may share, of what the rows have."""
    keys = ["code"] if "Code" in plan.columns else []
    return keys if lst.numbered else [*keys, "name"]


def _same(key: str) -> str:
    return f"{key}::VARCHAR" if key in ("item", _IDENTITY) else f"folded_key({key})"


def _are_distinct(con: duckdb.DuckDBPyConnection, keys: Sequence[str]) -> bool:
    """Say whether no two good rows share a key, as is usual."""
    repeated = (
        "SELECT 1 FROM work WHERE good AND {key} IS NOT NULL GROUP BY {same}"
        " HAVING count(*) > 1 LIMIT 1"
    )
    return all(
        con.execute(repeated.format(key=key, same=_same(key))).fetchone() is None for key in keys
    )


def _add_exists(con: duckdb.DuckDBPyConnection, plan: ImportPlan, rows: str, key: str) -> None:
    """Add the fault that the key of these rows exists already."""
    shown = f"s.{key}"
    if isinstance(plan.identify, tuple) and key == _IDENTITY:
        shown = f"replace(s.{key}, {_BETWEEN}, ', ')"
    text = message("Name or code exists already", key_header(plan, key), shown)
    row_faults.add(con, rows, _EXISTS, text)


def _old(lst: ListDefinition, plan: ImportPlan, key: str) -> str:
    """Return SQL of a key of the item `old`."""
    return _joined(_parts(lst, plan, "old")) if key == _IDENTITY else f"old.{key}"


def _parts(lst: ListDefinition, plan: ImportPlan, table: str) -> list[str]:
    """Return the columns of the combination, which the list and `work` both have."""
    return [
        f"{table}.{'parent' if target == 'Parent' else list_tables.column_of(lst, target)[0]}"
        for target in plan.identify or ()
    ]


def _joined(columns: Sequence[str]) -> str:
    texts = [f"coalesce({column}::VARCHAR, '')" for column in columns]
    return f" || {_BETWEEN} || ".join(texts)
