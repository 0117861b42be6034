"""Tasks: runs of actions that wait, run, or have ended.

A model runs one task at a time: each model has one worker thread, and its other tasks wait in the
order in which they were started.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from anaplan_frames.sandbox.planning.action_outcome import Cancelled, Parameter
from anaplan_frames.sandbox.tenant.api_times import iso_duration, iso_time
from anaplan_frames.sandbox.tenant.tenant_users import User

_log = logging.getLogger(__name__)

NOT_STARTED = "NOT_STARTED"
IN_PROGRESS = "IN_PROGRESS"
COMPLETE = "COMPLETE"
CANCELLING = "CANCELLING"
CANCELLED = "CANCELLED"
_ENDED = (COMPLETE, CANCELLED)


@dataclass(slots=True, eq=False)
class Task:
    """One run of an action.

    Attributes
    ----------
    kind : str
        ``imports``, ``exports``, ``actions`` or ``processes``, as in the URL.
    object_id : str
        The id of the import, export, action or process.
    created : float
        Seconds since the epoch.
    result : dict or None
        The result in the form of the API; None until the task has ended.
    """

    kind: str
    model_id: str
    object_id: str
    user: User
    created: float
    parameters: tuple[Parameter, ...]
    id: str = field(default_factory=lambda: uuid.uuid4().hex.upper())
    state: str = NOT_STARTED
    progress: float = 0.0
    current_step: str = "Waiting."
    result: dict[str, Any] | None = None
    cancel: threading.Event = field(default_factory=threading.Event, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def ended(self) -> bool:
        """Whether the task has ended."""
        return self.state in _ENDED

    def step(self, text: str, progress: float) -> None:
        """Note the progress; raise `Cancelled` if the task is to stop (as a `Watch` does)."""
        if self.cancel.is_set():
            raise Cancelled
        with self._lock:
            self.current_step = text
            self.progress = min(1.0, max(self.progress, progress))  # it never decreases

    def begin(self) -> None:
        """Change to IN_PROGRESS; raise `Cancelled` if the task was cancelled before."""
        with self._lock:
            if self.cancel.is_set():
                raise Cancelled
            self.state = IN_PROGRESS

    def request_cancel(self) -> None:
        """Ask the task to stop; a task that has ended is unchanged."""
        with self._lock:
            if not self.ended:
                self.state = CANCELLING
                self.cancel.set()

    def end(self, state: str, result: dict[str, Any]) -> None:
        """Change to the last state and set the result, both at once."""
        with self._lock:
            self.state = state
            self.result = result
            self.current_step = "Complete." if state == COMPLETE else "Cancelled."
            self.progress = 1.0 if state == COMPLETE else self.progress

    def summary(self) -> dict[str, Any]:
        """Return the task in the form of a listing."""
        return {
            "taskId": self.id,
            "taskState": self.state,
            "creationTime": int(self.created * 1000),
        }

    def status(self) -> dict[str, Any]:
        """Return the task in the form of its own endpoint, with the result once it has ended."""
        with self._lock:
            status = {
                "taskId": self.id,
                "taskState": self.state,
                "creationTime": int(self.created * 1000),
                "currentStep": self.current_step,
                "progress": self.progress,
            }
            return status if self.result is None else {**status, "result": self.result}


Work = Callable[[Task], dict[str, Any]]


class Tasks:
    """All tasks of the tenant.

    Parameters
    ----------
    pause : float
        Seconds that a task stays in NOT_STARTED, and at least in IN_PROGRESS, so that a client
        sees these states as in the service.
    clock : callable
        Returns the seconds since the epoch.
    """

    def __init__(self, pause: float, clock: Callable[[], float]) -> None:
        self.pause = pause
        self._clock = clock
        self._tasks: dict[str, Task] = {}
        self._workers: dict[str, ThreadPoolExecutor] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def start(
        self,
        kind: str,
        model_id: str,
        object_id: str,
        user: User,
        parameters: tuple[Parameter, ...],
        work: Work,
    ) -> Task:
        """Queue a task; `work` runs it and returns its result."""
        task = Task(kind, model_id, object_id, user, self._clock(), parameters)
        with self._lock:
            self._tasks[task.id] = task
            worker = self._workers.get(model_id)
            if worker is None:
                worker = ThreadPoolExecutor(1, thread_name_prefix=f"sandbox-model-{model_id[:6]}")
                self._workers[model_id] = worker
            worker.submit(self._run, task, work)
        return task

    def all(self) -> list[Task]:
        """Return all tasks, oldest first."""
        with self._lock:
            return list(self._tasks.values())

    def of(self, kind: str, model_id: str, object_id: str) -> list[Task]:
        """Return all users' tasks of one import, export, action or process, oldest first."""
        return [
            t
            for t in self.all()
            if (t.kind, t.model_id, t.object_id) == (kind, model_id, object_id)
        ]

    def find(self, kind: str, model_id: str, object_id: str, task_id: str) -> Task | None:
        """Return the task of this object with this id, if any."""
        with self._lock:
            task = self._tasks.get(task_id)
        if task and (task.kind, task.model_id, task.object_id) == (kind, model_id, object_id):
            return task
        return None

    def running(self, model_id: str) -> Task | None:
        """Return the task that runs in a model, if any."""
        busy = (IN_PROGRESS, CANCELLING)
        return next((t for t in self.all() if t.model_id == model_id and t.state in busy), None)

    def stop(self) -> None:
        """Cancel all tasks that wait or run, and wait for the workers to end."""
        with self._lock:
            tasks, workers = list(self._tasks.values()), list(self._workers.values())
            self._workers.clear()
        self._stopping.set()
        for task in tasks:
            task.request_cancel()
        for worker in workers:
            worker.shutdown(wait=True)
        self._stopping.clear()

    def _run(self, task: Task, work: Work) -> None:
        try:
            task.cancel.wait(self.pause)
            task.begin()
            started = self._clock()
            result = work(task)
            task.cancel.wait(self.pause)
            times = {
                "startTime": iso_time(started),
                "duration": iso_duration(self._clock() - started),
            }
            task.end(COMPLETE, {**result, **times})
        except Cancelled:
            self._stopping.wait(self.pause)  # so that clients can see CANCELLING
            task.end(CANCELLED, failure(task.object_id))
        except Exception:
            _log.exception("Task %s of %s %s failed", task.id, task.kind, task.object_id)
            text = "The sandbox failed; its log shows the error."
            task.end(COMPLETE, failure(task.object_id, "generalError", text))


def failure(object_id: str, kind: str | None = None, text: str = "") -> dict[str, Any]:
    """Return the result of an action that was not carried out."""
    detail = {"localMessageText": text, "occurrences": 1, "type": kind, "values": []}
    return {
        "details": [detail] if kind else [],
        "failureDumpAvailable": False,
        "objectId": object_id,
        "successful": False,
    }
