"""Names of an import made unique: a name that is taken gets a tilde and a number.

The service's help describes this option; it does not say with which number it begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

import duckdb
import pyarrow as pa

from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from anaplan_frames.sandbox.planning.store import list_tables


def make_unique(con: duckdb.DuckDBPyConnection, lst: ListDefinition) -> None:
    """Change names of good rows in `work` that another item or an earlier row has.

    The names that items have before the import are taken, also if it gives them others.
    """
    stored = f"SELECT id AS owner, folded_key(name) AS same FROM {list_tables.table_of(lst)}"
    arriving = "SELECT coalesce(item, -line), folded_key(name) FROM work WHERE good"
    several = f"SELECT same FROM ({stored} UNION {arriving}) GROUP BY same HAVING count(*) > 1"
    if not con.execute(f"{several} LIMIT 1").fetchone():
        return
    taken = {same: owner for owner, same in con.execute(stored).fetchall()}
    rows = con.execute(
        "SELECT line, name, folded_key(name), coalesce(item, -line) FROM work WHERE good"
        " AND name IS NOT NULL ORDER BY line"
    ).fetchall()
    changed: dict[int, str] = {}
    for line, name, same, owner in rows:
        number = _free(taken, same, owner)
        taken[same if number is None else f"{same}~{number}"] = owner
        if number is not None:
            changed[line] = f"{name}~{number}"
    con.register("new_names", pa.table({"line": list(changed), "name": list(changed.values())}))
    con.execute("UPDATE work SET name = n.name FROM new_names n WHERE n.line = work.line")
    con.unregister("new_names")


def _free(taken: Mapping[str, int], same: str, owner: int) -> int | None:
    """Return the number that makes a name free for its owner; None if it is free as it is."""
    if taken.get(same, owner) == owner:
        return None
    return next(n for n in count(1) if taken.get(f"{same}~{n}", owner) == owner)
