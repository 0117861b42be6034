"""Records written directly, in batches: halved when refused, settled when an answer is lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from anaplan_frames.errors import AnaplanError, RequestRefused, TaskUncertain
from anaplan_frames.progress import Progress
from anaplan_frames.threads import in_order
from anaplan_frames.transport import AnswerLost

Positions = npt.NDArray[np.int64]

_THREADS = 4
_LOST_IN_A_ROW = 3  # so often an answer for the same records may be lost
# Anaplan has no error of its own for a batch above its limits: 400 or 413, and words.
_TOO_MANY = re.compile(r"too many|too large|maximum|exceed|limit|at most|more than", re.IGNORECASE)


@dataclass(slots=True)
class Reconciled:
    """What reading back shows of records whose answer was lost.

    Attributes
    ----------
    counts : Counter of str
        What was done, by the names in Anaplan's answers, e.g. ``{"added": 7}``.
    again : array of int64
        Positions of the records on which Anaplan certainly did not act.
    """

    counts: Counter[str]
    again: Positions


@dataclass(slots=True)
class BatchOutcome:
    """What became of records, by their positions.

    Attributes
    ----------
    counts : Counter of str
        The numbers of Anaplan's answers, summed up: ``added``, ``updated``, ``deleted`` ...
    failures : dict of int to str
        Position of each record that Anaplan refused, and why.
    unplaced : list of str
        Why Anaplan refused records that it does not say which they are.
    unsent : list of array of int64
        Positions of the records that were not written, because of `error`.
    uncertain : list of array of int64
        Positions of the records of which it is not known, for the same reason.
    error : AnaplanError or None
        What ended the sending early.
    """

    counts: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)
    unplaced: list[str] = field(default_factory=list)
    unsent: list[Positions] = field(default_factory=list)
    uncertain: list[Positions] = field(default_factory=list)
    error: AnaplanError | None = None

    @classmethod
    def of(cls, answer: Mapping[str, Any], positions: Positions) -> BatchOutcome:
        """Read an answer; ``requestIndex`` counts the records of its own batch from 0."""
        outcome = cls(Counter({k: v for k, v in answer.items() if type(v) is int}))
        for failure in answer.get("failures") or ():
            kind, said = failure.get("failureType"), failure.get("failureMessageDetails")
            text = f"{said} ({kind})" if said and kind else str(said or kind or "refused")
            index = failure.get("requestIndex")
            if type(index) is not int or not 0 <= index < len(positions):
                outcome.unplaced.append(text)
                continue
            position = int(positions[index])
            known = outcome.failures.get(position)
            outcome.failures[position] = f"{known}\n{text}" if known else text
        return outcome

    def add(self, other: BatchOutcome) -> BatchOutcome:
        """Take over what became of other records; the first error stays."""
        self.counts.update(other.counts)
        self.failures.update(other.failures)
        self.unplaced += other.unplaced
        self.unsent += other.unsent
        self.uncertain += other.uncertain
        self.error = self.error or other.error
        return self


Send = Callable[[Positions], Mapping[str, Any]]
Reconcile = Callable[[Positions], Reconciled]


class Batches:
    """Sends records in batches, several at once.

    An error ends the sending, but is no exception: what was done until then is in the outcome,
    with the positions of what was not written.

    Parameters
    ----------
    send : callable
        Sends the records at these positions in one request, which Anaplan must never see twice,
        and returns its answer.
    reconcile : callable
        Reads back what became of records whose answer was lost.
    most : int
        Records in one batch at most. A batch that Anaplan refuses as too many is halved, and the
        later ones are no larger.
    label : str
        The target in words, for messages.
    threads : int
        Batches on their way at once.
    progress : Progress, optional
        Moved on by the number of records of each batch.
    """

    def __init__(
        self,
        send: Send,
        reconcile: Reconcile,
        *,
        most: int,
        label: str,
        threads: int = _THREADS,
        progress: Progress | None = None,
    ) -> None:
        self._send = send
        self._reconcile = reconcile
        self._most = most
        self._label = label
        self._threads = threads
        self._progress = progress
        self._stopped = False

    def run(self, count: int) -> BatchOutcome:
        """Send the records 0 to `count` - 1."""
        outcome = BatchOutcome()
        for part in self.deliver(self._batches(count)):
            outcome.add(part)
        return outcome

    def deliver(self, batches: Iterable[Positions]) -> Iterator[BatchOutcome]:
        """Send batches that are cut already, and yield what became of each, in order.

        They are drawn only as far ahead as there are threads; once others were refused as too
        many, they are cut smaller.
        """
        yield from in_order(self._deliver, batches, threads=self._threads, name="anaplan-batch")

    def _batches(self, count: int) -> Iterator[Positions]:
        """Cut the records into batches of about equal size, smaller once one was refused."""
        start = 0
        while start < count:
            left = -(-(count - start) // self._most)
            stop = start + -(-(count - start) // left)
            yield np.arange(start, stop, dtype=np.int64)
            start = stop

    def _deliver(self, positions: Positions, lost: int = 0) -> BatchOutcome:
        """Send a batch, in as many requests as it takes."""
        if self._stopped:
            return BatchOutcome(unsent=[positions])
        if len(positions) > self._most:
            return self._in_halves(positions)
        try:
            outcome = BatchOutcome.of(self._send(positions), positions)
        except AnswerLost as error:
            return self._read_back(positions, error, lost + 1)
        except RequestRefused as refused:
            if len(positions) < 2 or not _is_too_many(refused):
                return self._stop(positions, refused)
            return self._in_halves(positions)
        except AnaplanError as error:
            return self._stop(positions, error)
        if lost and outcome.failures:
            self._excuse(outcome)
        self._advance(len(positions))
        return outcome

    def _excuse(self, outcome: BatchOutcome) -> None:
        """Count as done what was refused because an earlier request has done it after all.

        One whose answer was lost may still have been at work when the records were read back.
        """
        refused = np.array(sorted(outcome.failures), dtype=np.int64)
        try:
            reconciled = self._reconcile(refused)
        except AnaplanError as failed:
            outcome.error = self._uncertain(refused, failed)
            outcome.uncertain.append(refused)
            outcome.failures.clear()
            return
        outcome.counts += reconciled.counts
        for position in np.setdiff1d(refused, reconciled.again).tolist():
            del outcome.failures[position]

    def _in_halves(self, positions: Positions) -> BatchOutcome:
        half = -(-len(positions) // 2)
        self._most = min(self._most, half)
        return self._deliver(positions[:half]).add(self._deliver(positions[half:]))

    def _read_back(self, positions: Positions, error: AnswerLost, lost: int) -> BatchOutcome:
        """Find out what became of a batch, and send again only what Anaplan did not do."""
        try:
            reconciled = self._reconcile(positions)
        except AnaplanError as failed:
            uncertain = self._uncertain(positions, failed)
            uncertain.__cause__ = error
            return BatchOutcome(uncertain=[positions], error=uncertain)
        outcome = BatchOutcome(reconciled.counts)
        self._advance(len(positions) - len(reconciled.again))
        if not len(reconciled.again):
            return outcome
        if lost >= _LOST_IN_A_ROW:  # the last request may still be at work
            uncertain = self._uncertain(reconciled.again, error)
            return outcome.add(BatchOutcome(uncertain=[reconciled.again], error=uncertain))
        return outcome.add(self._deliver(reconciled.again, lost))

    def _uncertain(self, positions: Positions, failed: AnaplanError) -> TaskUncertain:
        self._stopped = True
        return TaskUncertain(
            f"{self._label}: the answer to {len(positions):,} records was lost, and reading back "
            f"does not tell what became of them ({failed}). Look before you send them again."
        )

    def _stop(self, positions: Positions, error: AnaplanError) -> BatchOutcome:
        self._stopped = True
        return BatchOutcome(unsent=[positions], error=error)

    def _advance(self, records: int) -> None:
        if self._progress is not None:
            self._progress.advance(records)


def _is_too_many(refused: RequestRefused) -> bool:
    return refused.status == 413 or (
        refused.status == 400 and bool(_TOO_MANY.search(refused.reason))
    )
