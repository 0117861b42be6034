"""Checks of what CloudWorks is asked to make: the keys and values by the contract."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.tenant.cloudworks_records import CloudWorksError, Job

_NEEDED: dict[str, tuple[str, ...]] = {
    "AmazonS3": ("name", "accessKeyId", "secretAccessKey", "bucketName"),
    "GoogleBigQuery": ("name", "serviceAccountKey", "dataset"),
    "AzureBlob": ("name", "storageAccountName", "containerName", "auth_method"),
}
# What a listing shows of a body; anaplan-sdk reads these.
_SHOWN: dict[str, tuple[str, ...]] = {
    "AmazonS3": ("name", "bucketName"),
    "GoogleBigQuery": ("name", "dataset"),
    "AzureBlob": ("name", "storageAccountName", "containerName"),
}
_PLACES = {"AmazonS3": "bucketName", "GoogleBigQuery": "dataset", "AzureBlob": "containerName"}
_SECRETS = {"AmazonS3": "secretAccessKey", "GoogleBigQuery": "serviceAccountKey"}
_SCHEDULES: dict[str, tuple[str, ...]] = {
    "hourly": ("fromTime", "toTime", "daysOfWeek", "repeatEvery"),
    "daily": ("time",),
    "weekly": ("time", "daysOfWeek"),
    "monthly_specific_day": ("time", "dayOfMonth"),
    "monthly_relative_weekday": ("time", "dayOfWeek", "repeatEvery"),
}
_CHANNELS = ("email", "in_app")
_OUTCOMES = ("success", "partial_failure", "full_failure")
_MOST_USERS = 5
_INVALID = "Invalid request body"


def connection_body(kind: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Check the body of a connection; return it with ``auth_method`` in snake case.

    Raises
    ------
    CloudWorksError
        400 if the type is unknown or a key is missing or empty.
    """
    if kind not in _NEEDED:
        raise CloudWorksError(400, _INVALID)
    found = dict(body)
    if "authMethod" in found:  # as anaplan-sdk writes it
        found.setdefault("auth_method", found.pop("authMethod"))
    needed = [*_NEEDED[kind]]
    if kind == "AzureBlob":
        by_token = found.get("auth_method") == "SAS-based"
        needed += ["sasToken"] if by_token else ["clientId", "clientSecret", "tenantId"]
    texts = [key for key in needed if key != "serviceAccountKey"]
    if not all(isinstance(found.get(key), str) and found[key] for key in texts):
        raise CloudWorksError(400, _INVALID)
    if kind == "GoogleBigQuery" and not isinstance(found.get("serviceAccountKey"), dict):
        raise CloudWorksError(400, _INVALID)
    return found


def shown_body(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a connection is shown: nothing secret."""
    shown = {key: body[key] for key in _SHOWN[kind]}
    if kind == "AzureBlob":
        shown["authMethod"] = body["auth_method"]
    return shown


def place_of(kind: str, body: Mapping[str, Any]) -> str:
    """Return the bucket, container or dataset of a connection."""
    return str(body[_PLACES[kind]])


def secret_of(kind: str, body: Mapping[str, Any]) -> str:
    """Return the secret of a connection."""
    if kind == "GoogleBigQuery":
        return str(body["serviceAccountKey"].get("privateKey", ""))
    return str(body[_SECRETS.get(kind) or ("sasToken" if "sasToken" in body else "clientSecret")])


def known_body(kind: str, place: str, name: str, secret: str) -> dict[str, Any]:
    """Return the body of a connection that a builder makes."""
    if kind == "AmazonS3":
        keys = {"accessKeyId": "AKIASANDBOX", "secretAccessKey": secret, "bucketName": place}
        return {"name": name, **keys}
    if kind == "GoogleBigQuery":
        return {"name": name, "serviceAccountKey": {"privateKey": secret}, "dataset": place}
    azure = {"storageAccountName": "sandbox", "containerName": place, "sasToken": secret}
    return {"name": name, "auth_method": "SAS-based", **azure}


def named(body: Mapping[str, Any]) -> str:
    """Return the name in a body of version 2.0; 400 if one of them is missing."""
    name = body.get("name")
    if not isinstance(name, str) or not name.strip() or body.get("version") != "2.0":
        raise CloudWorksError(400, _INVALID)
    return name


def jobs_of(body: Mapping[str, Any], model: Model, connections: Mapping[str, Any]) -> list[Job]:
    """Read the jobs of an integration; each names known connections and actions.

    Raises
    ------
    CloudWorksError
        400. Of an action that the model or the process does not have, it says what a client's
        documentation has seen.
    """
    process_id = text_id(body.get("processId"))
    jobs = [_job(each, connections) for each in _listed(body.get("jobs"))]
    if process_id is None:
        known = {**model.imports, **model.exports}
        if not jobs:
            raise CloudWorksError(400, _INVALID)
    elif process_id not in model.processes:
        raise CloudWorksError(400, f"{process_id} is not defined in your model")
    else:
        known = {action.id: action for action in model.processes[process_id].actions}
    for job in jobs:
        right = model.imports if job.imports else model.exports
        if job.action_id not in known or job.action_id not in right:
            raise CloudWorksError(400, f"{job.action_id} is not defined in your model")
    return jobs


def _job(given: Any, connections: Mapping[str, Any]) -> Job:
    if not isinstance(given, dict):
        raise CloudWorksError(400, _INVALID)
    kind, sources, targets = given.get("type"), given.get("sources"), given.get("targets")
    first, _, second = str(kind).partition("To")
    outer = second if first == "Anaplan" else first
    if outer not in _NEEDED or "Anaplan" not in (first, second):
        raise CloudWorksError(400, _INVALID)
    job = Job(str(kind), _sides(sources, first), _sides(targets, second), given.get("mapping"))
    key = "table" if outer == "GoogleBigQuery" else "file"
    inner = job.targets[0] if job.imports else job.sources[0]
    has_file = not job.imports or text_id(inner.get("fileId"))
    if not job.outer.get(key) or not text_id(inner.get("actionId")) or not has_file:
        raise CloudWorksError(400, _INVALID)
    if kind == "AnaplanToGoogleBigQuery" and not job.mapping:
        raise CloudWorksError(400, _INVALID)
    connection = connections.get(str(job.outer.get("connectionId")))
    if connection is None or connection.type != outer:
        raise CloudWorksError(400, "Invalid value for connectionId")
    return job


def _sides(given: Any, kind: str) -> list[dict[str, Any]]:
    sides = _listed(given)
    if not sides or any(not isinstance(one, dict) or one.get("type") != kind for one in sides):
        raise CloudWorksError(400, _INVALID)
    return sides


def _listed(given: Any) -> list[Any]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise CloudWorksError(400, _INVALID)
    return given


def text_id(given: Any) -> str | None:
    """Return an id that may come as a number; None if there is none."""
    return str(given) if isinstance(given, str | int) and str(given) else None


def schedule_of(given: Any) -> dict[str, Any]:
    """Check a schedule: its keys by type, days, times, dates and the time zone.

    ``endDate`` may be left out, as anaplan-sdk does for a schedule without end.
    """
    if not isinstance(given, dict) or given.get("type") not in _SCHEDULES:
        raise CloudWorksError(400, _INVALID)
    needed = ("name", "startDate", "timezone", *_SCHEDULES[given["type"]])
    if any(given.get(key) in (None, "", []) for key in needed):
        raise CloudWorksError(400, _INVALID)
    try:
        for key in ("startDate", "endDate"):
            if given.get(key) is not None:
                datetime.date.fromisoformat(given[key])
        for key in ("time", "fromTime", "toTime"):
            if given.get(key) is not None:
                datetime.datetime.strptime(given[key], "%H:%M")
        ZoneInfo(given["timezone"])
    except (TypeError, ValueError, ZoneInfoNotFoundError):
        raise CloudWorksError(400, _INVALID) from None
    days = [*(given.get("daysOfWeek") or []), given.get("dayOfWeek", 0)]
    if any(day not in range(7) for day in days) or given.get("dayOfMonth", 1) not in range(1, 32):
        raise CloudWorksError(400, _INVALID)
    return {key: value for key, value in given.items() if key != "status"}


def notification_of(body: Mapping[str, Any]) -> tuple[str, list[str], list[dict[str, Any]]]:
    """Check a notification; return the integration's id, the channels and the configuration."""
    ids, channels = body.get("integrationIds"), body.get("channels")
    wanted = body.get("notifications")
    config = wanted.get("config") if isinstance(wanted, dict) else None
    if not (isinstance(ids, list) and len(ids) == 1 and isinstance(channels, list) and channels):
        raise CloudWorksError(400, _INVALID)
    if any(channel not in _CHANNELS for channel in channels) or not isinstance(config, list):
        raise CloudWorksError(400, _INVALID)
    for each in config:
        users = each.get("users") if isinstance(each, dict) else None
        if not isinstance(users, list) or not 1 <= len(users) <= _MOST_USERS:
            raise CloudWorksError(400, _INVALID)
        if each.get("type") not in _OUTCOMES:
            raise CloudWorksError(400, _INVALID)
    return str(ids[0]), channels, config


def check_steps(steps: Any, known: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Check the steps of a flow: at least two enabled ones, of known integrations, in order."""
    if not isinstance(steps, list):
        raise CloudWorksError(400, _INVALID)
    before: set[str] = set()
    for step in steps:
        needed = ("type", "referrer", "isSkipped", "exceptionBehavior")
        if not isinstance(step, dict) or any(key not in step for key in needed):
            raise CloudWorksError(400, _INVALID)
        if step["type"] != "Integration" or step["referrer"] not in known:
            raise CloudWorksError(400, "Invalid value for referrer")
        if not set(step.get("dependsOn") or ()) <= before:
            raise CloudWorksError(400, "Invalid value for dependsOn")
        before.add(step["referrer"])
    if sum(not step["isSkipped"] for step in steps) < 2:
        raise CloudWorksError(400, "An integration flow needs at least two enabled steps")
    return steps
