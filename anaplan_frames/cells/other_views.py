"""What a view shows no values of, because Anaplan has another view for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pyarrow as pa

from anaplan_frames.calendar.model_calendar import TIME_ID
from anaplan_frames.calendar.period_names import PeriodNames
from anaplan_frames.cells.own_dimensions import own_dimensions_words, scale_rank
from anaplan_frames.errors import EncodingError, NotFound, PermissionDenied, RequestRefused
from anaplan_frames.messages import warn
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.row_filters import RowFilter

_UNKNOWN = (NotFound, PermissionDenied, RequestRefused, EncodingError)


class OtherViewsNote(RowFilter):
    """Warns if columns are read that have their values in other views; it keeps all rows.

    Parameters
    ----------
    elsewhere : callable
        Returns the columns of line items with dimensions or a time scale of their own.
    module : str
        The name of the module.
    label : str
        The table in words.
    """

    def __init__(self, elsewhere: Callable[[], Collection[str]], module: str, label: str) -> None:
        self._elsewhere = elsewhere
        self._module = module
        self._label = label

    def columns(self, names: Sequence[str]) -> Sequence[str]:
        """Return no columns: it looks at none."""
        return ()

    def begin(self, schema: pa.Schema, names: Sequence[str]) -> None:
        """Warn of the columns that are read."""
        elsewhere = self._elsewhere()
        read = [name for name in names if name in elsewhere]
        if read:
            warn(f"{self._label}: {own_dimensions_words(read, self._module)}")

    def mask(self, batch: pa.RecordBatch) -> None:
        """Keep all rows."""


def other_scales(
    catalogue: Catalogue,
    path: str,
    scales: Mapping[str, str],
    names: Callable[[], PeriodNames],
) -> set[str]:
    """Return the ids of line items that are not of the time scale of a view.

    The API does not show the scale of a module. It is the smallest one of its line items of which
    the view has periods; if that cannot be read, the one that most of them have.

    Parameters
    ----------
    path : str
        The view's.
    scales : mapping of str to str
        The time scales of line items, by id.
    names : callable
        Returns the names of the model's periods.
    """
    different = sorted(set(scales.values()), key=scale_rank)
    if len(different) < 2:
        return set()
    try:
        shown = _levels_shown(catalogue, path, names())
        own = next(one for one in different if names().kind_of_scale(one) in shown)
    except (*_UNKNOWN, StopIteration):
        [(own, _)] = Counter(scales.values()).most_common(1)
    return {id_ for id_, scale in scales.items() if scale != own}


def _levels_shown(catalogue: Catalogue, path: str, names: PeriodNames) -> set[str | None]:
    answer: Mapping[str, Any] = catalogue.transport.get(
        f"{path}/dimensions/{TIME_ID}/items", label="the periods of a view"
    )
    return {names.scale_of(str(item.get("name"))) for item in answer.get("items") or ()}
