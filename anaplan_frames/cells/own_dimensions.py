"""Line items that differ from their module: dimensions or a time scale of their own, headings.

Anaplan's help calls the view of such a line item a subsidiary view; by the API's description, the
line item's id is that of the view. Users report that the module's own views show no values of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from anaplan_frames.calendar.model_calendar import TIME_ID
from anaplan_frames.cells.view_shape import USERS_ID, VERSIONS_ID, Axes, LineItem
from anaplan_frames.messages import listed

_NOT_APPLICABLE = "Not Applicable"
# As line items have them, the smallest periods first.
_SCALES = ("day", "week", "month", "quarter", "half-year", "year")

Record = Mapping[str, Any]


def applies(setting: object) -> bool:
    """Return whether a line item has a time scale or versions, by Anaplan's record of it."""
    name = setting.get("name") if isinstance(setting, Mapping) else setting
    return bool(name) and name != _NOT_APPLICABLE


def has_own_dimensions(record: Record, axes: Axes) -> bool:
    """Return whether a line item has other dimensions than a view, by Anaplan's record of it.

    Users are left out of the comparison, as it is not documented that a record shows them.
    """
    if "appliesTo" not in record or LineItem.of(record).is_heading:
        return False
    own = {str(one["id"]) for one in record["appliesTo"] or ()}
    own |= {TIME_ID} if applies(record.get("timeScale")) else set()
    own |= {VERSIONS_ID} if applies(record.get("version")) else set()
    return own - {USERS_ID} != {one.id for one in axes.dimensions} - {USERS_ID}


def same_dimensions(records: Sequence[Record]) -> bool:
    """Return whether line items have the same dimensions; their time scales may differ."""
    return len({shape_of(record) for record in records}) <= 1


def shape_of(record: Record) -> tuple[object, ...]:
    """Return what decides the dimensions of a line item, by Anaplan's record of it."""
    lists = frozenset(str(one["id"]) for one in record.get("appliesTo") or ())
    return lists, applies(record.get("timeScale")), applies(record.get("version"))


def with_smallest_periods(records: Iterable[Record]) -> Record | None:
    """Return the first line item of the finest time scale; None if none has Time."""
    with_time = [record for record in records if applies(record.get("timeScale"))]
    return min(with_time, key=lambda record: scale_rank(str(record["timeScale"])), default=None)


def with_longest_periods(records: Iterable[Record]) -> Record | None:
    """Return a line item of the longest time scale; None if all have the calendar's own."""
    with_time = [record for record in records if applies(record.get("timeScale"))]
    ranks = {scale_rank(str(record["timeScale"])): record for record in with_time}
    if not ranks or (len(ranks) == 1 and max(ranks) < _SCALES.index("quarter")):
        return None
    return ranks[max(ranks)]


def scale_rank(scale: str) -> int:
    """Return a number by which time scales are sorted, the smallest periods first."""
    word = scale.strip().casefold().replace(" ", "-").replace("_", "-")
    return _SCALES.index(word) if word in _SCALES else 0


def own_dimensions_words(names: Sequence[str], module: str) -> str:
    """Say that line items have dimensions of their own, and how they are read."""
    have, its, them = ("has", "its", "it") if len(names) == 1 else ("have", "their", "them")
    view = f"{module}.{names[0]}"
    return (
        f"{listed(names)} {have} dimensions or a time scale of {its} own, and a view that shows"
        f" {its} values. Read {them} with model.views[{view!r}].read(totals=False)."
    )
