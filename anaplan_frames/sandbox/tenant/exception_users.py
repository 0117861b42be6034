"""Users who may sign in with a password in a workspace, although it demands single sign-on.

By exception-openapi.json: a user who is assigned must be one of the workspace, and the workspace
must use single sign-on, which it does in the sandbox unless `without_sso` says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from anaplan_frames.sandbox.tenant.entitlements import is_entitled
from anaplan_frames.sandbox.tenant.tenant_users import User, Users


class ExceptionUsers:
    """The exception users of a tenant, by workspace.

    Parameters
    ----------
    users : Users
    workspaces : mapping of str to Workspace
        By id.
    """

    def __init__(self, users: Users, workspaces: Mapping[str, Workspace]) -> None:
        self._users = users
        self._workspaces = workspaces
        self._ids: dict[str, dict[str, None]] = {}
        self._without_sso: set[str] = set()

    def without_sso(self, workspace: Workspace) -> None:
        """Let a workspace not use single sign-on, so that it can have no exception users."""
        self._without_sso.add(workspace.id)

    def assign(self, user: User, workspace: Workspace) -> None:
        """Make an exception user.

        Raises
        ------
        ValueError
            If the workspace does not use single sign-on, or the user is not in it.
        """
        self._check(user, workspace)
        self._ids.setdefault(workspace.id, {})[user.id] = None

    def unassign(self, user: User, workspace: Workspace) -> None:
        """Take a user from the exception users; the errors are those of `assign`."""
        self._check(user, workspace)
        self._ids.get(workspace.id, {}).pop(user.id, None)

    def of_workspace(self, workspace: Workspace) -> list[User]:
        """List the exception users of a workspace."""
        found = map(self._users.by_id, self._ids.get(workspace.id, ()))
        return [user for user in found if user is not None]

    def of_user(self, user: User) -> list[Workspace]:
        """List the workspaces in which a user is an exception user."""
        everywhere = self._workspaces.values()
        return [one for one in everywhere if user.id in self._ids.get(one.id, ())]

    def _check(self, user: User, workspace: Workspace) -> None:
        if workspace.id in self._without_sso:
            raise ValueError(f"The workspace {workspace.name!r} does not use single sign-on.")
        if not is_entitled(user, workspace):
            raise ValueError(f"The user {user.email!r} is not in workspace {workspace.name!r}.")
