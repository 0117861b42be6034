"""Connections, integrations, runs and flows of CloudWorks in the form of its API."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from anaplan_frames.sandbox.tenant.cloudworks_records import (
    Connection,
    Flow,
    Integration,
    Job,
    Notification,
    Run,
    Stamp,
    Step,
    display_name,
)
from anaplan_frames.sandbox.tenant.tenant_users import Users


def connection_form(connection: Connection) -> dict[str, Any]:
    """Show a connection, without its secrets."""
    return {
        "connectionId": connection.id,
        "connectionType": connection.type,
        "body": dict(connection.shown),
        **_stamp(connection.stamp),
        "status": 1,
        "integrationErrorCode": None,
        "workspaceId": connection.workspace_id,
        "authMethod": connection.shown.get("authMethod"),
    }


def integration_summary(integration: Integration) -> dict[str, Any]:
    """Show an integration as listings do: without its jobs."""
    return {"integrationType": integration.type, **_integration(integration)}


def integration_detail(
    integration: Integration, connections: Mapping[str, Connection]
) -> dict[str, Any]:
    """Show an integration with its jobs; its type is not shown, as anaplan-sdk has noticed."""
    shown = {**_integration(integration), "version": "2.0"}
    if integration.jobs:
        shown["jobs"] = [_job(job, connections) for job in integration.jobs]
    return shown


def _integration(integration: Integration) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "integrationId": integration.id,
        "name": integration.name,
        "workspaceId": integration.workspace_id,
        "modelId": integration.model_id,
        **_stamp(integration.stamp),
        "nuxVisible": integration.nux_visible,
    }
    if integration.process_id is not None:
        shown["processId"] = integration.process_id
    if integration.notification_id is not None:
        shown["notificationId"] = integration.notification_id
    if integration.schedule is not None:
        shown["schedule"] = integration.schedule
    return shown | _latest(integration.runs)


def _latest(runs: list[Run]) -> dict[str, Any]:
    return {"latestRun": _outcome(runs[-1])} if runs else {}


def _job(job: Job, connections: Mapping[str, Connection]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": job.type,
        "sources": [_side(side, connections) for side in job.sources],
        "targets": [_side(side, connections) for side in job.targets],
    }
    return shown | ({"mapping": list(job.mapping)} if job.mapping else {})


def _side(side: Mapping[str, Any], connections: Mapping[str, Connection]) -> dict[str, Any]:
    if "connectionId" not in side:
        ids = {key: str(side[key]) for key in ("actionId", "fileId") if key in side}
        return {**side, **ids}
    connection = connections.get(str(side["connectionId"]))
    return {
        **side,
        "connectionName": connection.name if connection else "",
        "isConnectionDeleted": connection is None,
        "bucketName": connection.place if connection else "",
    }


def notification_form(notification: Notification, users: Users) -> dict[str, Any]:
    """Show a notification, with the names of its users."""
    config = [
        {"type": each["type"], "users": [_user(str(one), users) for one in each["users"]]}
        for each in notification.config
    ]
    return {
        "notificationId": notification.id,
        "integrationIds": [notification.integration_id],
        "channels": list(notification.channels),
        "notifications": {"config": config},
    }


def _user(id: str, users: Users) -> dict[str, str]:
    user = users.by_id(id)
    first, last = (user.first_name, user.last_name) if user else ("", "")
    return {"userGuid": id, "firstName": first, "lastName": last}


def history(integration: Integration, runs: Iterable[Run]) -> dict[str, Any]:
    """Show some runs of an integration."""
    shown = {"integrationType": integration.type, **_integration(integration), "version": "2.0"}
    for key in ("latestRun", "nuxVisible"):
        shown.pop(key, None)
    return {
        **shown,
        "schedule": integration.schedule,
        "status": 1,
        "runs": [run_record(run) for run in runs],
        "totalRuns": len(integration.runs),
    }


def run_record(run: Run) -> dict[str, Any]:
    """Show a run as the history does."""
    end = run.started if run.ended is None else run.ended
    return {"id": run.id, **_outcome(run), "lastRun": int(end), "traceId": run.trace_id}


def run_status(run: Run) -> dict[str, Any]:
    """Show a run by its own id."""
    changed = run.started if run.ended is None else run.ended
    shown = _outcome(run)
    name = shown.pop("triggeredBy")
    return {
        "id": run.id,
        "integrationId": run.owner_id,
        "traceId": run.trace_id,
        **shown,
        "creationDate": iso(run.started),
        "modificationDate": iso(changed),
        "createdBy": name,
        "modifiedBy": name,
        "flowGroupId": run.flow_id,
    }


def _outcome(run: Run) -> dict[str, Any]:
    """Show how a run stands; it has no end before it has ended."""
    shown: dict[str, Any] = {
        "triggeredBy": display_name(run.user),
        "startDate": iso(run.started),
        "success": run.success,
        "message": run.message,
        "executionErrorCode": run.code,
        "triggerSource": run.trigger,
    }
    return shown if run.ended is None else {**shown, "endDate": iso(run.ended)}


def run_errors(run: Run) -> dict[str, Any]:
    """Show what went wrong in a run."""
    name = display_name(run.user)
    ended = run.started if run.ended is None else run.ended
    return {
        "id": run.id,
        "errorMessages": run.errors,
        "taskId": next((task.id for task in run.tasks.values()), None),
        "creationDate": iso(ended),
        "modificationDate": iso(ended),
        "createdBy": name,
        "modifiedBy": name,
    }


def flow_summary(flow: Flow) -> dict[str, Any]:
    """Show a flow as the listing does."""
    return {
        "id": flow.id,
        "name": flow.name,
        **_stamp(flow.stamp),
        "nuxVisible": flow.nux_visible,
        "stepsCount": len(flow.steps),
        **_latest(flow.runs),
    }


def flow_detail(flow: Flow, integrations: Mapping[str, Integration]) -> dict[str, Any]:
    """Show a flow with its steps."""
    steps = [_step(step, integrations[step.integration_id], flow) for step in flow.steps]
    return {**flow_summary(flow), "version": "2.0", "steps": steps}


def _step(step: Step, integration: Integration, flow: Flow) -> dict[str, Any]:
    runs = [run for run in integration.runs if run.flow_id == flow.id]
    return {
        "referrer": integration.id,
        "name": integration.name,
        "type": integration.type,
        "createdBy": step.stamp.created_by,
        "createdDate": _spaced(step.stamp.created),
        "modifiedDate": _spaced(step.stamp.modified),
        "modifiedBy": step.stamp.modified_by,
        "modelId": integration.model_id,
        "workspaceId": integration.workspace_id,
        "dependsOn": list(step.depends_on),
        "isSkipped": step.skipped,
        "exceptionBehavior": [dict(each) for each in step.exceptions],
        **_latest(runs),
    }


def _stamp(stamp: Stamp) -> dict[str, str]:
    return {
        "creationDate": iso(stamp.created),
        "modificationDate": iso(stamp.modified),
        "createdBy": stamp.created_by,
        "modifiedBy": stamp.modified_by,
    }


def iso(seconds: float) -> str:
    """Format seconds since the epoch as CloudWorks does: ``2026-06-19T01:30:16.000Z``."""
    return _moment(seconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _spaced(seconds: float) -> str:
    """Format the times of a flow's steps, which have another form."""
    return _moment(seconds).isoformat(sep=" ", timespec="microseconds")


def _moment(seconds: float) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
