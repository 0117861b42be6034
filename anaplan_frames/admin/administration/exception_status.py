"""Exception users: found, assigned and unassigned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from anaplan_frames.admin.tenant_lookup import Listing, user_id, workspace_id
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.errors import PermissionDenied, RequestRefused, TransferError
from anaplan_frames.transport import Transport

_PATH = "/permissions/exception-users"
_FIELDS = {
    "workspace_id": Field("workspaceGuid"),
    "workspace": Field("workspaceName"),
    "user_id": Field("userGuid"),
    "email": Field("email"),
}


def search(
    transport: Transport, workspaces: Listing, *, workspace: str | None, user: str | None
) -> pd.DataFrame:
    """Return one row per exception user and workspace; see `Admin.exception_users`."""
    if (workspace is None) == (user is None):
        raise TypeError(
            "Give either a workspace or a user: conn.admin.exception_users(workspace='Finance')."
        )
    if user is None:
        assert workspace is not None
        label = f"the exception users of workspace {workspace!r}"
        asked = {"workspaceGuid": workspace_id(workspace, workspaces)}
    else:
        label = f"the workspaces of exception user {user!r}"
        asked = {"userGuid": user_id(user, transport)}
    answer = transport.post(f"{_PATH}/search", label=label, json=asked, service="admin")
    return frame_of_fields(_rows(answer["response"], label), _FIELDS)


def change_status(
    transport: Transport,
    workspaces: Listing,
    user: str | Sequence[str],
    workspace: str,
    *,
    op: Literal["assign", "unassign"],
) -> None:
    """Assign or unassign users; all are looked up before the first is changed."""
    users = [user] if isinstance(user, str) else list(user)
    place = workspace_id(workspace, workspaces)
    ids = [user_id(each, transport) for each in users]
    for name, id_ in zip(users, ids, strict=True):
        _change(transport, name, id_, f"workspace {workspace!r}", place, op)


def _change(transport: Transport, name: str, id_: str, where: str, workspace: str, op: str) -> None:
    label = f"exception user {name!r} of {where}"
    try:
        transport.request(
            "PATCH",
            f"{_PATH}/users/{id_}",
            label=label,
            json={"op": op, "workspaceGuid": workspace},
            service="admin",
        )
    except PermissionDenied as denied:
        # Anaplan answers the same if the role is missing and if users change their own status.
        me = transport.get("/users/me", label="your user")["user"]
        if str(me.get("id")) != id_:
            raise
        raise RequestRefused(
            f"{label}: this is your own user, and nobody can change their own status. Ask another "
            "Tenant Security Admin to do it.",
            403,
        ) from denied


def _rows(found: Sequence[Any], label: str) -> Iterator[Mapping[str, Any]]:
    for workspace in found:
        users = workspace.get("users") if isinstance(workspace, Mapping) else ""
        if not isinstance(users, list | None) or not all(
            isinstance(user, Mapping) for user in users or ()
        ):
            raise TransferError(f"{label}: Anaplan's answer has an unknown form. Try again.")
        for user in users or ():
            yield {**workspace, **user}
