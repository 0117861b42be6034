"""Which items of a dimension a user may read or write, as queries for their ids.

Access to an item includes what is below it. Of a list without selective access, and not below one
with it, all items may be written; so may all periods. Totals are those of all items. (Not
documented: that totals of lists above are shown with the parts that the user does not see.)
"""

from __future__ import annotations

from anaplan_frames.sandbox.planning.schema.access_rights import Access, ItemLevel
from anaplan_frames.sandbox.planning.schema.definitions import Dimension, ListDefinition
from anaplan_frames.sandbox.planning.store.cell_tables import list_members, members
from anaplan_frames.sandbox.planning.store.list_tables import table_of, top_level
from anaplan_frames.sandbox.planning.store.sql_text import literal


def granted(dimension: Dimension, access: Access, level: ItemLevel) -> str | None:
    """Return a query for the ids of the items with at least this level; None for all items."""
    if dimension.kind == "versions" and access.role is not None:
        return _versions(access, level)
    return None if dimension.list is None else granted_items(dimension.list, access, level)


def granted_items(lst: ListDefinition, access: Access, level: ItemLevel) -> str | None:
    """Return a query for the ids of items of a list and of those above it; None for all."""
    places = [place for place, each in enumerate(lst.lineage) if each.selective_access]
    if access.items is None or not places:
        return None
    roots = []
    for place in places:
        grants = access.grants(lst.lineage[place].id)
        texts = ", ".join(literal(text) for text in grants.texts(level)) or "NULL"
        ids = ", ".join(map(str, grants.added)) or "NULL"
        roots.append(
            f"SELECT id FROM {table_of(lst.lineage[place])}"
            f" WHERE name IN ({texts}) OR code IN ({texts}) OR id IN ({ids})"
        )
    # Lists above the highest one with selective access are open to all.
    free = [f"SELECT id FROM {table_of(each)}" for each in lst.lineage[places[-1] + 1 :]]
    top = lst.lineage[-1]
    if top.top_level_item is not None:
        item = f"SELECT id FROM ({top_level(top)})"
        if not top.selective_access:
            free.append(item)
        elif top.top_level_item in access.grants(top.id).texts(level):
            roots.append(item)
    below = (
        f"SELECT id FROM ({' UNION '.join(roots)})"
        " UNION SELECT item.id FROM item JOIN down ON item.parent = down.id"
    )
    every = " UNION ".join(["SELECT id FROM down", *free])
    return f"WITH RECURSIVE item AS ({list_members(lst)}), down(id) AS ({below}) {every}"


def readable_members(dimension: Dimension, access: Access, *, as_shown: bool = False) -> str:
    """Return the query of `cell_tables.members` for the items that may be read."""
    query = members(dimension, as_shown=as_shown)
    allowed = granted(dimension, access, "read")
    return query if allowed is None else f"SELECT * FROM ({query}) WHERE id IN ({allowed})"


def _versions(access: Access, level: ItemLevel) -> str:
    """Return a query for the ids of versions of the user's role."""
    role = access.role
    assert role is not None
    enough = ("write",) if level == "write" else ("read", "write")
    named = ", ".join(role.versions) or "NULL"
    allowed = ", ".join(id for id, found in role.versions.items() if found in enough) or "NULL"
    others = f" OR id NOT IN ({named})" if role.others in enough else ""
    if not role.versions and role.others in enough:
        others = " OR true"
    return f"SELECT id FROM version_members WHERE id IN ({allowed}){others}"
