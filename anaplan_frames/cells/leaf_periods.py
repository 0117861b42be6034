"""Which periods are totals: those that are not of the time scale of a line item that is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.calendar.period_names import PeriodNames
from anaplan_frames.errors import DataError, EncodingError
from anaplan_frames.resources.row_filters import RowFilter

_NOT_APPLICABLE = "Not Applicable"
_LONGEST_CYCLE = 1000  # names; no calendar of months has as many
_TOTAL_PERIODS = {"ytd", "ytg", "all periods"}


class PeriodFilter(RowFilter):
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
    elsewhere : collection of str
        The columns of line items whose values another view shows. Their time scales count if no
        other line item is read, and in the rows that have values of them all the same.
    """

    def __init__(
        self,
        column: str,
        periods: PeriodNames,
        scales: Mapping[str, str],
        ranges: Iterable[str],
        label: str,
        elsewhere: Collection[str] = (),
    ) -> None:
        self.column = column
        self._periods = periods
        self._scales = scales
        self._elsewhere = elsewhere
        self._totals = _TOTAL_PERIODS | {name.casefold() for name in ranges}
        self._label = label
        self._kinds: frozenset[str] = frozenset()
        self._others: dict[str, list[str]] = {}
        self._kept: dict[str, bool] = {}

    def columns(self, names: Sequence[str]) -> Sequence[str]:
        """Return the column of the periods, and those with values that another view shows."""
        return [self.column, *(name for name in names if name in self._elsewhere)]

    def begin(self, schema: pa.Schema, names: Sequence[str]) -> None:
        """Learn which line items are read."""
        read = [name for name in names if name in self._scales] or list(self._scales)
        here = [name for name in read if name not in self._elsewhere]
        scales = {self._scales[name] for name in here or read} - {_NOT_APPLICABLE, ""}
        try:
            kinds = [self._periods.kind_of_scale(scale) for scale in scales or [None]]
        except EncodingError as error:
            raise _unknown_periods(error) from None
        self._kinds = frozenset(kinds)
        elsewhere = [name for name in names if name in self._scales and name in self._elsewhere]
        for name in elsewhere if here else ():
            kind = self._periods.kind_of_scale(self._scales[name])
            if kind not in self._kinds:
                self._others.setdefault(kind, []).append(name)

    def mask(self, batch: pa.RecordBatch) -> pa.Array | None:
        """Return which rows are kept."""
        kept = self._of_periods(batch)
        if kept is None:
            return None
        for kind, columns in self._others.items():
            kept = pc.or_(kept, self._filled(batch, kind, columns))
        return kept

    def _filled(self, batch: pa.RecordBatch, kind: str, columns: Sequence[str]) -> pa.Array:
        """Return which rows are of a kind of periods and have a value in one of some columns."""
        column = batch.column(self.column)
        every = pc.drop_null(pc.unique(column)).to_pylist()
        names = [name for name in every if self._periods.scale_of(name) == kind]
        filled = reduce(pc.or_, [pc.is_valid(batch.column(name)) for name in columns])
        return pc.and_(filled, pc.is_in(column, value_set=pa.array(names, column.type)))

    def _of_periods(self, batch: pa.RecordBatch) -> pa.Array | None:
        column = batch.column(self.column)
        cycle = _cycle(column)
        kept = self._leaves(column.slice(0, cycle))
        if kept is None or cycle == len(column):
            return kept
        return pa.array(np.resize(kept.to_numpy(zero_copy_only=False), len(column)))

    def _leaves(self, column: pa.Array) -> pa.Array | None:
        found = self._found(column)
        if found.true_count == len(found):
            return None
        # Most batches have no name that is new.
        others = pc.drop_null(pc.unique(column.filter(pc.invert(found))))
        new = [name for name in others.to_pylist() if name not in self._kept]
        if new:
            self._kept |= {name: self._is_leaf(name) for name in new}
            found = self._found(column)
        return pc.or_(found, pc.is_null(column)) if column.null_count else found

    def _found(self, column: pa.Array) -> pa.Array:
        names = [name for name, kept in self._kept.items() if kept]
        return pc.is_in(column, value_set=pa.array(names, column.type))

    def _is_leaf(self, name: str) -> bool:
        kind = self._periods.scale_of(name)
        if kind is None and name.strip().casefold() not in self._totals:
            raise DataError(
                f"{name!r} in column {self.column!r} of {self._label} is not a period of the "
                "model's calendar, so that it is not known whether it is a total. Read it with "
                "totals=True."
            )
        return kind in self._kinds


def total_periods(
    names: Iterable[str], periods: PeriodNames, scale: str | None, ranges: Iterable[str]
) -> list[bool | None]:
    """Return of each period whether it is a total on a time scale; None if that is not known.

    Raises
    ------
    EncodingError
        If the calendar has no such scale.
    """
    kind = periods.kind_of_scale(scale)
    totals = _TOTAL_PERIODS | {name.casefold() for name in ranges}

    def is_total(name: str) -> bool | None:
        own = periods.scale_of(name)
        if own is not None:
            return own != kind
        return True if name.strip().casefold() in totals else None

    return [is_total(name) for name in names]


def _cycle(column: pa.Array) -> int:
    """Return after how many rows the names begin again, and so on to the end; else all rows.

    In most views time is the last dimension, so that a few names show which rows are kept.
    """
    first, *others = column.slice(0, _LONGEST_CYCLE).to_pylist() or [None]
    if first not in others:
        return len(column)
    cycle = others.index(first) + 1
    repeats = column.slice(cycle).equals(column.slice(0, len(column) - cycle))
    return cycle if repeats else len(column)


def period_filter(
    column: str,
    names: Callable[[], PeriodNames],
    scales: Mapping[str, str],
    ranges: Iterable[str],
    label: str,
    elsewhere: Collection[str] = (),
) -> PeriodFilter:
    """Ask for the model's calendar, and return what leaves out the periods that are totals.

    The parameters are those of `PeriodFilter`.

    Raises
    ------
    DataError
        If the calendar is not known.
    """
    try:
        return PeriodFilter(column, names(), scales, ranges, label, elsewhere)
    except EncodingError as error:
        raise _unknown_periods(error) from None


def time_ranges(line_items: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the names of the time ranges of line items, by Anaplan's records of them."""
    return {str(record["timeRange"]) for record in line_items if record.get("timeRange")}


def _unknown_periods(error: EncodingError) -> DataError:
    return DataError(f"{error} So it is not known which periods are totals: use totals=True.")
