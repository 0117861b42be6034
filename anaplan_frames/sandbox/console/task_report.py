"""One task: how far it is, what it did in each of its actions, and the rows that it rejected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from anaplan_frames.sandbox.console.html_elements import Html, element, fragment
from anaplan_frames.sandbox.console.model_overview import trail_of
from anaplan_frames.sandbox.console.page_document import Page
from anaplan_frames.sandbox.console.page_parts import code, facts, moment, note, section, table
from anaplan_frames.sandbox.console.task_tables import (
    COUNT_HEADERS,
    action_name,
    actions_of,
    counts_of,
    task_state,
    verdict,
)
from anaplan_frames.sandbox.console.uploaded_rows import first_rows, row_table
from anaplan_frames.sandbox.http.response_envelope import not_found
from anaplan_frames.sandbox.routes.request_context import caller, overseen_model, tenant_of
from anaplan_frames.sandbox.tenant.stored_dumps import DumpGone
from anaplan_frames.sandbox.tenant.task_queue import Task

_BYTES = 100_000
_SECONDS = 2  # between looks at a task that runs


def report(request: Request) -> Page:
    """Show a task, again and again while it runs."""
    tenant, model = tenant_of(request), overseen_model(request)
    task = next(
        (each for each in tenant.tasks.all() if each.id == request.path_params["task"]), None
    )
    if task is None or task.model_id != model.id:
        raise not_found()
    parameters = ", ".join(f"{each.dimension}: {each.item}" for each in task.parameters)
    about = facts(
        [
            ("State", task_state(task)),
            ("Started", moment(task.created)),
            ("By", task.user.email),
            ("Parameters", parameters or "none"),
            ("Task id", code(task.id)),
        ]
    )
    running = not task.ended
    done = element("progress", max=100, value=round(task.progress * 100))
    body = fragment(
        about,
        element("p", done, " ", task.current_step) if running else None,
        [_action(request, task, result) for result in actions_of(task)],
    )
    title = f"Task of {action_name(model, task)}"
    return Page(title, body, trail_of(model), refresh=_SECONDS if running else None)


def _action(request: Request, task: Task, result: Mapping[str, Any]) -> Html:
    """Show the counts, messages and rejected rows of one action."""
    details = [
        (detail["type"] or "", detail["occurrences"], detail["localMessageText"])
        for detail in result.get("details", [])
    ]
    error = result.get("error")
    return section(
        result.get("objectName", "Result"),
        element("p", verdict(result)),
        table(COUNT_HEADERS, [counts_of(result)]) if any(map(str, counts_of(result))) else None,
        table(("Detail", "Occurrences", "Message"), details) if details else None,
        note(f"{error['title']}. {error['messageText']}") if error else None,
        _dump(request, task, result) if result.get("failureDumpAvailable") else None,
    )


def _dump(request: Request, task: Task, result: Mapping[str, Any]) -> Html:
    """Show the first rows of a failure dump, to its user and to administrators."""
    user = caller(request)
    if user.id != task.user.id and not user.administrator:
        return note("Only the user who started the task sees its failure dump.")
    dumps = tenant_of(request).dumps
    try:
        path = dumps.look(task.model_id, result["objectId"], task.user, task.id)
        if path is None:
            return note("No row was rejected.")
        with path.open("rb") as stream:
            start = stream.read(_BYTES)
    except (DumpGone, FileNotFoundError):
        return note("The failure dump is not kept any more.")
    rows = first_rows(start, "UTF-8", ",", '"')
    return fragment(note("The first rejected rows"), row_table(rows, numbered=False))
