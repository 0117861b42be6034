"""Revisions as tables, those of a span of time, and one of them by name or id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import pandas as pd

from anaplan_frames.admin.alm.alm_requests import AlmRequests, Record
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.lookup import find_id

Moment: TypeAlias = str | dt.date
"""A date or time, or one as ISO text; a time without a zone is UTC."""

REVISION = {
    "id": Field("id"),
    "name": Field("name"),
    "description": Field("description"),
    "created": Field("createdOn", "time"),
    "created_by": Field("createdBy"),
    "method": Field("creationMethod"),
    "applied": Field("appliedOn", "time"),
    "applied_by": Field("appliedBy"),
}
APPLIED = {
    "model": Field("modelName"),
    "model_id": Field("modelId"),
    "workspace_id": Field("workspaceId"),
    "applied": Field("appliedOn", "time"),
    "applied_by": Field("appliedBy"),
    "method": Field("appliedMethod"),
    "deleted": Field("modelDeleted", "boolean"),
}
_DAY = dt.timedelta(days=1)
_DAY_FORM = "2026-11-28"


def revisions_frame(
    requests: AlmRequests, since: Moment | None, until: Moment | None
) -> pd.DataFrame:
    """Return the revisions that were applied in a span, the latest first; see `Alm.revisions`.

    It asks for a day more at both ends, and leaves out here what is not meant: whether Anaplan
    counts the days themselves is documented both ways.
    """
    first, last = _moment(since, "since"), _moment(until, "until")
    if last is not None and _is_day(until):
        last += _DAY - dt.timedelta(milliseconds=1)
    if first is not None and last is not None and first > last:
        raise ValueError(
            f"since={since!r} is later than until={until!r}. Give the earlier time as since=."
        )
    found = requests.revisions(
        None if first is None else (first - _DAY).date().isoformat(),
        None if last is None else (last + _DAY).date().isoformat(),
    )
    frame = frame_of_revisions(found)
    # Some answers have no time of the application; then the revision was created here.
    moments = frame["applied"].fillna(frame["created"])
    if first is not None:
        frame = frame[moments.isna() | (moments >= first)]
    if last is not None:
        frame = frame[(moments.isna() | (moments <= last)).reindex(frame.index)]
    return frame.reset_index(drop=True)


def frame_of_revisions(records: Iterable[Record]) -> pd.DataFrame:
    """Return one row per revision, in the order in which they are given."""
    return frame_of_fields(records, REVISION)


def applied_frame(records: Iterable[Record]) -> pd.DataFrame:
    """Return one row per model that has a revision."""
    known = [{"modelDeleted": False, **record} for record in records]
    return frame_of_fields(known, APPLIED)


def find_revision(records: Sequence[Record], key: str, owner: str) -> Record:
    """Return the one revision with this id or name.

    Raises
    ------
    NotFound, AmbiguousName
        If there is none, or several have the name.
    """
    names = {str(record["id"]): str(record.get("name") or "") for record in records}
    chosen = find_id(key, names, kind="revisions", owner=owner)
    return next(record for record in records if str(record["id"]) == chosen)


def described(record: Record) -> str:
    """Return a revision in words."""
    return f"revision {str(record.get('name') or record['id'])!r}"


def _is_day(given: Moment | None) -> bool:
    if isinstance(given, str):
        return len(given) == len(_DAY_FORM)
    return isinstance(given, dt.date) and not isinstance(given, dt.datetime)


def _moment(given: Moment | None, name: str) -> pd.Timestamp | None:
    if given is None:
        return None
    moment: Any = pd.NaT
    try:
        if isinstance(given, str):
            moment = pd.Timestamp(dt.datetime.fromisoformat(given))
        elif isinstance(given, dt.date):
            moment = pd.Timestamp(given)
    except ValueError:
        pass
    if pd.isna(moment):
        raise ValueError(
            f"{name} must be a date or time, or text such as {_DAY_FORM!r}, not {given!r}."
        )
    found: pd.Timestamp = (
        moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")
    )
    return found
