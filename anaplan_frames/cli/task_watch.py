"""The task that a command waits for: what Ctrl-C says about it, and its cancellation."""

from __future__ import annotations

import shlex
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from anaplan_frames.cancellation import Stopped
from anaplan_frames.cli.log_output import LOGGER
from anaplan_frames.errors import AnaplanError, TaskUncertain

if TYPE_CHECKING:
    from anaplan_frames.tasks import Task

_LONGEST_CANCEL = 30.0  # seconds


class Interrupted(click.Abort):
    """Ctrl-C has ended the command.

    Attributes
    ----------
    message : str
        What happens to the task that was waited for; empty if there was none.
    task : Task or None
        The task, if it may still be running.
    """

    def __init__(self, message: str = "", task: Task[Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.task = task


class TaskWatch:
    """A hook of a connection that knows which task runs, and speaks of it if Ctrl-C is pressed.

    Parameters
    ----------
    cancel : bool
        Whether Ctrl-C cancels the task.
    """

    def __init__(self, *, cancel: bool) -> None:
        self._cancel = cancel
        self._running: Task[Any] | None = None

    def on_start(self, task: Task[Any]) -> None:
        """Remember a task that was started."""
        self._running = task

    def on_end(self, task: Task[Any], result: object, error: BaseException | None) -> None:
        """Forget a task, but not if it goes on because the call that watched it was given up."""
        if not (isinstance(error, TaskUncertain) and isinstance(error.__cause__, Stopped)):
            self._running = None

    def interrupted(self) -> Interrupted:
        """Cancel the task if that is asked for, and return the error that ends the command."""
        task = self._running
        if task is None:
            return Interrupted()
        name = f"Task {task.id} of {task.kind} {task.name!r}"
        way_out = f"Cancel it with: anaplan-frames cancel {shlex.quote(task.url)}"
        if not self._cancel:
            return Interrupted(f"{name} goes on in Anaplan. {way_out}", task)
        LOGGER.error("%s is being cancelled ...", name)
        try:
            cancelled = task.cancel(timeout=_LONGEST_CANCEL)
        except AnaplanError as error:
            return Interrupted(f"The end of {name} was not seen: {error} {way_out}", task)
        if cancelled:
            return Interrupted(f"{name} is cancelled; Anaplan rolled its changes back.")
        return Interrupted(f"{name} was complete before it could be cancelled.")


@contextmanager
def interruptible(watch: TaskWatch) -> Iterator[None]:
    """Have Ctrl-C, and a SIGTERM such as that of a scheduler, end the work with a word on the task.

    Raises
    ------
    Interrupted
        Instead of KeyboardInterrupt, which would stop what is sent to cancel the task.
    """
    with _terminated_as_interrupt():
        try:
            yield
            return
        except KeyboardInterrupt as pressed:
            interrupt = pressed
        # Outside of the handler: an interrupt that is being handled gives requests no time.
        ended = watch.interrupted()
        ended.__context__ = interrupt  # so that nothing waits for the network from here on
        raise ended


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
