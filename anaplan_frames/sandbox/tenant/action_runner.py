"""Runs of imports, exports, delete actions and processes, for tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anaplan_frames.sandbox.behavior import ProcessVerdict
from anaplan_frames.sandbox.planning.action_outcome import Outcome, Watch, failed
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.access_rights import Access
from anaplan_frames.sandbox.planning.schema.action_definitions import (
    ActionDefinition,
    ExportDefinition,
    ImportDefinition,
    OptimizerDefinition,
    ProcessDefinition,
)
from anaplan_frames.sandbox.tenant.audit_log import AuditLog
from anaplan_frames.sandbox.tenant.file_contents import Contents
from anaplan_frames.sandbox.tenant.stored_dumps import Dumps
from anaplan_frames.sandbox.tenant.task_queue import Task
from anaplan_frames.sandbox.tenant.tenant_users import User


@dataclass(frozen=True, slots=True)
class _ActionWatch:
    """Watches one action of a process, whose progress is a part of the process's."""

    whole: Watch
    done: int
    count: int

    def step(self, text: str, progress: float) -> None:
        self.whole.step(text, (self.done + progress) / self.count)


def access_to(model: Model, user: User) -> Access:
    """Return what a user may do in a model."""
    return model.rights.of(user.email, administrator=user.administrator)


class ActionRunner:
    """Runs actions and processes on the file contents of the user who started the task."""

    def __init__(
        self,
        contents: Contents,
        dumps: Dumps,
        process_verdict: ProcessVerdict,
        audit: AuditLog,
    ) -> None:
        self._contents = contents
        self._dumps = dumps
        self._audit = audit
        self._process_verdict = process_verdict

    def run(
        self, model: Model, definition: ActionDefinition | ProcessDefinition, task: Task
    ) -> dict[str, Any]:
        """Run an action or process and return the result of the task."""
        if not access_to(model, task.user).may_run(definition.id):
            result = _result(definition, _denied(definition))
            if isinstance(definition, ProcessDefinition):
                result["nestedResults"] = []
            return result
        if isinstance(definition, ProcessDefinition):
            result = self._run_process(model, definition, task)
            self._note("USR-41", model, definition, task, success=result["successful"])
            return result
        return _result(definition, self._run_action(model, definition, task, task))

    def _run_process(self, model: Model, process: ProcessDefinition, task: Task) -> dict[str, Any]:
        """Run the actions in their order; the first that fails ends the process."""
        outcomes: list[tuple[ActionDefinition, Outcome]] = []
        for done, action in enumerate(process.actions):
            watch = _ActionWatch(task, done, len(process.actions))
            outcomes.append((action, self._run_action(model, action, task, watch)))
            if not outcomes[-1][1].successful:
                break
        nested = [_result(action, outcome) for action, outcome in outcomes]
        return {
            "failureDumpAvailable": any(result["failureDumpAvailable"] for result in nested),
            "nestedResults": nested,
            "objectId": process.id,
            "objectName": process.name,
            "successful": self._verdict([outcome for _, outcome in outcomes]),
        }

    def _verdict(self, outcomes: Sequence[Outcome]) -> bool:
        """Return whether a process with these actions is said to be successful."""
        if self._process_verdict == "always true":
            return True
        strict = self._process_verdict == "any imperfection is false"
        return all(one.successful and not (strict and one.imperfect) for one in outcomes)

    def _run_action(
        self, model: Model, action: ActionDefinition, task: Task, watch: Watch
    ) -> Outcome:
        outcome = self._outcome(model, action, task, watch)
        self._note("USR-20", model, action, task, success=outcome.successful)
        self._note(_event_type(action), model, action, task, success=outcome.successful)
        return outcome

    def _note(
        self,
        event_type: str,
        model: Model,
        done: ActionDefinition | ProcessDefinition,
        task: Task,
        *,
        success: bool,
    ) -> None:
        """Note an audit event about what has been run."""
        kind = "process" if isinstance(done, ProcessDefinition) else "action"
        attributes = {
            "workspaceId": model.workspace.id,
            "modelId": model.id,
            f"{kind}Id": done.id,
            f"{kind}Name": done.name,
        }
        # The ids of models are in lower case there, as a client found.
        subject = done.id if kind == "process" else model.id.lower()
        self._audit.note(event_type, task.user, subject, success=success, attributes=attributes)

    def _outcome(self, model: Model, action: ActionDefinition, task: Task, watch: Watch) -> Outcome:
        watch.step(action.name, 0.0)
        if not access_to(model, task.user).may_run(action.id):
            return _denied(action)
        if not isinstance(action, OptimizerDefinition) and action.blocked:
            return failed("importFailedGeneralError", action.blocked)
        if isinstance(action, ImportDefinition):
            return self._run_import(model, action, task, watch)
        if isinstance(action, ExportDefinition):
            return self._run_export(model, action, task, watch)
        if isinstance(action, OptimizerDefinition):
            return Outcome(successful=True)
        return model.run_delete(action, watch)

    def _run_import(
        self, model: Model, action: ImportDefinition, task: Task, watch: Watch
    ) -> Outcome:
        source = self._contents.new_path()
        try:
            copied = self._copy_source(model, action, task, source, watch)
            asked = _parameters(action, task)
            access = access_to(model, task.user).managing
            outcome = model.run_import(action, source if copied else None, asked, watch, access)
        finally:
            source.unlink(missing_ok=True)
        self._dumps.keep(model.id, action.id, task.user, task.id, outcome.dump)
        return outcome

    def _copy_source(
        self, model: Model, action: ImportDefinition, task: Task, target: Path, watch: Watch
    ) -> bool:
        """Write what the import reads to `target`; return False if there is nothing to read."""
        if action.source is None:
            return self._contents.copy(model.id, action.file.id, task.user.id, target)
        user = task.user
        access = action.source.rights.of(user.email, administrator=user.administrator)
        action.source.write(target, watch, access)
        return True

    def _run_export(
        self, model: Model, action: ExportDefinition, task: Task, watch: Watch
    ) -> Outcome:
        target = self._contents.new_path()
        try:
            access = access_to(model, task.user)
            outcome = model.run_export(action, target, watch, access)
            if outcome.successful:
                self._contents.store(model.id, action.id, task.user.id, target)
        finally:
            target.unlink(missing_ok=True)
        return outcome


def _event_type(action: ActionDefinition) -> str:
    """Return the code of the audit event about what an action does."""
    if isinstance(action, ImportDefinition):
        return "USR-51" if action.import_type == "HIERARCHY_DATA" else "USR-52"
    if isinstance(action, ExportDefinition):
        return "USR-36"
    return "USR-40" if isinstance(action, OptimizerDefinition) else "USR-38"


def _parameters(action: ImportDefinition, task: Task) -> dict[str, str]:
    """Return the parameters of a task that are for this import.

    In a process, those that it does not ask for are for other imports. One with the import's id or
    name is preferred to one for all imports.
    """
    for_all = [one for one in task.parameters if one.import_name is None]
    for_it = [one for one in task.parameters if one.import_name in (action.id, action.name)]
    in_process = task.kind == "processes"
    return {
        one.dimension: one.item
        for one in (*for_all, *for_it)
        if not in_process or action.asks_for(one.dimension)
    }


def _denied(action: ActionDefinition | ProcessDefinition) -> Outcome:
    return failed("notAuthorised", f"Not authorized to run {action.name}")


def _result(action: ActionDefinition | ProcessDefinition, outcome: Outcome) -> dict[str, Any]:
    return {
        "details": outcome.details,
        "failureDumpAvailable": outcome.dump is not None,
        "objectId": action.id,
        "objectName": action.name,
        "successful": outcome.successful,
    }
