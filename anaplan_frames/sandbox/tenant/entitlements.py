"""Which workspaces a user is entitled to."""

from __future__ import annotations

from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from anaplan_frames.sandbox.tenant.tenant_users import User


def is_entitled(user: User, workspace: Workspace) -> bool:
    """Return whether a user is entitled to a workspace: as was said, or else by its models."""
    if user.workspaces is not None:
        return workspace.id in user.workspaces
    return user.administrator or user.models is None or any(map(user.may_use, workspace.models))
