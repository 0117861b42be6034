"""Actions: what Anaplan runs as a task; by itself, one that takes no data."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import pandas as pd

from anaplan_frames.bulk.job_options import (
    LOCALE,
    JobOptions,
    Parameters,
    job_options,
)
from anaplan_frames.bulk.sent_rows import Sent, SentCount
from anaplan_frames.bulk.task_start import start_task
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.deadline import time_limit
from anaplan_frames.outcomes import Outcome
from anaplan_frames.resources.resource import Resource
from anaplan_frames.results import WriteResult
from anaplan_frames.task_requests import TaskRequests
from anaplan_frames.tasks import Job, Task
from anaplan_frames.writes.dump_folder import DumpFolder, kept, open_dump
from anaplan_frames.writes.plan import SendOptions
from anaplan_frames.writes.result_builder import OnRejected, result_of_task
from anaplan_frames.writes.send_options import send_options

_TASKS = {
    "task_id": Field("taskId"),
    "state": Field("taskState"),
    "created": Field("creationTime", "time"),
}

Judge = Callable[[Outcome, WriteResult], WriteResult]


class Action(Resource):
    """An action of a model, such as "Delete from list"; imports, processes and exports are, too."""

    kind: ClassVar[str] = "action"
    plural: ClassVar[str] = "actions"
    _id_prefix: ClassVar[str] = "117"
    _answer: ClassVar[str] = "action"

    def run(
        self,
        *,
        parameters: Parameters | None = None,
        connector_parameters: Parameters | None = None,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        locale: str = LOCALE,
        restart_after: float | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult:
        """Run it, once, and wait for its end; an import or process runs on what its files hold.

        Parameters
        ----------
        parameters : mapping of str to str, optional
            What an import asks for at run time, e.g. ``{"Version": "Actual"}``; for a process also
            ``{import: {name: value}}``.
        connector_parameters : mapping of str to str, optional
            What the source of an import asks for if Anaplan fetches the data itself:
            ``{name: value}``, or ``{source: {name: value}}`` by the source's id or type. It is
            sent as Anaplan Connect does; Anaplan's documentation does not describe it.
        on_rejected : {"raise", "warn", "ignore"}
            What to do about rejected rows. They are in the result's ``unmatched``, as Anaplan sent
            them: the data is not known here.
        dump : path, optional
            A folder for the failure dumps.
        locale : str
            Language and country of dates and numbers.
        restart_after : float, optional
            Instead of the connection's; see `anaplan_frames.connect`.
        timeout : float, optional
            Seconds for the whole call.
        progress : bool, optional
            True shows a bar at once, False never; by default it appears in a terminal or notebook
            when the work takes longer than a moment.

        Returns
        -------
        WriteResult
            Its ``details`` say what was done.

        Raises
        ------
        TaskFailed, TaskCancelled
            If it did not succeed, or was cancelled.
        RejectedRows
            If an import rejected rows.
        TransferTimeout
            If the time ended before it was started.
        TaskTimeout
            If the time ended while it was running; the error's ``.task`` goes on with it.
        TaskUncertain
            If it is not known whether it was started, or how it ended.

        Examples
        --------
        >>> model.actions["Clear airports"].run()  # doctest: +SKIP
        """
        options = send_options(
            on_rejected=on_rejected, dump=dump, timeout=timeout, progress=progress
        )
        with time_limit(self._transport.clock, timeout):
            job = job_options(
                parameters=parameters,
                connector_parameters=connector_parameters,
                locale=locale,
                import_id=self._import_id,
                restart_after=restart_after,
            )
            return self._begin(job, options).result()

    def start(
        self,
        *,
        parameters: Parameters | None = None,
        locale: str = LOCALE,
        restart_after: float | None = None,
    ) -> Task[WriteResult]:
        """Start it, once, and do not wait.

        Parameters
        ----------
        parameters, locale, restart_after
            As for `run`.

        Returns
        -------
        Task
            Its ``.result()`` waits for the end.

        Raises
        ------
        TaskUncertain
            If it is not known whether it was started.

        Examples
        --------
        >>> task = model.actions["Clear airports"].start()  # doctest: +SKIP
        >>> task.done()  # doctest: +SKIP
        False
        """
        job = job_options(
            parameters=parameters,
            locale=locale,
            import_id=self._import_id,
            restart_after=restart_after,
        )
        return self._begin(job, SendOptions())

    def tasks(self) -> pd.DataFrame:
        """Return its tasks that Anaplan lists, everyone's.

        Returns
        -------
        pandas.DataFrame
            ``task_id`` (str), ``state`` (str), ``created`` (datetime64, UTC).

        Examples
        --------
        >>> model.imports["Load flights"].tasks()  # doctest: +SKIP
        """
        return frame_of_fields(self.requests.listed(), _TASKS)

    def task(self, task_id: str) -> Task[WriteResult]:
        """Return one of its tasks, also one that another program or user has started.

        Parameters
        ----------
        task_id : str
            As `tasks` lists it.

        Returns
        -------
        Task
            Rejected rows are in its result's ``unmatched``, as Anaplan's failure dump has them.

        Raises
        ------
        NotFound
            If there is no such task.

        Examples
        --------
        >>> model.actions["Clear airports"].task(task_id).cancel()  # doctest: +SKIP
        """
        state = self.requests.look(task_id)
        return Task(self.requests, task_id, self.make_job(SendOptions()), state)

    def read_outcome(
        self, outcome: Outcome, sent: Mapping[str, Sent], folder: DumpFolder | None
    ) -> WriteResult:
        """Make the result of a task of it, with the rejected rows of what was sent to each file."""
        return result_of_task(outcome, self.title, **self._facts)

    def make_job(
        self,
        options: SendOptions,
        folder: DumpFolder | None = None,
        begun: float | None = None,
        *,
        sent: Mapping[str, Sent] | None = None,
        bytes_sent: int = 0,
        judge: Judge | None = None,
    ) -> Job[WriteResult]:
        """Describe a job of it to its task.

        Parameters
        ----------
        options : SendOptions
        folder : DumpFolder, optional
            Where rejected rows are kept.
        begun : float, optional
            As for `Job`.
        sent : mapping of str to Sent, optional
            What was sent to each file, by the file's id.
        bytes_sent : int
            How many bytes that were.
        judge : callable, optional
            Corrects the result by what this process alone knows.
        """
        sent = sent or {}

        def read(outcome: Outcome) -> WriteResult:
            result = self.read_outcome(outcome, sent, folder)
            if judge is not None:
                result = judge(outcome, result)
            return kept(replace(result, bytes_sent=bytes_sent), folder)

        counts = {file_id: SentCount(rows.count) for file_id, rows in sent.items()}
        return Job(
            name=self.title,
            kind=self.kind,
            read=read,
            on_rejected=options.on_rejected,
            progress=options.progress,
            hooks=self._catalogue.hooks,
            begun=begun,
            elsewhere=partial(self.make_job, options, folder, sent=counts, bytes_sent=bytes_sent),
        )

    @property
    def requests(self) -> TaskRequests:
        """What can be asked about its tasks."""
        return TaskRequests(self._transport, self.path, self.label)

    def start_task(
        self,
        options: JobOptions,
        job: Job[WriteResult],
        *,
        check: Callable[[], None] | None = None,
        latest: Callable[[], Iterable[Mapping[str, Any]]] | None = None,
    ) -> Task[WriteResult]:
        """Start it, once; see `bulk.task_start`."""
        self._catalogue.early.forget(f"{self.plural}/{self.id}")  # its run may change it
        restart_after = options.restart_after
        if restart_after is None:
            restart_after = self._catalogue.restart_after
        return start_task(
            self.requests,
            options.body,
            job,
            check=check,
            restart_after=restart_after,
            latest=latest,
        )

    def _begin(self, job: JobOptions, options: SendOptions) -> Task[WriteResult]:
        """Start it on what is there, with the lock of the files that it reads."""
        clock = self._transport.clock
        begun = clock.monotonic()
        folder = open_dump(options.dump)
        return self.start_task(job, self.make_job(options, folder, begun))

    @property
    def _facts(self) -> dict[str, Any]:
        """What every result of it says."""
        return {"kind": self.kind, "target_id": self.id, **self._catalogue.facts}

    def import_ids(self) -> list[str]:
        """Return the ids of the imports that it runs, whatever they read."""
        return []

    def _import_id(self, name: str) -> str:
        """Return the id of an import that parameters name; only a process has some."""
        raise ValueError(
            f"parameters= of {self.label} must be {{name: value}}, and {name!r} has a dict. Only a "
            "process takes dicts, one for each of its imports: give a text."
        )
