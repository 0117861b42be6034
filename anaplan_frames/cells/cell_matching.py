"""The caller's columns and arguments matched to the dimensions and line items of a module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from anaplan_frames.cells.item_keys import ITEM_KEYS, ItemKey
from anaplan_frames.cells.view_shape import Axes, CellColumn
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.lookup import find_id
from anaplan_frames.messages import near_names
from anaplan_frames.writes.column_mapping import check_mapping
from anaplan_frames.writes.columns import Matching, match_columns, warn_of_unused_columns

MatchBy = ItemKey | Mapping[str, ItemKey] | None


def match_cell_columns(
    given: Sequence[str],
    columns: Sequence[CellColumn],
    axes: Axes,
    mapping: Mapping[str, str] | None,
    label: str,
) -> Matching:
    """Find the columns of the dimensions, and of those line items that have one.

    Parameters
    ----------
    given : sequence of str
        The caller's columns.
    columns : sequence of CellColumn
        Those of the module, without the dimensions whose item ``pages=`` gives.
    axes : Axes
        All dimensions of the module.
    mapping : mapping of str to str, optional
        The caller's column -> dimension or line item.
    label : str
        The module in words.

    Raises
    ------
    ColumnMismatch
        If a dimension has no column, or no line item has one.
    """
    mapping = mapping or {}
    check_mapping(mapping, [column.name for column in columns], label)
    fed = {mapping.get(name, name) for name in given}
    needed = [column.name for column in columns if column.kind == "dimension"]
    items = [column.name for column in columns if column.kind == "line item"]
    headers = [*needed, *(name for name in items if name in fed)]
    try:
        matching = match_columns(given, headers or items, mapping, label)
    except ColumnMismatch as error:
        if set(needed) <= fed:
            raise
        one = next(name for name in needed if name not in fed)
        raise ColumnMismatch(
            f"{error} Where all rows are of one item, give it with pages={{{one!r}: 'item'}}."
        ) from None
    _refuse_pages(matching.unused, axes)
    warn_of_unused_columns(label, matching.unused, [name for name in items if name not in fed])
    if len(headers) == len(needed):
        near = [near_names(name, items) for name in matching.unused]
        raise ColumnMismatch(
            f"The data has no column of a line item of {label}: there is nothing to "
            f"write.{next(filter(None, near), '')} Its line items are "
            f"{', '.join(map(repr, items))}."
        )
    return matching


def _refuse_pages(unused: Sequence[str], axes: Axes) -> None:
    """Refuse a column of a dimension whose item ``pages=`` gives."""
    paged = {dimension.name for dimension in axes.dimensions} & set(unused)
    if paged:
        names = ", ".join(map(repr, sorted(paged)))
        raise ColumnMismatch(
            f"pages= gives the item of {names}, but the data has such a column. Leave one of "
            "the two out."
        )


def fixed_items(pages: Mapping[str, str] | None, axes: Axes, label: str) -> dict[str, str]:
    """Return the items that ``pages=`` gives, as texts, by the id of their dimension."""
    return {_dimension_id(str(key), axes, label): str(item) for key, item in (pages or {}).items()}


def keys_by_dimension(match_by: MatchBy, axes: Axes, label: str) -> dict[str, tuple[ItemKey, ...]]:
    """Return the keys that ``match_by=`` gives, by the id of their dimension."""
    if match_by is None:
        return {}
    if isinstance(match_by, str):
        match_by = {dimension.id: match_by for dimension in axes.dimensions}
    for key in match_by.values():
        if key not in ITEM_KEYS:
            raise ValueError(f"match_by must be 'name', 'code' or 'id', not {key!r}")
    return {_dimension_id(str(name), axes, label): (key,) for name, key in match_by.items()}


def _dimension_id(key: str, axes: Axes, label: str) -> str:
    names = {dimension.id: dimension.name for dimension in axes.dimensions}
    return find_id(key, names, kind="dimensions", owner=f"of {label}")
