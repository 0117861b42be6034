"""Digests of rows: 128 bits by which a row is known again; pure, over whole Arrow columns.

The two halves of a digest are made with different constants, drawn from the secret of a state. They
guard against accidents, and keep what can be guessed of values out of the state. Not even a change
of the order of columns changes a digest, but other names of columns do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from anaplan_frames.writes.folded_keys import fold_texts
from anaplan_frames.writes.text_digests import (
    MULTIPLIERS,
    Places,
    Words,
    digests_of_distinct,
    distinct_texts,
    drawn_seeds,
    mixed,
)

UNKNOWN = 0
"""In place of both halves of a group's digest: what Anaplan has is not known."""


@dataclass(frozen=True, slots=True)
class RowDigests:
    """Digests of some rows.

    Attributes
    ----------
    keys, rows : array of shape (n, 2)
        Of the columns of the key, folded as keys are compared, and of all columns.
    """

    keys: Words
    rows: Words


class RowDigester:
    """Makes digests of rows that are given as texts.

    Parameters
    ----------
    headers : sequence of str
        The names of all columns.
    key : sequence of int
        The positions of those which make the key.
    secret : bytes
        From which the constants are drawn.
    """

    def __init__(self, headers: Sequence[str], key: Sequence[int], secret: bytes) -> None:
        self._secret = secret
        times: Counter[str] = Counter()
        names = []
        for header in headers:
            names.append(f"{times[header]} {header}")
            times[header] += 1
        self._rows = [(place, self._seeds(f"row {name}")) for place, name in enumerate(names)]
        self._keys = [(place, self._seeds(f"key {names[place]}")) for place in key]

    def digests(self, texts: Sequence[pa.Array]) -> RowDigests:
        """Return the digests of rows.

        Parameters
        ----------
        texts : sequence of pa.Array
            One column of large_string per header, null if missing.
        """
        distinct = {place: distinct_texts(texts[place]) for place, _ in self._rows}
        rows = _sum(digests_of_distinct(*distinct[place], seeds) for place, seeds in self._rows)
        return RowDigests(self._key_digests(distinct), rows)

    def keys(self, texts: Sequence[pa.Array]) -> Words:
        """Return the digests of the keys alone."""
        return self._key_digests({place: distinct_texts(texts[place]) for place, _ in self._keys})

    def _key_digests(self, distinct: Mapping[int, tuple[pa.Array, Places | None]]) -> Words:
        columns = [(*distinct[place], seeds) for place, seeds in self._keys]
        return _sum(
            digests_of_distinct(fold_texts(texts), at, seeds) for texts, at, seeds in columns
        )

    def _seeds(self, name: str) -> tuple[int, int]:
        return drawn_seeds(self._secret, name)


def group_digests(rows: Words, starts: npt.NDArray[np.int64]) -> Words:
    """Return one digest for each group of rows, which depends on their order.

    Parameters
    ----------
    rows : array of shape (n, 2)
        The digests of the rows, group by group.
    starts : array of int64
        The position of each group's first row.
    """
    if len(starts) == len(rows):  # as mostly: one row each
        return mixed(rows ^ _turns(np.zeros(1, dtype=np.int64)))
    counts = np.diff(starts, append=len(rows))
    places = np.arange(len(rows)) - np.repeat(starts, counts)
    found: Words = np.add.reduceat(mixed(rows ^ _turns(places)), starts, axis=0)
    return found


def _turns(places: npt.NDArray[np.int64]) -> Words:
    """Return a number for each place of a row in its group, as a column."""
    turns = (places.astype(np.uint64) + np.uint64(1)) * np.uint64(MULTIPLIERS[1])
    return turns[:, None]


def _sum(columns: Iterable[Words]) -> Words:
    """Add up the digests of columns; the names of the columns are in them."""
    return reduce(np.add, columns)
