"""Sends the stages of changes to a list, and knows of every row what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.codec.json_records import json_array, json_records, nested
from anaplan_frames.errors import AnaplanError, TransferError
from anaplan_frames.lists.item_differences import equal_values, one_array
from anaplan_frames.lists.write_stages import Stage, temporary_name
from anaplan_frames.progress import Progress
from anaplan_frames.transport import Transport
from anaplan_frames.writes.batches import Batches, BatchOutcome, Positions, Reconciled

MOST_ITEMS = 100_000  # in one request, as Anaplan documents
_TIMEOUT = (10, 900)  # Anaplan answers when all that depends on the items is calculated
_REQUESTS: Mapping[str, tuple[str, Mapping[str, str], str]] = {
    "insert": ("POST", {"action": "add"}, "added"),
    "update": ("PUT", {}, "updated"),
    "delete": ("POST", {"action": "delete"}, "deleted"),
}
_TEXT = pa.large_string()
_KEYS = ("id", "code", "name")
_LOOKS = (1.0, 2.0, 4.0, 8.0)  # seconds between looks for items that only their number tells


@dataclass(slots=True)
class Written:
    """What became of all stages.

    Attributes
    ----------
    errors : dict of int to str
        Rows of the caller that were refused or not sent, by position, and why.
    items : dict of str to str
        The same for items that no row speaks of, by id.
    unplaced : list of str
        Why Anaplan refused records that it does not say which they are.
    short : Counter of str
        By action, how many fewer Anaplan counts than it took without a failure.
    done : int
        Records that Anaplan took.
    error : AnaplanError or None
        What ended the sending early.
    """

    errors: dict[int, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    unplaced: list[str] = field(default_factory=list)
    short: Counter[str] = field(default_factory=Counter)
    done: int = 0
    error: AnaplanError | None = None


class ItemSender:
    """Sends stage after stage, each in batches.

    Parameters
    ----------
    transport : Transport
    path : str
        The list's.
    label : str
        The list in words.
    columns : sequence of ItemColumn
        Where each column of the records belongs.
    before : pa.Table
        The items before anything is sent: ``id``, ``code``, ``name``.
    read_items : callable
        Reads these columns of the items as they are now.
    progress : Progress
        Moved on record by record.
    """

    def __init__(
        self,
        transport: Transport,
        path: str,
        label: str,
        columns: Sequence[ItemColumn],
        before: pa.Table,
        read_items: Callable[[Sequence[str]], pa.Table],
        progress: Progress,
    ) -> None:
        self._transport = transport
        self._path = f"{path}/items"
        self._label = label
        self._columns = {column.name: column for column in columns}
        self._before = before
        self._read_items = read_items
        self._progress = progress
        self._count = before.num_rows  # items that the list has now, as far as Anaplan told
        self._aside: set[int] = set()  # rows whose items have a name or code for a while

    def send(self, stages: Sequence[Stage]) -> Written:
        """Send all stages; an error ends it, and what was not sent is in the result."""
        written = Written()
        for stage in stages:
            if written.error is None:
                outcome = self._send_stage(stage)
                written.error = outcome.error
            else:
                outcome = BatchOutcome(unsent=[np.arange(stage.records.num_rows)])
            self._note(written, stage, outcome)
        return written

    def _send_stage(self, stage: Stage) -> BatchOutcome:
        # Items without any key are told apart by their number alone: one batch after the other.
        batches = Batches(
            lambda positions: self._request(stage, positions),
            lambda positions: self._reconcile(stage, positions),
            most=MOST_ITEMS,
            label=self._label,
            progress=self._progress,
            **({"threads": 1} if _keyless(stage.records).any() else {}),
        )
        return batches.run(stage.records.num_rows)

    def _request(self, stage: Stage, positions: Positions) -> Mapping[str, Any]:
        method, params, _ = _REQUESTS[stage.action]
        body = self._body(_part(stage.records, positions))
        answer = self._transport.write_json(
            method, self._path, body, label=self._label, params=params, timeout=_TIMEOUT
        )
        self._count += int(answer.get("added") or 0) - int(answer.get("deleted") or 0)
        return answer

    def _body(self, records: pa.Table) -> bytes:
        """Write records as JSON: properties and subsets in objects of their own."""
        count = records.num_rows
        places: dict[str, dict[str, pa.Array]] = {"": {}, "properties": {}, "subsets": {}}
        for name in records.column_names:
            column = self._columns[name]
            values = one_array(records[name])
            places[column.section][column.key] = _flags(values) if _is_flag(column) else values
        members = places[""]
        for place in ("properties", "subsets"):
            if places[place]:
                members[place] = nested(places[place], count)
        return b'{"items":' + json_array(json_records(members, count)) + b"}"

    def _reconcile(self, stage: Stage, positions: Positions) -> Reconciled:
        """Read the list back, and tell what of a batch was done."""
        records = _part(stage.records, positions)
        if stage.action == "insert":
            done = self._added(records)
        else:
            now = self._read_items(["id", "code", "name", *self._compared(records)])
            ids = pc.take(stage.ids, pa.array(positions))
            places = pc.index_in(ids, value_set=_column(now, "id"))
            is_there = pc.is_valid(places)
            done = _mask(is_there)
            if stage.action == "update":
                done = done & self._is_so(records, now.take(places))
            else:
                done = ~done
        count = int(done.sum())
        self._count += {"insert": count, "delete": -count}.get(stage.action, 0)
        return Reconciled(Counter({_REQUESTS[stage.action][2]: count}), positions[~done])

    def _added(self, records: pa.Table) -> Any:
        """Say which records are items now and were not before."""
        now = self._read_items(_KEYS)
        done, keyless = self._found(records, now)
        if not keyless.any():
            return done
        # An item without any key that was sent twice would be there twice.
        for pause in _LOOKS:
            if self._new(now) > done.sum():
                break
            self._transport.clock.sleep(pause)
            now = self._read_items(_KEYS)
            done, _ = self._found(records, now)
        new = self._new(now) - int(done.sum())
        if new != keyless.sum():
            items = f"of {keyless.sum():,} items without code and name"
            raise TransferError(
                f"{new:,} {items} were added, and which ones cannot be told"
                if new
                else f"none {items} is in the list so far"
            )
        return done | keyless

    def _new(self, now: pa.Table) -> int:
        """Return how many items there are more than Anaplan has told of."""
        return int(now.num_rows - self._count)

    def _found(self, records: pa.Table, now: pa.Table) -> tuple[Any, Any]:
        """Say which records have a key that is new among the items, and which have no key."""
        done = np.zeros(records.num_rows, dtype=bool)
        left = np.full(records.num_rows, True)
        for key in ("code", "name"):
            if key in records.column_names:
                texts = one_array(records[key])
                there = pc.is_in(texts, value_set=_column(now, key), skip_nulls=True)
                was = pc.is_in(texts, value_set=_column(self._before, key), skip_nulls=True)
                done |= left & _mask(there) & ~_mask(was)
                left &= ~_mask(pc.is_valid(texts))
        return done, left

    def _is_so(self, records: pa.Table, now: pa.Table) -> Any:
        """Say which items have all that their records give them."""
        so = np.full(records.num_rows, True)
        for name in records.column_names:
            if name != "id":
                sent = one_array(records[name])
                so &= _mask(pc.fill_null(equal_values(one_array(now[name]), sent), True))
        return so

    def _compared(self, records: pa.Table) -> list[str]:
        return [name for name in records.column_names if name not in ("id", "code", "name")]

    def _note(self, written: Written, stage: Stage, outcome: BatchOutcome) -> None:
        """Add what became of a stage to what became of the rows."""
        errors = dict(outcome.failures)
        for parts, words in (
            (outcome.unsent, "not written"),
            (outcome.uncertain, "it is not known whether this was written"),
        ):
            for position in chain.from_iterable(parts):
                errors[int(position)] = f"{words}: {written.error}"
        for position, text in errors.items():
            self._note_one(written, stage, position, text)
        written.unplaced += outcome.unplaced
        taken = stage.records.num_rows - len(errors)
        written.done += taken
        if stage.aside:
            failed = {int(stage.rows[position]) for position in errors}
            self._aside |= set(stage.rows.tolist()) - failed - {-1}
        else:
            counted = outcome.counts[_REQUESTS[stage.action][2]]
            written.short[stage.action] += max(0, taken - counted)

    def _note_one(self, written: Written, stage: Stage, position: int, text: str) -> None:
        """Note why a record was not taken, with its row or else with its item."""
        row = int(stage.rows[position])
        if row in self._aside and stage.action == "update":
            item = _item(stage, position)
            text += f"; until this is written, the item is called {temporary_name(item)!r}"
        known: dict[Any, str] = written.errors if row >= 0 else written.items
        key: Any = row if row >= 0 else _item(stage, position)
        if text not in known.get(key, ""):
            known[key] = f"{known[key]}\n{text}" if key in known else text


def _item(stage: Stage, position: int) -> str:
    """Return the id of a record's item."""
    assert stage.ids is not None
    return str(stage.ids[position])


def _keyless(records: pa.Table) -> Any:
    """Say which records are told by no id, code or name."""
    keyless = np.full(records.num_rows, True)
    for key in ("id", "code", "name"):
        if key in records.column_names:
            keyless &= ~_mask(pc.is_valid(one_array(records[key])))
    return keyless


def _part(records: pa.Table, positions: Positions) -> pa.Table:
    """Take records, without a copy where they lie side by side."""
    if len(positions) and positions[-1] - positions[0] == len(positions) - 1:
        return records.slice(int(positions[0]), len(positions))
    return records.take(pa.array(positions))


def _column(table: pa.Table, name: str) -> pa.Array:
    return pc.cast(one_array(table[name]), _TEXT)


def _mask(values: pa.Array) -> Any:
    return values.to_numpy(zero_copy_only=False)


def _is_flag(column: ItemColumn) -> bool:
    return column.section == "subsets"


def _flags(texts: pa.Array) -> pa.Array:
    """Make JSON's true and false of texts, as subsets want them."""
    return pc.if_else(
        pc.is_valid(texts), pc.is_in(pc.utf8_lower(texts), value_set=_TRUE), pa.scalar(None)
    )


_TRUE = pa.array(["true", "1", "yes"], _TEXT)
