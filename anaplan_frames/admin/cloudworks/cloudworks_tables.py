"""What CloudWorks has, as tables whose columns are always there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from anaplan_frames.admin.cloudworks.run_messages import counts_in, meaning_of
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields

Record = Mapping[str, Any]

_MADE = {
    "created": Field("creationDate", "time"),
    "created_by": Field("createdBy"),
    "modified": Field("modificationDate", "time"),
    "modified_by": Field("modifiedBy"),
}
_LATEST = {
    "last_started": Field("latestRun.startDate", "time"),
    "last_ended": Field("latestRun.endDate", "time"),
    "last_success": Field("latestRun.success", "boolean"),
    "last_message": Field("latestRun.message"),
    "last_error_code": Field("latestRun.executionErrorCode", "integer"),
    "last_trigger": Field("latestRun.triggerSource"),
    "last_triggered_by": Field("latestRun.triggeredBy"),
}
_SCHEDULED = {
    "schedule": Field("schedule.name"),
    "schedule_active": Field("schedule_active", "boolean"),
}
_CONNECTION = {
    "id": Field("connectionId"),
    "name": Field("body.name"),
    "type": Field("connectionType"),
    "active": Field("status", "boolean"),
    "error_code": Field("integrationErrorCode", "integer"),
    "place": Field("place"),
    "account": Field("body.storageAccountName"),
    "auth_method": Field("authMethod"),
    "workspace_id": Field("workspaceId"),
    **_MADE,
}
_INTEGRATION = {
    "id": Field("integrationId"),
    "name": Field("name"),
    "type": Field("integrationType"),
    "workspace_id": Field("workspaceId"),
    "model_id": Field("modelId"),
    "process_id": Field("processId"),
    **_LATEST,
    **_SCHEDULED,
    "notification_id": Field("notificationId"),
    "visible": Field("nuxVisible", "boolean"),
    **_MADE,
}
_JOB = {
    "job": Field("job", "integer"),
    "job_type": Field("job_type"),
    "action_id": Field("action_id"),
    "file_id": Field("file_id"),
    "connection_id": Field("outer.connectionId"),
    "connection": Field("outer.connectionName"),
    "place": Field("outer.bucketName"),
    "file": Field("file"),
    "overwrite": Field("outer.overwrite", "boolean"),
}
_SCHEDULE = {
    "kind": Field("kind"),
    "integration": Field("name"),
    "integration_id": Field("id"),
    "name": Field("schedule.name"),
    "type": Field("schedule.type"),
    "active": Field("schedule_active", "boolean"),
    "time": Field("schedule.time"),
    "from_time": Field("schedule.fromTime"),
    "to_time": Field("schedule.toTime"),
    "days_of_week": Field("days"),
    "day_of_month": Field("schedule.dayOfMonth", "integer"),
    "day_of_week": Field("schedule.dayOfWeek", "integer"),
    "repeat_every": Field("schedule.repeatEvery", "integer"),
    "start_date": Field("schedule.startDate", "date"),
    "end_date": Field("schedule.endDate", "date"),
    "timezone": Field("schedule.timezone"),
}
_NOTIFICATION = {
    "id": Field("notificationId"),
    "integration": Field("integration"),
    "integration_id": Field("integration_id"),
    "channels": Field("channels"),
    "type": Field("type"),
    "user_id": Field("user.userGuid"),
    "first_name": Field("user.firstName"),
    "last_name": Field("user.lastName"),
}
_FLOW = {
    "id": Field("id"),
    "name": Field("name"),
    "steps": Field("stepsCount", "integer"),
    **_LATEST,
    **_SCHEDULED,
    "visible": Field("nuxVisible", "boolean"),
    **_MADE,
}
_STEP = {
    "step": Field("step", "integer"),
    "integration": Field("of.name"),
    "integration_id": Field("of.referrer"),
    "type": Field("of.type"),
    "depends_on": Field("depends_on"),
    "skipped": Field("of.isSkipped", "boolean"),
    "on_failure": Field("on_failure"),
    "on_partial_success": Field("on_partial_success"),
    "step_started": Field("of.latestRun.startDate", "time"),
    "step_ended": Field("of.latestRun.endDate", "time"),
    "step_success": Field("of.latestRun.success", "boolean"),
    "step_message": Field("of.latestRun.message"),
    "step_error_code": Field("of.latestRun.executionErrorCode", "integer"),
}
_RUN = {
    "id": Field("id"),
    "integration": Field("integration"),
    "integration_id": Field("integration_id"),
    "started": Field("startDate", "time"),
    "ended": Field("endDate", "time"),
    "success": Field("success", "boolean"),
    "message": Field("message"),
    "error_code": Field("executionErrorCode", "integer"),
    "error": Field("error"),
    "rows_loaded": Field("rows_loaded", "integer"),
    "rows_rejected": Field("rows_rejected", "integer"),
    "rows_ignored": Field("rows_ignored", "integer"),
    "trigger": Field("triggerSource"),
    "triggered_by": Field("triggeredBy"),
    "trace_id": Field("traceId"),
}
_ERROR = {
    "action": Field("actionName"),
    "action_id": Field("actionId"),
    "type": Field("of.type"),
    "message": Field("of.localMessageText"),
    "occurrences": Field("of.occurrences", "integer"),
    "dump": Field("failureDumpGenerated", "boolean"),
}
_PLACES = ("bucketName", "containerName", "dataset")


def connections_table(records: Iterable[Record]) -> pd.DataFrame:
    """Return connections, one row each."""

    def rows() -> Iterator[Record]:
        for record in records:
            body = record.get("body") or {}
            place = next((body[key] for key in _PLACES if body.get(key)), None)
            active = {1: True, 0: False}.get(record.get("status"))  # type: ignore[arg-type]
            yield {
                **record,
                "place": place,
                "status": active,
                "authMethod": record.get("authMethod") or body.get("authMethod"),
            }

    return frame_of_fields(rows(), _CONNECTION)


def integrations_table(records: Iterable[Record]) -> pd.DataFrame:
    """Return integrations, one row each."""
    return frame_of_fields(map(_with_schedule, records), _INTEGRATION)


def jobs_table(pairs: Iterable[tuple[Record, Record]]) -> pd.DataFrame:
    """Return integrations with their jobs, one row for each file of a job.

    Parameters
    ----------
    pairs : iterable of (mapping, mapping)
        Each integration as the listing has it, and with its jobs.
    """

    def rows() -> Iterator[Record]:
        for record, detail in pairs:
            jobs = detail.get("jobs") or []
            for number, job in enumerate(jobs):
                for row in _sides(job):
                    yield {**_with_schedule(record), "job": number, **row}
            if not jobs:
                yield _with_schedule(record)

    return frame_of_fields(rows(), {**_INTEGRATION, **_JOB})


def _sides(job: Record) -> Iterator[Record]:
    """Yield each file or table of a job, with the action that reads or writes it."""
    sides = [*(job.get("sources") or []), *(job.get("targets") or [])]
    inner: Record = next((side for side in sides if side.get("type") == "Anaplan"), {})
    for outer in sides:
        if outer.get("type") != "Anaplan":
            yield {
                "job_type": job.get("type"),
                "action_id": inner.get("actionId"),
                "file_id": inner.get("fileId"),
                "outer": outer,
                "file": outer.get("file") or outer.get("table"),
            }


def schedules_table(integrations: Iterable[Record], flows: Iterable[Record]) -> pd.DataFrame:
    """Return what is scheduled, one row each."""

    def rows() -> Iterator[Record]:
        kinds = (("integration", "integrationId", integrations), ("flow", "id", flows))
        for kind, id_key, records in kinds:
            for record in records:
                schedule = record.get("schedule")
                if schedule:
                    days = ", ".join(map(str, schedule.get("daysOfWeek") or ())) or None
                    ids = {"kind": kind, "id": record.get(id_key), "days": days}
                    yield {**_with_schedule(record), **ids}

    return frame_of_fields(rows(), _SCHEDULE)


def notifications_table(pairs: Iterable[tuple[Record, Record]]) -> pd.DataFrame:
    """Return who is notified of what, one row for each user and outcome.

    Parameters
    ----------
    pairs : iterable of (mapping, mapping)
        An integration and its notification.
    """

    def rows() -> Iterator[Record]:
        for integration, notification in pairs:
            row = {
                **notification,
                "integration": integration.get("name"),
                "integration_id": integration.get("integrationId"),
                "channels": ", ".join(map(str, notification.get("channels") or ())) or None,
            }
            config = (notification.get("notifications") or {}).get("config") or []
            listed = [
                {**row, "type": each.get("type"), "user": user}
                for each in config
                for user in each.get("users") or [None]
            ]
            yield from listed or [row]

    return frame_of_fields(rows(), _NOTIFICATION)


def flows_table(records: Iterable[Record]) -> pd.DataFrame:
    """Return flows, one row each."""
    return frame_of_fields(map(_with_schedule, records), _FLOW)


def steps_table(records: Iterable[Record]) -> pd.DataFrame:
    """Return flows with their steps, one row for each step."""

    def rows() -> Iterator[Record]:
        for record in records:
            for number, step in enumerate(record.get("steps") or []):
                behavior = step.get("exceptionBehavior") or []
                strategies = {each.get("type"): each.get("strategy") for each in behavior}
                yield {
                    **_with_schedule(record),
                    "step": number,
                    "of": step,
                    "depends_on": ", ".join(step.get("dependsOn") or ()) or None,
                    "on_failure": strategies.get("failure"),
                    "on_partial_success": strategies.get("partial_success"),
                }

    return frame_of_fields(rows(), {**_FLOW, **_STEP})


def runs_table(pairs: Iterable[tuple[Record, Record]], since: pd.Timestamp | None) -> pd.DataFrame:
    """Return runs, one row each, the latest first.

    Parameters
    ----------
    pairs : iterable of (mapping, mapping)
        An integration and one of its runs.
    since : pandas.Timestamp, optional
        Only those that were started at this time or later.
    """

    def rows() -> Iterator[Record]:
        for integration, run in pairs:
            code = run.get("executionErrorCode")
            yield {
                **run,
                **counts_in(str(run.get("message") or "")),
                "error": meaning_of(code if isinstance(code, int) else None) or None,
                "integration": integration.get("name"),
                "integration_id": integration.get("integrationId"),
            }

    frame = frame_of_fields(rows(), _RUN)
    if since is not None:
        frame = frame[frame["started"] >= since]
    return frame.sort_values("started", ascending=False, kind="stable", ignore_index=True)


def errors_table(records: Iterable[Record]) -> pd.DataFrame:
    """Return what went wrong in a run, one row for each message of an action."""

    def rows() -> Iterator[Record]:
        for record in records:
            for message in record.get("errorMessage") or [None]:
                yield {**record, "of": message}

    return frame_of_fields(rows(), _ERROR)


def _with_schedule(record: Record) -> Record:
    status = str((record.get("schedule") or {}).get("status"))
    return {**record, "schedule_active": {"Active": True, "Inactive": False}.get(status)}
