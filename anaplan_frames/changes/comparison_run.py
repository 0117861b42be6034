"""One pass over the caller's data: what has changed since the state, and the next state's files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from anaplan_frames.changes.change_state import ChangeState, Head, Part
from anaplan_frames.changes.digest_files import (
    FIELDS,
    META,
    RANGES,
    DigestFile,
    DigestWriter,
    file_of,
    ranges_of_size,
    row_of,
)
from anaplan_frames.changes.digest_runs import DigestRuns
from anaplan_frames.changes.group_changes import find_changes, merged
from anaplan_frames.changes.key_texts import KeyTexts, KeyTextWriter
from anaplan_frames.changes.row_digests import RowDigester, RowDigests
from anaplan_frames.changes.row_mask import RowMask
from anaplan_frames.changes.target_rows import TargetRows
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.progress import Progress
from anaplan_frames.threads import core_count, in_order
from anaplan_frames.writes.text_digests import Words

_BATCH_ROWS = 32_768
_RANGE_RECORDS = 1_000_000
_NOTHING: Words = np.empty((0, FIELDS), dtype=np.uint64)


@dataclass(slots=True)
class Found:
    """What the comparison has found.

    Attributes
    ----------
    rows, groups : int
        How many the data has.
    groups_before : int
        How many Anaplan had.
    changed : RowMask
        The rows that are sent.
    changed_groups : int
        How many groups those are.
    gone : KeyTexts
        The keys that Anaplan has and the data does not.
    part : Part
        The state that Anaplan has once those rows are loaded.
    base : Part or None
        What Anaplan has now.
    """

    rows: int
    groups: int = 0
    groups_before: int = 0
    changed: RowMask = field(default_factory=lambda: RowMask(0))
    changed_groups: int = 0
    gone: KeyTexts = field(default_factory=lambda: KeyTexts([], [], []))
    part: Part = field(default_factory=lambda: Part("", (), 0))
    base: Part | None = None


class ComparisonRun:
    """Compares data with a state.

    Parameters
    ----------
    state : ChangeState
    head : Head
        What is known; its parts may be None.
    target : TargetRows
        How the rows become texts, and which columns are the key.
    """

    def __init__(self, state: ChangeState, head: Head, target: TargetRows) -> None:
        self._state = state
        self._head = head
        self._target = target
        self._digester = RowDigester(target.headers, target.key, head.secret)
        self._keys = state.new_path("keys")

    def run(self, source: Source, *, every: bool, progress: bool | None) -> Found:
        """Read all rows once, and find what has changed.

        Parameters
        ----------
        source : Source
            The caller's data.
        every : bool
            Whether all rows are sent, changed or not.

        Raises
        ------
        EncodingError
            If a value has no counterpart in Anaplan; names column and row.
        OSError
            If the folder has no room.
        """
        with DigestRuns(self._state.folder) as runs:
            self._read(source, runs, progress=progress)
            return self._compare(runs, every=every)

    def keys_of(self, source: Source) -> Words:
        """Return the digests of the keys of some rows."""
        found = [np.empty((0, 2), dtype=np.uint64)]
        for batch in source.batches(_BATCH_ROWS, self._target.encoder.layout.needed):
            found.append(self._digester.keys(self._target.encoder.texts(batch, 0)))
        return np.concatenate(found)

    def _read(self, source: Source, runs: DigestRuns, *, progress: bool | None) -> None:
        label = f"Comparing rows for {self._target.label}"
        with (
            KeyTextWriter(self._keys, len(self._target.key)) as keys,
            Progress(label, unit=" rows", total=source.rows, show=progress) as bar,
        ):
            found = in_order(
                self._digested, self._batches(source), threads=core_count(), name="anaplan-digest"
            )
            for digests, texts in found:
                runs.add(digests)
                keys.write(texts)
                bar.advance(len(digests.rows))
            runs.finish()
            keys.finish()

    def _batches(self, source: Source) -> Iterator[tuple[pa.RecordBatch, int]]:
        first_row = 0
        for batch in source.batches(_BATCH_ROWS, self._target.encoder.layout.needed):
            yield batch, first_row
            first_row += batch.num_rows

    def _digested(self, piece: tuple[pa.RecordBatch, int]) -> tuple[RowDigests, Sequence[pa.Array]]:
        texts = self._target.encoder.texts(*piece)
        return self._digester.digests(texts), [texts[place] for place in self._target.key]

    def _compare(self, runs: DigestRuns, *, every: bool) -> Found:
        found = Found(runs.rows, changed=RowMask(runs.rows))
        before = _Before(self._state, self._head)
        masks = [RowMask(rows) for _, rows in before.keys]
        with ExitStack() as stack:
            writer = stack.enter_context(DigestWriter(self._state.new_path("digests")))
            base = None
            if self._head.pending is not None:
                base = stack.enter_context(DigestWriter(self._state.new_path("digests")))
            for first, end in ranges_of_size(runs.sizes + before.sizes, _RANGE_RECORDS):
                known = before.read(first, end)
                changes = find_changes(runs.read(first, end), known, every=every)
                found.groups_before += len(known)
                found.groups += len(changes.records)
                found.changed_groups += int(changes.changed.sum())
                found.changed.add(changes.changed_rows)
                writer.write(changes.records)
                if base is not None:
                    base.write(known)
                _note_gone(changes.gone, masks)
            writer.finish()
            if base is not None:
                base.finish()
        keys = ((self._keys.name, runs.rows),)
        found.part = Part(writer.path.name, keys, writer.records, every)
        found.base = self._head.confirmed
        if base is not None:
            found.base = Part(base.path.name, before.keys, base.records)
        paths = [self._state.folder / name for name, _ in before.keys]
        found.gone = KeyTexts(paths, masks, self._target.key_columns)
        return found


class _Before:
    """What Anaplan has, range by range."""

    def __init__(self, state: ChangeState, head: Head) -> None:
        self._files = [DigestFile(state.folder / part.digests) for part in head.parts]
        self._head = head
        self.keys = tuple(key for part in head.parts for key in part.keys)
        self.sizes = sum((file.sizes for file in self._files), np.zeros(RANGES, dtype=np.int64))

    def read(self, first: int, end: int) -> Words:
        parts = [file.read(first, end) for file in self._files]
        pending = self._head.pending
        if pending is None:
            return parts[0] if parts else _NOTHING
        confirmed = self._head.confirmed
        files = len(confirmed.keys) if confirmed else 0
        old = parts[0] if confirmed else _NOTHING
        return merged(old, parts[-1], files, known=not pending.full)


def _note_gone(records: Words, masks: Sequence[RowMask]) -> None:
    files, rows = file_of(records[:, META]), row_of(records[:, META])
    for number in np.unique(files):
        masks[number].add(rows[files == number])
