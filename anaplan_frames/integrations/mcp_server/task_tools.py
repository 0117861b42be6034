"""Tools about tasks: which ran, how one stands, and its end."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from anaplan_frames.errors import AnaplanError, ConfigurationError, JobError
from anaplan_frames.integrations.mcp_server.report_facts import report_facts
from anaplan_frames.integrations.mcp_server.tool_answers import Answer, frame_table, page
from anaplan_frames.integrations.mcp_server.tool_base import (
    Access,
    Limit,
    ModelTool,
    Offset,
    OneActionKind,
)
from anaplan_frames.integrations.mcp_server.tool_session import ToolSession
from anaplan_frames.model_search import find
from anaplan_frames.results import WriteResult
from anaplan_frames.tasks import Task
from anaplan_frames.urls import is_url, parse_task_url

ACTION_KINDS = ("imports", "exports", "processes", "actions")
_COLUMNS = ["kind", "name", "task_id", "state", "created"]
_OUTCOME = ["duration", "successful", "dump_available", "message"]


class ListTasks(ModelTool):
    """List what was run in a model, or by one action, by anybody, the latest first.

    show_task shows how one has ended.
    """

    name = "list_tasks"
    title = "List tasks"
    action: str | None = Field(
        None, description="Name or id of an import, export, process or other action."
    )
    kind: OneActionKind = None
    outcomes: bool = Field(
        default=False,
        description="Without an action: ask for the outcome of each task, too, which may be slow.",
    )
    limit: Limit = 20
    offset: Offset = 0

    def answer(self, session: ToolSession) -> Answer:
        """Read the listings."""
        model = self.open_model(session)
        if self.action is None:
            frame = model.tasks(outcomes=self.outcomes, progress=False)
            frame = frame[[*_COLUMNS, *_OUTCOME] if self.outcomes else _COLUMNS]
        else:
            action: Any = find(model, self.action, ACTION_KINDS, self.kind, verb="run")
            frame = action.tasks().sort_values("created", ascending=False, kind="stable")
        return page(
            frame_table(frame),
            limit=self.limit,
            offset=self.offset,
            more="use offset, or name an action.",
            facts={"model": model.name},
        )


class TaskTool(ModelTool):
    """A tool about one task."""

    task: str = Field(description="Its id, or its URL: anaplan://.../tasks/...")
    action: str | None = Field(
        None, description="Name or id of the action; without it, every action is asked for the id."
    )

    def find_task(self, session: ToolSession) -> Task[WriteResult]:
        """Return the task that is meant."""
        if not is_url(self.task):
            return self.open_model(session).task(self.task, of=self.action)
        address = parse_task_url(self.task)
        given = None if self.model is None else self.open_model(session).id
        if given not in (None, address.model_id):
            raise ConfigurationError(
                f"{self.task!r} is a task of another model than {self.model!r}. Leave model out."
            )
        session.open_model(address.model_id, address.workspace_id)
        return session.connection.task(self.task)


class ShowTask(TaskTool):
    """Show how a task stands.

    If it has ended, the answer has its counts, the reasons of rejections and the first rejected
    rows.
    """

    name = "show_task"
    title = "Show a task"

    def answer(self, session: ToolSession) -> Answer:
        """Ask how it stands, and read its result if it has ended."""
        task = self.find_task(session)
        ended = task.done()
        facts = _standing(task)
        if ended:
            facts |= _result(task)
        return Answer(facts=facts)


class CancelTask(TaskTool):
    """Cancel a task that runs, so that Anaplan rolls its changes back, and wait for its end."""

    name = "cancel_task"
    title = "Cancel a task"
    access = Access.WRITES

    def answer(self, session: ToolSession) -> Answer:
        """Cancel it."""
        task = self.find_task(session)
        cancelled = task.cancel()
        said = "It is cancelled." if cancelled else "It was complete before it could be cancelled."
        return Answer(facts=_standing(task) | {"cancelled": cancelled, "outcome": said})


def _standing(task: Task[WriteResult]) -> dict[str, Any]:
    return {
        "kind": task.kind,
        "action": task.name,
        "task": task.url,
        "state": task.state,
        "progress": task.progress,
        "step": task.step,
    }


def _result(task: Task[WriteResult]) -> dict[str, Any]:
    """Return the result of a task that has ended, also of one that failed."""
    try:
        return report_facts(task.result(on_rejected="ignore"))
    except JobError as error:
        known = {} if error.result is None else report_facts(error.result)
        return known | {"error": str(error)}
    except AnaplanError as error:  # its dump may be gone
        return {"error": str(error)}
