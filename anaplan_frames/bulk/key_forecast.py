"""Rows of an import into a list without a key, with that of an earlier row, or without a parent.

What can be said of them depends on all rows, so their digests wait in a temporary file. Which of
several rows of one key is taken is sure only if nothing else can be wrong with the first of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from anaplan_frames.bulk.list_keys import KeyColumns
from anaplan_frames.bulk.row_keys import (
    CLEAR,
    FIRST_OPEN,
    FITS,
    FLAGS,
    FOLDED,
    HAS_KEY,
    HAS_NAME,
    IS_BELOW,
    KEY,
    NAME,
    PARENT,
    ROW,
    SECOND,
    WANTS_PARENT,
    WRONG,
    JudgedRows,
    KeyRows,
)
from anaplan_frames.writes.arrow_arrays import Mask, Positions
from anaplan_frames.writes.row_messages import add_message

_MOST_ROUNDS = 50  # of rows whose parents are made by rejected rows


class KeyForecast:
    """The keys of all rows of a file that an import loads into a list.

    Parameters
    ----------
    columns : KeyColumns
    headers : sequence of str
        Those of the file.
    """

    def __init__(self, columns: KeyColumns, headers: Sequence[str]) -> None:
        self._columns = columns
        self._headers = headers
        self._kept = KeyRows(columns)
        self._wrong_bits = WRONG

    def add(self, rows: JudgedRows) -> None:
        """Take rows, which follow those before."""
        self._kept.add(rows)

    def finish(self, judged: Sequence[bool]) -> dict[int, str]:
        """Return why rows are rejected, by position.

        Parameters
        ----------
        judged : sequence of bool
            Whether the columns of `JudgedRows.open` are judged.
        """
        bits = sum(1 << bit for bit, is_judged in enumerate(judged, FIRST_OPEN) if is_judged)
        self._wrong_bits = WRONG | bits
        rejected = np.zeros(self._kept.spool.rows, dtype=bool)
        rejected[self._kept.missing] = True
        reasons: dict[int, str] = {}
        if len(self._kept.missing):
            reasons = dict.fromkeys(self._kept.missing.tolist(), self._missing_reason())
        shared = self._shared_names()
        if self._kept.key is not None:
            header = self._headers[self._kept.key]
            for row, earlier in self._again(shared):
                text = f"row {earlier:,} (counted from 0) has the same value in column {header!r}"
                add_message(reasons, row, text)
                rejected[row] = True
        for row in self._without_parents(rejected):
            add_message(reasons, row, self._parent_reason())
        return reasons

    def close(self) -> None:
        """Delete the temporary file."""
        self._kept.spool.close()

    def _missing_reason(self) -> str:
        names = [
            repr(self._headers[number])
            for number in (self._columns.code, self._columns.name)
            if number is not None
        ]
        if len(names) == 1:
            return f"column {names[0]} has no value"
        return f"the columns {names[0]} and {names[1]} have no value"

    def _parent_reason(self) -> str:
        assert self._columns.items is not None
        assert self._columns.parent is not None
        return (
            f"the parent in column {self._headers[self._columns.parent]!r} is not an item of "
            f"{self._columns.items.label}, and no row that is taken makes it"
        )

    def _wrong(self, rows: Positions) -> Mask:
        wrong: Mask = (rows[:, FLAGS] & self._wrong_bits) != 0
        return wrong

    def _shared_names(self) -> Mask:
        """Return which rows have a name that a row of another code has, too."""
        shared = np.zeros(self._kept.spool.rows, dtype=bool)
        if self._columns.code is None or self._columns.name is None:
            return shared
        for positions, rows in self._kept.spool.parts(NAME):
            positions, rows = _of_repeated(positions, rows, NAME)
            right = ((rows[:, FLAGS] & HAS_NAME) != 0) & ~self._wrong(rows)
            positions, rows = positions[right], rows[right]
            order = np.lexsort((rows[:, FOLDED], rows[:, NAME]))
            names, codes = rows[order, NAME], rows[order, FOLDED]
            starts = _starts(names)
            differ = np.append(False, codes[1:] != codes[:-1]) & ~starts
            groups = np.cumsum(starts) - 1
            several = np.bincount(groups, weights=differ, minlength=1) > 0
            found = positions[order[several[groups]]] if len(groups) else positions
            shared[found] = True
        self._kept.counts["names"] = int(shared.sum())
        return shared

    def _again(self, shared: Mask) -> Iterator[tuple[int, int]]:
        """Yield rows that are rejected for their key, and an earlier row that has it."""
        for positions, rows in self._kept.spool.parts(FOLDED):
            positions, rows = _of_repeated(positions, rows, FOLDED)
            has = (rows[:, FLAGS] & HAS_KEY) != 0
            positions, rows = positions[has], rows[has]
            order = np.lexsort((rows[:, SECOND], rows[:, KEY], rows[:, FOLDED]))
            positions, rows = positions[order], rows[order]
            folded = _starts(rows[:, FOLDED])
            starts = folded | _starts(rows[:, KEY]) | _starts(rows[:, SECOND])
            self._kept.counts["folded"] += int((starts & ~folded).sum())
            groups = np.cumsum(starts) - 1
            repeated = np.bincount(groups, minlength=1) > 1 if len(groups) else np.zeros(0, bool)
            among = repeated[groups]
            yield from self._of_groups(positions[among], rows[among], groups[among], shared)

    def _of_groups(
        self, positions: Positions, rows: Positions, groups: Positions, shared: Mask
    ) -> Iterator[tuple[int, int]]:
        """Judge rows that are ordered by their keys, and within these by position."""
        if not len(rows):
            return
        wrong = self._wrong(rows)
        order = np.lexsort((rows[:, ROW], groups))
        same = ~(_starts(groups[order]) | _starts(rows[order, ROW]))
        begins = np.maximum.accumulate(np.where(same, 0, np.arange(len(same))))
        earlier = np.full(len(rows), -1)
        earlier[order[same]] = order[begins[same]]  # a row with equal values alone
        first = self._first_taken(rows, groups, wrong)
        at = np.maximum(first, 0)
        flags = rows[:, FLAGS]
        same_name = rows[at, NAME] == rows[:, NAME]
        if self._columns.name is None:
            same_name[:] = True
        known = self._columns.items is not None
        safe_name = ((flags[at] & FITS) != 0) & ~shared[positions[at]] & known
        same_parent = rows[at, PARENT] == rows[:, PARENT]
        safe_parent = (flags[at] & IS_BELOW) == 0
        taken = (first >= 0) & (first < np.arange(len(rows))) & (same_name | safe_name)
        taken &= (same_parent | safe_parent) & self._columns.named
        earlier = np.where(taken, first, earlier)
        later = ~_starts(groups) & ~wrong
        self._kept.counts["again"] += int((later & (earlier < 0)).sum())
        hits = np.flatnonzero(later & (earlier >= 0))
        yield from zip(positions[hits].tolist(), positions[earlier[hits]].tolist(), strict=True)

    @staticmethod
    def _first_taken(rows: Positions, groups: Positions, wrong: Mask) -> Positions:
        """Return for each row the first of its group with which nothing is wrong, else -1."""
        numbers = np.arange(len(rows))
        clear = ((rows[:, FLAGS] & CLEAR) != 0) & ~wrong
        begins = np.flatnonzero(_starts(groups))
        first = np.minimum.reduceat(np.where(clear, numbers, len(rows)), begins)
        of_rows = first[np.cumsum(_starts(groups)) - 1]
        found: Positions = np.where(of_rows < len(rows), of_rows, -1)
        return found

    def _without_parents(self, rejected: Mask) -> list[int]:
        """Return the rows whose parent is not in the list, and made by no row that is taken."""
        if self._columns.items is None or self._columns.parent is None:
            return []
        found: list[int] = []
        for turn in range(_MOST_ROUNDS):
            fresh = [row for part in self._orphans(rejected) for row in part.tolist()]
            found += fresh
            rejected[fresh] = True
            if not fresh or turn == _MOST_ROUNDS - 1:
                break
        return found

    def _orphans(self, rejected: Mask) -> Iterator[Positions]:
        self._kept.counts["made"] = 0
        not_all_keys = not self._knows_all_keys()
        columns = (FOLDED, NAME) if self._columns.name is not None else (FOLDED,)
        by_column = [self._kept.spool.parts(each) for each in (PARENT, *columns)]
        for parts in zip(*by_column, strict=True):
            (positions, rows), *makers = parts
            known = []
            for column, (at, its) in zip(columns, makers, strict=True):
                flag = HAS_KEY if column == FOLDED else HAS_NAME
                taken = ((its[:, FLAGS] & flag) != 0) & ~self._wrong(its) & ~rejected[at]
                known.append(its[taken, column])
            wants = ((rows[:, FLAGS] & WANTS_PARENT) != 0) & ~rejected[positions]
            wants &= ~self._wrong(rows)
            made = np.isin(rows[:, PARENT], np.concatenate(known)) | not_all_keys
            self._kept.counts["made"] += int((wants & made).sum())
            yield positions[wants & ~made]

    def _knows_all_keys(self) -> bool:
        """Whether every column is known that may hold a code or a name, by which parents go."""
        columns = self._columns
        if not self._kept.others_filled:
            return True
        return columns.code is not None and (columns.name is not None or not columns.named)

    def unclear(self) -> list[Mapping[str, str]]:
        """Return what of the keys is not sure, as a plan shows it."""
        found: list[Mapping[str, str]] = [
            {"subject": subject, "reason": f"{self._kept.counts[key]:,} {reason}"}
            for key, (subject, reason) in _UNCLEAR.items()
            if self._kept.counts[key]
        ]
        if not self._columns.named and self._columns.items is not None:
            found.append({"subject": "keys of a numbered list", "reason": _NUMBERED})
        return found


def _of_repeated(positions: Positions, rows: Positions, column: int) -> tuple[Positions, Positions]:
    """Return the rows that are equal to another one in a column; as a rule, few are."""
    numbers = np.sort(rows[:, column])
    twice = np.unique(numbers[1:][numbers[1:] == numbers[:-1]])
    if not len(twice):
        return positions[:0], rows[:0]
    at = np.minimum(np.searchsorted(twice, rows[:, column]), len(twice) - 1)
    among = np.flatnonzero(twice[at] == rows[:, column])
    return positions[among], rows[among]


def _starts(ordered: Positions) -> Mask:
    """Return where a number differs from the one before."""
    return np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]


_NUMBERED = (
    "By which of its columns the import finds items is not shown: by the code, or by a combination "
    "of properties."
)
_UNCLEAR = {
    "partial": (
        "rows without a key",
        "rows have no code or no name: whether Anaplan finds items by the other is not shown.",
    ),
    "others": (
        "keys of items",
        "rows have the code and the name of different items, or only one of them is new: by which "
        "Anaplan finds items is not shown.",
    ),
    "again": (
        "rows of one key",
        "rows have the key of an earlier row: Anaplan takes one of these, and which is only known "
        "once they are sent.",
    ),
    "folded": (
        "keys that are alike",
        "rows have a key that differs from that of another row only in case, outer white space, "
        "invisible characters or how accents are composed.",
    ),
    "names": (
        "rows of one name",
        "rows have the name of a row with another code: Anaplan may reject them, or make the "
        "names unique.",
    ),
    "alike": (
        "parents that are alike",
        "rows have a parent that differs from an item only in case, outer white space, invisible "
        "characters or how accents are composed, or that is the top level item.",
    ),
    "moved": (
        "parents of items",
        "rows give an item a parent of its own list: whether the parent is not below it is only "
        "known once they are sent.",
    ),
    "made": (
        "parents that rows make",
        "rows have a parent that other rows make: whether these are taken, and not below them, is "
        "only known once they are sent.",
    ),
}
