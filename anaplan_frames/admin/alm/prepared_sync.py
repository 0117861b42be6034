"""A sync that is planned: what would change is known, and it starts once if it is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from anaplan_frames.admin.alm.alm_requests import AlmRequests
from anaplan_frames.admin.alm.other_models import ModelAddress
from anaplan_frames.admin.alm.revision_pairs import RevisionPair, pair_to_sync
from anaplan_frames.admin.alm.revision_reports import Summary, read_summary
from anaplan_frames.admin.alm.sync_calls import SyncCalls
from anaplan_frames.bulk.task_start import start_task
from anaplan_frames.clock import Clock
from anaplan_frames.errors import AnaplanError, ConfirmationRequired, TransferTimeout
from anaplan_frames.outcomes import Outcome
from anaplan_frames.results import SYNC, Report, WriteResult
from anaplan_frames.tasks import Job, Task
from anaplan_frames.writes.plan import PreparedWrite, SendOptions
from anaplan_frames.writes.result_builder import build_result, doubted, result_of_task, timed

_COLUMNS = ("column", "target", "used")
_UNCHECKED = ("subject", "reason")


class PreparedSync(PreparedWrite):
    """A sync for the target as it is now.

    Parameters
    ----------
    target : AlmRequests
    pair : RevisionPair
    summary : Summary
        What would change.
    """

    def __init__(self, target: AlmRequests, pair: RevisionPair, summary: Summary) -> None:
        self._target = target
        self.pair = pair
        self.summary = summary
        self.begun: float = target.transport.clock.monotonic()
        self.expected: Report = Report(
            kind=SYNC,
            target=target.catalogue.name,
            target_id=target.model_id,
            changes=summary.kinds,
            note=self._note,
            rows_sent=summary.total,
            rows_created=summary.created,
            rows_updated=summary.modified,
            rows_deleted=summary.deleted,
            **target.catalogue.facts,
        )
        self.columns: pd.DataFrame = pd.DataFrame(columns=list(_COLUMNS), dtype="str")
        self.unchecked: pd.DataFrame = pd.DataFrame(columns=list(_UNCHECKED), dtype="str")
        self.state: object = tuple(pair.body.items())

    @property
    def _note(self) -> str:
        if self.pair.is_applied:
            return f"It has {self.pair} already; nothing is to be synced."
        return f"{_sentence(str(self.pair))}."

    def head(self, rows: int) -> pd.DataFrame:
        """Return the first of the changes, as texts."""
        return self.summary.kinds.head(rows).astype("str")

    def send(self, options: SendOptions) -> WriteResult:
        """Start it, once, and wait for its end.

        Raises
        ------
        ConfirmationRequired
            If ``options.confirm`` is false and something would be done.
        """
        if self.pair.is_applied:
            return self._unchanged()
        return self.start(confirm=options.confirm).result()

    def start(self, *, confirm: bool) -> Task[WriteResult]:
        """Start it, once; see `send`."""
        if confirm is not True:
            raise ConfirmationRequired(self.question, self.expected)
        target = self._target
        if self.pair.is_applied:
            raise AnaplanError(
                f"{target.label} has {self.pair} already, so there is nothing to start. Call "
                "sync() to get a result that says so."
            )
        calls = SyncCalls(target)
        applied = Applied(target, str(self.pair), self.pair.revision_id, self.expected)
        return start_task(calls, self.pair.body, sync_job(target, applied, self.begun))

    @property
    def question(self) -> str:
        """What would be done, in numbers, and how to have it done."""
        kinds = "; ".join(
            f"{row.kind}: {row.created:,} created, {row.modified:,} modified, "
            f"{row.deleted:,} deleted"
            for row in self.summary.kinds.itertuples()
        )
        return (
            f"This would sync {self._target.label} with {self.pair}: {self.summary}"
            f"{f' ({kinds})' if kinds else ''}. What is deleted takes its data with it. Nothing is "
            "done yet: pass confirm=True to sync."
        )

    def clock(self) -> Clock:
        """Return the connection's clock."""
        return self._target.transport.clock

    def _unchanged(self) -> WriteResult:
        report = self.expected
        result = build_result(
            report.target, {}, kind=SYNC, target_id=report.target_id, **self._target.catalogue.facts
        )
        return timed(replace(result, note=report.note), None, 0.0)


def prepare_sync(target: AlmRequests, source: ModelAddress, revision: str | None) -> PreparedSync:
    """Read which revision can be synced, and what it would change."""
    pair = pair_to_sync(target, source, revision)
    return PreparedSync(target, pair, read_summary(target, pair))


@dataclass(frozen=True, slots=True)
class Applied:
    """What a sync is to apply, as far as that is known.

    Attributes
    ----------
    target : AlmRequests
    words : str
        The revision and its model.
    revision_id : str
    expected : Report
        What was going to change before the sync.
    """

    target: AlmRequests
    words: str
    revision_id: str
    expected: Report

    def confirmed(self, outcome: Outcome, result: WriteResult) -> WriteResult:
        """Add what has changed to a result, if the target now has the revision."""
        counts = {
            name: getattr(self.expected, name)
            for name in ("rows_sent", "rows_created", "rows_updated", "rows_deleted")
        }
        note = f"{_sentence(self.words)}. The counts are those of Anaplan's report before it."
        done = replace(
            result,
            **counts,
            rows_loaded=counts["rows_sent"],
            changes=self.expected.changes,
            note=note,
        )
        try:
            missing = self._missing()
        except TransferTimeout:
            raise
        except AnaplanError as error:
            missing = f"whether the model has the revision now could not be read ({error})"
            if not outcome.adopted:  # Anaplan says that it was successful
                return replace(done, note=f"{note} But {missing}.")
        return done if missing is None else doubted(result, f"Anaplan says so, but {missing}.")

    def _missing(self) -> str | None:
        """Return what shows that the target does not have the revision; None if it has."""
        last = self.target.latest()
        if last is not None and str(last["id"]) == self.revision_id:
            return None
        if any(str(each["id"]) == self.revision_id for each in self.target.revisions()):
            return None
        return f"{self.target.label} does not have {self.words}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def sync_job(
    target: AlmRequests, applied: Applied | None = None, begun: float | None = None
) -> Job[WriteResult]:
    """Describe a sync to its task; of one that was found, it is not known what it applies."""
    catalogue = target.catalogue

    def read(outcome: Outcome) -> WriteResult:
        facts = {"kind": SYNC, "target_id": target.model_id, **catalogue.facts}
        result = result_of_task(outcome, catalogue.name, **facts)
        known = applied is not None and outcome.successful and not outcome.cancelled
        return applied.confirmed(outcome, result) if applied and known else result

    elsewhere: Callable[[], Job[WriteResult]] = partial(sync_job, target, applied)
    return Job(
        name=catalogue.name,
        kind=SYNC,
        read=read,
        hooks=catalogue.hooks,
        begun=begun,
        can_cancel=False,
        elsewhere=elsewhere,
    )
