"""Tasks that somebody else has started: a file is not written to while an import reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anaplan_frames.messages import warn
from anaplan_frames.outcomes import TaskState
from anaplan_frames.polling import poll
from anaplan_frames.task_requests import TaskRequests


def wait_for_others(
    requests: TaskRequests, listed: Sequence[Mapping[str, Any]], why: str
) -> str | None:
    """Wait until no task of an action is running.

    A task that is older than a day, or in a state that nobody documents, is not waited for; a
    warning names it.

    Parameters
    ----------
    requests : TaskRequests
        Of the action.
    listed : sequence of mapping
        Anaplan's records of its tasks, of a moment ago.
    why : str
        What the action has to do with us, for the warning.

    Returns
    -------
    str or None
        The last task's id, if there is one.
    """
    warned: set[str] = set()
    first = [listed]

    def look() -> Sequence[Mapping[str, Any]] | None:
        tasks = first.pop() if first else requests.listed()
        running = []
        for task in tasks:
            task_id, state = str(task["taskId"]), TaskState.read(task)
            if state.ended:
                continue
            reason = state.neglected(requests.transport.clock.time())
            if not reason:
                running.append(task_id)
            elif task_id not in warned:
                warned.add(task_id)
                warn(f"{requests.label}: task {task_id} {reason}; it is not waited for.")
        if running and not warned.intersection(running):
            warned.add(running[0])
            warn(
                f"{requests.label} is running (task {running[0]}), and {why}: waiting for its end."
            )
        return None if running else tasks

    tasks = poll(look, requests.transport.clock) or ()
    last = max(tasks, key=lambda task: TaskState.read(task).created or 0, default=None)
    return None if last is None else str(last["taskId"])
