"""Work that tests give to other processes, which find it by the name of this module."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")


def in_a_fork(work: Callable[[], None]) -> int:
    """Return the exit status of a forked child that does some work."""
    child = os.fork()
    if not child:
        signal.alarm(60)  # ends a child that waits for a lock for ever
        try:
            work()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def carriers(model: af.Model) -> list[str]:
    """Return the codes of the demo's airlines."""
    return sorted(model.lists["Airlines"].read(columns=["code"])["code"])


def read_all(model: af.Model, times: int) -> list[tuple[str, bool]]:
    """Ask about lists again and again; return which, and whether the answer was about them."""
    names = ["Airlines", "Airports", "Origins"] * times
    return [(name, model.lists[name].metadata()["name"] == name) for name in names]


def users(connection: af.Connection) -> list[str]:
    """Return the email addresses of the tenant's users."""
    return list(connection.users()["email"])


def token_of(connection: af.Connection) -> tuple[int, str | None]:
    """Return this process, and the token after a call."""
    connection.users()
    held = connection._transport._keeper.held
    return os.getpid(), held.token.value if held else None


def watch(task: Any) -> dict[str, Any]:
    """Watch a task to its end; return what this process sees of it."""
    result = task.result(timeout=60, on_rejected="ignore")
    return {
        "process": os.getpid(),
        "last": (task.state, task.done()),
        "task_id": result.task_id,
        "sent": (result.rows_sent, result.bytes_sent),
        "rejected": len(result.rejected),
        "unmatched": result.unmatched,
    }


def write(target: Any, frame: pd.DataFrame) -> int:
    """Write a frame to an import or a list; return how many rows were created."""
    return int(target.write(frame).rows_created)
