"""Anaplan's records of users: read, and made into frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.outcomes import yes_or_no

USER_FIELDS = {
    "id": Field("id"),
    "user_name": Field("userName"),
    "given_name": Field("name.givenName"),
    "family_name": Field("name.familyName"),
    "display_name": Field("displayName"),
    "active": Field("active", "boolean"),
    "external_id": Field("externalId"),
    "created": Field("meta.created", "time"),
    "last_modified": Field("meta.lastModified", "time"),
}
USER_COLUMNS = (*USER_FIELDS, "workspaces", "workspace_ids")
_ENTITLEMENT = {
    "user_id": Field("user_id"),
    "user_name": Field("user_name"),
    "workspace_id": Field("workspace_id"),
    "workspace": Field("workspace"),
}

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A user, as far as users can be changed.

    Attributes
    ----------
    id, user_name, given_name, family_name : str
    active : bool or None
        None if Anaplan does not say.
    external_id : str
        Empty if there is none.
    workspaces : mapping of str to str
        The names of the workspaces that the user is entitled to, by id.
    """

    id: str
    user_name: str
    given_name: str
    family_name: str
    active: bool | None
    external_id: str
    workspaces: Mapping[str, str]

    @classmethod
    def read(cls, record: Record) -> UserRecord:
        """Read a record."""
        name = record.get("name")
        names = name if isinstance(name, Mapping) else {}
        return cls(
            id=str(record["id"]),
            user_name=str(record["userName"]),
            given_name=str(names.get("givenName") or ""),
            family_name=str(names.get("familyName") or ""),
            active=yes_or_no(record.get("active")),
            external_id=str(record.get("externalId") or ""),
            workspaces=workspaces_of(record),
        )


def workspaces_of(record: Record) -> dict[str, str]:
    """Return the names of a user's workspaces by id.

    Anaplan lists the same workspaces three times: one by one, as a text of ids and as a text of
    names. Names can hold commas, so the texts count only if there is nothing else.
    """
    found = record.get("entitlements")
    listed = found if isinstance(found, list) else ()
    entitlements = [each for each in listed if isinstance(each, Mapping) and each.get("value")]
    single = [each for each in entitlements if each.get("type") in (None, "WORKSPACE")]
    if single:
        return {str(each["value"]): str(each.get("display") or "") for each in single}
    texts = [str(e["value"]) for e in entitlements if e.get("type") == "WORKSPACE_IDS"]
    ids = [part.strip() for text in texts for part in text.split(",")]
    return dict.fromkeys(filter(None, ids), "")


def users_frame(records: Iterable[Record]) -> pd.DataFrame:
    """Make one row per user, with lists of workspaces."""
    rows = list(records)
    frame = frame_of_fields(rows, USER_FIELDS)
    held = [workspaces_of(row) for row in rows]
    names = [[name or id_ for id_, name in each.items()] for each in held]
    frame["workspaces"] = pd.Series(names, index=frame.index, dtype=object)
    frame["workspace_ids"] = pd.Series(
        [list(each) for each in held], index=frame.index, dtype=object
    )
    return frame


def entitlements_frame(records: Iterable[Record]) -> pd.DataFrame:
    """Make one row per user and workspace."""
    rows = [
        {
            "user_id": record["id"],
            "user_name": record["userName"],
            "workspace_id": id_,
            "workspace": name or None,
        }
        for record in records
        for id_, name in workspaces_of(record).items()
    ]
    return frame_of_fields(rows, _ENTITLEMENT)


def chosen_columns(frame: pd.DataFrame, columns: Sequence[str] | None) -> pd.DataFrame:
    """Return the columns that were asked for, which are there."""
    return frame if columns is None else frame[list(columns)]
