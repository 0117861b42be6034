"""A model made for one schedule, and how what came of it is judged."""

from __future__ import annotations

import enum
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.tenant.task_queue import Task

# Their sentences say that something was or may have been done.
INFORMING = (af.TaskUncertain, af.TaskFailed, af.RejectedRows)


class Verdict(enum.Enum):
    """What happened in a schedule.

    Attributes
    ----------
    WELL
        Returned, with what was meant done once, and reported so.
    RAISED
        Raised, and nothing was done, or the error says what was or may have been.
    LOST
        Returned, and what was meant is not done, or other data was returned.
    DOUBLE
        An action was started twice, an item is there twice, or an import read another file.
    UNREPORTED
        Raised by an error that does not say that something was done.
    MISREPORTED
        Returned, with what was meant done once, but the result says something else.
    """

    WELL = "ended well"
    RAISED = "raised"
    LOST = "silent loss"
    DOUBLE = "double effect"
    UNREPORTED = "raised, done unreported"
    MISREPORTED = "done, reported otherwise"


class Case(ABC):
    """One schedule's model, what is to come of it, and the job on it in both clients' ways.

    Parameters
    ----------
    sandbox : Sandbox
        A running one, without faults.
    seed : int
        Of the schedule; the data depend on it.
    folder : Path
        An empty one, for files.
    """

    name: ClassVar[str]

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        self.sandbox = sandbox
        self.seed = seed
        self.folder = folder
        self.model = sandbox.workspace("W").model(f"{self.name} {seed}", id=f"{seed:032X}")

    @abstractmethod
    def owned(self, model: af.Model) -> Any:
        """Do the job with anaplan_frames."""

    @abstractmethod
    def theirs(self, client: Any) -> Any:
        """Do the job with anaplan-sdk."""

    @abstractmethod
    def judge(self, result: Any, error: Exception | None) -> Verdict:
        """Compare what the sandbox holds, and what was returned or raised, with what was meant."""

    @abstractmethod
    def untouched(self) -> bool:
        """Whether the sandbox has done nothing that counts, so that the job may be done again."""

    def wait(self) -> None:
        """Wait until all is done that was to be done late."""
        while self.sandbox.faults.pending:
            time.sleep(0.001)

    def started(self, kind: str, action: str) -> Sequence[Task]:
        """Return the tasks of an action when they have ended."""
        tasks = self.sandbox.tasks.of(kind, self.model.id, action)
        while not all(task.ended for task in tasks):
            time.sleep(0.001)
        return tasks

    def keep_earlier(self, file_id: str, content: bytes) -> None:
        """Have a file hold what the user uploaded, or an export wrote, some time ago."""
        path = self.sandbox.contents.new_path()
        path.write_bytes(content)
        user = self.sandbox.users.by_email(self.sandbox.email)
        assert user is not None
        self.sandbox.contents.store(self.model.id, file_id, user.id, path)

    def end(self) -> None:
        """Let go of the model."""
        self.sandbox.tasks.stop()
        self.sandbox.workspaces[self.model.workspace.id].delete(self.model)
