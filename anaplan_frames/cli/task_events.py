"""Tasks that move on, one line for each change, until all have ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from anaplan_frames.cli.exit_status import ExitStatus, status_of
from anaplan_frames.cli.log_output import LogOutput
from anaplan_frames.cli.printing import SCHEMA, Run, print_json_line
from anaplan_frames.cli.wording import message_of
from anaplan_frames.errors import AnaplanError, NotFound, TransferTimeout

if TYPE_CHECKING:
    from anaplan_frames.results import WriteResult
    from anaplan_frames.tasks import Task

_STATUSES = {
    "loaded": ExitStatus.OK,
    "rejected": ExitStatus.REJECTED,
    "uncertain": ExitStatus.UNCERTAIN,
    "failed": ExitStatus.FAILED,
    "cancelled": ExitStatus.FAILED,
}
_WORDS = {
    ExitStatus.OK: "well",
    ExitStatus.REJECTED: "with rejected rows",
    ExitStatus.UNCERTAIN: "uncertain",
    ExitStatus.FAILED: "failed or cancelled",
}
_WORST = (ExitStatus.FAILED, ExitStatus.UNCERTAIN, ExitStatus.REJECTED, ExitStatus.OK)


def print_events(tasks: Iterator[Task[WriteResult]], run: Run, *, as_json: bool) -> ExitStatus:
    """Print a line whenever a task has changed; return the status of the worst that has ended.

    Raises
    ------
    TransferTimeout
        If the time is over; names the tasks that go on.
    """
    running: dict[str, str] = {}
    ended: list[ExitStatus] = []
    if as_json:  # also of an error
        output = click.get_current_context().find_object(LogOutput)
        if output is not None:
            output.json_lines = True
    try:
        for task in tasks:
            result, status = _end(task) if task.ended else (None, None)
            running[task.id] = f"{task.kind} {task.name!r} (task {task.id})"
            if status is not None:
                del running[task.id]
                ended.append(status)
            _print_event(task, result, status, as_json=as_json)
    except TransferTimeout as over:
        names = ", ".join(running.values()) or "none"
        raise TransferTimeout(f"The time is over. These tasks go on in Anaplan: {names}.") from over
    run.sum_up(f"tasks: {_counted(ended)}")
    return next(status for status in _WORST if status in [*ended, ExitStatus.OK])


def _counted(ended: Sequence[ExitStatus]) -> str:
    """Say how many tasks have ended, and how."""
    if not ended:
        return "none was running"
    counts = [f"{ended.count(each)} {_WORDS[each]}" for each in _WORST if each in ended]
    return f"{len(ended)} ended: {', '.join(counts)}"


def _end(task: Task[WriteResult]) -> tuple[WriteResult | AnaplanError | None, ExitStatus]:
    """Return what a task that has ended has done, and which status that is."""
    try:
        result = task.result(on_rejected="ignore")
    except NotFound as gone:
        return gone, ExitStatus.UNCERTAIN
    except AnaplanError as error:
        found: WriteResult | None = getattr(error, "result", None)
        if found is None:
            status = status_of(error)
            return error, status if status in _WORDS else ExitStatus.UNCERTAIN
        result = found
    return result, _STATUSES[result.outcome]


def _print_event(
    task: Task[WriteResult],
    result: WriteResult | AnaplanError | None,
    status: ExitStatus | None,
    *,
    as_json: bool,
) -> None:
    now = dt.datetime.now(dt.UTC)
    if as_json:
        print_json_line(_document(task, result, status, now))
        return
    share = "" if task.progress is None or status is not None else f"{task.progress:.0%}"
    said = task.step
    if isinstance(result, AnaplanError):
        said = message_of(result)
    elif result is not None:
        said = f"{result.outcome}, {result.summary}"
    moment = now.astimezone().strftime("%H:%M:%S")
    name = f"{task.kind} {task.name!r}"
    line = f"{moment}  {task.state:<11}  {share:>4}  {name}  {task.id}  {said}"
    click.echo(" ".join(line.splitlines()).rstrip())


def _document(
    task: Task[WriteResult],
    result: WriteResult | AnaplanError | None,
    status: ExitStatus | None,
    now: dt.datetime,
) -> dict[str, Any]:
    """Return an event as JSON; of a task that has ended also its result."""
    known: dict[str, Any] = {
        "schema": SCHEMA,
        "time": now.isoformat(timespec="milliseconds"),
        "kind": task.kind,
        "name": task.name,
        "task_id": task.id,
        "task": task.url,
        "state": task.state,
        "progress": task.progress,
        "step": task.step,
    }
    if status is None:
        return known
    known |= {"exit_status": int(status), "result": None, "error": None}
    if isinstance(result, AnaplanError):
        return known | {"error": {"type": type(result).__name__, "message": message_of(result)}}
    return known | {"result": None if result is None else result.to_dict()}
