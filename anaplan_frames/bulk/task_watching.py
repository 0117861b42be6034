"""Tasks of some actions, everyone's, as they begin, move on and end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from anaplan_frames.bulk.actions import Action
from anaplan_frames.clock import Clock
from anaplan_frames.deadline import check_time, check_timeout, remaining_seconds
from anaplan_frames.errors import NotFound
from anaplan_frames.messages import warn
from anaplan_frames.outcomes import TaskState
from anaplan_frames.results import WriteResult
from anaplan_frames.tasks import Task
from anaplan_frames.threads import in_order

_THREADS = 8
_ENDED = ("ended",)

Seen = tuple[object, ...]


def listed_tasks(actions: Sequence[Action]) -> Iterator[tuple[Action, list[dict[str, Any]]]]:
    """Yield each action with the records of its tasks, several requests at once."""

    def records(action: Action) -> list[dict[str, Any]]:
        return action.requests.listed()

    found = in_order(records, actions, threads=_THREADS, name="anaplan-tasks")
    return zip(actions, found, strict=True)


def watch_tasks(
    actions: Callable[[], Sequence[Action]],
    clock: Clock,
    *,
    interval: float,
    timeout: float | None,
    until_idle: bool = False,
) -> Iterator[Task[WriteResult]]:
    """Yield tasks as they change; see `Model.watch`.

    Parameters
    ----------
    actions : callable
        Returns the actions whose tasks are watched; called once, at the first look.
    clock : Clock
    interval : float
        Seconds between looks, above 0.
    timeout : float or None
        Seconds after which the iteration ends.
    until_idle : bool
        End also when no task is running. One that is older than a day, or in a state that nobody
        documents, does not count as running; a warning names it.

    Raises
    ------
    TypeError, ValueError
        If `interval` or `timeout` is not a time.
    """
    check_timeout(timeout)
    check_timeout(interval)
    if not interval:
        raise ValueError("interval must be a number of seconds above 0, not 0")
    return _changes(actions, clock, interval, timeout, until_idle=until_idle)


def _changes(
    actions: Callable[[], Sequence[Action]],
    clock: Clock,
    interval: float,
    timeout: float | None,
    *,
    until_idle: bool,
) -> Iterator[Task[WriteResult]]:
    end = None if timeout is None else clock.monotonic() + timeout
    watched, looks = actions(), _Looks(clock, warns=until_idle)
    while watched:
        yield from looks.changed(watched)
        if until_idle and not looks.running:
            return
        left = interval if end is None else min(interval, end - clock.monotonic())
        if left <= 0:
            return
        limit = remaining_seconds()
        clock.sleep(left if limit is None else min(left, limit))
        check_time("The watch of the tasks")


class _Looks:
    """What was seen of each task.

    Parameters
    ----------
    clock : Clock
    warns : bool
        Whether tasks that do not count as running are named in a warning.

    Attributes
    ----------
    running : bool
        Whether a task was running at the last look.
    """

    def __init__(self, clock: Clock, *, warns: bool) -> None:
        self.running = False
        self._clock = clock
        self._warns = warns
        self._seen: dict[str, Seen] | None = None  # None before the first look

    def changed(self, actions: Sequence[Action]) -> Iterator[Task[WriteResult]]:
        """Look at all tasks once, and yield those that have changed."""
        first = self._seen is None
        seen = self._seen = self._seen or {}
        self.running = False
        for action, records in listed_tasks(actions):
            for record in records:
                state, task_id = TaskState.read(record), str(record["taskId"])
                before = seen.get(task_id)
                if before == _ENDED or (first and state.ended):
                    seen[task_id] = _ENDED
                    continue
                neglected = not state.ended and self._is_neglected(action, task_id, state, before)
                if neglected and before is not None:
                    continue
                self.running = self.running or not (state.ended or neglected)
                task = _look(action, task_id)
                if task is None:
                    continue
                now: Seen = (task.state, task.progress, task.step)
                seen[task_id] = _ENDED if state.ended else now
                if now != before:
                    yield task

    def _is_neglected(
        self, action: Action, task_id: str, state: TaskState, before: Seen | None
    ) -> bool:
        """Whether a task is listed as running that hardly is."""
        reason = state.neglected(self._clock.time())
        if reason and before is None and self._warns:
            warn(f"{action.label}: task {task_id} {reason}; it is not waited for.")
        return bool(reason)


def _look(action: Action, task_id: str) -> Task[WriteResult] | None:
    """Return how a task stands; None if Anaplan no longer has it."""
    try:
        return action.task(task_id)
    except NotFound:
        return None
