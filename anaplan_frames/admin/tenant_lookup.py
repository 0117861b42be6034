"""Users and workspaces of a tenant by name or id; an id is not looked up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from anaplan_frames.lookup import find_id
from anaplan_frames.transport import Transport

ID = re.compile("[0-9a-f]{32}")
"""The form of a user's or workspace's id."""

Listing = Callable[[], Iterable[Mapping[str, Any]]]


def workspace_names(workspaces: Listing) -> dict[str, str]:
    """Return the names of the workspaces that the user may see, by id."""
    return {str(each["id"]): str(each.get("name") or "") for each in workspaces()}


def workspace_id(name: str, workspaces: Listing) -> str:
    """Return the id of a workspace.

    Parameters
    ----------
    name : str
        Its name or id.
    workspaces : callable
        Lists Anaplan's records of the workspaces.

    Raises
    ------
    NotFound, AmbiguousName
        As `lookup.find_id` says.
    TypeError
        If the name is not text.
    """
    if _is_id(name, "workspace", "the name or id of a workspace"):
        return name
    return find_id(
        name, workspace_names(workspaces), kind="workspaces", owner="that your user may see"
    )


def user_id(name: str, transport: Transport) -> str:
    """Return the id of a user.

    Parameters
    ----------
    name : str
        The user's email or id.

    Raises
    ------
    NotFound, AmbiguousName
        As `lookup.find_id` says.
    TypeError
        If the name is not text.
    """
    if _is_id(name, "user", "the email or id of a user"):
        return name
    # The search narrows the listing; which user is meant is decided here.
    found = transport.pages("/users", "users", label="the users", params={"s": name})
    names = {str(each["id"]): str(each.get("email") or "") for each in found if each.get("id")}
    same = [id_ for id_, email in names.items() if email.casefold() == name.casefold()]
    if len(same) == 1:  # an email is the same in any case
        return same[0]
    return find_id(name, names, kind="users", owner="of the tenant")


def _is_id(name: object, argument: str, meaning: str) -> bool:
    if not isinstance(name, str):
        raise TypeError(f"{argument} must be {meaning}, as text, not {type(name).__name__}")
    return ID.fullmatch(name) is not None
