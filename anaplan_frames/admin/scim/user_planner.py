"""What must be sent so that the users are as the caller's rows say; pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from anaplan_frames.admin.scim.user_records import UserRecord
from anaplan_frames.admin.scim.user_rows import BadRow, UserRow, folded, wanted_workspaces
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.messages import listed

Mode = Literal["insert", "update", "deactivate"]

MOST_WORKSPACES = 50  # in the request that makes a user, as Anaplan documents
_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_PATHS = {
    "given_name": "name.givenName",
    "family_name": "name.familyName",
    "external_id": "externalId",
}
_CHANGES = {name: Field(name) for name in ("action", "id", "user_name", "change")}
_NAMED = 5


@dataclass(frozen=True, slots=True)
class UserChange:
    """One request about one user.

    Attributes
    ----------
    row : int
        The row's position in the data.
    user_id : str
        Empty if the user is made.
    user_name : str
    wanted : mapping
        What the user has afterwards: ``given_name``, ``family_name``, ``external_id`` (texts),
        ``active`` (bool), ``workspaces`` (tuple of ids), as far as it is changed.
    words : str
        What changes, for people; empty for a new user.
    """

    row: int
    user_id: str
    user_name: str
    wanted: Mapping[str, Any]
    words: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the user is made."""
        return not self.user_id

    def body(self) -> dict[str, Any]:
        """Return the body of the request."""
        return self._new_user() if self.is_new else self._patch()

    def _new_user(self) -> dict[str, Any]:
        wanted = self.wanted
        body: dict[str, Any] = {
            "schemas": [_USER],
            "userName": self.user_name,
            "name": {"givenName": wanted["given_name"], "familyName": wanted["family_name"]},
            "active": wanted["active"],
        }
        if wanted.get("external_id"):
            body["externalId"] = wanted["external_id"]
        if wanted.get("workspaces"):
            body["entitlements"] = _entitlements(wanted["workspaces"])
        return body

    def _patch(self) -> dict[str, Any]:
        return {
            "schemas": [_PATCH],
            "Operations": [_operation(*each) for each in self.wanted.items()],
        }


@dataclass(frozen=True, slots=True)
class UserPlan:
    """What is sent for the caller's rows.

    Attributes
    ----------
    changes : tuple of UserChange
    refused : dict of int to str
        Rows that Anaplan is sure to refuse, and why.
    """

    changes: tuple[UserChange, ...]
    refused: dict[int, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Equal to that of another plan by which the same would be done."""
        sent = [(each.row, each.user_id, each.body()) for each in self.changes]
        return json.dumps([sent, sorted(self.refused.items())], sort_keys=True)

    def frame(self) -> pd.DataFrame:
        """Return one row per change: ``action``, ``id``, ``user_name``, ``change``, all text."""
        rows = [
            {
                "action": "insert" if each.is_new else "update",
                "id": each.user_id or None,
                "user_name": each.user_name,
                "change": each.words,
            }
            for each in self.changes
        ]
        return frame_of_fields(rows, _CHANGES)


def plan_users(
    mode: Mode, rows: Sequence[UserRow], users: Iterable[UserRecord], names: Mapping[str, str]
) -> UserPlan:
    """Compare rows with the users that there are.

    Parameters
    ----------
    mode : {"insert", "update", "deactivate"}
    rows : sequence of UserRow
        Blank ones are ignored.
    users : iterable of UserRecord
        At least those that the rows are about.
    names : mapping of str to str
        The names of workspaces by id.

    Raises
    ------
    ColumnMismatch
        If several rows are about one user.
    """
    known = _Known(users)
    filled = [row for row in rows if row.texts]
    _check_twice(filled, known)
    plan_row = _PLANNERS[mode]
    changes: list[UserChange] = []
    refused: dict[int, str] = {}
    for row in filled:
        try:
            change = plan_row(row, known, names)
        except BadRow as bad:
            refused[row.position] = str(bad)
            continue
        if change is not None:
            changes.append(change)
    return UserPlan(tuple(changes), refused)


class _Known:
    """Users by id and by name."""

    def __init__(self, users: Iterable[UserRecord]) -> None:
        self._by_id = {user.id: user for user in users}
        self._by_name = {folded(user.user_name): user for user in self._by_id.values()}

    def find(self, row: UserRow) -> UserRecord | None:
        """Return the user that a row is about, by its id or else its name."""
        if row.id:
            return self._by_id.get(row.id)
        return self._by_name.get(folded(row.user_name))

    def need(self, row: UserRow) -> UserRecord:
        """Return the user that a row is about, or refuse the row."""
        if not row.id and not row.user_name:
            raise BadRow("the row gives no id and no user_name")
        user = self.find(row)
        if user is None:
            raise BadRow(f"there is no user {row.id or row.user_name!r}")
        if row.user_name and folded(row.user_name) != folded(user.user_name):
            raise BadRow(f"the user name of {user.user_name!r} cannot be changed")
        return user


def _check_twice(rows: Iterable[UserRow], known: _Known) -> None:
    first: dict[object, int] = {}
    twice = []
    for row in rows:
        if not row.id and not row.user_name:
            continue
        user = known.find(row)
        key = row.key if user is None else ("id", user.id)
        if first.setdefault(key, row.position) != row.position:
            twice.append(row.user_name or row.id)
    if twice:
        raise ColumnMismatch(
            f"Several rows are about the same user: {listed(twice, _NAMED)}. Keep one row for each."
        )


def _inserted(row: UserRow, known: _Known, names: Mapping[str, str]) -> UserChange:
    for column in ("user_name", "given_name", "family_name"):
        if column not in row.texts:
            raise BadRow(f"{column} is blank")
    if "@" not in row.user_name:
        raise BadRow(f"user_name must be an email address, not {row.texts['user_name']!r}")
    user = known.find(row)
    if user is not None:
        hint = ", who is not active; update() can activate the user" if user.active is False else ""
        raise BadRow(f"there is a user {user.user_name!r} already{hint}")
    active = row.active()
    wanted: dict[str, Any] = {name: row.texts[name] for name in _PATHS if name in row.texts}
    wanted["active"] = True if active is None else active
    workspaces = wanted_workspaces(row, {}, names)
    if workspaces:
        if len(workspaces) > MOST_WORKSPACES:
            raise BadRow(
                f"Anaplan takes at most {MOST_WORKSPACES} workspaces with a new user, not "
                f"{len(workspaces)}; insert the user with some, and give the others by update()"
            )
        wanted["workspaces"] = workspaces
    return UserChange(row.position, "", row.user_name, wanted)


def _updated(row: UserRow, known: _Known, names: Mapping[str, str]) -> UserChange | None:
    user = known.need(row)
    wanted: dict[str, Any] = {}
    words = []
    for name in _PATHS:
        text, now = row.texts.get(name), getattr(user, name)
        if text is not None and text != now:
            wanted[name] = text
            words.append(f"{name}: {now or '(blank)'} -> {text}")
    active = row.active()
    if active is not None and active != user.active:
        wanted["active"] = active
        words.append(f"active: {user.active} -> {active}")
    workspaces = wanted_workspaces(row, user.workspaces, names)
    if workspaces is not None and set(workspaces) != set(user.workspaces):
        wanted["workspaces"] = workspaces
        words.append(f"workspaces: {_differences(workspaces, user.workspaces, names)}")
    return (
        UserChange(row.position, user.id, user.user_name, wanted, ", ".join(words))
        if wanted
        else None
    )


def _deactivated(row: UserRow, known: _Known, names: Mapping[str, str]) -> UserChange | None:
    user = known.need(row)
    if user.active is False:
        return None
    words = f"active: {user.active} -> False"
    return UserChange(row.position, user.id, user.user_name, {"active": False}, words)


_PLANNERS: dict[Mode, Callable[[UserRow, _Known, Mapping[str, str]], UserChange | None]] = {
    "insert": _inserted,
    "update": _updated,
    "deactivate": _deactivated,
}


def _operation(name: str, value: Any) -> dict[str, Any]:
    if name != "workspaces":
        return {"op": "replace", "path": _PATHS.get(name, name), "value": value}
    if not value:
        return {"op": "remove", "path": "entitlements"}
    return {"op": "replace", "path": "entitlements", "value": _entitlements(value)}


def _entitlements(ids: Iterable[str]) -> list[dict[str, str]]:
    return [{"value": id_, "type": "WORKSPACE"} for id_ in ids]


def _differences(wanted: Sequence[str], held: Mapping[str, str], names: Mapping[str, str]) -> str:
    known = {**names, **held}
    added = [f"+{known.get(id_) or id_}" for id_ in wanted if id_ not in held]
    return " ".join(added + [f"-{name or id_}" for id_, name in held.items() if id_ not in wanted])


def shortfall(change: UserChange, user: UserRecord, names: Mapping[str, str]) -> str:
    """Say what of a change a user does not have; empty if all is there.

    Parameters
    ----------
    user : UserRecord
        As Anaplan shows the user after the change.
    """
    missing = []
    for name, value in change.wanted.items():
        if name == "workspaces":
            if set(value) != set(user.workspaces):
                missing.append(f"workspaces: {_differences(value, user.workspaces, names)}")
        elif getattr(user, name) != value:
            missing.append(f"{name}: {value}")
    return ", ".join(missing)
