"""Which rows of a file an import is going to reject, as far as its columns are known; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.bulk.header_checks import HeaderCheck
from anaplan_frames.bulk.key_forecast import KeyForecast
from anaplan_frames.bulk.list_keys import KeyColumns
from anaplan_frames.bulk.row_keys import JudgedRows
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, as_mask
from anaplan_frames.writes.row_messages import add_message
from anaplan_frames.writes.value_checks import (
    RIGHT,
    UNCLEAR,
    WRONG,
    UnclearValues,
    Verdicts,
)

_ROWS_AT_ONCE = 262_144


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
    keys : KeyColumns, optional
        Which columns hold keys, if the import loads a list.
    """

    def __init__(
        self,
        encoder: Encoder,
        checks: Sequence[HeaderCheck],
        unknown: Sequence[Mapping[str, str]],
        keys: KeyColumns | None = None,
    ) -> None:
        self._encoder = encoder
        self._checks = checks
        self._unknown = unknown
        self._columns = [_Column() for _ in checks]
        self._waiting: list[dict[int, pa.Array]] = []
        self._first_row = 0
        self._blank_rows = 0
        self._unclear = [UnclearValues() for _ in checks]
        self._keys = None if keys is None else KeyForecast(keys, encoder.layout.headers)
        known = {each.number for each in checks} | ({keys.parent} if keys is not None else set())
        self._others = [n for n in range(len(encoder.layout.headers)) if n not in known]

    def look(self, batch: pa.RecordBatch, first_row: int) -> None:
        """Take some rows, which follow those before; they are judged many at a time."""
        if not self._waiting:
            self._first_row = first_row
        if self._keys is not None:
            self._waiting.append(dict(enumerate(self._encoder.texts(batch, first_row))))
        else:
            self._waiting.append(self._look_at_checked(batch, first_row))
        if first_row + batch.num_rows - self._first_row >= _ROWS_AT_ONCE:
            self._judge()

    def _look_at_checked(self, batch: pa.RecordBatch, first_row: int) -> dict[int, pa.Array]:
        """Return the texts of the columns that are checked; nulls if all of them are right."""
        blank: Mask | None = None
        found: dict[int, pa.Array] = {}
        for each, column in zip(self._checks, self._columns, strict=True):
            if self._fits(each, batch):
                found.setdefault(each.number, pa.nulls(batch.num_rows, TEXT))
                continue
            texts = self._encoder.column_texts(batch, first_row, each.number)
            if each.needed and texts.null_count:
                if blank is None:
                    blank = _are_blank(self._encoder.texts(batch, first_row), batch.num_rows)
                    self._blank_rows += int(blank.sum())
                name = each.check.column
                for at in np.flatnonzero(as_mask(pc.is_null(texts)) & ~blank).tolist():
                    column.reasons[first_row + at] = f"column {name!r} has no value"
            found[each.number] = texts
        return found

    def _fits(self, each: HeaderCheck, batch: pa.RecordBatch) -> bool:
        """Whether a column's type shows that all values of a batch are right."""
        position = self._encoder.layout.positions[each.number]
        return position is not None and each.check.fits(batch.column(position).type)

    def _judge(self) -> None:
        """Judge the rows that wait."""
        if not self._waiting:
            return
        texts = {
            number: pa.concat_arrays([its[number] for its in self._waiting])
            for number in self._waiting[0]
        }
        self._waiting = []
        verdicts = []
        for each, column, unclear in zip(self._checks, self._columns, self._unclear, strict=True):
            judged = each.check.look_at(texts[each.number])
            unclear.add(judged)
            found = judged.verdicts[as_mask(pc.is_valid(texts[each.number]))]
            column.recognized |= bool(np.isin(found, (RIGHT, UNCLEAR)).any())
            for at, reason in judged.reasons().items():
                column.reasons[self._first_row + at] = reason
            verdicts.append(judged.verdicts)
        if self._keys is not None:
            self._keys.add(self._judged_rows(list(texts.values()), verdicts))

    def _judged_rows(self, texts: list[pa.Array], verdicts: list[Verdicts]) -> JudgedRows:
        """Return rows with what is known of each by its own values."""
        count = len(texts[0])
        wrong, clear = np.zeros(count, dtype=bool), np.ones(count, dtype=bool)
        for each, its in zip(self._checks, verdicts, strict=True):
            clear &= its == RIGHT
            if not each.pattern:
                wrong |= its == WRONG
        blank = _are_blank(texts, count)
        self._blank_rows += int(blank.sum())
        others_blank = _are_blank([texts[number] for number in self._others], count)
        return JudgedRows(
            texts=texts,
            wrong=wrong,
            open=[
                its == WRONG
                for each, its in zip(self._checks, verdicts, strict=True)
                if each.pattern
            ],
            clear=clear & others_blank,
            blank=blank,
            others_blank=others_blank,
        )

    def reasons(self) -> dict[int, str]:
        """Return why rows are rejected, by position."""
        self._judge()
        found: dict[int, str] = {}
        for each, column in zip(self._checks, self._columns, strict=True):
            if each.pattern and not column.recognized:
                continue
            for row, reason in column.reasons.items():
                add_message(found, row, reason)
        if self._keys is not None:
            judged = [
                column.recognized
                for each, column in zip(self._checks, self._columns, strict=True)
                if each.pattern
            ]
            for row, reason in self._keys.finish(judged).items():
                add_message(found, row, reason)
        return found

    def close(self) -> None:
        """Delete what was kept of the rows."""
        if self._keys is not None:
            self._keys.close()

    def unchecked(self) -> list[Mapping[str, str]]:
        """Return what could not be checked; `reasons` is asked for before."""
        found: list[Mapping[str, str]] = []
        for each, column, unclear in zip(self._checks, self._columns, self._unclear, strict=True):
            if each.pattern and not column.recognized:
                found.append({"subject": f"column {each.check.column!r}", "reason": each.pattern})
            else:
                found += unclear.records()
        if self._blank_rows:
            reason = f"{self._blank_rows:,} rows have no value: Anaplan may skip or reject them."
            found.append({"subject": "blank rows", "reason": reason})
        if self._keys is not None:
            found += self._keys.unclear()
        return [*found, *self._unknown]


def _are_blank(texts: Sequence[pa.Array], count: int) -> Mask:
    """Return which rows have no value in any of these columns."""
    blank = np.ones(count, dtype=bool)
    for each in texts:
        blank &= as_mask(pc.is_null(each))  # as the encoder makes empty texts
    return blank
