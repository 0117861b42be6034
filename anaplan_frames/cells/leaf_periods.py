"""Which periods are totals: those that are not of the time scale of a line item that is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from anaplan_frames.calendar.period_names import PeriodNames
from anaplan_frames.errors import DataError, EncodingError
from anaplan_frames.resources.row_filters import ValueFilter

_NOT_APPLICABLE = "Not Applicable"
_TOTAL_PERIODS = {"ytd", "ytg", "all periods"}


class PeriodFilter(ValueFilter):
    """Leaves out the rows of periods that are not of the time scale of any line item read.

    Parameters
    ----------
    column : str
        The column with the names of periods.
    periods : PeriodNames
        The names of the model's periods.
    scales : mapping of str to str
        The time scale of each line item, by its column.
    ranges : iterable of str
        The names of the line items' time ranges: the total of one may be called so.
    label : str
        The table in words, for messages.
    """

    def __init__(
        self,
        column: str,
        periods: PeriodNames,
        scales: Mapping[str, str],
        ranges: Iterable[str],
        label: str,
    ) -> None:
        super().__init__(column, lambda kind: self._kept, missing=True)
        self._periods = periods
        self._scales = scales
        self._totals = _TOTAL_PERIODS | {name.casefold() for name in ranges}
        self._label = label
        self._kinds: frozenset[str] = frozenset()
        self._known: dict[str, bool] = {}

    def begin(self, schema: pa.Schema, names: Sequence[str]) -> None:
        """Learn which line items are read."""
        super().begin(schema, names)
        read = {self._scales[name] for name in names if name in self._scales}
        scales = (read or set(self._scales.values())) - {_NOT_APPLICABLE, ""}
        try:
            kinds = [self._periods.kind_of_scale(scale) for scale in scales or [None]]
        except EncodingError as error:
            raise _unknown_periods(error) from None
        self._kinds = frozenset(kinds)

    def _kept(self, names: pa.Array) -> pa.Array:
        return pa.array([self._is_kept(name) for name in names.to_pylist()], pa.bool_())

    def _is_kept(self, name: str) -> bool:
        if name not in self._known:
            kind = self._periods.scale_of(name)
            if kind is None and name.strip().casefold() not in self._totals:
                raise DataError(
                    f"{name!r} in column {self.column!r} of {self._label} is not a period of the "
                    "model's calendar, so that it is not known whether it is a total. Read it with "
                    "totals=True."
                )
            self._known[name] = kind in self._kinds
        return self._known[name]


def period_filter(
    column: str,
    names: Callable[[], PeriodNames],
    scales: Mapping[str, str],
    ranges: Iterable[str],
    label: str,
) -> PeriodFilter:
    """Ask for the model's calendar, and return what leaves out the periods that are totals.

    The parameters are those of `PeriodFilter`.

    Raises
    ------
    DataError
        If the calendar is not known.
    """
    try:
        return PeriodFilter(column, names(), scales, ranges, label)
    except EncodingError as error:
        raise _unknown_periods(error) from None


def time_ranges(line_items: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the names of the time ranges of line items, by Anaplan's records of them."""
    return {str(record["timeRange"]) for record in line_items if record.get("timeRange")}


def _unknown_periods(error: EncodingError) -> DataError:
    return DataError(f"{error} So it is not known which periods are totals: use totals=True.")
