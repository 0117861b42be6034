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
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from anaplan_frames.writes.arrow_arrays import TEXT, as_mask
from anaplan_frames.writes.folded_keys import fold_texts

Words: TypeAlias = npt.NDArray[np.uint64]
"""64-bit numbers; of digests, one row of two for each."""

Places: TypeAlias = npt.NDArray[np.int32]

UNKNOWN = 0
"""In place of both halves of a group's digest: what Anaplan has is not known."""

_SAMPLE_ROWS = 1_000
_LONGEST = 64  # bytes of a text that is mixed with others of its column; longer ones go alone
_WORD = 8  # bytes
_MULTIPLIERS = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_MISSING = 0xA0761D6478BD642F  # stands for the length of a missing text


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
        distinct = {place: _distinct(texts[place]) for place, _ in self._rows}
        rows = _sum(_of_distinct(*distinct[place], seeds) for place, seeds in self._rows)
        return RowDigests(self._key_digests(distinct), rows)

    def keys(self, texts: Sequence[pa.Array]) -> Words:
        """Return the digests of the keys alone."""
        return self._key_digests({place: _distinct(texts[place]) for place, _ in self._keys})

    def _key_digests(self, distinct: Mapping[int, tuple[pa.Array, Places | None]]) -> Words:
        columns = [(*distinct[place], seeds) for place, seeds in self._keys]
        return _sum(_of_distinct(fold_texts(texts), at, seeds) for texts, at, seeds in columns)

    def _seeds(self, name: str) -> tuple[int, int]:
        content = self._secret + name.encode("utf-8", "surrogatepass")
        drawn = xxhash.xxh3_128_digest(content)
        return int.from_bytes(drawn[:8], "little"), int.from_bytes(drawn[8:], "little")


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
        return _mixed(rows ^ _turns(np.zeros(1, dtype=np.int64)))
    counts = np.diff(starts, append=len(rows))
    places = np.arange(len(rows)) - np.repeat(starts, counts)
    found: Words = np.add.reduceat(_mixed(rows ^ _turns(places)), starts, axis=0)
    return found


def _turns(places: npt.NDArray[np.int64]) -> Words:
    """Return a number for each place of a row in its group, as a column."""
    turns = (places.astype(np.uint64) + np.uint64(1)) * np.uint64(_MULTIPLIERS[1])
    return turns[:, None]


def _sum(columns: Iterable[Words]) -> Words:
    """Add up the digests of columns; the names of the columns are in them."""
    return reduce(np.add, columns)


def _distinct(texts: pa.Array) -> tuple[pa.Array, Places | None]:
    """Return the texts of a column without repetitions, and which of them each row has.

    If hardly any is there twice, the texts as they are, and None.
    """
    first = texts.slice(0, _SAMPLE_ROWS)
    if 2 * len(pc.unique(first)) > len(first):
        return texts, None
    encoded = pc.dictionary_encode(texts, null_encoding="encode")
    return encoded.dictionary, encoded.indices.to_numpy(zero_copy_only=False)


def _of_distinct(texts: pa.Array, places: Places | None, seeds: tuple[int, int]) -> Words:
    """Return the digests of a column that `_distinct` has split."""
    found = _of_texts(texts, seeds)
    return found if places is None else np.take(found, places, axis=0)


def _of_texts(texts: pa.Array, seeds: tuple[int, int]) -> Words:
    """Return the digests of one column."""
    lengths = pc.binary_length(texts)
    missing = as_mask(pc.is_null(texts))
    sizes = pc.fill_null(lengths, 0).to_numpy(zero_copy_only=False).astype(np.uint64)
    long = sizes > _LONGEST
    filled = pc.fill_null(texts, "")
    short = pc.if_else(pa.array(long), pa.scalar("", TEXT), filled) if long.any() else filled
    words = _words(short, int(sizes[~long].max(initial=0)))
    # How wide the words are depends on other texts, so a text does not count its empty ones.
    longer = [sizes > place * _WORD for place in range(1, words.shape[1])]
    sizes[missing] = _MISSING
    found = np.empty((len(texts), 2), dtype=np.uint64)
    for half, seed in enumerate(seeds):
        state = _mixed((sizes * np.uint64(_MULTIPLIERS[half]) + np.uint64(seed)) ^ words[:, 0])
        for place, mask in enumerate(longer, 1):
            state = np.where(mask, _mixed(state ^ words[:, place]), state)
        found[:, half] = state
    if long.any():
        found[long] = _of_long_texts(filled.filter(pa.array(long)), seeds)
    return found


def _words(texts: pa.Array, longest: int) -> Words:
    """Return texts as rows of whole words, at least one, filled up with zeros."""
    width = max(1, -(-longest // _WORD)) * _WORD
    if not longest or not len(texts):
        return np.zeros((len(texts), 1), dtype=np.uint64)
    # "ascii" here: the width is counted in bytes, whatever the characters.
    padded = pc.ascii_rpad(texts, width=width, padding="\0")
    content = np.frombuffer(padded.buffers()[2], dtype="<u8", count=len(texts) * width // _WORD)
    return content.reshape(len(texts), -1)


def _of_long_texts(texts: pa.Array, seeds: tuple[int, int]) -> Words:
    """Return the digests of texts that are too long to be filled up."""
    seed = seeds[0] ^ seeds[1]
    contents = texts.cast(pa.large_binary()).to_numpy(zero_copy_only=False)
    joined = b"".join(xxhash.xxh3_128_digest(each, seed) for each in contents)
    return np.frombuffer(joined, dtype="<u8").reshape(-1, 2).astype(np.uint64)


def _mixed(words: Words) -> Words:
    """Spread every bit over all others, in an array of its own; no two words become one."""
    state = words ^ (words >> np.uint64(30))
    state *= np.uint64(_MULTIPLIERS[0])
    state ^= state >> np.uint64(27)
    state *= np.uint64(_MULTIPLIERS[1])
    state ^= state >> np.uint64(31)
    return state
