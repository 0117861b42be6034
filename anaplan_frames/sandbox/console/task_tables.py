"""Tasks in a table: what ran, for whom, how it ended, and the counts of its rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from anaplan_frames.sandbox.console.html_elements import Html
from anaplan_frames.sandbox.console.page_parts import badge, link, moment, name, table
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.tenant.task_queue import CANCELLED, COMPLETE, Task

_COUNT = re.compile("[0-9]{1,18}")
_KINDS = {
    "imports": "Import",
    "exports": "Export",
    "actions": "Action",
    "processes": "Process",
    "syncTasks": "Synchronization",
    "comparisonReportTasks": "Comparison report",
    "summaryReportTasks": "Summary report",
}
_COUNTS = ("totalRowCount", "createdCount", "updatedCount", "ignoredCount", "failedCount")
COUNT_HEADERS = ("Rows", "Created", "Updated", "Ignored", "Rejected")


def task_table(models: Mapping[str, Model], tasks: Iterable[Task]) -> Html:
    """Show tasks, the latest one first; the model is named if there are several."""
    with_model = len(models) > 1
    rows = []
    for task in reversed(list(tasks)):
        model = models[task.model_id]
        rows.append(
            (
                link(action_name(model, task), "models", model.id, "tasks", task.id),
                *([name(model.name)] if with_model else []),
                _KINDS[task.kind],
                task_state(task),
                *_sums(task.result),
                moment(task.created),
                task.user.email,
            )
        )
    headers = ("Task of", *(["Model"] if with_model else []), "Kind", "State", *COUNT_HEADERS)
    return table((*headers, "Started", "By"), rows, "No tasks yet.")


def action_name(model: Model, task: Task) -> str:
    """Return the name of what a task runs."""
    kinds = (model.imports, model.exports, model.actions, model.processes)
    named = (kind[task.object_id].name for kind in kinds if task.object_id in kind)
    return next(named, _KINDS[task.kind])


def task_state(task: Task) -> Html:
    """Show where a task is, and how it ended."""
    if task.result is None:
        return badge(task.state.capitalize().replace("_", " "), "busy")
    if task.state == CANCELLED:
        return badge("Cancelled", "bad")
    return verdict(task.result)


def verdict(result: Mapping[str, Any]) -> Html:
    """Show how an action ended."""
    if not result["successful"]:
        return badge("Failed", "bad")
    if result.get("failureDumpAvailable"):
        return badge("Rows rejected", "busy")
    return badge("Successful", "good")


def actions_of(task: Task) -> list[Mapping[str, Any]]:
    """Return the result of each action: those of a process, or the only one."""
    if task.result is None or task.state != COMPLETE:
        return []
    return list(task.result.get("nestedResults", [task.result]))


def counts_of(result: Mapping[str, Any]) -> list[str | int]:
    """Return the counts of an action, with nothing for those that it does not have."""
    found = _numbers(result)
    return [found.get(key, "") for key in _COUNTS]


def _sums(result: Mapping[str, Any] | None) -> Iterator[str | int]:
    """Yield the counts of a task, those of a process's actions added up."""
    parts = [_numbers(each) for each in (result or {}).get("nestedResults", [result or {}])]
    for key in _COUNTS:
        counted = [part[key] for part in parts if key in part]
        yield sum(counted) if counted else ""


def _numbers(result: Mapping[str, Any]) -> dict[str, int]:
    """Return the numbers among the alternating names and values of all details."""
    found: dict[str, int] = {}
    for detail in result.get("details", []):
        values = detail["values"]
        pairs = zip(values[::2], values[1::2], strict=True)
        found |= {key: int(value) for key, value in pairs if _COUNT.fullmatch(value)}
    return found
