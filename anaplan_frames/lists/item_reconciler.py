"""A list read back after an answer was lost, to find out what Anaplan did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.clock import Clock
from anaplan_frames.errors import AnaplanError, TransferError
from anaplan_frames.lists.item_differences import equal_values
from anaplan_frames.lists.item_requests import ITEM_REQUESTS
from anaplan_frames.lists.write_stages import Stage
from anaplan_frames.polling import poll
from anaplan_frames.writes.arrow_arrays import Mask, Positions, as_mask, as_texts, one_array
from anaplan_frames.writes.batch_outcome import BatchOutcome, Reconciled
from anaplan_frames.writes.folded_keys import fold_texts

_KEYS = ("id", "code", "name")
_UNEXPLAINED = "Anaplan did not write this, and gives no reason"
_PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds between looks for items that have no key

ReadItems = Callable[[Sequence[str]], pa.Table]


class ItemReconciler:
    """Finds out which records of a batch were written.

    Parameters
    ----------
    before : pa.Table
        The items before anything is sent: ``id``, ``code``, ``name``.
    read_items : callable
        Reads some columns of the items as they are now.
    clock : Clock
        Where the time passes between looks.
    compared : collection of str
        The properties by which a new item shows whether it is ours: somebody else may have added
        one with the same key meanwhile.
    """

    def __init__(
        self,
        before: pa.Table,
        read_items: ReadItems,
        clock: Clock,
        *,
        compared: Collection[str] = (),
    ) -> None:
        self._compared = compared
        self._before = before
        self._read_items = read_items
        self._clock = clock
        self._count = before.num_rows  # items that the list has by what is known so far

    def count_answer(self, answer: Mapping[str, Any]) -> None:
        """Count the items that an answer says were added and deleted."""
        self._count += int(answer.get("added") or 0) - int(answer.get("deleted") or 0)

    def reconcile(self, stage: Stage, positions: Positions) -> Reconciled:
        """Read the list back, and say which records of a batch were written."""
        done = self._done(stage, part_of(stage.records, positions), positions)
        count = int(done.sum())
        self._count += {"insert": count, "delete": -count}.get(stage.action, 0)
        counted_as = ITEM_REQUESTS[stage.action].counted_as
        return Reconciled(Counter({counted_as: count}), positions[~done])

    def audit(self, stage: Stage, positions: Positions, outcome: BatchOutcome) -> None:
        """Read back records that Anaplan neither counts nor refuses, and correct the outcome."""
        counted_as = ITEM_REQUESTS[stage.action].counted_as
        counted = outcome.counts[counted_as]
        refused = np.array(sorted(outcome.failures), dtype=np.int64)
        left = np.setdiff1d(positions, refused)
        lost = len(left) - len(outcome.unplaced) - counted
        seen = outcome.counts.get("total", len(positions))
        if (not lost and seen == len(positions)) or outcome.unplaced:
            return
        records = part_of(stage.records, left)
        said = f"Anaplan counts {counted:,} of {len(left):,} items as {counted_as}"
        if seen != len(positions):
            said += f", and says that {seen:,} were sent"
        if stage.action == "insert" and is_keyless(records).any():
            # Without a key it is not known which they are.
            outcome.unplaced += [f"{said}, without a reason"] * max(lost, len(positions) - seen, 0)
            return
        try:
            done = self._done(stage, records, left)
        except AnaplanError as error:
            why = f"{said}, without a reason, and the list cannot be read back: {error}"
            outcome.unplaced += [why] * max(lost, len(positions) - seen, 0)
            return
        for position in left[~done].tolist():
            outcome.failures[position] = _UNEXPLAINED
        if stage.action == "update":  # what Anaplan has not counted was as it should be before
            outcome.counts[counted_as] = min(counted, int(done.sum()))
        else:
            outcome.counts[counted_as] = int(done.sum())

    def _done(self, stage: Stage, records: pa.Table, positions: Positions) -> Mask:
        """Read the list back, and return which records are so."""
        if stage.action == "insert":
            return self._inserted(records)
        now = self._read_items([*_KEYS, *_other_columns(records)])
        ids = pc.take(stage.ids, pa.array(positions))
        places = pc.index_in(ids, value_set=as_texts(now["id"]))
        exists = as_mask(pc.is_valid(places))
        return ~exists if stage.action == "delete" else exists & _is_so(records, now, places)

    def _inserted(self, records: pa.Table) -> Mask:
        """Return which records are items now and were not before."""
        keyless = is_keyless(records)
        compared = [name for name in records.column_names if name in self._compared]

        def look() -> tuple[Mask, int] | None:
            now = self._read_items([*_KEYS, *compared])
            done = self._new_by_key(records, now, compared)
            # Items without any key are known by their number alone.
            new = int(now.num_rows - self._count - done.sum())
            return (done, new) if new > 0 or not keyless.any() else None

        # An item without any key that was sent twice would be in the list twice: wait for it.
        found = poll(look, self._clock, pauses=_PAUSES)
        items = f"of {keyless.sum():,} items without code and name"
        if found is None:
            raise TransferError(f"none {items} is in the list so far")
        done, new = found
        if keyless.any() and new != keyless.sum():
            raise TransferError(f"{new:,} {items} were added, and it is unclear which")
        return done | keyless

    def _new_by_key(self, records: pa.Table, now: pa.Table, compared: Sequence[str]) -> Mask:
        """Return which records have a key that is new among the items, and the item's values."""
        done = np.zeros(records.num_rows, dtype=bool)
        left = np.ones(records.num_rows, dtype=bool)
        for key in ("code", "name"):
            if key in records.column_names:
                texts = one_array(records[key])
                folded = fold_texts(texts)  # Anaplan may have stored it in another form
                places = pc.index_in(
                    folded, value_set=fold_texts(as_texts(now[key])), skip_nulls=True
                )
                before = fold_texts(as_texts(self._before[key]))
                was = pc.is_in(folded, value_set=before, skip_nulls=True)
                there = as_mask(pc.is_valid(places)) & _is_ours(records, now, places, compared)
                done |= left & there & ~as_mask(was)
                left &= ~as_mask(pc.is_valid(texts))
        return done


def is_keyless(records: pa.Table) -> Mask:
    """Return which records have neither id nor code nor name."""
    keyless = np.ones(records.num_rows, dtype=bool)
    for key in _KEYS:
        if key in records.column_names:
            keyless &= ~as_mask(pc.is_valid(one_array(records[key])))
    return keyless


def part_of(records: pa.Table, positions: Positions) -> pa.Table:
    """Take records, without a copy if they are side by side."""
    if len(positions) and positions[-1] - positions[0] == len(positions) - 1:
        return records.slice(int(positions[0]), len(positions))
    return records.take(pa.array(positions))


def _is_so(records: pa.Table, now: pa.Table, places: pa.Array) -> Mask:
    """Return which items have all values of their records."""
    items = now.take(places)
    so = np.ones(records.num_rows, dtype=bool)
    for name in records.column_names:
        if name != "id":
            sent = one_array(records[name])
            same = equal_values(one_array(items[name]), sent)
            so &= as_mask(pc.fill_null(same, fill_value=True))
    return so


def _is_ours(records: pa.Table, now: pa.Table, places: pa.Array, compared: Sequence[str]) -> Mask:
    """Return which items have the values of their records, apart from how texts are stored."""
    ours = np.ones(records.num_rows, dtype=bool)
    for name in compared:
        held, sent = one_array(now[name]).take(places), one_array(records[name])
        if pa.types.is_string(held.type) or pa.types.is_large_string(held.type):
            held, sent = fold_texts(as_texts(held)), fold_texts(sent)
        ours &= as_mask(pc.fill_null(equal_values(held, sent), fill_value=True))
    return ours


def _other_columns(records: pa.Table) -> list[str]:
    return [name for name in records.column_names if name not in _KEYS]
