"""The top level item of a list, which stands for all items without a parent; pure."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.writes.arrow_arrays import TEXT, as_texts


def without_top_level(
    table: pa.Table, top: str | None, names: pa.Array, *, none: str | None
) -> pa.Table:
    """Replace the top level item as a parent, unless an item has its name.

    Parameters
    ----------
    table : pa.Table
        With a column ``parent``, or without.
    top : str or None
        The name of the top level item.
    names : pa.Array
        The names of the items that can be parents.
    none : str or None
        What stands for no parent.
    """
    if top is None or "parent" not in table.column_names:
        return table
    if pc.is_in(pa.scalar(top, TEXT), value_set=as_texts(names)).as_py():
        return table
    parents = as_texts(table["parent"])
    replaced = pc.if_else(pc.equal(parents, top), pa.scalar(none, TEXT), parents)
    column = replaced.cast(table.schema.field("parent").type)
    return table.set_column(table.schema.get_field_index("parent"), "parent", column)
