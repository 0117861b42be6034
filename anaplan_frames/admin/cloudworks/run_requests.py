"""The requests about the runs of one integration or flow: started, looked at, cancelled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from anaplan_frames.admin.cloudworks.cloudworks_calls import CloudWorksCalls
from anaplan_frames.admin.cloudworks.cloudworks_names import Runnable
from anaplan_frames.admin.cloudworks.run_messages import explained
from anaplan_frames.errors import (
    AnaplanError,
    NotFound,
    RequestRefused,
    TaskUncertain,
    TransferError,
)
from anaplan_frames.outcomes import CANCELLED, COMPLETE, TaskState, yes_or_no
from anaplan_frames.polling import poll
from anaplan_frames.single_start import Started
from anaplan_frames.transport import AnswerLost, Transport
from anaplan_frames.transport.cloudworks_operations import SERVICE
from anaplan_frames.urls import RunUrl

# Seconds after a start for which a run that is not there yet counts as waiting.
_LISTED_LATE = 120.0
_CANCEL_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)  # seconds; what is queued cannot be cancelled yet
_UNENDED = frozenset({"running", "queued", "in progress"})
_BY_OTHERS = frozenset({"scheduled", "scheduled_inf", "manual_inf", "nux_dashboard"})


@dataclass(frozen=True, slots=True)
class _Runs:
    """What is asked about the runs of something.

    Attributes
    ----------
    started : float or None
        When a run of it was started here, by the connection's monotonic clock.
    """

    calls: CloudWorksCalls
    owner: Runnable
    started: float | None = None

    @property
    def transport(self) -> Transport:
        """The connection's."""
        return self.calls.transport

    @property
    def label(self) -> str:
        """The integration or flow in words."""
        return self.owner.label

    @property
    def model_path(self) -> str:
        """Not known: it can be several models."""
        return ""

    def _waiting(self, missing: NotFound) -> TaskState:
        """Return the state of a run that is not there yet; raise if it should be."""
        if self.started is None:
            raise missing
        if self.transport.clock.monotonic() - self.started > _LISTED_LATE:
            raise missing
        return TaskState("NOT_STARTED")


@dataclass(frozen=True, slots=True)
class IntegrationRuns(_Runs):
    """What is asked about the runs of an integration."""

    @property
    def listing(self) -> str:
        """Where its runs are listed, in words."""
        return f"its runs (conn.cloudworks.runs({self.owner.name!r}))"

    def url(self, task_id: str) -> str:
        """Return the URL of a run."""
        return str(RunUrl(is_flow=False, owner_id=self.owner.id, run_id=task_id))

    def start(self, body: Mapping[str, Any], look: Callable[[AnaplanError], None]) -> str:
        """Ask for the start, and return the run's id."""
        answer = self.transport.post(
            f"/integrations/{self.owner.id}/run",
            label=self.label,
            repeatable=False,
            look=look,
            service=SERVICE,
        )
        return str(answer["run"]["id"])

    def task_ids(self) -> list[str]:
        """Return the ids of the latest runs that somebody started by hand."""
        runs = self.calls.recent_runs(self.owner.id)
        by_hand = [run for run in runs if run.get("triggerSource") not in _BY_OTHERS]
        return [str(run["id"]) for run in by_hand]

    def after_start(self, begun: Started) -> Self:
        """Return what is asked about a run that was just started."""
        return replace(self, started=self.transport.clock.monotonic())

    def look(self, task_id: str) -> TaskState:
        """Return how a run stands.

        Raises
        ------
        NotFound
            If there is no such run, also some time after it was started.
        TransferError
            If the answer is about another integration.
        """
        try:
            record = self.calls.run(task_id)
        except NotFound as missing:
            return self._waiting(missing)
        if str(record.get("integrationId") or self.owner.id) != self.owner.id:
            raise TransferError(f"Run {task_id!r} is not a run of {self.label}.")
        return state_of(record)

    def cancel(self, task_id: str) -> None:
        """Ask for the end of a run, for a moment several times: what is queued cannot be cancelled.

        Raises
        ------
        RequestRefused
            If CloudWorks does not cancel it, as it was seen for processes.
        """
        refusals: list[AnaplanError] = []

        def ask() -> bool | None:
            if self.look(task_id).ended:
                return True
            try:
                self.transport.post(
                    f"/integrations/{self.owner.id}/cancel",
                    label=self.label,
                    repeatable=False,
                    service=SERVICE,
                )
            except AnswerLost:
                return True  # its end is waited for in any case
            except (NotFound, RequestRefused) as refused:
                refusals.append(refused)
                return None
            return True

        # It has no run's id: the integration is cancelled, so a look comes before each request.
        if poll(ask, self.transport.clock, pauses=_CANCEL_PAUSES) is None:
            raise RequestRefused(
                f"{self.label}: CloudWorks has not cancelled run {task_id}, which goes on. It was "
                f"seen to cancel no integrations that run a process. It answers: {refusals[-1]}"
            ) from refusals[-1]


@dataclass(slots=True)
class _Seen:
    """What was seen of a flow's runs.

    Attributes
    ----------
    before : str or None
        When the latest run ended that was there before the start; empty if there was none.
    start : str
        When the run in question was started, by which it is recognized.
    """

    before: str | None = None
    start: str = ""


@dataclass(frozen=True, slots=True)
class FlowRuns(_Runs):
    """What is asked about the runs of a flow, of which CloudWorks shows only the latest.

    Attributes
    ----------
    steps : sequence of str
        The ids of the integrations to run; empty for all.
    before : collection of str
        When the runs were started that are not the one in question.
    after : str
        When the run before it ended; it was started then or later.
    """

    steps: Sequence[str] = ()
    before: Collection[str] = ()
    after: str = ""
    _seen: _Seen = field(default_factory=_Seen, repr=False)

    @property
    def listing(self) -> str:
        """Where its runs are listed, in words."""
        return "its latest run (conn.cloudworks.flows())"

    def url(self, task_id: str) -> str:
        """Return the URL of a run."""
        url = RunUrl(is_flow=True, owner_id=self.owner.id, run_id=task_id, after=self.after)
        return str(url)

    def start(self, body: Mapping[str, Any], look: Callable[[AnaplanError], None]) -> str:
        """Ask for the start, and return the run's id."""
        answer = self.transport.post(
            f"/integrationflows/{self.owner.id}/run",
            label=self.label,
            json={"stepsToRun": list(self.steps)} if self.steps else None,
            repeatable=False,
            look=look,
            service=SERVICE,
        )
        return str(answer["run"]["id"])

    def task_ids(self) -> list[str]:
        """Return when the latest run was started, which is all that is known of it."""
        latest = self.calls.flow(self.owner.id).get("latestRun") or {}
        if self._seen.before is None:  # later looks see the run in question
            self._seen.before = str(latest.get("endDate") or "")
        return [str(latest["startDate"])] if latest.get("startDate") else []

    def after_start(self, begun: Started) -> Self:
        """Return what is asked about a run that was just started."""
        started = self.transport.clock.monotonic()
        after = self._seen.before or ""
        return replace(self, before=tuple(begun.known), after=after, started=started)

    def look(self, task_id: str) -> TaskState:
        """Return how the run stands that came after those before.

        Raises
        ------
        NotFound
            If there is none, also some time after the start, or if another one has begun since.
        """
        latest = self.calls.flow(self.owner.id).get("latestRun") or {}
        start = str(latest.get("startDate") or "")
        # All of them are of one form, so that texts can be compared.
        if not start or start in self.before or start < self.after:
            return self._waiting(NotFound(f"{self.label} has no new run so far. Look again later."))
        self._seen.start = self._seen.start or start
        if start != self._seen.start:
            raise NotFound(
                f"{self.label}: another run has begun, and CloudWorks shows only the latest. Look "
                "at the runs of its integrations: conn.cloudworks.runs(name)."
            )
        return state_of(latest)

    def check_only_run(self, task_id: str) -> None:
        """Raise if the flow may have run more than once since the runs before.

        Its own runs are not listed, but those of its steps are.

        Raises
        ------
        TaskUncertain
            If a step has run twice for this flow.
        """
        steps = self.calls.flow(self.owner.id).get("steps") or []
        for step in {str(step.get("referrer")) for step in steps}:
            runs = [
                run
                for run in self.calls.recent_runs(step)
                if str(run.get("startDate") or "") >= self.after
                and str(run.get("triggerSource")).endswith("_inf")
            ]
            own = [run for run in runs if len(runs) > 1 and self._is_of_flow(str(run["id"]))]
            if len(own) > 1:
                raise TaskUncertain(
                    f"{self.label} has run more than once since run {task_id} was started, and "
                    "CloudWorks shows only its latest run. Look at the runs of its integrations: "
                    "conn.cloudworks.runs(name)."
                )

    def _is_of_flow(self, run_id: str) -> bool:
        return self.calls.run(run_id).get("flowGroupId") in (None, self.owner.id)

    def cancel(self, task_id: str) -> None:
        """Refuse to cancel a run that goes on: CloudWorks cannot do it.

        Raises
        ------
        RequestRefused
            If it has not ended.
        """
        if not self.look(task_id).ended:
            raise RequestRefused(
                f"{self.label}: CloudWorks cannot cancel a flow. Cancel the integration that runs: "
                "conn.cloudworks.cancel(name)."
            )


def state_of(record: Mapping[str, Any]) -> TaskState:
    """Read how a run stands; it has ended when it has an end."""
    message, code = str(record.get("message") or ""), record.get("executionErrorCode")
    success, created = yes_or_no(record.get("success")), _seconds(record.get("startDate"))
    if not record.get("endDate") or message.casefold() in _UNENDED:
        return TaskState("IN_PROGRESS", step=message, created=created)
    cancelled = success is not True and message.casefold() in ("cancelled", "canceled")
    code = code if isinstance(code, int) else None
    detail = {
        "type": "" if code is None else f"executionErrorCode {code}",
        "localMessageText": explained(message, code),
        "occurrences": 1,
        "values": [],
        "message": message,
        "code": code,
    }
    result = {"successful": success, "details": [detail]}
    state = CANCELLED if cancelled else COMPLETE
    return TaskState(state, step=message, created=created, result=result)


def _seconds(text: Any) -> float | None:
    try:
        return dt.datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return None
