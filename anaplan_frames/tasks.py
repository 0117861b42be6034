"""Tasks: an action is started once and watched to its end, and its outcome is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from anaplan_frames.errors import (
    AnaplanError,
    NotFound,
    RateLimited,
    RequestRefused,
    TaskFailed,
    TaskUncertain,
    TransferError,
)
from anaplan_frames.messages import warn
from anaplan_frames.polling import poll
from anaplan_frames.progress import Progress
from anaplan_frames.transport import AnswerLost, Transport

# Seconds between looks for a task whose start was not answered.
_LISTING_PAUSES = (1.0, 2.0, 4.0, 8.0)
_FAILED_POLLS = 10  # in a row, each after all its tries: minutes without a line
_ENDED = {"COMPLETE", "CANCELLED"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task, or one action of a process, ended.

    Attributes
    ----------
    task_id, object_id, name : str
        The task, and the action that it ran (``name`` only where Anaplan tells it).
    successful : bool
        Anaplan's own verdict; an import with rejected rows is still successful.
    dump_available : bool
        Whether a failure dump was written.
    details : tuple of dict
        ``type``, ``localMessageText``, ``occurrences``, ``values`` as Anaplan sends them.
    nested : tuple of Outcome
        One per action, for a process.
    adopted : bool
        Whether the answer to the start was lost, and this was the one new task.
    """

    task_id: str
    object_id: str
    name: str
    successful: bool
    dump_available: bool
    details: tuple[Mapping[str, Any], ...]
    nested: tuple[Outcome, ...]
    adopted: bool = False

    @property
    def messages(self) -> list[str]:
        """What Anaplan says of it, in words, nested actions included."""
        own = [str(detail.get("localMessageText") or detail.get("type")) for detail in self.details]
        return own + [message for outcome in self.nested for message in outcome.messages]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows were processed, by Anaplan's names for the numbers.

        ``values`` is a flat list of alternating names and numbers, in any order.
        """
        counts: dict[str, int] = {}
        for detail in self.details:
            if "RowsProcessed" not in str(detail.get("type")):
                continue
            values = detail.get("values") or []
            for name, number in zip(values[::2], values[1::2], strict=False):
                if str(number).lstrip("-").isdigit():
                    counts[name] = counts.get(name, 0) + int(number)
        return counts


def run(
    transport: Transport,
    path: str,
    *,
    label: str,
    parameters: Mapping[str, str] | None = None,
    show_progress: bool | None = None,
    on_start: Callable[[str], None] | None = None,
) -> Outcome:
    """Start an action, once, and wait for its end.

    Parameters
    ----------
    path : str
        The action's path, e.g. ``/workspaces/../imports/112000000001``.
    label : str
        The action in words, for messages.
    parameters : mapping of str to str, optional
        What an import asks for at run time, e.g. ``{"Version": "Actual"}``.
    on_start : callable, optional
        Told the task's id as soon as it is known.

    Raises
    ------
    TaskUncertain
        If it cannot be told whether the action was started, or how it ended.
    TaskFailed
        If the task was cancelled.
    """
    task_id, adopted = _start(transport, path, label=label, parameters=parameters)
    if on_start is not None:
        on_start(task_id)
    with Progress(f"Running {label}", unit="%", total=100, show=show_progress) as bar:
        try:
            task = _ended(transport, path, task_id, label=label, bar=bar)
        except KeyboardInterrupt as interrupt:
            interrupt.add_note(
                f"Task {task_id} of {label} goes on in Anaplan. "
                f"Its .cancel({task_id!r}) cancels it."
            )
            raise
    if task["taskState"] == "CANCELLED":
        raise TaskFailed(
            f"{label} was cancelled (task {task_id}); Anaplan rolled its changes back."
        )
    return replace(outcome_of(task_id, task.get("result") or {}), adopted=adopted)


def _start(
    transport: Transport, path: str, *, label: str, parameters: Mapping[str, str] | None
) -> tuple[str, bool]:
    """Start the action; where the answer is lost, look which task is new, never ask twice.

    Returns
    -------
    str, bool
        The task, and whether it was taken up after its answer was lost.
    """
    body: dict[str, Any] = {"localeName": "en_US"}
    if parameters:
        body["mappingParameters"] = [
            {"entityType": kind, "entityName": name} for kind, name in parameters.items()
        ]
    before = set(_task_ids(transport, path, label=label))
    try:
        answer = transport.post(f"{path}/tasks", label=label, json=body, repeatable=False)
    except AnswerLost as lost:
        return _adopted_task(transport, path, before, lost, label=label), True
    task_id = (answer.get("task") or answer).get("taskId")
    if task_id is None:
        return _adopted_task(transport, path, before, None, label=label), True
    return str(task_id), False


def _adopted_task(
    transport: Transport, path: str, before: set[str], lost: AnswerLost | None, *, label: str
) -> str:
    """Return the task whose start was not answered: the one that is new."""
    try:
        new = _new_tasks(transport, path, before, label=label)
        known = f"several tasks are new: {', '.join(new)}" if new else "no new task is listed yet"
    except AnaplanError as error:
        new, known = [], f"its tasks cannot be listed ({error})"
    if len(new) == 1:
        return new[0]
    raise TaskUncertain(
        f"The answer to the start of {label} was lost, and {known}. "
        "It may be running: look at its tasks before you run it again."
    ) from lost


def _new_tasks(transport: Transport, path: str, before: set[str], *, label: str) -> list[str]:
    """Look for tasks that were not there before, some times: one may be listed a little late."""

    def look() -> list[str] | None:
        listed = _task_ids(transport, path, label=label)
        return [task for task in listed if task not in before] or None

    return poll(look, transport.clock, pauses=_LISTING_PAUSES) or []


def _task_ids(transport: Transport, path: str, *, label: str) -> Iterable[str]:
    return [task["taskId"] for task in transport.pages(f"{path}/tasks", "tasks", label=label)]


def cancel(transport: Transport, path: str, task_id: str, *, label: str) -> bool:
    """Cancel a task and wait for its end; tell whether it was cancelled, not complete before."""
    with suppress(RequestRefused):  # it has ended
        transport.request("DELETE", f"{path}/tasks/{task_id}", label=f"task {task_id} of {label}")
    with Progress(f"Cancelling {label}", unit="%", total=100, show=False) as bar:
        task = _ended(transport, path, task_id, label=label, bar=bar)
    return bool(task["taskState"] == "CANCELLED")


def wait_for_others(transport: Transport, path: str, *, label: str, why: str) -> str | None:
    """Wait until no task of an action is running that somebody else has started.

    Parameters
    ----------
    path, label : str
        As for `run`.
    why : str
        What the action has to do with us, for the warning.

    Returns
    -------
    str or None
        The last task's id, if there is one.
    """
    warned = False

    def look() -> list[dict[str, Any]] | None:
        nonlocal warned
        tasks = list(transport.pages(f"{path}/tasks", "tasks", label=label))
        running = [task["taskId"] for task in tasks if task["taskState"] not in _ENDED]
        if running and not warned:
            warn(f"{label} is running (task {running[0]}), and {why}: waiting for its end.")
            warned = True
        return None if running else tasks

    tasks = poll(look, transport.clock) or []
    last = max(tasks, key=lambda task: task.get("creationTime") or 0, default=None)
    return None if last is None else str(last["taskId"])


def _ended(
    transport: Transport, path: str, task_id: str, *, label: str, bar: Progress
) -> dict[str, Any]:
    """Poll at once, then ever slower, until the task has ended, and return it.

    A poll that fails in all its tries is no end: the task goes on, and so does the watch.
    """
    failed = 0

    def look() -> dict[str, Any] | None:
        nonlocal failed
        try:
            task = _task(transport, path, task_id, label=label)
        except NotFound as gone:
            raise TaskUncertain(
                f"Task {task_id} of {label} was started but can no longer be found, so its outcome "
                "is not known. Look at the model before you run it again."
            ) from gone
        except AnaplanError as error:
            failed += 1
            if failed == _FAILED_POLLS or not isinstance(error, TransferError | RateLimited):
                raise TaskUncertain(
                    f"Task {task_id} of {label} was started, and its end was not seen: {error} "
                    "It goes on in Anaplan. Look at its tasks before you run it again."
                ) from error
            return None
        failed = 0
        bar.reach(100 * float(task.get("progress") or 0), task.get("currentStep") or "")
        return task if task["taskState"] in _ENDED else None

    task = poll(look, transport.clock)
    assert task is not None  # without a time-out, polling ends with the task
    return task


def _task(transport: Transport, path: str, task_id: str, *, label: str) -> dict[str, Any]:
    task = transport.get(f"{path}/tasks/{task_id}", label=label).get("task")
    if not task:
        raise TransferError(f"{label}: Anaplan's answer does not say how task {task_id} is.")
    return dict(task)


def outcome_of(task_id: str, result: Mapping[str, Any]) -> Outcome:
    """Read the ``result`` of a task that has ended."""
    return Outcome(
        task_id=task_id,
        object_id=str(result.get("objectId") or ""),
        name=str(result.get("objectName") or ""),
        successful=bool(result.get("successful")),
        dump_available=bool(result.get("failureDumpAvailable")),
        details=tuple(result.get("details") or ()),
        nested=tuple(outcome_of(task_id, nested) for nested in result.get("nestedResults") or ()),
    )
