"""Whether a model stays idle: no transaction, no task running, and no new task listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from anaplan_frames.errors import (
    AnaplanError,
    ModelUnavailable,
    RateLimited,
    TransferError,
    TransferTimeout,
)
from anaplan_frames.outcomes import TaskState, yes_or_no
from anaplan_frames.polling import poll
from anaplan_frames.threads import in_order
from anaplan_frames.transport import Transport

_LONGEST_WAIT = (
    3600.0  # seconds in which a model must become idle, beyond those that it must stay so
)
_LONGEST_PAUSE = 5.0  # seconds between looks
_PARTS = 4  # the fewest looks while it must stay idle
_KINDS = ("imports", "exports", "actions", "processes")
_THREADS = 8
_IDLE_PROGRESS = -1.0  # of a model that does nothing
_IDLE_STEPS = ("open", "closed")


@dataclass(frozen=True, slots=True)
class ModelIdleness:
    """What shows whether a model is idle.

    Attributes
    ----------
    transport : Transport
    path : str
        ``/workspaces/{workspace}/models/{model}``
    """

    transport: Transport
    path: str

    def wait(self, seconds: float, stop: Callable[[], bool]) -> bool:
        """Wait until the model has stayed idle for so many seconds.

        The tasks of all actions are listed at the beginning and at the end of that time; in
        between the model itself is asked, which shows the transactions of everybody.

        Parameters
        ----------
        seconds : float
        stop : callable
            Asked at each look; True ends the wait.

        Returns
        -------
        bool
            False if `stop` ended it, or the model was not idle for so long within an hour.

        Raises
        ------
        TransferTimeout
            If the time for the whole call ends before.
        AnaplanError
            If Anaplan does not say whether the model is idle.
        """
        clock = self.transport.clock
        since: float | None = None
        known: Mapping[str, TaskState] = {}

        def look() -> bool | None:
            nonlocal since, known
            try:
                if stop():
                    return False
                if self._is_busy():
                    since = None
                    return None
                if since is not None and clock.monotonic() - since < seconds:
                    return None
                tasks = self._tasks()
            except TransferTimeout:
                raise
            except (ModelUnavailable, RateLimited, TransferError):  # not seen to be idle
                since = None
                return None
            if since is not None and tasks == known:
                return True
            known = tasks
            since = None if any(map(self._is_running, tasks.values())) else clock.monotonic()
            return None

        pauses = repeat(min(_LONGEST_PAUSE, seconds / _PARTS))
        return poll(look, clock, pauses=pauses, timeout=_LONGEST_WAIT + seconds) is True

    def _is_busy(self) -> bool:
        """Whether the model itself says that it does something.

        Raises
        ------
        AnaplanError
            If it does not say whether a transaction is running, or the user may not see it.
        """
        model_id = self.path.rsplit("/", 1)[1]
        label = f"model {model_id}"
        record = self.transport.get(
            f"/models/{model_id}", label=label, params={"modelDetails": "true"}
        )["model"]
        running = yes_or_no(record.get("modelTransactionRunning"))
        if running is None:
            raise AnaplanError(
                f"{label}: Anaplan does not say whether a transaction is running. Leave "
                "restart_after= out."
            )
        if running:
            return True
        answer = self.transport.get(f"{self.path}/status", label=f"status of {label}")
        status: Mapping[str, Any] = answer["requestStatus"]
        return (
            status.get("progress") not in (_IDLE_PROGRESS, None)
            or str(status.get("currentStep")).casefold() not in _IDLE_STEPS
            or bool(status.get("taskId"))
        )

    def _tasks(self) -> dict[str, TaskState]:
        """Return how everyone's tasks of all actions stand."""
        actions = [
            f"{self.path}/{kind}/{record['id']}"
            for kind in _KINDS
            for record in self.transport.pages(
                f"{self.path}/{kind}", kind, label=f"the {kind} of the model"
            )
        ]

        def listed(action: str) -> list[dict[str, Any]]:
            pages = self.transport.pages(f"{action}/tasks", "tasks", label="the tasks of the model")
            return [record for record in pages if record.get("taskId")]

        found = in_order(listed, actions, threads=_THREADS, name="anaplan-tasks")
        return {str(task["taskId"]): TaskState.read(task) for tasks in found for task in tasks}

    def _is_running(self, state: TaskState) -> bool:
        return not state.ended and not state.neglected(self.transport.clock.time())
