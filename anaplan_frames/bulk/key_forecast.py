"""Rows of an import into a list without a key, with that of an earlier row, or without a parent.

What can be said of them depends on all rows, so their digests wait in a temporary file. Which of
several rows of one key is taken is sure only if nothing else can be wrong with the first of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.bulk.list_keys import FoundItems, KeyColumns
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, Positions, as_mask
from anaplan_frames.writes.folded_keys import fold_texts
from anaplan_frames.writes.number_spool import NumberSpool
from anaplan_frames.writes.row_messages import add_message
from anaplan_frames.writes.text_digests import column_digests, drawn_seeds

_KEY, _SECOND, _FOLDED, _NAME, _PARENT, _ROW, _FLAGS = range(7)  # what is kept of each row
_HAS_KEY, _HAS_NAME, _WRONG, _CLEAR, _FITS, _IS_BELOW, _WANTS_PARENT = (1 << n for n in range(7))
_FIRST_OPEN = 7  # from this bit on: wrong if the column turns out to be judged
_SEEDS = drawn_seeds(b"", "keys of an import")
_MOST_ROUNDS = 50  # of rows whose parents are made by rejected rows
_FILL = np.int64(0x5851F42D4C957F2D)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRows:
    """Rows of a file, and what is known of each by its own values.

    Attributes
    ----------
    texts : sequence of pa.Array
        Per header, the fields as they are sent; null if empty.
    wrong : mask
        Which rows are sure to be rejected.
    open : sequence of mask
        Which rows are wrong by columns of which it is not known yet whether they are judged.
    clear : mask
        Which rows have right values alone, and none in columns that are not checked.
    blank, others_blank : mask
        Which rows have no value, and none in columns that are not checked.
    """

    texts: Sequence[pa.Array]
    wrong: Mask
    open: Sequence[Mask]
    clear: Mask
    blank: Mask
    others_blank: Mask


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
        self._key = columns.code if columns.code is not None else columns.name
        self._headers = headers
        self._spool = NumberSpool(7)
        self._wrong_bits = _WRONG
        self._missing: Positions = np.zeros(0, dtype=np.int64)
        self._counts = {"partial": 0, "others": 0, "again": 0, "folded": 0, "names": 0}
        self._counts |= {"alike": 0, "moved": 0, "made": 0}

    def add(self, rows: JudgedRows) -> None:
        """Take rows, which follow those before."""
        count = len(rows.blank)
        first = self._spool.rows
        kept = np.empty((count, 7), dtype=np.int64)
        fill = (np.arange(first, first + count) + 1) * _FILL  # no two rows have the same
        flags = np.where(rows.wrong, _WRONG, 0)
        for bit, mask in enumerate(rows.open, _FIRST_OPEN):
            flags |= np.where(mask, 1 << bit, 0)
        code = self._has(rows, self._columns.code)
        name = self._has(rows, self._columns.name)
        has_key = name if self._columns.code is None else code
        whole = (code | (self._columns.code is None)) & (name | (self._columns.name is None))
        self._find_missing(rows, code | name, whole, first)
        found = self._found(rows)
        self._counts["others"] += int((~found.fit & ~rows.wrong & whole).sum())
        flags |= np.where(has_key, _HAS_KEY, 0) | np.where(name, _HAS_NAME, 0)
        flags |= np.where(rows.clear & whole, _CLEAR, 0) | np.where(found.fit, _FITS, 0)
        if self._key is not None:
            own = column_digests(rows.texts[self._key], _SEEDS)
            kept[:, _KEY], kept[:, _SECOND] = own[:, 0].view(np.int64), own[:, 1].view(np.int64)
        kept[:, _FOLDED] = np.where(has_key, self._folded(rows, self._key), fill)
        kept[:, _NAME] = np.where(name, self._folded(rows, self._columns.name), fill)
        below = self._has(rows, self._columns.parent)
        unknown, perhaps = self._are_unknown(rows)
        wants = below & unknown
        self._counts["alike"] += int((below & perhaps & ~rows.wrong).sum())
        self._counts["moved"] += int((below & ~wants & found.exist & ~rows.wrong).sum())
        kept[:, _PARENT] = np.where(below, self._folded(rows, self._columns.parent), fill)
        flags |= np.where(below, _IS_BELOW, 0) | np.where(wants, _WANTS_PARENT, 0)
        kept[:, _ROW] = _digests_of_rows(rows.texts, count)
        kept[:, _FLAGS] = flags
        self._spool.add(kept)

    def _find_missing(self, rows: JudgedRows, some: Mask, whole: Mask, first: int) -> None:
        """Note the rows that are sure to have no key, and count those that may have none."""
        both = self._columns.code is not None and self._columns.name is not None
        sure = ~some & ~rows.blank & self._columns.named & (rows.others_blank | both)
        if self._key is not None:
            self._missing = np.append(self._missing, first + np.flatnonzero(sure))
            self._counts["partial"] += int((~whole & ~sure & ~rows.blank & ~rows.wrong).sum())

    def _found(self, rows: JudgedRows) -> FoundItems:
        """Look the keys up, if it is known which list it is."""
        columns = self._columns
        codes, names = (
            None if number is None else rows.texts[number]
            for number in (columns.code, columns.name)
        )
        if columns.items is None or self._key is None:
            every = np.ones(len(rows.blank), dtype=bool)
            return FoundItems(every, every)
        return columns.items.find(codes, names)

    def _are_unknown(self, rows: JudgedRows) -> tuple[Mask, Mask]:
        """Return which rows have a parent that is not an item of the list, and which perhaps."""
        if self._columns.items is None or self._columns.parent is None:
            nothing = np.zeros(len(rows.blank), dtype=bool)
            return nothing, nothing
        coded = pc.dictionary_encode(rows.texts[self._columns.parent])
        sure, perhaps = self._columns.items.find_parents(coded.dictionary)
        if not self._columns.named:  # new items of numbered lists get names such as #7
            perhaps |= as_mask(pc.starts_with(coded.dictionary, "#")) & ~sure
        at = pc.fill_null(coded.indices, pa.scalar(-1, coded.indices.type))
        places = at.to_numpy(zero_copy_only=False)
        return ~np.append(sure | perhaps, True)[places], np.append(perhaps, False)[places]

    @staticmethod
    def _has(rows: JudgedRows, number: int | None) -> Mask:
        """Return which rows have more than blanks in a column."""
        if number is None:
            return np.zeros(len(rows.blank), dtype=bool)
        texts = rows.texts[number]
        found = as_mask(pc.is_valid(texts))
        spaced = np.flatnonzero(as_mask(pc.fill_null(pc.starts_with(texts, " "), fill_value=False)))
        if len(spaced):
            trimmed = pc.utf8_trim(texts.take(pa.array(spaced)), characters=" ")
            found[spaced] = as_mask(pc.not_equal(trimmed, ""))
        return found

    @staticmethod
    def _folded(rows: JudgedRows, number: int | None) -> Positions:
        """Return digests of a column's texts as keys are compared."""
        if number is None:
            return np.zeros(len(rows.blank), dtype=np.int64)
        found: Positions = column_digests(fold_texts(rows.texts[number]), _SEEDS)[:, 0].view(
            np.int64
        )
        return found

    def finish(self, judged: Sequence[bool]) -> dict[int, str]:
        """Return why rows are rejected, by position.

        Parameters
        ----------
        judged : sequence of bool
            Whether the columns of `JudgedRows.open` are judged.
        """
        bits = sum(1 << bit for bit, is_judged in enumerate(judged, _FIRST_OPEN) if is_judged)
        self._wrong_bits = _WRONG | bits
        rejected = np.zeros(self._spool.rows, dtype=bool)
        rejected[self._missing] = True
        reasons = dict.fromkeys(self._missing.tolist(), self._missing_reason())
        shared = self._shared_names()
        if self._key is not None:
            header = self._headers[self._key]
            for row, earlier in self._again(shared):
                text = f"row {earlier:,} (counted from 0) has the same value in column {header!r}"
                add_message(reasons, row, text)
                rejected[row] = True
        for row in self._without_parents(rejected):
            add_message(reasons, row, self._parent_reason())
        self._spool.close()
        return reasons

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
        wrong: Mask = (rows[:, _FLAGS] & self._wrong_bits) != 0
        return wrong

    def _shared_names(self) -> Mask:
        """Return which rows have a name that a row of another code has, too."""
        shared = np.zeros(self._spool.rows, dtype=bool)
        if self._columns.code is None or self._columns.name is None:
            return shared
        for positions, rows in self._spool.parts(_NAME):
            positions, rows = _of_repeated(positions, rows, _NAME)
            right = ((rows[:, _FLAGS] & _HAS_NAME) != 0) & ~self._wrong(rows)
            positions, rows = positions[right], rows[right]
            order = np.lexsort((rows[:, _FOLDED], rows[:, _NAME]))
            names, codes = rows[order, _NAME], rows[order, _FOLDED]
            starts = _starts(names)
            differ = np.append(False, codes[1:] != codes[:-1]) & ~starts
            groups = np.cumsum(starts) - 1
            several = np.bincount(groups, weights=differ, minlength=1) > 0
            found = positions[order[several[groups]]] if len(groups) else positions
            shared[found] = True
        self._counts["names"] = int(shared.sum())
        return shared

    def _again(self, shared: Mask) -> Iterator[tuple[int, int]]:
        """Yield rows that are rejected for their key, and an earlier row that has it."""
        for positions, rows in self._spool.parts(_FOLDED):
            positions, rows = _of_repeated(positions, rows, _FOLDED)
            has = (rows[:, _FLAGS] & _HAS_KEY) != 0
            positions, rows = positions[has], rows[has]
            order = np.lexsort((rows[:, _SECOND], rows[:, _KEY], rows[:, _FOLDED]))
            positions, rows = positions[order], rows[order]
            folded = _starts(rows[:, _FOLDED])
            starts = folded | _starts(rows[:, _KEY]) | _starts(rows[:, _SECOND])
            self._counts["folded"] += int((starts & ~folded).sum())
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
        order = np.lexsort((rows[:, _ROW], groups))
        same = ~(_starts(groups[order]) | _starts(rows[order, _ROW]))
        begins = np.maximum.accumulate(np.where(same, 0, np.arange(len(same))))
        earlier = np.full(len(rows), -1)
        earlier[order[same]] = order[begins[same]]  # a row with equal values alone
        first = self._first_taken(rows, groups, wrong)
        at = np.maximum(first, 0)
        flags = rows[:, _FLAGS]
        same_name = rows[at, _NAME] == rows[:, _NAME]
        if self._columns.name is None:
            same_name[:] = True
        known = self._columns.items is not None
        safe_name = ((flags[at] & _FITS) != 0) & ~shared[positions[at]] & known
        same_parent = rows[at, _PARENT] == rows[:, _PARENT]
        safe_parent = (flags[at] & _IS_BELOW) == 0
        taken = (first >= 0) & (first < np.arange(len(rows))) & (same_name | safe_name)
        taken &= (same_parent | safe_parent) & self._columns.named
        earlier = np.where(taken, first, earlier)
        later = ~_starts(groups) & ~wrong
        self._counts["again"] += int((later & (earlier < 0)).sum())
        hits = np.flatnonzero(later & (earlier >= 0))
        yield from zip(positions[hits].tolist(), positions[earlier[hits]].tolist(), strict=True)

    @staticmethod
    def _first_taken(rows: Positions, groups: Positions, wrong: Mask) -> Positions:
        """Return for each row the first of its group with which nothing is wrong, else -1."""
        numbers = np.arange(len(rows))
        clear = ((rows[:, _FLAGS] & _CLEAR) != 0) & ~wrong
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
        self._counts["made"] = 0
        columns = [column for column in (_FOLDED, _NAME) if column != _NAME or self._has_names]
        for parts in zip(*(self._spool.parts(each) for each in (_PARENT, *columns)), strict=True):
            (positions, rows), *makers = parts
            known = []
            for column, (at, its) in zip(columns, makers, strict=True):
                flag = _HAS_KEY if column == _FOLDED else _HAS_NAME
                taken = ((its[:, _FLAGS] & flag) != 0) & ~self._wrong(its) & ~rejected[at]
                known.append(its[taken, column])
            wants = ((rows[:, _FLAGS] & _WANTS_PARENT) != 0) & ~rejected[positions]
            wants &= ~self._wrong(rows)
            made = np.isin(rows[:, _PARENT], np.concatenate(known))
            self._counts["made"] += int((wants & made).sum())
            yield positions[wants & ~made]

    @property
    def _has_names(self) -> bool:
        return self._columns.name is not None

    def unclear(self) -> list[Mapping[str, str]]:
        """Return what of the keys is not sure, as a plan shows it."""
        found: list[Mapping[str, str]] = [
            {"subject": subject, "reason": f"{self._counts[key]:,} {reason}"}
            for key, (subject, reason) in _UNCLEAR.items()
            if self._counts[key]
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


def _digests_of_rows(texts: Sequence[pa.Array], count: int) -> Positions:
    """Return one number for all texts of each row."""
    found = np.zeros(count, dtype=np.uint64)
    for number, column in enumerate(texts):
        if column.null_count < count:
            seeds = drawn_seeds(b"", f"column {number}")
            found += column_digests(column.cast(TEXT), seeds)[:, 0]
    return found.view(np.int64)


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
