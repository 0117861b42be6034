"""The bodies of integrations, schedules, notifications and flows, made of what callers give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from anaplan_frames.bulk.actions import Action
from anaplan_frames.bulk.exports import Export
from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.processes import Process
from anaplan_frames.messages import near_names

Body = dict[str, Any]
Settings = Mapping[str, Any]

VERSION = "2.0"
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
OUTCOMES = ("success", "partial_failure", "full_failure")
CHANNELS = ("email", "in_app")
STRATEGIES = ("stop", "continue")
_SCHEDULES: dict[str, tuple[str, ...]] = {
    "hourly": ("from_time", "to_time", "days_of_week", "repeat_every"),
    "daily": ("time",),
    "weekly": ("time", "days_of_week"),
    "monthly_specific_day": ("time", "day_of_month"),
    "monthly_relative_weekday": ("time", "day_of_week", "repeat_every"),
}
_SCHEDULE_NAMES = {
    "name": "name",
    "type": "type",
    "time": "time",
    "from_time": "fromTime",
    "to_time": "toTime",
    "days_of_week": "daysOfWeek",
    "day_of_month": "dayOfMonth",
    "day_of_week": "dayOfWeek",
    "repeat_every": "repeatEvery",
    "start_date": "startDate",
    "end_date": "endDate",
    "timezone": "timezone",
}
_STEP_NAMES = ("integration", "after", "skip", "on_failure", "on_partial_success")
# What CloudWorks adds to a job when it shows one.
_SHOWN_ONLY = frozenset({"connectionName", "isConnectionDeleted", "bucketName"})


def check_names(kind: str, settings: Settings, allowed: Sequence[str]) -> None:
    """Refuse settings that a thing of this kind does not have.

    Raises
    ------
    TypeError
        Names the first of them, and the near names.
    """
    for name in settings:
        if name not in allowed:
            near = near_names(name, allowed) or f" It has {', '.join(allowed)}."
            raise TypeError(f"a CloudWorks {kind} has no setting {name!r}.{near}")


def integration_body(settings: Settings, before: Body, connection: Callable[[str], Body]) -> Body:
    """Return the body of an integration.

    Parameters
    ----------
    settings : mapping
        ``name``, ``jobs``, ``process``, ``visible``; those that are missing stay as before.
    before : dict
        The body as it is now; empty for a new integration.
    connection : callable
        Returns the record of a connection by name or id.

    Raises
    ------
    TypeError, ValueError
        If something is missing or of the wrong type, or the actions are of several models.
    """
    check_names("integration", settings, ("name", "jobs", "process", "visible"))
    body = {"version": VERSION, "nuxVisible": False, **before}
    actions = list[Action]()
    if "name" in settings:
        body["name"] = _text("name", settings["name"])
    if "visible" in settings:
        body["nuxVisible"] = bool(settings["visible"])
    if settings.get("process") is not None:
        process = settings["process"]
        if not isinstance(process, Process):
            raise TypeError(
                "process must be a process of a model, such as model.processes['Load all'], not "
                f"{process!r}"
            )
        body["processId"] = process.id
        actions.append(process)
    elif "process" in settings:
        body.pop("processId", None)
    if "jobs" in settings:
        jobs = [_job(job, connection) for job in settings["jobs"] or ()]
        body["jobs"] = [job for job, _ in jobs]
        actions += [action for _, action in jobs]
    for action in actions:
        facts = action.catalogue.facts
        place = {"workspaceId": facts["workspace_id"], "modelId": facts["model_id"]}
        if any(body.setdefault(key, value) != value for key, value in place.items()):
            raise ValueError(
                f"{action.label} is in another model than the rest of the integration. Make an "
                "integration for each model."
            )
    if "name" not in body:
        raise TypeError("a CloudWorks integration needs name=")
    if not body.get("jobs") and "processId" not in body:
        raise TypeError(
            "a CloudWorks integration needs jobs= or process=: jobs are tuples of a connection, a "
            "file of it and an import or export of a model."
        )
    return body


def _job(job: Any, connection: Callable[[str], Body]) -> tuple[Body, Action]:
    """Return a job, and the action that it runs."""
    if not isinstance(job, tuple) or len(job) != 3:
        raise TypeError(
            "a job must be a tuple of a connection, a file of it and an import or export, such as "
            f"('S3', 'in/flights.csv', model.imports['Load flights']), not {job!r}"
        )
    name, file, action = job
    record = connection(_text("the connection of a job", name))
    kind = str(record["connectionType"])
    key = "table" if kind == "GoogleBigQuery" else "file"
    outer: Body = {
        "type": kind,
        "connectionId": record["connectionId"],
        key: _text("the file", file),
    }
    if isinstance(action, Import) and not isinstance(action, Process):
        target = {"type": "Anaplan", "actionId": action.id, "fileId": _file_of(action)}
        return {"type": f"{kind}ToAnaplan", "sources": [outer], "targets": [target]}, action
    if isinstance(action, Export):
        if kind == "GoogleBigQuery":
            raise ValueError(
                f"{action.label} cannot be given for BigQuery: CloudWorks wants a mapping of its "
                "columns. Make this integration in Anaplan."
            )
        source = {"type": "Anaplan", "actionId": action.id}
        file_target = {**outer, "overwrite": True}
        return {"type": f"AnaplanTo{kind}", "sources": [source], "targets": [file_target]}, action
    raise TypeError(f"the action of a job must be an import or export of a model, not {action!r}")


def _file_of(action: Import) -> str:
    file_id = action.info.get("importDataSourceId")
    if not file_id:
        raise ValueError(
            f"{action.label} does not read a file, so no connection can bring it one. Name an "
            "import of a file."
        )
    return str(file_id)


def shown_integration(record: Settings) -> Body:
    """Return the body that an integration has now, as it would be sent."""
    keys = ("name", "workspaceId", "modelId", "processId", "nuxVisible")
    body = {key: record[key] for key in keys if record.get(key) is not None}
    jobs = []
    for job in record.get("jobs") or ():
        sides = {key: [_sent_side(side) for side in job[key]] for key in ("sources", "targets")}
        jobs.append({**job, **sides})
    return body | ({"jobs": jobs} if jobs else {})


def _sent_side(side: Settings) -> Body:
    return {key: value for key, value in side.items() if key not in _SHOWN_ONLY}


def schedule_body(settings: Settings, before: Body) -> Body:
    """Return the body of a schedule; settings that are missing stay as before.

    Raises
    ------
    TypeError, ValueError
        If something is missing that its type needs, or cannot be.
    """
    check_names("schedule", settings, (*_SCHEDULE_NAMES, "active"))
    given = {name: value for name, value in settings.items() if name != "active"}
    body = dict(before)
    for name, value in given.items():
        if value is None:
            body.pop(_SCHEDULE_NAMES[name], None)
        else:
            body[_SCHEDULE_NAMES[name]] = _schedule_value(name, value)
    kind = body.get("type")
    if kind not in _SCHEDULES:
        raise ValueError(f"type of a schedule must be one of {', '.join(_SCHEDULES)}, not {kind!r}")
    needed = ("name", "start_date", "timezone", *_SCHEDULES[kind])
    missing = [name for name in needed if body.get(_SCHEDULE_NAMES[name]) in (None, "", [])]
    if missing:
        raise TypeError(f"a schedule of type {kind!r} needs {', '.join(missing)}")
    return body


def _schedule_value(name: str, value: Any) -> Any:
    if name in ("start_date", "end_date"):
        return _date(name, value)
    if name in ("time", "from_time", "to_time"):
        return _clock_time(name, value)
    if name == "days_of_week":
        days = [value] if isinstance(value, int | str) else value
        return [_day(name, day) for day in days]
    if name == "day_of_week":
        return _day(name, value)
    if name in ("day_of_month", "repeat_every"):
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 31:
            raise ValueError(f"{name} must be a whole number from 1 to 31, not {value!r}")
        return value
    return _text(name, value)


def _date(name: str, value: Any) -> str:
    if isinstance(value, dt.date):  # a datetime is one, too
        return value.isoformat()[:10]
    try:
        return dt.date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError(f"{name} must be a date such as '2027-01-31', not {value!r}") from None


def _clock_time(name: str, value: Any) -> str:
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    try:
        return dt.datetime.strptime(str(value), "%H:%M").strftime("%H:%M")
    except ValueError:
        raise ValueError(f"{name} must be a time such as '02:30', not {value!r}") from None


def _day(name: str, value: Any) -> int:
    if isinstance(value, str) and value.strip().casefold()[:3] in DAYS:
        return DAYS.index(value.strip().casefold()[:3])
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 6:
        raise ValueError(f"{name} must be days such as 'Mon', or 0 (Sunday) to 6, not {value!r}")
    return value


def notification_body(
    settings: Settings, before: Body, users: Callable[[Sequence[str]], list[str]]
) -> Body:
    """Return the body of a notification; settings that are missing stay as before.

    Parameters
    ----------
    users : callable
        Returns the ids of users who are given by email or id.

    Raises
    ------
    TypeError, ValueError
        If a channel is unknown, or nobody would be notified.
    """
    check_names("notification", settings, ("channels", *OUTCOMES))
    channels = settings.get("channels", before.get("channels") or ["in_app"])
    channels = [channels] if isinstance(channels, str) else list(channels)
    unknown = [channel for channel in channels if channel not in CHANNELS]
    if unknown or not channels:
        raise ValueError(f"channels must be some of {', '.join(CHANNELS)}, not {channels!r}")
    config = {str(each["type"]): each for each in before.get("config") or ()}
    for outcome in OUTCOMES:
        if outcome in settings:
            given = settings[outcome]
            asked = [given] if isinstance(given, str) else list(given or ())
            config[outcome] = {"type": outcome, "users": users(asked)}
    kept = [each for each in config.values() if each["users"]]
    if not kept:
        raise TypeError(f"a notification needs users for one of {', '.join(OUTCOMES)}")
    return {"channels": channels, "notifications": {"config": kept}}


def shown_notification(record: Settings) -> Body:
    """Return the channels and the configuration that a notification has now, users by id."""
    config = (record.get("notifications") or {}).get("config") or ()
    return {
        "channels": list(record.get("channels") or ()),
        "config": [
            {
                "type": each.get("type"),
                "users": [str(user.get("userGuid")) for user in each.get("users") or ()],
            }
            for each in config
        ],
    }


def flow_body(settings: Settings, before: Body, find: Callable[[str], str]) -> Body:
    """Return the body of a flow; settings that are missing stay as before.

    Parameters
    ----------
    find : callable
        Returns the id of an integration by name or id.

    Raises
    ------
    TypeError, ValueError
        If there is no name, or there are fewer than two steps that are not skipped.
    """
    check_names("flow", settings, ("name", "steps"))
    body: Body = {**before, "version": VERSION, "type": "IntegrationFlow"}
    if "name" in settings:
        body["name"] = _text("name", settings["name"])
    if "steps" in settings:
        body["steps"] = _steps(settings["steps"], find)
    if "name" not in body:
        raise TypeError("a CloudWorks flow needs name=")
    if sum(not step["isSkipped"] for step in body.get("steps") or ()) < 2:
        raise ValueError("a CloudWorks flow needs at least two steps that are not skipped")
    return body


def _steps(steps: Sequence[Any], find: Callable[[str], str]) -> list[Body]:
    """Return the steps of a flow; each comes after the one before it, unless it says otherwise."""
    made: list[Body] = []
    for step in steps:
        given = step if isinstance(step, Mapping) else {"integration": step}
        check_names("step", given, _STEP_NAMES)
        after = given.get("after")
        if after is None:
            depends = [made[-1]["referrer"]] if made else []
        else:
            depends = [find(name) for name in ([after] if isinstance(after, str) else after)]
        made.append(
            {
                "type": "Integration",
                "referrer": find(_text("the integration of a step", given.get("integration"))),
                "dependsOn": depends,
                "isSkipped": bool(given.get("skip", False)),
                "exceptionBehavior": [
                    _exception("failure", given, "on_failure", "stop"),
                    _exception("partial_success", given, "on_partial_success", "continue"),
                ],
            }
        )
    return made


def _exception(kind: str, step: Settings, name: str, usual: str) -> dict[str, str]:
    strategy = step.get(name, usual)
    if strategy not in STRATEGIES:
        raise ValueError(f"{name} must be 'stop' or 'continue', not {strategy!r}")
    return {"type": kind, "strategy": strategy}


def shown_flow(record: Settings) -> Body:
    """Return the body that a flow has now, as it would be sent."""
    return {
        "name": record["name"],
        "steps": [
            {
                "type": "Integration",
                "referrer": step["referrer"],
                "dependsOn": list(step.get("dependsOn") or ()),
                "isSkipped": bool(step.get("isSkipped")),
                "exceptionBehavior": [dict(each) for each in step.get("exceptionBehavior") or ()],
            }
            for step in record.get("steps") or ()
        ],
    }


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError(f"{name} must be text, not {value!r}")
    return value
