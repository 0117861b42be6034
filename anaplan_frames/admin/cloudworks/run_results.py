"""The result of a run that has ended: its message, its errors and its failure dumps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from anaplan_frames.admin.cloudworks.cloudworks_calls import CloudWorksCalls, Record, side_by_side
from anaplan_frames.admin.cloudworks.cloudworks_names import Runnable
from anaplan_frames.admin.cloudworks.run_dumps import rejected_rows
from anaplan_frames.admin.cloudworks.run_messages import PARTIAL_SUCCESS, counts_in
from anaplan_frames.admin.cloudworks.run_requests import state_of
from anaplan_frames.errors import AnaplanError, TransferTimeout
from anaplan_frames.outcomes import Outcome, outcome_of, yes_or_no
from anaplan_frames.results import COUNTS, WriteResult
from anaplan_frames.writes.dump_folder import DumpFolder
from anaplan_frames.writes.result_builder import Rejects, result_of_task

_NO_COUNTS = "CloudWorks gives counts of rows only for runs in which rows were rejected."


@dataclass(frozen=True, slots=True)
class RunResults:
    """Makes the results of the runs of an integration or flow.

    Attributes
    ----------
    calls : CloudWorksCalls
    owner : Runnable
    folder : DumpFolder or None
        Where failure dumps are kept.
    """

    calls: CloudWorksCalls
    owner: Runnable
    folder: DumpFolder | None = None

    def read(self, outcome: Outcome) -> WriteResult:
        """Return the result of a run; one of which the end was not seen has no more than its name.

        What is loaded is loaded: if the errors or a dump cannot be read, a note says so.

        Raises
        ------
        TransferTimeout
            If the time for the whole call ends before.
        """
        if outcome.successful is None and not outcome.details:
            return result_of_task(outcome, self.owner.name, **self._facts)
        if self.owner.is_flow:
            return self._of_flow(outcome)
        return self._of_integration(self.owner, outcome)

    def _of_integration(self, thing: Runnable, outcome: Outcome) -> WriteResult:
        """Return the result of a run of an integration, with what its actions say of errors."""
        facts = {**_facts(thing.record), "kind": thing.kind, "target_id": thing.id}
        message, code = _said(outcome)
        counts = counts_in(message)
        partial = code == PARTIAL_SUCCESS or counts.get("rows_rejected", 0) > 0
        result = result_of_task(outcome, thing.name, **facts)
        if outcome.cancelled or (outcome.successful and not partial):
            return _counted(replace(result, note="" if counts else _NO_COUNTS), counts)
        actions, note = self._actions(thing, outcome)
        whole = replace(result, note=note, details=_details(result, actions))
        whole = _counted(whole, _greater(counts, actions))
        if thing.is_process or len(actions) != 1:
            whole = replace(whole, actions=tuple(actions))
        whole = replace(whole, unmatched=_together(actions))
        if partial and whole.outcome == "loaded":
            return replace(whole, outcome="rejected")
        return whole

    def _actions(self, thing: Runnable, outcome: Outcome) -> tuple[list[WriteResult], str]:
        """Return what the actions say that failed or rejected rows, and what could not be read."""
        try:
            errors = self.calls.errors(outcome.task_id)
        except TransferTimeout:
            raise
        except AnaplanError as error:
            return [], f"The run has ended, but its errors cannot be read: {error}"
        actions = [self._action(thing, outcome, error) for error in errors]
        return actions, "\n".join(action.note for action in actions if action.note)

    def _action(self, thing: Runnable, outcome: Outcome, error: Record) -> WriteResult:
        has_dump = yes_or_no(error.get("failureDumpGenerated")) is True
        said = {
            "objectId": error.get("actionId"),
            "objectName": error.get("actionName"),
            "details": error.get("errorMessage"),
            "failureDumpAvailable": has_dump,
        }
        own = outcome_of(outcome.task_id, said)
        # An action with a dump or with counts has run. In a failed run no other action has.
        own = replace(own, successful=bool(outcome.successful or has_dump or own.counts))
        rejects = self._rejects(thing, own) if has_dump else Rejects()
        return result_of_task(
            own,
            own.name or own.object_id,
            rejects,
            **{**_facts(thing.record), "kind": "action", "target_id": own.object_id},
        )

    def _rejects(self, thing: Runnable, action: Outcome) -> Rejects:
        """Fetch the rejected rows of an action; they are as Anaplan sent them."""
        import_id = action.object_id if thing.is_process else None
        try:
            content = self.calls.dump(action.task_id, import_id)
        except TransferTimeout:
            raise
        except AnaplanError as error:
            return Rejects(note=f"The run has ended, but a failure dump cannot be read: {error}")
        if content is None:
            return Rejects(note="CloudWorks has no failure dump that would show the rejected rows.")
        if self.folder is not None:
            self.folder.keep_dump(action.object_id, content)
        return Rejects(unmatched=rejected_rows(content))

    def _of_flow(self, outcome: Outcome) -> WriteResult:
        """Return the result of a run of a flow, with one result for each step that it ran."""
        result = result_of_task(outcome, self.owner.name, **self._facts)
        try:
            flow = self.calls.flow(self.owner.id)
            steps = _steps_that_ran(flow)
            actions = side_by_side(self._step, steps)
        except TransferTimeout:
            raise
        except AnaplanError as error:
            return replace(
                result, note=f"The flow has ended, but its steps cannot be read: {error}"
            )
        counts = {name: sum(getattr(each, name) for each in actions) for name in COUNTS}
        whole = replace(
            result,
            actions=tuple(actions),
            details=_details(result, actions),
            unmatched=_together(actions),
            note="\n".join(each.note for each in actions if each.note and each.note != _NO_COUNTS),
        )
        whole = _counted(whole, counts)
        _, code = _said(outcome)
        imperfect = any(each.outcome != "loaded" for each in actions)
        if whole.outcome == "loaded" and (imperfect or code == PARTIAL_SUCCESS):
            return replace(whole, outcome="rejected")
        return whole

    def _step(self, step: Record) -> WriteResult:
        """Return the result of one step; its run is that of its integration with the same start."""
        latest = step["latestRun"]
        thing = Runnable(
            str(step["referrer"]),
            str(step.get("name") or step["referrer"]),
            is_flow=False,
            record={**step, "processId": "process" if step.get("type") == "Process" else None},
        )
        outcome = state_of(latest).outcome("")
        message, code = _said(outcome)
        if not outcome.successful or code == PARTIAL_SUCCESS:
            runs = self.calls.recent_runs(thing.id)
            same = [run for run in runs if run.get("startDate") == latest.get("startDate")]
            if len(same) == 1:
                outcome = replace(outcome, task_id=str(same[0]["id"]))
        if not outcome.task_id and (not outcome.successful or code == PARTIAL_SUCCESS):
            facts = {**_facts(step), "kind": "integration", "target_id": thing.id}
            return _counted(result_of_task(outcome, thing.name, **facts), counts_in(message))
        return self._of_integration(thing, outcome)

    @property
    def _facts(self) -> dict[str, Any]:
        return {
            **_facts(self.owner.record),
            "kind": self.owner.kind,
            "target_id": self.owner.id,
        }


def _counted(result: WriteResult, counts: Mapping[str, int]) -> WriteResult:
    known: dict[str, Any] = dict(counts)
    return replace(result, **known)


def _facts(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "model_id": str(record.get("modelId") or ""),
        "workspace_id": str(record.get("workspaceId") or ""),
    }


def _said(outcome: Outcome) -> tuple[str, int | None]:
    """Return the message of a run as it came, and its code."""
    detail = outcome.details[0] if outcome.details else {}
    return str(detail.get("message") or ""), detail.get("code")


def _steps_that_ran(flow: Record) -> list[Record]:
    """Return the steps that the latest run of a flow has run; times of one form can be compared."""
    start = _start_of(flow)
    steps = [dict(step) for step in flow.get("steps") or [] if step.get("referrer")]
    return [step for step in steps if _start_of(step) and _start_of(step) >= start]


def _start_of(record: Record) -> str:
    """Return when the latest run of a flow or step was started; empty if there is none."""
    return str((record.get("latestRun") or {}).get("startDate") or "")


def _greater(counts: Mapping[str, int], actions: Sequence[WriteResult]) -> dict[str, int]:
    """Return the counts of the message, and of the actions if they know of more."""
    sums = {name: sum(getattr(each, name) for each in actions) for name in COUNTS}
    found = {name: max(counts.get(name, 0), sums[name]) for name in COUNTS}
    shown = sum(len(each.unmatched) for each in actions)
    return {**found, "rows_rejected": max(found["rows_rejected"], shown)}


def _details(result: WriteResult, actions: Sequence[WriteResult]) -> pd.DataFrame:
    frames = [frame for frame in (result, *actions) if len(frame.details)]
    if not frames:
        return result.details
    return pd.concat([each.details for each in frames], ignore_index=True)


def _together(actions: Sequence[WriteResult]) -> pd.DataFrame:
    """Gather the rejected rows of several actions under the actions' names."""
    filled = {each.target: each.unmatched for each in actions if len(each.unmatched)}
    if len(filled) == 1 and len(actions) == 1:
        return next(iter(filled.values()))
    return pd.concat(filled, names=["action"]) if filled else pd.DataFrame()
