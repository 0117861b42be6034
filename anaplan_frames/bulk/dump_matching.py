"""Find the rows of the data that a failure dump is about, by line number and by values."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import compress
from typing import Protocol

from anaplan_frames.bulk.failure_dump import DumpRow
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.lenient_parsing import read_date, read_number

_SAMPLE_ROWS = 500
_REMEMBERED_TEXTS = 200_000

# What rows are compared by: the fields that the dump has, as texts or as what they stand for.
Key = tuple[object, ...]
Known = tuple[bool, ...]
Keys = Callable[[Sequence[Sequence[str | None]], Known], Sequence[Key]]


class RowTexts(Protocol):
    """The rows that were sent, as texts."""

    @property
    def rows(self) -> int:
        """How many there are."""

    def take(self, positions: Sequence[int]) -> list[tuple[str, ...]]:
        """Return the texts of these rows, one per header of the file; ``""`` where missing.

        The positions come in ascending order, none twice.
        """

    def scan(self) -> Iterator[list[tuple[str, ...]]]:
        """Yield all rows in order, some at a time."""


def match_rows(dump: Sequence[DumpRow], sent: RowTexts, dialect: Dialect) -> list[int | None]:
    """Find for each row of a dump its position in the data that was sent.

    First by line number: what it counts from is tried out, and a position counts only if the
    values there are those of the dump. What is left goes by values alone; among equal rows the
    last ones are meant, because the first is the one that loads. Values are compared as texts,
    and what then is left as numbers, dates and without blanks around, in case the dump writes
    them another way.

    Parameters
    ----------
    dump : sequence of DumpRow
        From `parse_dump`.
    sent : RowTexts
        What was sent. It is only scanned if line numbers do not identify all.
    dialect : Dialect
        Of the file that was imported: its first data row, and its decimal separator.

    Returns
    -------
    list of (int or None)
        In the order of the dump: a position in the data, counted from 0 and none twice, or None
        if nothing that was sent has these values.
    """
    matched: list[int | None] = [None] * len(dump)
    keys = _LenientKeys(dialect.decimal_separator)
    _match_by_line(dump, sent, dialect, keys, matched)
    for compared in (_exact_keys, keys):
        _match_by_values(dump, sent, compared, matched)
    return matched


def _match_by_line(
    dump: Sequence[DumpRow],
    sent: RowTexts,
    dialect: Dialect,
    keys: Keys,
    matched: list[int | None],
) -> None:
    """Match the rows whose line number leads to their values."""
    numbered = [
        number for number, row in enumerate(dump) if row.line is not None and _has_values(row)
    ]
    if not numbered:
        return
    # Lines of the file or rows of the data, counted from 1 or from 0.
    bases = dict.fromkeys([dialect.first_data_row, 1, dialect.first_data_row - 1, 0, 2])
    sample = numbered[:: -(-len(numbered) // _SAMPLE_ROWS)]

    def fitness(base: int) -> tuple[int, int]:
        found = _verified(dump, sample, sent, base, keys).values()
        # The same texts say more than the same numbers.
        return sum(exact for _, exact in found), len(found)

    best = max(bases, key=fitness)
    taken: set[int] = set()
    for number, (position, _) in _verified(dump, numbered, sent, best, keys).items():
        if position not in taken:
            matched[number] = position
            taken.add(position)


def _verified(
    dump: Sequence[DumpRow],
    numbers: Sequence[int],
    sent: RowTexts,
    base: int,
    keys: Keys,
) -> dict[int, tuple[int, bool]]:
    """Return the positions, by line number from `base`, where the dump's values were sent.

    With each position comes whether the texts there are the same.
    """
    asked = {number: (dump[number].line or 0) - base for number in numbers}
    positions = sorted({place for place in asked.values() if 0 <= place < sent.rows})
    if not positions:
        return {}
    texts = dict(zip(positions, sent.take(positions), strict=True))
    verified = {}
    for number, place in asked.items():
        if place in texts:
            values = dump[number].values
            known = _known(values)
            pairs = [values, texts[place]]
            exact = len(set(_exact_keys(pairs, known))) == 1
            if exact or len(set(keys(pairs, known))) == 1:
                verified[number] = place, exact
    return verified


def _match_by_values(
    dump: Sequence[DumpRow], sent: RowTexts, keys: Keys, matched: list[int | None]
) -> None:
    """Match what is left by the values alone; the last of equal rows are meant."""
    wanted: dict[Known, dict[Key, list[int]]] = {}
    for number, row in enumerate(dump):
        if matched[number] is None and _has_values(row):
            known = _known(row.values)
            (key,) = keys([row.values], known)
            wanted.setdefault(known, {}).setdefault(key, []).append(number)
    if not wanted:
        return
    taken = {position for position in matched if position is not None}
    found = {
        known: {key: deque[int](maxlen=len(numbers)) for key, numbers in by_key.items()}
        for known, by_key in wanted.items()
    }
    start = 0
    for rows in sent.scan():
        for known, places in found.items():
            for position, key in enumerate(keys(rows, known), start):
                if key in places and position not in taken:
                    places[key].append(position)
        start += len(rows)
    for known, by_key in wanted.items():
        for key, numbers in by_key.items():
            free = [position for position in found[known][key] if position not in taken]
            for number, position in zip(numbers, free, strict=False):
                matched[number] = position
                taken.add(position)


def _has_values(row: DumpRow) -> bool:
    return any(value is not None for value in row.values)


def _known(values: Sequence[str | None]) -> Known:
    return tuple(value is not None for value in values)


def _exact_keys(rows: Sequence[Sequence[str | None]], known: Known) -> Sequence[Key]:
    """Compare by the texts as they are."""
    if all(known):
        return [row if type(row) is tuple else tuple(row) for row in rows]
    return [tuple(compress(row, known)) for row in rows]


class _LenientKeys:
    """Compare by what the texts stand for: ``1.50`` is ``1.5``, ``2013-01-31T00:00`` a day."""

    def __init__(self, decimal_separator: str) -> None:
        self._decimal_separator = decimal_separator
        self._meanings: dict[str | None, object] = {}

    def __call__(self, rows: Sequence[Sequence[str | None]], known: Known) -> Sequence[Key]:
        return [tuple(map(self._meaning, compress(row, known))) for row in rows]

    def _meaning(self, text: str | None) -> object:
        meaning = self._meanings.get(text)
        if meaning is None:
            if len(self._meanings) >= _REMEMBERED_TEXTS:
                self._meanings.clear()
            meaning = self._meanings[text] = self._read(text or "")
        return meaning

    def _read(self, text: str) -> object:
        text = text.strip()
        for read in (read_date, self._number):
            try:
                return read(text)
            except (ValueError, ArithmeticError):
                continue
        folded = text.casefold()
        return folded if folded in ("true", "false") else text

    def _number(self, text: str) -> Decimal:
        try:
            return read_number(text, self._decimal_separator)
        except ValueError:
            return read_number(text)
