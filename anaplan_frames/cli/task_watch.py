"""The task that a command waits for: what Ctrl-C says about it, and its cancellation."""

from __future__ import annotations

import shlex
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from anaplan_frames.cli.log_output import LOGGER

if TYPE_CHECKING:
    from anaplan_frames.tasks import Task

_LONGEST_CANCEL = 30.0  # seconds


class TaskWatch:
    """A hook of a connection that knows which task runs, and speaks of it if Ctrl-C is pressed.

    Parameters
    ----------
    cancel : bool
        Whether Ctrl-C cancels the task.
    model_id : callable
        Returns the id of the model that the command is about.
    """

    def __init__(self, *, cancel: bool) -> None:
        self._cancel = cancel
        self._running: Task[Any] | None = None

    def on_start(self, task: Task[Any]) -> None:
        """Remember a task that was started."""
        self._running = task

    def on_end(self, task: Task[Any], result: object, error: BaseException | None) -> None:
        """Forget a task whose end was seen."""
        self._running = None

    def interrupted(self) -> None:
        """Say that the task goes on, or cancel it."""
        task = self._running
        if task is None:
            return
        if not self._cancel:
            LOGGER.error(
                "Task %s of %s %r goes on in Anaplan. Cancel it with: %s",
                task.id,
                task.kind,
                task.name,
                f"anaplan-frames cancel {shlex.quote(task.url)}",
            )
            return
        LOGGER.error("Cancelling task %s of %s %r ...", task.id, task.kind, task.name)
        if task.cancel(timeout=_LONGEST_CANCEL):
            LOGGER.error("Task %s is cancelled; Anaplan rolled its changes back.", task.id)
        else:
            LOGGER.error("Task %s was complete before it could be cancelled.", task.id)


@contextmanager
def interruptible(watch: TaskWatch) -> Iterator[None]:
    """Have Ctrl-C, and a SIGTERM such as that of a scheduler, end the work with a word on the task.

    Raises
    ------
    click.Abort
        Instead of KeyboardInterrupt, which would stop what is sent to cancel the task.
    """
    with _terminated_as_interrupt():
        try:
            yield
            return
        except KeyboardInterrupt:
            pass
        # Outside of the handler: an interrupt that is being handled gives requests no time.
        watch.interrupted()
    raise click.Abort


@contextmanager
def _terminated_as_interrupt() -> Iterator[None]:
    """Have SIGTERM raise KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
