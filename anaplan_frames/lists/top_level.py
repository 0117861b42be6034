"""The top level item of a list, which stands for all items without a parent; pure."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.key_folding import fold_key
from anaplan_frames.writes.arrow_arrays import TEXT, as_texts
from anaplan_frames.writes.folded_keys import fold_texts


def without_top_level(
    table: pa.Table, top: str | None, names: pa.Array, *, none: str | None
) -> pa.Table:
    """Replace the top level item as a parent, unless an item has the same name.

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
    parents, known = as_texts(table["parent"]), as_texts(names)
    is_top = pc.equal(parents, top)
    if pc.is_in(pa.scalar(top, TEXT), value_set=known).as_py():
        return table
    if pc.any(pc.invert(is_top)).as_py():
        is_top = pc.or_kleene(is_top, _folds_to(top, parents, known))
    replaced = pc.if_else(is_top, pa.scalar(none, TEXT), parents)
    column = replaced.cast(table.schema.field("parent").type)
    return table.set_column(table.schema.get_field_index("parent"), "parent", column)


def _folds_to(top: str, parents: pa.Array, names: pa.Array) -> pa.Array:
    """Return which parents are the top level item when folded, and no item exactly."""
    distinct = pc.unique(parents)
    wanted = pa.array([fold_key(top)], TEXT)
    same = distinct.filter(pc.is_in(fold_texts(distinct), value_set=wanted, skip_nulls=True))
    if not len(same) or pc.is_in(wanted[0], value_set=fold_texts(names)).as_py():
        return pa.scalar(False)
    return pc.is_in(parents, value_set=same, skip_nulls=True)
