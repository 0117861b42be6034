"""Records sent in batches: halved if refused as too many, read back if an answer is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from anaplan_frames.deadline import check_time
from anaplan_frames.errors import (
    AnaplanError,
    RequestRefused,
    TaskTimeout,
    TaskUncertain,
    TransferTimeout,
)
from anaplan_frames.progress import Progress
from anaplan_frames.threads import in_order
from anaplan_frames.transport import AnswerLost
from anaplan_frames.writes.arrow_arrays import Positions
from anaplan_frames.writes.batch_outcome import BatchOutcome, Reconciled

_THREADS = 4
_LOST_IN_A_ROW = 3  # times that the answer for the same records may be lost
# Anaplan has no code of its own for a batch above its limits: 400 or 413, and a sentence.
_TOO_MANY = re.compile(r"too many|too large|maximum|exceed|limit|at most|more than", re.IGNORECASE)

Look = Callable[[AnaplanError], None]
Send = Callable[[Positions, Look], Mapping[str, Any]]
Reconcile = Callable[[Positions], Reconciled]
Audit = Callable[[Positions, BatchOutcome], None]


class Batches:
    """Sends records in batches, several at once.

    An error ends the sending, but is not raised: it is in the outcome, with what was done until
    then and the positions of what was not written.

    Parameters
    ----------
    send : callable
        Sends the records at these positions in one request, and returns Anaplan's answer. It sends
        them again only after a refusal, with which it calls the second argument first.
    reconcile : callable
        Reads back which records were written whose answer was lost.
    most : int
        Records in one batch at most. A batch that Anaplan refuses as too many is halved, and the
        later ones are no larger.
    label : str
        The target in words, for messages.
    threads : int
        Number of batches that are sent at once.
    progress : Progress, optional
        Advanced by the number of records of each batch.
    audit : callable, optional
        Compares what an answer counts with the records that were sent, and corrects the outcome
        if that does not add up.
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
        audit: Audit | None = None,
    ) -> None:
        self._send = send
        self._reconcile = reconcile
        self._most = most
        self._label = label
        self._threads = threads
        self._progress = progress
        self._audit = audit
        self._stopped = False

    def run(self, count: int) -> BatchOutcome:
        """Send the records 0 to `count` - 1."""
        outcome = BatchOutcome()
        for part in self.deliver(self._batches(count)):
            outcome.add(part)
        return outcome

    def deliver(self, batches: Iterable[Positions]) -> Iterator[BatchOutcome]:
        """Send batches that are cut already, and yield the outcome of each, in order.

        They are drawn only as far ahead as there are threads. If one is refused as too many,
        later ones are cut smaller.
        """
        yield from in_order(self._send_batch, batches, threads=self._threads, name="anaplan-batch")

    def _batches(self, count: int) -> Iterator[Positions]:
        """Cut the records into batches of about equal size, smaller after one was refused."""
        start = 0
        while start < count:
            left = -(-(count - start) // self._most)
            stop = start + -(-(count - start) // left)
            yield np.arange(start, stop, dtype=np.int64)
            start = stop

    def _send_batch(self, positions: Positions, lost: int = 0) -> BatchOutcome:
        """Send a batch, in as many requests as it takes."""
        if self._stopped:
            return BatchOutcome(unsent=[positions])
        if len(positions) > self._most:
            return self._in_halves(positions)
        refusals: list[AnaplanError] = []
        try:
            check_time(self._label)
            outcome = BatchOutcome.of(self._send(positions, refusals.append), positions)
        except AnswerLost as error:
            return self._read_back(positions, error, lost + 1)
        except RequestRefused as refused:
            if len(positions) < 2 or not _is_too_many(refused):
                return self._stop(positions, refused)
            return self._in_halves(positions)
        except AnaplanError as error:
            return self._stop(positions, error)
        if (lost or refusals) and outcome.failures:
            self._count_done_before(outcome)
        if self._audit is not None and outcome.error is None:
            self._audit(positions, outcome)
        self._advance(len(positions))
        return outcome

    def _count_done_before(self, outcome: BatchOutcome) -> None:
        """Count as done what was refused because an earlier request has done it after all.

        A request whose answer was lost may not have ended when the records were read back, and
        one that was refused as a whole, perhaps by a gateway, may have been carried out.
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
        return self._send_batch(positions[:half]).add(self._send_batch(positions[half:]))

    def _read_back(self, positions: Positions, error: AnswerLost, lost: int) -> BatchOutcome:
        """Find out what was written of a batch, and send again only what was not."""
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
        if lost >= _LOST_IN_A_ROW:  # the last request may not have ended
            uncertain = self._uncertain(reconciled.again, error)
            return outcome.add(BatchOutcome(uncertain=[reconciled.again], error=uncertain))
        return outcome.add(self._send_batch(reconciled.again, lost))

    def _uncertain(self, positions: Positions, failed: AnaplanError) -> TaskUncertain:
        self._stopped = True
        kind = TaskTimeout if isinstance(failed, TransferTimeout) else TaskUncertain
        return kind(
            f"{self._label}: the answer to {len(positions):,} records was lost, and reading back "
            f"does not show what happened to them ({failed}). Look before you send them again."
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
