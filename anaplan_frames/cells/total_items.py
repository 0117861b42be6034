"""Which items of a dimension are totals, by the hierarchies of its list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.calendar.model_calendar import TIME_ID
from anaplan_frames.cells.dimensions import USERS_ID, VERSIONS_ID
from anaplan_frames.cells.view_shape import Dimension
from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.lists.hierarchy_reader import lists_above
from anaplan_frames.lists.item_reader import read_items
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.threads import in_order

_THREADS = 4
_KEYS = ("id", "code", "name", "parentId")
_COLUMNS = tuple(ItemColumn(key, "", key, pa.string()) for key in _KEYS)
_SUBSET = "item is in the subset"
_LINE_ITEM_SUBSETS = "114"  # how their ids begin


@dataclass(frozen=True, slots=True)
class TotalItems:
    """The totals of one dimension.

    Attributes
    ----------
    names : pyarrow.Array of string
        What totals are called, and nothing else is: their names and codes.
    ambiguous : pyarrow.Array of string
        What both a total and another item are called.
    numbered : bool
        Whether a list is numbered, whose items may be shown by other names.
    """

    names: pa.Array
    ambiguous: pa.Array
    numbered: bool = False


def read_totals(
    catalogue: Catalogue, dimensions: Sequence[Dimension]
) -> Iterator[tuple[Dimension, TotalItems]]:
    """Read the hierarchies of dimensions, several at a time; yield those that have totals.

    Only lists and their subsets can have any. Anaplan does not say whether a list has parents
    within itself, so that its items are read, too.
    """
    candidates = [each for each in dimensions if _may_have_totals(each)]

    def read(dimension: Dimension) -> TotalItems | None:
        return _totals(catalogue, dimension)

    found = in_order(read, candidates, threads=_THREADS, name="anaplan-items")
    for dimension, totals in zip(candidates, found, strict=True):
        if totals is not None and len(totals.names) + len(totals.ambiguous):
            yield dimension, totals


def _may_have_totals(dimension: Dimension) -> bool:
    flat = dimension.id in (TIME_ID, VERSIONS_ID, USERS_ID)
    return not (flat or dimension.is_line_items or dimension.id.startswith(_LINE_ITEM_SUBSETS))


def _totals(catalogue: Catalogue, dimension: Dimension) -> TotalItems | None:
    found = _list_of(catalogue, dimension)
    if found is None:
        return None
    lowest, subset = found
    items = _items(lowest, subset)
    if subset is not None:
        items = items.filter(items[_SUBSET])
    has_children = pc.is_in(items["id"], value_set=pc.drop_null(items["parentId"]))
    leaves = items.filter(pc.invert(has_children))
    parents = lists_above(lowest)
    above = [items.filter(has_children), *map(_items, parents)]
    top = [each.metadata.get("topLevelItem") for each in (lowest, *parents)]
    top_names = [str(item["name"]) for item in top if isinstance(item, Mapping) and "name" in item]
    names = _distinct(*(each["name"] for each in above), pa.array(top_names, pa.string()))
    codes = _distinct(*(each["code"] for each in above))
    totals = _labels(names, codes, leaves, numbered=lowest.is_numbered)
    return replace(totals, numbered=any(each.is_numbered for each in (lowest, *parents)))


def _labels(names: pa.Array, codes: pa.Array, leaves: pa.Table, *, numbered: bool) -> TotalItems:
    """Separate what only totals are called from what other items are called, too."""
    leaf_names = leaves["name"].combine_chunks()
    leaf_codes = leaves["code"].combine_chunks()
    # The text of a numbered list may have the codes in the place of the names.
    shown = _distinct(leaf_names, leaf_codes) if numbered else leaf_names
    ambiguous = names.filter(pc.is_in(names, value_set=shown))
    others = _distinct(leaf_names, leaf_codes)
    only = codes.filter(pc.invert(pc.is_in(codes, value_set=others)))
    unclear = pc.is_in(names, value_set=ambiguous)
    return TotalItems(_distinct(names.filter(pc.invert(unclear)), only), ambiguous)


def _distinct(*texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    arrays = [chunk for each in texts for chunk in getattr(each, "chunks", [each])]
    joined = pa.chunked_array(arrays, pa.string()).combine_chunks()
    return pc.drop_null(pc.unique(joined))


def _list_of(
    catalogue: Catalogue, dimension: Dimension
) -> tuple[ListDescription, str | None] | None:
    """Return the list of a dimension, and the name of the subset if it is one."""
    lists = catalogue.records("lists")
    if dimension.id in lists:
        return ListDescription.fetch(catalogue, lists[dimension.id]), None

    def described(record: Mapping[str, str]) -> ListDescription:
        return ListDescription.fetch(catalogue, record)

    # Only its list names a subset.
    every = in_order(described, lists.values(), threads=_THREADS, name="anaplan-lists")
    try:
        for each in every:
            for subset in each.metadata.get("subsets") or ():
                if str(subset["id"]) == dimension.id:
                    return each, str(subset["name"])
    finally:
        every.close()
    return None


def _items(described: ListDescription, subset: str | None = None) -> pa.Table:
    columns = list(_COLUMNS)
    if subset is not None:
        columns.append(ItemColumn(_SUBSET, "subsets", subset, pa.bool_()))
    with Progress(f"Reading {described.label}", unit="B", show=False) as bar:
        batches = list(read_items(described.items, columns, bar))
    return pa.Table.from_batches(batches, pa.schema([(c.name, c.type) for c in columns]))
