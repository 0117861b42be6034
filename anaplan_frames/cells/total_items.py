"""Which items of a dimension are totals, by the hierarchies of its list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.calendar.model_calendar import TIME_ID
from anaplan_frames.cells.view_shape import USERS_ID, VERSIONS_ID, Dimension
from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.lists.hierarchy_reader import lists_above
from anaplan_frames.lists.item_reader import read_items
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.threads import in_order

_THREADS = 4
_NAME = "anaplan-items"
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


@dataclass(frozen=True, slots=True)
class _Hierarchy:
    """The list of a dimension, the lists above it, and the name of the subset if it is one."""

    lowest: ListDescription
    subset: str | None
    above: Sequence[ListDescription]

    @property
    def lists(self) -> list[tuple[ListDescription, str | None]]:
        return [(self.lowest, self.subset), *((each, None) for each in self.above)]


def read_totals(
    catalogue: Catalogue, dimensions: Sequence[Dimension]
) -> Iterator[tuple[Dimension, TotalItems]]:
    """Read the hierarchies of dimensions, several at a time; yield those that have totals.

    Only lists and their subsets can have any. Anaplan does not say whether a list has parents
    within itself, so that its items are read, too; those of a list that several dimensions share
    are read once.
    """
    for dimension, hierarchy, items in _read_hierarchies(catalogue, dimensions):
        totals = _totals(hierarchy, items)
        if totals is not None:
            yield dimension, totals


def read_leaf_ids(
    catalogue: Catalogue, dimensions: Sequence[Dimension]
) -> Iterator[tuple[Dimension, pa.Array, pa.Array]]:
    """Read the hierarchies as `read_totals` does; yield the ids of the items to write to, and all.

    Items to which the user has no access may be in neither: they need not be totals.

    Anaplan documents which cells are aggregates: those of items with items of their own below
    them, and those of items that are not defined in the dimension's own list but above it.
    """
    for dimension, hierarchy, tables in _read_hierarchies(catalogue, dimensions):
        items, has_children = _with_children(hierarchy, tables[0])
        leaves = items["id"].filter(pc.invert(has_children))
        descriptions = [hierarchy.lowest, *hierarchy.above]
        tops = [each.metadata.get("topLevelItem") for each in descriptions]
        top_ids = [str(top.get("id")) for top in tops if isinstance(top, Mapping)]
        leaves = leaves.filter(pc.invert(pc.is_in(leaves, pa.array(top_ids, pa.string()))))
        every = _distinct(*(each["id"] for each in tables), pa.array(top_ids, pa.string()))
        yield dimension, leaves.combine_chunks(), every


def _read_hierarchies(
    catalogue: Catalogue, dimensions: Sequence[Dimension]
) -> Iterator[tuple[Dimension, _Hierarchy, list[pa.Table]]]:
    """Yield the dimensions that are lists or subsets, with the items of each of their lists."""
    candidates = [each for each in dimensions if _may_have_totals(each)]
    if not candidates:
        return
    hierarchies = _hierarchies(catalogue, [each.id for each in candidates])
    wanted = {
        (each.id, subset): (each, subset)
        for hierarchy in hierarchies.values()
        for each, subset in hierarchy.lists
    }
    found = in_order(lambda each: _items(*each), wanted.values(), threads=_THREADS, name=_NAME)
    tables = dict(zip(wanted, found, strict=True))
    for dimension in candidates:
        if dimension.id not in hierarchies:
            continue
        hierarchy = hierarchies[dimension.id]
        items = [tables[each.id, subset] for each, subset in hierarchy.lists]
        yield dimension, hierarchy, items


def _may_have_totals(dimension: Dimension) -> bool:
    flat = dimension.id in (TIME_ID, VERSIONS_ID, USERS_ID)
    return not (flat or dimension.is_line_items or dimension.id.startswith(_LINE_ITEM_SUBSETS))


def _totals(hierarchy: _Hierarchy, tables: Sequence[pa.Table]) -> TotalItems | None:
    """Return what the totals of a hierarchy are called; None if there are none."""
    lowest, *parents = tables
    items, has_children = _with_children(hierarchy, lowest)
    above = [items.filter(has_children), *parents]
    descriptions = [hierarchy.lowest, *hierarchy.above]
    top = [each.metadata.get("topLevelItem") for each in descriptions]
    top_names = [str(item["name"]) for item in top if isinstance(item, Mapping) and "name" in item]
    if not top_names and not any(map(len, above)):
        return None
    leaves = items.filter(pc.invert(has_children))
    names = _distinct(*(each["name"] for each in above), pa.array(top_names, pa.string()))
    codes = _distinct(*(each["code"] for each in above))
    totals = _labels(names, codes, leaves, numbered=hierarchy.lowest.is_numbered)
    if not len(totals.names) + len(totals.ambiguous):
        return None
    return replace(totals, numbered=any(each.is_numbered for each in descriptions))


def _with_children(hierarchy: _Hierarchy, items: pa.Table) -> tuple[pa.Table, pa.ChunkedArray]:
    """Return the items of the lowest list or its subset, and which have others below them."""
    if hierarchy.subset is not None:
        items = items.filter(items[_SUBSET])
    return items, pc.is_in(items["id"], value_set=pc.drop_null(items["parentId"]))


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


def _hierarchies(catalogue: Catalogue, ids: Sequence[str]) -> dict[str, _Hierarchy]:
    """Return the hierarchies of those dimensions that are lists or subsets, by their ids."""
    lists = catalogue.records("lists")

    def described(record: Mapping[str, Any]) -> ListDescription:
        return ListDescription.fetch(catalogue, record)

    own = [lists[id_] for id_ in ids if id_ in lists]
    fetched = in_order(described, own, threads=_THREADS, name=_NAME)
    found: dict[str, tuple[ListDescription, str | None]] = {
        each.id: (each, None) for each in fetched
    }
    missing = {id_ for id_ in ids if id_ not in lists}
    # Only its list names a subset.
    every = in_order(described, lists.values() if missing else (), threads=_THREADS, name=_NAME)
    with closing(every):
        for each in every:
            for subset in each.metadata.get("subsets") or ():
                if str(subset["id"]) in missing:
                    found[str(subset["id"])] = each, str(subset["name"])
            if missing <= found.keys():
                break
    lowest = [each for each, _ in found.values()]
    above = in_order(lists_above, lowest, threads=_THREADS, name=_NAME)
    return {
        id_: _Hierarchy(each, subset, parents)
        for (id_, (each, subset)), parents in zip(found.items(), above, strict=True)
    }


def _items(described: ListDescription, subset: str | None = None) -> pa.Table:
    columns = list(_COLUMNS)
    if subset is not None:
        columns.append(ItemColumn(_SUBSET, "subsets", subset, pa.bool_()))
    with Progress(f"Reading {described.label}", unit="B", show=False) as bar:
        batches = list(read_items(described.items, columns, bar))
    return pa.Table.from_batches(batches, pa.schema([(c.name, c.type) for c in columns]))
