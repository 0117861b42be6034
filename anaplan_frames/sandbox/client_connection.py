"""Connections of anaplan_frames to a sandbox; the sandbox imports the library only here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anaplan_frames import Connection as Connection


def connect(
    email: str, password: str, /, *, api_url: str, auth_url: str, **options: Any
) -> Connection:
    """Connect to a sandbox at these URLs, with email and password unless `auth` is given."""
    import anaplan_frames as af

    options.setdefault("auth", af.BasicAuth(email, password))
    return af.connect(api_url=api_url, auth_url=auth_url, **options)
