"""The outcome of a write to a list, row by row and item by item."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from anaplan_frames.errors import AnaplanError
from anaplan_frames.lists.item_requests import ITEM_REQUESTS
from anaplan_frames.lists.write_stages import Stage, temporary_name
from anaplan_frames.writes.batch_outcome import BatchOutcome
from anaplan_frames.writes.row_messages import add_message


@dataclass(slots=True)
class ItemsOutcome:
    """The outcome of all stages.

    Attributes
    ----------
    row_errors : dict of int to str
        The caller's rows that were refused or not sent, by position, and why.
    item_errors : dict of str to str
        The same for items without a row, by id.
    unplaced : list of str
        Why Anaplan refused records without saying which records.
    uncounted : Counter of str
        By action, how many records Anaplan took without a failure but did not count.
    done : int
        Records that Anaplan took.
    error : AnaplanError or None
        What ended the sending early.
    """

    row_errors: dict[int, str] = field(default_factory=dict)
    item_errors: dict[str, str] = field(default_factory=dict)
    unplaced: list[str] = field(default_factory=list)
    uncounted: Counter[str] = field(default_factory=Counter)
    done: int = 0
    error: AnaplanError | None = None
    _renamed: set[int] = field(default_factory=set)  # rows whose items have a temporary name

    def add(self, stage: Stage, outcome: BatchOutcome) -> None:
        """Add the outcome of a stage."""
        self.error = self.error or outcome.error
        errors = dict(outcome.failures)
        for positions, words in outcome.unwritten():
            errors.update(dict.fromkeys(positions.tolist(), f"{words}: {self.error}"))
        for position, text in errors.items():
            self._add_error(stage, position, text)
        self.unplaced += outcome.unplaced
        taken = stage.records.num_rows - len(errors)
        self.done += taken
        failed = {int(stage.rows[position]) for position in errors}
        written = (
            set(stage.rows.tolist()) - failed - {-1} if stage.temporary or self._renamed else set()
        )
        if stage.temporary:
            self._renamed |= written
        else:
            self._renamed -= written  # final names come first
            counted = outcome.counts[ITEM_REQUESTS[stage.action].counted_as]
            self.uncounted[stage.action] += max(0, taken - counted)

    def _add_error(self, stage: Stage, position: int, text: str) -> None:
        """Add the error of a record to its row, or to its item if it has no row."""
        row = int(stage.rows[position])
        if row in self._renamed and stage.action == "update":
            item = _item(stage, position)
            text += f"; until this is written, the item is called {temporary_name(item)!r}"
        known: dict[Any, str] = self.row_errors if row >= 0 else self.item_errors
        key: Any = row if row >= 0 else _item(stage, position)
        if text not in known.get(key, ""):
            add_message(known, key, text)


def _item(stage: Stage, position: int) -> str:
    """Return the id of a record's item."""
    assert stage.ids is not None
    return str(stage.ids[position])
