"""What is kept of the rows of an import into a list: digests of their keys, and some flags.

They wait in a temporary file until all rows were seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.bulk.list_keys import FoundItems, KeyColumns
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, Positions, as_mask
from anaplan_frames.writes.folded_keys import fold_texts
from anaplan_frames.writes.number_spool import NumberSpool
from anaplan_frames.writes.text_digests import column_digests, drawn_seeds

KEY, SECOND, FOLDED, NAME, PARENT, ROW, FLAGS = range(7)
"""The columns of what is kept: both halves of the key's digest, the halves of the folded key, name
and parent, of the whole row, and flags."""

HAS_KEY, HAS_NAME, WRONG, CLEAR, FITS, IS_BELOW, WANTS_PARENT = (1 << n for n in range(7))
FIRST_OPEN = 7
"""From this bit on: wrong if a column of `JudgedRows.open` turns out to be judged."""

_SEEDS = drawn_seeds(b"", "keys of an import")
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


class KeyRows:
    """The rows of a file that an import loads into a list, as numbers.

    Parameters
    ----------
    columns : KeyColumns

    Attributes
    ----------
    key : int or None
        Which header has the key by which rows are compared: the code, or else the name.
    spool : NumberSpool
    missing : array of int64
        The positions of rows that are sure to have no key.
    others_filled : bool
        Whether a column of which it is not known what it holds has values.
    counts : Counter
        How many rows are not sure for what reason.
    """

    def __init__(self, columns: KeyColumns) -> None:
        self._columns = columns
        self.key: int | None = columns.code if columns.code is not None else columns.name
        self.spool: NumberSpool = NumberSpool(7)
        self.missing: Positions = np.zeros(0, dtype=np.int64)
        self.others_filled: bool = False
        self.counts: Counter[str] = Counter()

    def add(self, rows: JudgedRows) -> None:
        """Take rows, which follow those before."""
        count = len(rows.blank)
        first = self.spool.rows
        kept = np.empty((count, 7), dtype=np.int64)
        fill = (np.arange(first, first + count) + 1) * _FILL  # no two rows have the same
        flags = np.where(rows.wrong, WRONG, 0)
        for bit, mask in enumerate(rows.open, FIRST_OPEN):
            flags |= np.where(mask, 1 << bit, 0)
        code = self._has(rows, self._columns.code)
        name = self._has(rows, self._columns.name)
        has_key = name if self._columns.code is None else code
        whole = (code | (self._columns.code is None)) & (name | (self._columns.name is None))
        self._find_missing(rows, code | name, whole, first)
        found = self._found(rows)
        self.counts["others"] += int((~found.fit & ~rows.wrong & whole).sum())
        flags |= np.where(has_key, HAS_KEY, 0) | np.where(name, HAS_NAME, 0)
        flags |= np.where(rows.clear & whole, CLEAR, 0) | np.where(found.fit, FITS, 0)
        if self.key is not None:
            own = column_digests(rows.texts[self.key], _SEEDS)
            kept[:, KEY], kept[:, SECOND] = own[:, 0].view(np.int64), own[:, 1].view(np.int64)
        kept[:, FOLDED] = np.where(has_key, self._folded(rows, self.key), fill)
        kept[:, NAME] = np.where(name, self._folded(rows, self._columns.name), fill)
        below = self._has(rows, self._columns.parent)
        unknown, perhaps = self._are_unknown(rows)
        wants = below & unknown
        self.counts["alike"] += int((below & perhaps & ~rows.wrong).sum())
        self.counts["moved"] += int((below & ~wants & found.exist & ~rows.wrong).sum())
        kept[:, PARENT] = np.where(below, self._folded(rows, self._columns.parent), fill)
        flags |= np.where(below, IS_BELOW, 0) | np.where(wants, WANTS_PARENT, 0)
        kept[:, ROW] = _digests_of_rows(rows.texts, count)
        self.others_filled |= not rows.others_blank.all()
        kept[:, FLAGS] = flags
        self.spool.add(kept)

    def _find_missing(self, rows: JudgedRows, some: Mask, whole: Mask, first: int) -> None:
        """Note the rows that are sure to have no key, and count those that may have none."""
        both = self._columns.code is not None and self._columns.name is not None
        sure = ~some & ~rows.blank & self._columns.named & (rows.others_blank | both)
        if self.key is not None:
            self.missing = np.append(self.missing, first + np.flatnonzero(sure))
            self.counts["partial"] += int((~whole & ~sure & ~rows.blank & ~rows.wrong).sum())

    def _found(self, rows: JudgedRows) -> FoundItems:
        """Look the keys up, if it is known which list it is."""
        columns = self._columns
        codes, names = (
            None if number is None else rows.texts[number]
            for number in (columns.code, columns.name)
        )
        if columns.items is None or self.key is None:
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


def _digests_of_rows(texts: Sequence[pa.Array], count: int) -> Positions:
    """Return one number for all texts of each row."""
    found = np.zeros(count, dtype=np.uint64)
    for number, column in enumerate(texts):
        if column.null_count < count:
            seeds = drawn_seeds(b"", f"column {number}")
            found += column_digests(column.cast(TEXT), seeds)[:, 0]
    return found.view(np.int64)
