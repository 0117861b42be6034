"""Which rows of a file an import is going to reject, as far as its columns are known; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.encode import Encoder
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, as_mask
from anaplan_frames.writes.row_messages import add_message
from anaplan_frames.writes.value_checks import RIGHT, UNCLEAR, UnclearValues, ValueCheck

_ROWS_AT_ONCE = 262_144


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderCheck:
    """How a column of a file is judged.

    Attributes
    ----------
    number : int
        Which of the file's headers it has.
    check : ValueCheck
    needed : bool
        Whether a row without a value is rejected, because the column is a dimension.
    pattern : str
        If none of the column's texts is right, why it cannot be judged; an import can read periods
        by a pattern of its own. Empty if that cannot be.
    """

    number: int
    check: ValueCheck
    needed: bool = False
    pattern: str = ""


@dataclass(slots=True)
class _Column:
    """What is known of a column so far."""

    reasons: dict[int, str] = field(default_factory=dict)
    recognized: bool = False


class LoadForecast:
    """The rows of a file as an import is going to take or reject them.

    Parameters
    ----------
    encoder : Encoder
        Makes the texts of the file.
    checks : sequence of HeaderCheck
    unknown : sequence of mapping of str to str
        Which columns cannot be checked, as a plan shows it.
    """

    def __init__(
        self,
        encoder: Encoder,
        checks: Sequence[HeaderCheck],
        unknown: Sequence[Mapping[str, str]],
    ) -> None:
        self._encoder = encoder
        self._checks = checks
        self._unknown = unknown
        self._columns = [_Column() for _ in checks]
        self._waiting: list[list[pa.Array]] = []
        self._first_row = 0
        self._blank_rows = 0
        self._unclear = [UnclearValues() for _ in checks]

    def look(self, batch: pa.RecordBatch, first_row: int) -> None:
        """Take some rows, which follow those before; they are judged many at a time."""
        blank: Mask | None = None
        if not self._waiting:
            self._first_row = first_row
        waiting = []
        for each, column in zip(self._checks, self._columns, strict=True):
            if self._fits(each, batch):
                waiting.append(pa.nulls(batch.num_rows, TEXT))
                continue
            texts = self._encoder.column_texts(batch, first_row, each.number)
            if each.needed and texts.null_count:
                if blank is None:
                    blank = self._blank(batch, first_row)
                    self._blank_rows += int(blank.sum())
                name = each.check.column
                for at in np.flatnonzero(as_mask(pc.is_null(texts)) & ~blank).tolist():
                    column.reasons[first_row + at] = f"column {name!r} has no value"
            waiting.append(texts)
        self._waiting.append(waiting)
        if first_row + batch.num_rows - self._first_row >= _ROWS_AT_ONCE:
            self._judge()

    def _fits(self, each: HeaderCheck, batch: pa.RecordBatch) -> bool:
        """Whether a column's type shows that all values of a batch are right."""
        position = self._encoder.layout.positions[each.number]
        return position is not None and each.check.fits(batch.column(position).type)

    def _judge(self) -> None:
        """Judge the rows that wait."""
        if not self._waiting:
            return
        parts = zip(*self._waiting, strict=True)
        for each, column, unclear, its in zip(
            self._checks, self._columns, self._unclear, parts, strict=True
        ):
            texts = pa.concat_arrays(its)
            judged = each.check.look_at(texts)
            unclear.add(judged)
            found = judged.verdicts[as_mask(pc.is_valid(texts))]
            column.recognized |= bool(np.isin(found, (RIGHT, UNCLEAR)).any())
            for at, reason in judged.reasons().items():
                column.reasons[self._first_row + at] = reason
        self._waiting = []

    def reasons(self) -> dict[int, str]:
        """Return why rows are rejected, by position."""
        self._judge()
        found: dict[int, str] = {}
        for each, column in zip(self._checks, self._columns, strict=True):
            if each.pattern and not column.recognized:
                continue
            for row, reason in column.reasons.items():
                add_message(found, row, reason)
        return found

    def unchecked(self) -> list[Mapping[str, str]]:
        """Return what could not be checked."""
        self._judge()
        found: list[Mapping[str, str]] = []
        for each, column, unclear in zip(self._checks, self._columns, self._unclear, strict=True):
            if each.pattern and not column.recognized:
                found.append({"subject": f"column {each.check.column!r}", "reason": each.pattern})
            else:
                found += unclear.records()
        if self._blank_rows:
            reason = f"{self._blank_rows:,} rows have no value: Anaplan may skip or reject them."
            found.append({"subject": "blank rows", "reason": reason})
        return [*found, *self._unknown]

    def _blank(self, batch: pa.RecordBatch, first_row: int) -> Mask:
        """Return which rows have no value at all."""
        blank = np.ones(batch.num_rows, dtype=bool)
        for texts in self._encoder.texts(batch, first_row):
            blank &= as_mask(pc.is_null(texts)) | as_mask(
                pc.fill_null(pc.equal(texts, ""), fill_value=True)
            )
        return blank
