"""What the sandbox does by anaplan_frames itself; it imports the library only here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from anaplan_frames import Connection as Connection
    from anaplan_frames import Model as Model

Include: TypeAlias = Literal["structure", "lists", "all"]


def connect(
    email: str, password: str, /, *, api_url: str, auth_url: str, **options: Any
) -> Connection:
    """Connect to a sandbox at these URLs, with email and password unless `auth` is given."""
    import anaplan_frames as af

    options.setdefault("auth", af.BasicAuth(email, password))
    return af.connect(api_url=api_url, auth_url=auth_url, **options)


def take_snapshot(
    model: Model | str,
    folder: str | os.PathLike[str],
    *,
    include: Include,
    modules: str | Sequence[str] | None,
) -> None:
    """Take a snapshot of a model; see `anaplan_frames.snapshot`."""
    import anaplan_frames as af

    af.snapshot(model, folder, include=include, modules=modules)
