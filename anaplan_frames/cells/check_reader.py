"""What a plan must know of a model to find the cells that Anaplan is going to reject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.calendar.model_calendar import visible_period_names
from anaplan_frames.calendar.period_lookup import PeriodLookup
from anaplan_frames.cells.cell_checks import CellChecks
from anaplan_frames.cells.cell_planner import DimensionColumn, LineItemColumn
from anaplan_frames.cells.leaf_periods import time_ranges, total_periods
from anaplan_frames.cells.own_dimensions import scale_rank
from anaplan_frames.cells.period_texts import Names
from anaplan_frames.cells.total_items import read_leaf_ids
from anaplan_frames.cells.view_description import ViewDescription
from anaplan_frames.cells.view_shape import VERSIONS_ID
from anaplan_frames.cells.written_line_items import calculated_versions, time_scale
from anaplan_frames.codec.column_types import is_period
from anaplan_frames.errors import EncodingError, NotFound, PermissionDenied, RequestRefused
from anaplan_frames.lists.hierarchy_reader import lists_above
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, as_mask, as_texts
from anaplan_frames.writes.value_checks import ValueCheck, check_of_format, check_of_items

_REFUSED = (PermissionDenied, NotFound, RequestRefused)
_ACCESS = "The API does not show which cells your user may write."
_TOTALS = "The hierarchies of the dimensions could not be read, so totals are only known once sent."
_PERIODS = "The calendar does not show which of the periods are totals for these line items."
_VERSIONS = (
    "The API does not show of which line items a version with a formula is calculated, and "
    "which cells before its switchover are those of the actual version."
)
_ITEMS = ("LIST", "ENTITY")


def read_cell_checks(
    target: ViewDescription,
    dimensions: Sequence[DimensionColumn],
    items: Sequence[LineItemColumn],
    names: Names,
) -> CellChecks:
    """Read the hierarchies of dimensions, the calendar, and the items of line items' formats.

    Parameters
    ----------
    target : ViewDescription
        The default view of the module.
    dimensions : sequence of DimensionColumn
        All dimensions of the module.
    items : sequence of LineItemColumn
        The line items that are written.
    names : callable
        Returns the names of the model's periods.
    """
    unknown: list[Mapping[str, str]] = []
    records = {str(record["id"]): record for record in target.line_items}
    time = next((n for n, each in enumerate(dimensions) if each.items.dimension.is_time), None)
    periods: dict[str, Mask] = {}
    if time is not None:
        periods = _period_totals(dimensions[time], items, records, names, unknown)
    totals = _totals(target.catalogue, dimensions, unknown)
    values = dict(_value_checks(target.catalogue, items, records, unknown))
    if any(each.items.dimension.id == VERSIONS_ID for each in dimensions):
        unknown.append({"subject": "versions", "reason": _VERSIONS})
    unknown += [
        {"subject": f"line item {item.name!r}", "reason": reason}
        for item in items
        if (reason := calculated_versions(records[item.id]))
    ]
    unknown.append({"subject": "access", "reason": _ACCESS})
    return CellChecks(
        totals=totals,
        periods=periods,
        time=time,
        values=values,
        scales=_longer_periods(items, records),
        unknown=tuple(unknown),
    )


def _longer_periods(
    items: Sequence[LineItemColumn], records: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Return the time scales of line items whose periods are longer than those of others."""
    scales = {item.id: time_scale(records[item.id]) or "" for item in items}
    smallest = min(map(scale_rank, scales.values()), default=0)
    return {id_: scale for id_, scale in scales.items() if scale_rank(scale) > smallest}


def _totals(
    catalogue: Catalogue,
    dimensions: Sequence[DimensionColumn],
    unknown: list[Mapping[str, str]],
) -> list[Mask | None]:
    """Return which items of each dimension are totals, by its list's hierarchy."""
    try:
        every = [each.items.dimension for each in dimensions]
        found_ids = {each.id: ids for each, *ids in read_leaf_ids(catalogue, every)}
    except _REFUSED:
        unknown.append({"subject": "totals", "reason": _TOTALS})
        return [None] * len(dimensions)
    found: list[Mask | None] = []
    for each in dimensions:
        if each.items.dimension.id not in found_ids:
            found.append(None)
            continue
        leaves, known = found_ids[each.items.dimension.id]
        own = pa.array(each.items.ids, leaves.type)
        is_leaf, is_known = (pc.is_in(own, value_set=ids) for ids in (leaves, known))
        mask = as_mask(pc.and_not(is_known, is_leaf))
        found.append(mask if mask.any() else None)
    return found


def _period_totals(
    time: DimensionColumn,
    items: Sequence[LineItemColumn],
    records: Mapping[str, Mapping[str, Any]],
    names: Names,
    unknown: list[Mapping[str, str]],
) -> dict[str, Mask]:
    """Return which periods are totals for each line item, by its time scale."""
    texts = time.items.names.to_pylist()
    ranges = time_ranges(records.values())
    visible = cache(partial(visible_period_names, names))
    by_scale: dict[str | None, Mask] = {}
    found = {}
    try:
        for item in items:
            scale = time_scale(records[item.id])
            if scale not in by_scale:
                totals = total_periods(texts, visible(), scale, ranges)
                if None in totals:
                    unknown.append({"subject": "Time", "reason": _PERIODS})
                by_scale[scale] = np.array([bool(each) for each in totals])
            found[item.id] = by_scale[scale]
    except (EncodingError, *_REFUSED):
        unknown.append({"subject": "Time", "reason": _PERIODS})
    return found


def _value_checks(
    catalogue: Catalogue,
    items: Sequence[LineItemColumn],
    records: Mapping[str, Mapping[str, Any]],
    unknown: list[Mapping[str, str]],
) -> Iterator[tuple[str, ValueCheck]]:
    """Yield how the values of line items are judged, by their ids."""
    periods = PeriodLookup(catalogue)
    lists: dict[str, tuple[str, list[pa.Array]] | None] = {}
    for item in items:
        format_ = item.format.strip().upper()
        if is_period(format_):
            yield item.id, periods.check(item.name, dates=False)
        elif format_ in _ITEMS:
            described = records[item.id].get("formatMetadata") or {}
            id_ = str(described.get("hierarchyEntityLongId") or "")
            if id_ not in lists:
                lists[id_] = _item_names(catalogue, id_)
            known = lists[id_]
            if known is None:
                reason = "The API does not show of which list its values are items."
                unknown.append({"subject": f"line item {item.name!r}", "reason": reason})
            else:
                yield item.id, check_of_items(item.name, *known)
        elif check := check_of_format(item.name, format_, blanks=format_ == "DATE"):
            yield item.id, check


def _item_names(catalogue: Catalogue, list_id: str) -> tuple[str, list[pa.Array]] | None:
    """Return a list in words, and the names of its items and of those above it."""
    record = catalogue.records("lists").get(list_id)
    if record is None:
        return None
    try:
        lowest = ListDescription.fetch(catalogue, record)
        every = [lowest, *lists_above(lowest)]
        names = [as_texts(each.read_items(["name"])["name"]) for each in every]
    except _REFUSED:
        return None
    tops = [each.top_level_item for each in every]
    names.append(pa.array([top for top in tops if top], TEXT))
    return lowest.label, names
