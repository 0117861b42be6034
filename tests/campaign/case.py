"""A model made for one schedule, and how what came of it is judged."""

from __future__ import annotations

import enum
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.tenant.task_queue import Task

# Their sentences say that something was or may have been done.
INFORMING = (af.TaskUncertain, af.TaskFailed, af.RejectedRows)
_numbers = count(1)
ANOTHER = "another@example.com"  # a user of the sandbox, not the one of the job


def says_failed(error: Exception) -> bool:
    """Whether an error of either client says that a task was started and has failed."""
    return isinstance(error, af.TaskFailed) or type(error).__name__ == "AnaplanActionError"


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
    UNSEEN
        One of the three above or a loss, if nothing that came shows it (`UNSEEN_KINDS`).
    FOREIGN
        Raised something other than an `AnaplanError`.
    STUCK
        Did not end.
    """

    WELL = "ended well"
    RAISED = "raised"
    LOST = "silent loss"
    DOUBLE = "double effect"
    UNREPORTED = "raised, done unreported"
    MISREPORTED = "done, reported otherwise"
    UNSEEN = "content changed unseen"
    FOREIGN = "another exception"
    STUCK = "stuck"


@dataclass(frozen=True)
class Other:
    """A request that somebody else makes meanwhile, below the model's path.

    Attributes
    ----------
    body : bytes, dict, list or None
        All but bytes is sent as JSON.
    user : str
        The email; by default that of the job's own user, on another machine.
    """

    method: str
    path: str
    body: bytes | Mapping[str, Any] | Sequence[Any] | None = None
    user: str = ""


Steps = Sequence[Sequence[Other]]  # one after the other, each at a call of its own


class Case(ABC):
    """One schedule's model, what is to come of it, and the job on it in both clients' ways.

    Attributes
    ----------
    foreign : set of str
        The tasks that somebody else has started.
    met : bool
        Whether somebody else has done anything meanwhile.

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
    midway: ClassVar[str] = ""
    """Pattern of the calls in mid-transfer, if a run that is killed there can be resumed."""
    midways: ClassVar[int] = 3
    """How many such calls there are at least."""
    has_tasks: ClassVar[bool] = False
    by_both: ClassVar[bool] = True
    """Whether anaplan-sdk can do the job."""
    well: ClassVar[float] = 0.85
    """The least share of its schedules with a way through that end well, of some 50."""
    blind_to: ClassVar[frozenset[str]] = frozenset()
    """What somebody else may do that nothing shows; `docs/reliability.md` names it."""

    def __init__(self, sandbox: Sandbox, seed: int, folder: Path) -> None:
        self.sandbox = sandbox
        self.seed = seed
        self.folder = folder
        # A model of its own, also for a seed that was there before: the sandbox keeps its tasks.
        model_id = f"{next(_numbers):016X}{seed:016X}"
        self.model = sandbox.workspace("W").model(f"{self.name} {seed}", id=model_id)
        self.foreign: set[str] = set()
        self.met = False

    @abstractmethod
    def owned(self, model: af.Model) -> Any:
        """Do the job with anaplan_frames."""

    def theirs(self, client: Any) -> Any:
        """Do the job with anaplan-sdk."""
        raise NotImplementedError(self.name)

    @abstractmethod
    def judge(self, result: Any, error: Exception | None) -> Verdict:
        """Compare what the sandbox holds, and what was returned or raised, with what was meant."""

    @abstractmethod
    def untouched(self) -> bool:
        """Whether the sandbox has done nothing that counts, so that the job may be done again."""

    def others(self) -> Mapping[str, Steps]:
        """Return what somebody else may do meanwhile, by a name for it."""
        return {}

    def forget(self) -> None:  # noqa: B027
        """Leave what an earlier run of the job has started out of account."""

    def wait(self) -> None:
        """Wait until all is done that was to be done late."""
        while self.sandbox.faults.pending:
            time.sleep(0.001)

    def started(self, kind: str, action: str) -> Sequence[Task]:
        """Return the job's tasks of an action when all of the action have ended."""
        tasks = self.sandbox.tasks.of(kind, self.model.id, action)
        while not all(task.ended for task in tasks):
            time.sleep(0.001)
        return [task for task in tasks if task.id not in self.foreign]

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


def upload_steps(file_id: str, content: bytes, user: str = "") -> Steps:
    """Return an upload into a file, in three requests."""
    path = f"/files/{file_id}"
    return (
        [Other("POST", path, {"chunkCount": 1}, user)],
        [Other("PUT", f"{path}/chunks/0", content, user)],
        [Other("POST", f"{path}/complete", {"id": file_id}, user)],
    )


def start(action: str, user: str = "") -> Other:
    """Return the start of an action, such as ``imports/112000000001``."""
    return Other("POST", f"/{action}/tasks", {"localeName": "en_US"}, user)
