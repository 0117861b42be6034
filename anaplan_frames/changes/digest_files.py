"""Files of records of groups, sorted by key: written range by range, read range by range.

A record has five numbers of 64 bits: the two halves of the key's digest, those of the group's, and
its `meta`. The records are in 256 ranges by the first byte of the key's digest; where each begins
stands before them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import xxhash

from anaplan_frames.changes.row_digests import UNKNOWN
from anaplan_frames.writes.text_digests import Words

RANGES = 256
FIELDS = 5
KEYS, GROUPS, META = slice(0, 2), slice(2, 4), 4
_RECORD = FIELDS * 8  # bytes
_HEAD = (RANGES + 1) * 8  # bytes
_SHIFT = np.uint64(56)
_PIECE = 8_000_000  # bytes

_ROW_BITS, _FILE_BITS, _COUNT_BITS = 40, 8, 15
MOST_ROWS = 1 << _ROW_BITS
MOST_FILES = 1 << _FILE_BITS
MOST_COUNTED = (1 << _COUNT_BITS) - 1
_PRESENT = np.uint64(1 << 63)
GONE = np.uint64(2**64 - 1)
"""The `meta` of a record that no longer counts."""


def make_meta(
    rows: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], present: npt.NDArray[np.bool_]
) -> Words:
    """Return the last field of records.

    Parameters
    ----------
    rows : array of int64
        The row of the group in the file of key texts.
    counts : array of int64
        How many rows the group has; what is beyond `MOST_COUNTED` is cut.
    present : array of bool
        Whether Anaplan may have had the group before.
    """
    meta = rows.astype(np.uint64)
    cut = np.minimum(counts, MOST_COUNTED).astype(np.uint64)
    meta |= cut << np.uint64(_ROW_BITS + _FILE_BITS)
    meta[present] |= _PRESENT
    return meta


def row_of(meta: Words) -> npt.NDArray[np.int64]:
    """Return the rows in the files of key texts."""
    return (meta & np.uint64(MOST_ROWS - 1)).astype(np.int64)


def file_of(meta: Words) -> npt.NDArray[np.int64]:
    """Return which of the files of key texts has the row."""
    return ((meta >> np.uint64(_ROW_BITS)) & np.uint64(MOST_FILES - 1)).astype(np.int64)


def count_of(meta: Words) -> npt.NDArray[np.int64]:
    """Return how many rows the groups have."""
    counts = (meta >> np.uint64(_ROW_BITS + _FILE_BITS)) & np.uint64(MOST_COUNTED)
    return counts.astype(np.int64)


def was_present(meta: Words) -> npt.NDArray[np.bool_]:
    """Return whether Anaplan may have had the groups before."""
    found: npt.NDArray[np.bool_] = (meta & _PRESENT) != 0
    return found


def with_later_files(meta: Words, files: int) -> Words:
    """Return `meta` of records whose files of key texts come after so many others."""
    return meta + np.uint64(files << _ROW_BITS)


def range_of(keys: Words) -> npt.NDArray[np.int64]:
    """Return the range of each key, which is given by the first half of its digest."""
    return (keys >> _SHIFT).astype(np.int64)


class DigestWriter:
    """Writes a new file of records.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path: Path = path
        self.records: int = 0
        self._counts = np.zeros(RANGES, dtype=np.int64)
        self._file = path.open("xb")
        self._file.write(bytes(_HEAD))

    def write(self, records: Words) -> None:
        """Add records of the next ranges, sorted by key."""
        self._counts += np.bincount(range_of(records[:, 0]), minlength=RANGES)
        self.records += len(records)
        self._file.write(np.ascontiguousarray(records).data)

    def finish(self) -> None:
        """Note where the ranges begin, and have all on the disk."""
        starts = np.concatenate([[0], np.cumsum(self._counts)]).astype("<i8")
        self._file.seek(0)
        self._file.write(starts.tobytes())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


class DigestFile:
    """A file of records.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path: Path = path
        self._starts = np.fromfile(path, dtype="<i8", count=RANGES + 1)

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        """How many records each range has."""
        return np.diff(self._starts)

    def read(self, first: int, end: int) -> Words:
        """Return the records of some ranges that count."""
        records = self._read(first, end)
        counting: Words = records[records[:, META] != GONE]
        return counting

    def note_rejected(self, keys: Words, counts: npt.NDArray[np.int64], *, keep: bool) -> None:
        """Note that rows of some groups were rejected, so that the groups are sent again.

        A group that Anaplan cannot have any row of is taken out.

        Parameters
        ----------
        keys : array of shape (n, 2)
            Those that are not there are passed over.
        counts : array of int64
            How many rows of each group were rejected.
        keep : bool
            Whether a rejected row can have been loaded in part, so that all groups are kept.
        """
        ranges = range_of(keys[:, 0])
        with self.path.open("r+b") as file:
            for place in np.unique(ranges):
                here = ranges == place
                records = self._read(int(place), int(place) + 1)
                found = match(keys[here], records[:, KEYS])
                hit, rejected = found[found >= 0], counts[here][found >= 0]
                meta = records[hit, META]
                all_rows = (count_of(meta) == rejected) & (rejected < MOST_COUNTED)
                absent = all_rows & ~was_present(meta) & (not keep)
                records[hit, GROUPS] = UNKNOWN
                records[hit[absent], META] = GONE
                file.seek(_HEAD + int(self._starts[place]) * _RECORD)
                file.write(records.data)
            file.flush()
            os.fsync(file.fileno())

    def _read(self, first: int, end: int) -> Words:
        start, stop = int(self._starts[first]), int(self._starts[end])
        offset, count = _HEAD + start * _RECORD, (stop - start) * FIELDS
        found = np.fromfile(self.path, dtype="<u8", count=count, offset=offset)
        records: Words = found.reshape(-1, FIELDS)
        return records


def match(keys: Words, known: Words) -> npt.NDArray[np.int64]:
    """Return the position of each key among those known, or -1.

    Parameters
    ----------
    keys, known : array of shape (n, 2)
        The known ones are sorted by their first half, and each is there once.
    """
    if not len(known):
        return np.full(len(keys), -1, dtype=np.int64)
    firsts = np.ascontiguousarray(known[:, 0])
    found = np.searchsorted(firsts, keys[:, 0])
    found[found == len(known)] = 0
    half = firsts[found] == keys[:, 0]
    whole = half & (known[found, 1] == keys[:, 1])
    found[~whole] = -1
    others = np.flatnonzero(half & ~whole)
    if len(others):  # two keys that share the first half of their digests
        pairs = {pair: place for place, pair in enumerate(map(tuple, known.tolist()))}
        for place in others.tolist():
            found[place] = pairs.get(tuple(keys[place].tolist()), -1)
    return found


def ranges_of_size(sizes: npt.NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Yield runs of ranges, ``(first, end)``, each with about so many records at most."""
    first = total = 0
    for place, size in enumerate(sizes.tolist()):
        if place > first and total + size > most:
            yield first, place
            first, total = place, 0
        total += size
    yield first, len(sizes)


def checksum(path: Path) -> str:
    """Return a digest of a whole file."""
    found = xxhash.xxh3_128()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
