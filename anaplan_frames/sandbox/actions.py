"""Carrying out imports, exports, delete actions and processes for a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from anaplan_frames.sandbox.content import Contents
from anaplan_frames.sandbox.kept_dumps import Dumps
from anaplan_frames.sandbox.planning.definitions import (
    DeleteDefinition,
    ExportDefinition,
    ImportDefinition,
    ProcessDefinition,
)
from anaplan_frames.sandbox.planning.outcome import Outcome, Watch
from anaplan_frames.sandbox.tasks import Task

if TYPE_CHECKING:
    from anaplan_frames.sandbox.planning.model import Model

Action: TypeAlias = ImportDefinition | ExportDefinition | DeleteDefinition


@dataclass(frozen=True, slots=True)
class _Part:
    """Watches one action of a process: its progress is a part of the whole."""

    whole: Watch
    done: int
    count: int

    def step(self, text: str, progress: float) -> None:
        self.whole.step(text, (self.done + progress) / self.count)


class Actions:
    """Runs what a task is about, with the content of the user who started it."""

    def __init__(self, contents: Contents, dumps: Dumps) -> None:
        self._contents = contents
        self._dumps = dumps

    def run(
        self, model: Model, definition: Action | ProcessDefinition, task: Task
    ) -> dict[str, Any]:
        """Do the work of a task and return its result."""
        if isinstance(definition, ProcessDefinition):
            return self._run_process(model, definition, task)
        return self._run_action(model, definition, task, task)

    def _run_process(self, model: Model, process: ProcessDefinition, task: Task) -> dict[str, Any]:
        """Run the actions in their order; one that fails ends the process."""
        nested: list[dict[str, Any]] = []
        for done, action in enumerate(process.actions):
            watch = _Part(task, done, len(process.actions))
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

    def _run_action(self, model: Model, action: Action, task: Task, watch: Watch) -> dict[str, Any]:
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
            there = self._contents.copy(model.id, action.file.id, task.user.id, source)
            outcome = model.run_import(action, source if there else None, task.parameters, watch)
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


def _result(action: Action, outcome: Outcome) -> dict[str, Any]:
    return {
        "details": outcome.details,
        "failureDumpAvailable": outcome.dump is not None,
        "objectId": action.id,
        "objectName": action.name,
        "successful": outcome.successful,
    }
