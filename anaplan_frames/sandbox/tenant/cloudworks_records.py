"""What CloudWorks knows: connections, integrations, notifications, flows and their runs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anaplan_frames.sandbox.tenant.task_queue import Task
from anaplan_frames.sandbox.tenant.tenant_users import User

RUNNING = "Running"
QUEUED = "Queued"
SUCCESS = "Success"
CANCELLED = "Cancelled"
PARTIAL_SUCCESS = 38  # the code of a run in which rows were rejected


class CloudWorksError(Exception):
    """A request that CloudWorks refuses, with the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def new_id() -> str:
    """Return a new id: 32 hex digits in lower case."""
    return uuid.uuid4().hex


def display_name(user: User) -> str:
    """Return how CloudWorks names a user."""
    return f"{user.first_name} {user.last_name}"


@dataclass(slots=True)
class Stamp:
    """Who made something and who changed it last; times in seconds since the epoch."""

    created: float
    created_by: str
    modified: float
    modified_by: str

    @classmethod
    def of(cls, user: User, now: float) -> Stamp:
        """Return the stamp of what a user makes now."""
        name = display_name(user)
        return cls(now, name, now, name)

    def touch(self, user: User, now: float) -> None:
        """Note a change."""
        self.modified, self.modified_by = now, display_name(user)


@dataclass(frozen=True, slots=True)
class Storage:
    """A bucket, container or dataset: a folder of this machine.

    Attributes
    ----------
    secret : str or None
        What a connection must give to use it; None for anything.
    """

    folder: Path
    secret: str | None = field(default=None, repr=False)


@dataclass(slots=True, eq=False)
class Connection:
    """A connection to a storage.

    Attributes
    ----------
    shown : mapping
        Its body without its secrets.
    folder : Path
        Of the storage.
    """

    id: str
    type: str
    shown: Mapping[str, Any]
    folder: Path
    workspace_id: str | None
    stamp: Stamp

    @property
    def name(self) -> str:
        """The name that no other connection has."""
        return str(self.shown["name"])

    @property
    def place(self) -> str:
        """The bucket, container or dataset."""
        keys = ("bucketName", "containerName", "dataset")
        return next(str(self.shown[key]) for key in keys if key in self.shown)

    def path_of(self, side: Mapping[str, Any]) -> Path | None:
        """Return the path of the file, or of the table, that a job names; None if it is outside."""
        name = f"{side['table']}.csv" if "table" in side else str(side["file"])
        path = (self.folder / name).resolve()
        return path if path.is_relative_to(self.folder.resolve()) else None


@dataclass(frozen=True, slots=True)
class Job:
    """One import or export of an integration, with the sides as they were given."""

    type: str
    sources: Sequence[Mapping[str, Any]]
    targets: Sequence[Mapping[str, Any]]
    mapping: Sequence[Mapping[str, Any]] | None = None

    @property
    def imports(self) -> bool:
        """Whether it moves data into Anaplan."""
        return self.type.endswith("ToAnaplan")

    @property
    def action_id(self) -> str:
        """The import or export."""
        side = self.targets[0] if self.imports else self.sources[0]
        return str(side["actionId"])

    @property
    def outer(self) -> Mapping[str, Any]:
        """The side that is not Anaplan."""
        return self.sources[0] if self.imports else self.targets[0]

    @property
    def connection_id(self) -> str:
        """The connection."""
        return str(self.outer["connectionId"])


@dataclass(slots=True, eq=False)
class Notification:
    """Who is notified of an integration's runs; users by id."""

    id: str
    integration_id: str
    channels: Sequence[str]
    config: Sequence[Mapping[str, Any]]


@dataclass(slots=True, eq=False)
class Run:
    """One run of an integration, or of a flow.

    Attributes
    ----------
    owner_id : str
        The integration or flow.
    ended : float or None
        Seconds since the epoch.
    errors : list of dict
        One per action that failed or rejected rows, as the API shows it.
    tasks : dict of str to Task
        By the id of the import, export or process.
    """

    owner_id: str
    user: User
    trigger: str
    started: float
    flow_id: str | None = None
    id: str = field(default_factory=new_id)
    trace_id: str = field(default_factory=new_id)
    ended: float | None = None
    success: bool = False
    message: str = QUEUED
    code: int | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    tasks: dict[str, Task] = field(default_factory=dict)

    def end(self, now: float, message: str, code: int | None, *, success: bool) -> None:
        """Note how it has ended."""
        self.success, self.message, self.code = success, message, code
        self.ended = now


@dataclass(slots=True, eq=False)
class Integration:
    """An integration: an import, an export or a process of a model, with its jobs."""

    id: str
    name: str
    workspace_id: str
    model_id: str
    process_id: str | None
    jobs: Sequence[Job]
    nux_visible: bool
    stamp: Stamp
    notification_id: str | None = None
    schedule: dict[str, Any] | None = None
    runs: list[Run] = field(default_factory=list)

    @property
    def type(self) -> str:
        """What it is, in CloudWorks' word."""
        if self.process_id is not None:
            return "Process"
        return "Import" if self.jobs[0].imports else "Export"

    @property
    def running(self) -> Run | None:
        """The run that has not ended."""
        return next((run for run in self.runs if run.ended is None), None)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a flow: an integration, and what happens if it does not succeed."""

    integration_id: str
    depends_on: Sequence[str]
    skipped: bool
    exceptions: Sequence[Mapping[str, str]]
    stamp: Stamp

    def strategy(self, kind: str) -> str:
        """Return "stop" or "continue" for a "failure" or a "partial_success"."""
        usual = "stop" if kind == "failure" else "continue"
        given = {each.get("type"): each.get("strategy") for each in self.exceptions}
        return given.get(kind) or usual


@dataclass(slots=True, eq=False)
class Flow:
    """Integrations that run one after the other."""

    id: str
    name: str
    steps: Sequence[Step]
    stamp: Stamp
    nux_visible: bool = False
    runs: list[Run] = field(default_factory=list)

    @property
    def running(self) -> Run | None:
        """The run that has not ended."""
        return next((run for run in self.runs if run.ended is None), None)
