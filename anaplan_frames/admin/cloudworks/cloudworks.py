"""`CloudWorks`: what users hold of it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal, Unpack, overload

import pandas as pd

from anaplan_frames.admin.cloudworks import cloudworks_tables as tables
from anaplan_frames.admin.cloudworks.cloudworks_calls import CloudWorksCalls, side_by_side
from anaplan_frames.admin.cloudworks.cloudworks_names import (
    Record,
    Runnable,
    find_integration,
    find_runnable,
)
from anaplan_frames.admin.cloudworks.cloudworks_settings import (
    ConnectionSettings,
    FlowSettings,
    IntegrationSettings,
    NewNotification,
    NewSchedule,
    NotificationSettings,
    ScheduleSettings,
)
from anaplan_frames.admin.cloudworks.cloudworks_writer import (
    CloudWorksWriter,
    Kind,
    check_kind,
)
from anaplan_frames.admin.cloudworks.run_dumps import rejected_rows, stacked
from anaplan_frames.admin.cloudworks.run_requests import FlowRuns, IntegrationRuns
from anaplan_frames.admin.cloudworks.run_results import RunResults
from anaplan_frames.bulk.task_start import start_task
from anaplan_frames.deadline import time_limit
from anaplan_frames.errors import NotFound
from anaplan_frames.outcomes import Outcome, yes_or_no
from anaplan_frames.results import WriteResult
from anaplan_frames.tasks import Hook, Job, Task
from anaplan_frames.transport import Transport
from anaplan_frames.urls import RunUrl
from anaplan_frames.writes.dump_folder import DumpFolder, kept, open_dump
from anaplan_frames.writes.plan import SendOptions
from anaplan_frames.writes.result_builder import OnRejected
from anaplan_frames.writes.send_options import send_options


class CloudWorks:
    """CloudWorks: integrations that move files of cloud storage into and out of models.

    Its methods need the role "Restricted Integration User" and an assigned workspace; without the
    role they raise `PermissionDenied`. It is `Connection.cloudworks`. What is named is found by
    its name or id.

    Examples
    --------
    >>> conn.cloudworks.integrations()  # doctest: +SKIP
    >>> conn.cloudworks.run("Load flights")  # doctest: +SKIP
    """

    def __init__(self, transport: Transport, hooks: Sequence[Hook] = ()) -> None:
        self._transport = transport
        self._hooks = tuple(hooks)
        self._calls = CloudWorksCalls(transport)

    def connections(self) -> pd.DataFrame:
        """Return the connections to cloud storage.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``name``, ``type`` (``AmazonS3``, ``GoogleBigQuery``, ``AzureBlob``),
            ``active`` (boolean: whether it works), ``error_code`` (Int64), ``place`` (the bucket,
            container or dataset), ``account``, ``auth_method``, ``workspace_id``, ``created``,
            ``modified`` (datetime64, UTC), ``created_by``, ``modified_by``. CloudWorks never shows
            what is secret.
        """
        return tables.connections_table(self._calls.connections())

    def integrations(self, *, jobs: bool = False) -> pd.DataFrame:
        """Return the integrations, with how each ran last.

        Parameters
        ----------
        jobs : bool
            Also which connections and files they use: one row for each file of a job. This takes
            a request for each integration, several at once.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``name``, ``type`` (``Import``, ``Export``, ``Process``), ``workspace_id``,
            ``model_id``, ``process_id``; of the last run ``last_started``, ``last_ended``
            (datetime64, UTC), ``last_success`` (boolean), ``last_message``, ``last_error_code``
            (Int64), ``last_trigger``, ``last_triggered_by``; ``schedule`` (its name),
            ``schedule_active`` (boolean), ``notification_id``, ``visible`` (boolean), ``created``,
            ``created_by``, ``modified``, ``modified_by``. With `jobs` also ``job`` (Int64, from
            0), ``job_type``, ``action_id``, ``file_id``, ``connection_id``, ``connection``,
            ``place``, ``file`` (or table), ``overwrite`` (boolean).
        """
        listed = list(self._calls.integrations())
        if not jobs:
            return tables.integrations_table(listed)
        details = side_by_side(self._calls.integration, [str(r["integrationId"]) for r in listed])
        return tables.jobs_table(zip(listed, details, strict=True))

    def schedules(self) -> pd.DataFrame:
        """Return what is scheduled.

        Returns
        -------
        pandas.DataFrame
            ``kind`` (``integration`` or ``flow``), ``integration``, ``integration_id``, ``name``,
            ``type``, ``active`` (boolean), ``time``, ``from_time``, ``to_time`` (text, ``HH:MM``),
            ``days_of_week`` (text; 0 is Sunday), ``day_of_month``, ``day_of_week``,
            ``repeat_every`` (Int64), ``start_date``, ``end_date`` (datetime64), ``timezone``.
        """
        listed = side_by_side(
            lambda read: list(read()), [self._calls.integrations, self._calls.flows]
        )
        return tables.schedules_table(*listed)

    def notifications(self) -> pd.DataFrame:
        """Return who is notified of the runs of which integration.

        This takes a request for each notification, several at once.

        Returns
        -------
        pandas.DataFrame
            One row for each outcome and user: ``id``, ``integration``, ``integration_id``,
            ``channels``, ``type`` (``success``, ``partial_failure``, ``full_failure``),
            ``user_id``, ``first_name``, ``last_name``.
        """
        listed = [each for each in self._calls.integrations() if each.get("notificationId")]
        ids = [str(each["notificationId"]) for each in listed]
        found = side_by_side(self._calls.notification, ids)
        return tables.notifications_table(zip(listed, found, strict=True))

    def flows(self, *, steps: bool = False) -> pd.DataFrame:
        """Return the integration flows, with how each ran last.

        Parameters
        ----------
        steps : bool
            Also their steps: one row for each step. This takes a request for each flow.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``name``, ``steps`` (Int64), ``last_started`` to ``last_triggered_by``,
            ``schedule`` and ``schedule_active`` as `integrations` has them, ``visible``,
            ``created``, ``created_by``, ``modified``, ``modified_by``. With `steps` also ``step``
            (Int64, from 0), ``integration``, ``integration_id``, ``type``, ``depends_on`` (ids),
            ``skipped`` (boolean), ``on_failure``, ``on_partial_success`` (``stop`` or
            ``continue``), ``step_started``, ``step_ended``, ``step_success``, ``step_message``,
            ``step_error_code``.
        """
        listed = list(self._calls.flows())
        if not steps:
            return tables.flows_table(listed)
        return tables.steps_table(side_by_side(self._calls.flow, [str(r["id"]) for r in listed]))

    def runs(
        self, name: str | None = None, *, since: str | dt.date | pd.Timestamp | None = None
    ) -> pd.DataFrame:
        """Return the runs of one integration or of all, the latest first.

        Parameters
        ----------
        name : str, optional
            An integration by name or id. All takes a request for each integration at least.
        since : str, date or Timestamp, optional
            Only runs that were started at this time or later; a time without a zone is UTC.
            Integrations that have not run since are not asked.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``integration``, ``integration_id``, ``started``, ``ended`` (datetime64, UTC;
            missing while it runs), ``success`` (boolean), ``message``, ``error_code`` (Int64),
            ``error`` (what the code means, if that is known), ``rows_loaded``, ``rows_rejected``,
            ``rows_ignored`` (Int64: as the message has them, which is so only if rows were
            rejected), ``trigger`` (``manual``, ``scheduled``, ...), ``triggered_by``,
            ``trace_id``.

        Raises
        ------
        NotFound, AmbiguousName
            If there is no integration of that name, or several are.

        Examples
        --------
        >>> conn.cloudworks.runs(since="2026-06-01").query("~success")  # doctest: +SKIP
        """
        start = None if since is None else _moment(since)
        if name is not None:
            found = find_integration(self._calls, name)
            return tables.runs_table(self._runs_of(found.record), start)
        listed = [each for each in self._calls.integrations() if _may_have_run(each, start)]
        runs = side_by_side(self._runs_of, listed)
        return tables.runs_table((pair for pairs in runs for pair in pairs), start)

    def errors(self, run: str | Task[Any]) -> pd.DataFrame:
        """Return what went wrong in a run of an integration.

        Parameters
        ----------
        run : str or Task
            The id of a run, as `runs` has it.

        Returns
        -------
        pandas.DataFrame
            One row for each message of an action: ``action``, ``action_id``, ``type``,
            ``message``, ``occurrences`` (Int64), ``dump`` (boolean: whether there is a failure
            dump). Empty if nothing went wrong.
        """
        return tables.errors_table(self._calls.errors(_run_id(run)))

    def dumps(self, run: str | Task[Any]) -> pd.DataFrame:
        """Return the rows that a run of an integration rejected, as Anaplan sent them.

        Parameters
        ----------
        run : str or Task
            The id of a run, as `runs` has it.

        Returns
        -------
        pandas.DataFrame
            ``action``, ``action_id``, the columns of the file (text), ``_Line_`` (Int64) and
            ``error``. Empty if no row was rejected.

        Raises
        ------
        NotFound
            If there is no such run, or its dump is not kept any more.
        """
        run_id = _run_id(run)
        integration_id = str(self._calls.run(run_id).get("integrationId"))
        is_process = bool(self._calls.integration(integration_id).get("processId"))
        with_dump = [
            each
            for each in self._calls.errors(run_id)
            if yes_or_no(each.get("failureDumpGenerated"))
        ]

        def read(error: Record) -> tuple[str, str, pd.DataFrame]:
            id_ = str(error.get("actionId"))
            content = self._calls.dump(run_id, id_ if is_process else None)
            if content is None:
                raise NotFound(
                    f"The failure dump of run {run_id!r} is not kept any more. Run the integration "
                    "again to get one, or pass dump='a folder' to keep it."
                )
            return str(error.get("actionName")), id_, rejected_rows(content)

        return stacked(side_by_side(read, with_dump))

    def run(
        self,
        name: str,
        *,
        steps: Sequence[str] | None = None,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult:
        """Run an integration or a flow, once, and wait for its end.

        Parameters
        ----------
        name : str
            An integration or flow by name or id.
        steps : sequence of str, optional
            The integrations of a flow to run, by name or id; by default all.
        on_rejected : {"raise", "warn", "ignore"}
            What to do about rejected rows. They are in the result's ``unmatched``, as Anaplan sent
            them.
        dump : path, optional
            A folder for the failure dumps.
        timeout : float, optional
            Seconds for the whole call.
        progress : bool, optional
            As for `anaplan_frames.to_anaplan`.

        Returns
        -------
        WriteResult
            CloudWorks counts rows only if some were rejected. Of a process or flow, ``.actions``
            has one result for each action that did not go well, or for each step.

        Raises
        ------
        TaskFailed, TaskCancelled
            If it did not succeed, or was cancelled.
        RejectedRows
            If rows were rejected.
        RequestRefused
            If it is running already.
        TransferTimeout
            If the time ended before it was started.
        TaskTimeout
            If the time ended while it was running; the error's ``.task`` goes on with it.
        TaskUncertain
            If it is not known whether it was started, or how it ended.

        Examples
        --------
        >>> conn.cloudworks.run("Load flights", timeout=600)  # doctest: +SKIP
        """
        options = send_options(
            on_rejected=on_rejected, dump=dump, timeout=timeout, progress=progress
        )
        with time_limit(self._transport.clock, timeout):
            return self._begin(name, steps, options).result()

    def start(self, name: str, *, steps: Sequence[str] | None = None) -> Task[WriteResult]:
        """Start an integration or a flow, once, and do not wait.

        If the answer is lost, the library looks for the one run that is new.

        Parameters
        ----------
        name, steps
            As for `run`.

        Returns
        -------
        Task
            Its ``.result()`` waits for the end.

        Raises
        ------
        RequestRefused
            If it is running already.
        TaskUncertain
            If it is not known whether it was started.

        Examples
        --------
        >>> task = conn.cloudworks.start("Load flights")  # doctest: +SKIP
        >>> task.done()  # doctest: +SKIP
        False
        """
        return self._begin(name, steps, SendOptions())

    def cancel(self, name: str) -> bool:
        """Cancel the latest run of an integration, and wait for its end.

        Parameters
        ----------
        name : str
            An integration by name or id. CloudWorks was seen to cancel no runs of processes.

        Returns
        -------
        bool
            False if it does not run, or was complete before it could be cancelled.

        Raises
        ------
        RequestRefused
            If CloudWorks does not cancel it.
        """
        found = find_integration(self._calls, name)
        calls = IntegrationRuns(self._calls, found)
        running = [run for run in self._calls.recent_runs(found.id) if not run.get("endDate")]
        if not running:
            return False
        task = Task(calls, str(running[0]["id"]), self._make_job(found, SendOptions()))
        return task.cancel()

    @overload
    def insert(
        self, kind: Literal["connection"], **settings: Unpack[ConnectionSettings]
    ) -> str: ...
    @overload
    def insert(
        self, kind: Literal["integration"], **settings: Unpack[IntegrationSettings]
    ) -> str: ...
    @overload
    def insert(self, kind: Literal["schedule"], **settings: Unpack[NewSchedule]) -> str: ...
    @overload
    def insert(self, kind: Literal["notification"], **settings: Unpack[NewNotification]) -> str: ...
    @overload
    def insert(self, kind: Literal["flow"], **settings: Unpack[FlowSettings]) -> str: ...
    def insert(self, kind: Kind, **settings: Any) -> str:
        """Make a connection, integration, schedule, notification or flow, once.

        Parameters
        ----------
        kind : {"connection", "integration", "schedule", "notification", "flow"}
        **settings
            Of a connection: ``name``, ``type`` (``"AmazonS3"``, ``"GoogleBigQuery"`` or
            ``"AzureBlob"``) and what that type needs: ``access_key_id``, ``secret_access_key``,
            ``bucket_name`` (and perhaps ``role_arn``); ``service_account_key`` (a dict),
            ``dataset``; ``storage_account_name``, ``container_name``, ``sas_token``; perhaps
            ``workspace_id``. Anaplan tests the credentials.

            Of an integration: ``name``, ``jobs`` (tuples of a connection, a file or table of it,
            and an import or export of a model), ``process`` (of a model, optional), ``visible``.

            Of a schedule: ``integration``, ``type`` (``"hourly"``, ``"daily"``, ``"weekly"``,
            ``"monthly_specific_day"``, ``"monthly_relative_weekday"``), ``timezone``,
            ``start_date``, perhaps ``end_date``, ``name`` and ``active``, and by type ``time``,
            ``from_time``, ``to_time``, ``days_of_week``, ``day_of_month``, ``day_of_week``,
            ``repeat_every``. An integration has one schedule at most.

            Of a notification: ``integration``, ``channels`` (``"email"``, ``"in_app"``), and the
            users, by email or id, for ``success``, ``partial_failure`` and ``full_failure``.
            A new integration has one already: update it.

            Of a flow: ``name``, ``steps``: integrations by name or id, or dicts of
            ``integration``, ``after``, ``skip``, ``on_failure`` and ``on_partial_success``
            (``"stop"`` or ``"continue"``). Each step comes after the one before it.

        Returns
        -------
        str
            The new id; of a schedule, which does not have an id, that of its integration.

        Raises
        ------
        TypeError, ValueError
            If a setting is missing, unknown or cannot be, before anything is sent.
        RequestRefused
            If Anaplan does not make it, such as for a name that is taken.
        TaskUncertain
            If the answer was lost, and it is not known whether it was made.

        Examples
        --------
        >>> conn.cloudworks.insert(  # doctest: +SKIP
        ...     "integration",
        ...     name="Load flights",
        ...     jobs=[("S3", "in/flights.csv", model.imports["Load flights"])],
        ... )
        """
        check_kind(kind)
        return CloudWorksWriter(self._calls).insert(kind, settings)

    @overload
    def update(
        self, kind: Literal["connection"], name: str, /, **settings: Unpack[ConnectionSettings]
    ) -> None: ...
    @overload
    def update(
        self, kind: Literal["integration"], name: str, /, **settings: Unpack[IntegrationSettings]
    ) -> None: ...
    @overload
    def update(
        self, kind: Literal["schedule"], name: str, /, **settings: Unpack[ScheduleSettings]
    ) -> None: ...
    @overload
    def update(
        self, kind: Literal["notification"], name: str, /, **settings: Unpack[NotificationSettings]
    ) -> None: ...
    @overload
    def update(
        self, kind: Literal["flow"], name: str, /, **settings: Unpack[FlowSettings]
    ) -> None: ...
    def update(self, kind: Kind, name: str, /, **settings: Any) -> None:
        """Change a connection, integration, schedule, notification or flow.

        Parameters
        ----------
        kind : str
            As for `insert`.
        name : str
            Its name or id; of a schedule or notification that of the integration.
        **settings
            As for `insert`; what is not given stays. A connection needs its secrets again, as
            Anaplan wants all of it and does not show them. A schedule has ``active``.

        Raises
        ------
        TypeError, ValueError
            As for `insert`.

        Examples
        --------
        >>> conn.cloudworks.update("schedule", "Load flights", active=False)  # doctest: +SKIP
        """
        check_kind(kind)
        CloudWorksWriter(self._calls).update(kind, name, settings)

    def delete(self, kind: Kind, name: str) -> None:
        """Delete a connection, integration, schedule, notification or flow.

        Parameters
        ----------
        kind : str
            As for `insert`.
        name : str
            Its name or id; of a schedule or notification that of the integration.

        Raises
        ------
        NotFound
            If it is not there.
        RequestRefused
            If it is running, or something uses it.
        """
        check_kind(kind)
        CloudWorksWriter(self._calls).delete(kind, name)

    def task(self, run: str | RunUrl) -> Task[WriteResult]:
        """Return a run of an integration by its id, also one that somebody else has started.

        Parameters
        ----------
        run : str
            The id of a run, as `runs` has it. A run of a flow is found by `Connection.task`.

        Raises
        ------
        NotFound
            If there is no such run.
        TaskUncertain
            If it is of a flow that has run again since.
        """
        if isinstance(run, str):
            owner = str(self._calls.run(run).get("integrationId"))
            run = RunUrl(is_flow=False, owner_id=owner, run_id=run)
        found = find_runnable(self._calls, run.owner_id)
        calls: IntegrationRuns | FlowRuns = IntegrationRuns(self._calls, found)
        if run.is_flow:
            calls = FlowRuns(self._calls, found, after=run.after)
            calls.check_only_run(run.run_id)
        state = calls.look(run.run_id)
        return Task(calls, run.run_id, self._make_job(found, SendOptions()), state)

    def _begin(
        self, name: str, steps: Sequence[str] | None, options: SendOptions
    ) -> Task[WriteResult]:
        """Start an integration or flow, once."""
        begun = self._transport.clock.monotonic()
        folder = open_dump(options.dump)
        found = find_runnable(self._calls, name)
        job = self._make_job(found, options, folder, begun)
        if found.is_flow:
            ids = [find_integration(self._calls, step).id for step in steps or ()]
            flow = FlowRuns(self._calls, found, steps=ids)
            return start_task(flow, {}, job, watched=flow.after_start)
        if steps is not None:
            raise ValueError(
                f"steps= is an option of flows, and {found.label} is not one. Leave it out."
            )
        runs = IntegrationRuns(self._calls, found)
        return start_task(runs, {}, job, watched=runs.after_start)

    def _make_job(
        self,
        found: Runnable,
        options: SendOptions,
        folder: DumpFolder | None = None,
        begun: float | None = None,
    ) -> Job[WriteResult]:
        results = RunResults(self._calls, found, folder)

        def read(outcome: Outcome) -> WriteResult:
            return kept(results.read(outcome), folder)

        return Job(
            name=found.name,
            kind=found.kind,
            read=read,
            on_rejected=options.on_rejected,
            progress=options.progress,
            hooks=self._hooks,
            begun=begun,
            elsewhere=partial(self._make_job, found, options, folder),
        )

    def _runs_of(self, integration: Record) -> list[tuple[Record, Record]]:
        id_ = str(integration["integrationId"])
        return [(integration, run) for run in self._calls.runs(id_)]

    def __repr__(self) -> str:
        return f"<CloudWorks at {self._transport.url_of('cloudworks')}>"


def _run_id(run: str | Task[Any]) -> str:
    if isinstance(run, Task):
        return run.id
    if not isinstance(run, str) or not run:
        raise TypeError(
            f"run must be the id of a run, as conn.cloudworks.runs() has it, not {run!r}"
        )
    return run


def _moment(since: str | dt.date | pd.Timestamp) -> pd.Timestamp:
    """Return a time in UTC."""
    moment = pd.to_datetime(since, utc=True, errors="coerce")
    if not isinstance(moment, pd.Timestamp):
        raise ValueError(f"since must be a time such as '2026-06-01 12:00', not {since!r}")
    return moment


def _may_have_run(integration: Record, since: pd.Timestamp | None) -> bool:
    """Whether an integration has runs since then, as far as its last run shows."""
    latest = integration.get("latestRun")
    if since is None or not latest or not latest.get("startDate"):
        return since is None or bool(latest)
    last = pd.to_datetime(latest["startDate"], utc=True, errors="coerce")
    return bool(last is pd.NaT or last >= since)
