"""Runs of imports, exports, delete actions and processes, for tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from anaplan_frames.sandbox.planning.action_outcome import Outcome, Watch
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.action_definitions import (
    ActionDefinition,
    ExportDefinition,
    ImportDefinition,
    ProcessDefinition,
)
from anaplan_frames.sandbox.tenant.file_contents import Contents
from anaplan_frames.sandbox.tenant.stored_dumps import Dumps
from anaplan_frames.sandbox.tenant.task_queue import Task


@dataclass(frozen=True, slots=True)
class _ActionWatch:
    """Watches one action of a process, whose progress is a part of the process's."""

    whole: Watch
    done: int
    count: int

    def step(self, text: str, progress: float) -> None:
        self.whole.step(text, (self.done + progress) / self.count)


class ActionRunner:
    """Runs actions and processes on the file contents of the user who started the task."""

    def __init__(self, contents: Contents, dumps: Dumps) -> None:
        self._contents = contents
        self._dumps = dumps

    def run(
        self, model: Model, definition: ActionDefinition | ProcessDefinition, task: Task
    ) -> dict[str, Any]:
        """Run an action or process and return the result of the task."""
        if isinstance(definition, ProcessDefinition):
            return self._run_process(model, definition, task)
        return self._run_action(model, definition, task, task)

    def _run_process(self, model: Model, process: ProcessDefinition, task: Task) -> dict[str, Any]:
        """Run the actions in their order; the first that fails ends the process."""
        nested: list[dict[str, Any]] = []
        for done, action in enumerate(process.actions):
            watch = _ActionWatch(task, done, len(process.actions))
            nested.append(self._run_action(model, action, task, watch))
            if not nested[-1]["successful"]:
                break
        return {
            "failureDumpAvailable": any(result["failureDumpAvailable"] for result in nested),
            "nestedResults": nested,
            "objectId": process.id,
            "objectName": process.name,
            "successful": all(result["successful"] for result in nested),
        }

    def _run_action(
        self, model: Model, action: ActionDefinition, task: Task, watch: Watch
    ) -> dict[str, Any]:
        watch.step(action.name, 0.0)
        if isinstance(action, ImportDefinition):
            return self._run_import(model, action, task, watch)
        if isinstance(action, ExportDefinition):
            return self._run_export(model, action, task, watch)
        return _result(action, model.run_delete(action, watch))

    def _run_import(
        self, model: Model, action: ImportDefinition, task: Task, watch: Watch
    ) -> dict[str, Any]:
        source = self._contents.new_path()
        try:
            copied = self._contents.copy(model.id, action.file.id, task.user.id, source)
            outcome = model.run_import(action, source if copied else None, task.parameters, watch)
        finally:
            source.unlink(missing_ok=True)
        self._dumps.keep(model.id, action.id, task.user, task.id, outcome.dump)
        return _result(action, outcome)

    def _run_export(
        self, model: Model, action: ExportDefinition, task: Task, watch: Watch
    ) -> dict[str, Any]:
        target = self._contents.new_path()
        try:
            outcome = model.run_export(action, target, watch)
            if outcome.successful:
                self._contents.store(model.id, action.id, task.user.id, target)
        finally:
            target.unlink(missing_ok=True)
        return _result(action, outcome)


def _result(action: ActionDefinition, outcome: Outcome) -> dict[str, Any]:
    return {
        "details": outcome.details,
        "failureDumpAvailable": outcome.dump is not None,
        "objectId": action.id,
        "objectName": action.name,
        "successful": outcome.successful,
    }
