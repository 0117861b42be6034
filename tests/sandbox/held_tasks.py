"""Tasks of a sandbox that begin only when a test says so, whatever the speed of the machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from anaplan_frames.clock import Clock
from anaplan_frames.sandbox import Sandbox
from tests.transport.scripted import TurnedClock


@contextmanager
def held_tasks(sandbox: Sandbox) -> Iterator[threading.Event]:
    """Keep the tasks of all models in NOT_STARTED, until the event is set."""
    begin = threading.Event()

    def wait(task: object) -> dict[str, Any]:
        begin.wait(60)
        return {}

    user = sandbox.users.by_email(sandbox.email)
    assert user is not None
    for model in sandbox.models:  # which runs one task at a time
        sandbox.tasks.start("actions", model, "held", user, {}, wait)
    try:
        yield begin
    finally:
        begin.set()


class NotedClock(Clock):
    """Real time; each sleep calls a function first."""

    def __init__(self, on_sleep: Callable[[], object]) -> None:
        self._on_sleep = on_sleep

    def sleep(self, seconds: float) -> None:
        """Call the function, and wait."""
        self._on_sleep()
        super().sleep(seconds)


class NotedTurnedClock(TurnedClock):
    """A clock on which nobody waits; each sleep calls a function with its seconds."""

    def __init__(self, on_sleep: Callable[[float], object]) -> None:
        super().__init__()
        self._on_sleep = on_sleep

    def sleep(self, seconds: float) -> None:
        """Turn the clock, and call the function."""
        super().sleep(seconds)
        self._on_sleep(seconds)
