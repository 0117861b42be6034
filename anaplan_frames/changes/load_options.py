"""What `load_changes` is asked for, checked before anything is read or sent."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from anaplan_frames.bulk.files import File
from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.job_options import LOCALE
from anaplan_frames.cells.modules import Module
from anaplan_frames.changes.sending import OnDeleted
from anaplan_frames.changes.target_rows import Target
from anaplan_frames.lists.delete_guard import check_max_delete
from anaplan_frames.lists.lists import List
from anaplan_frames.resources.resource import Resource

_OF_IMPORTS = {
    "parameters": None,
    "check": None,
    "locale": LOCALE,
    "chunk_bytes": None,
    "resume": True,
    "restart_after": None,
}


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What is asked for; `load_changes` says what the options mean.

    Attributes
    ----------
    full_every : float or None
        Seconds.
    """

    key: tuple[str, ...]
    folder: Path
    full_every: float | None
    on_deleted: OnDeleted
    max_delete: int | float
    confirm: bool


def load_options(
    *,
    key: str | Sequence[str],
    state: str | os.PathLike[str],
    full_every: str | dt.timedelta | None,
    on_deleted: OnDeleted,
    max_delete: int | float,
    confirm: bool,
) -> LoadOptions:
    """Check and gather what is asked for.

    Raises
    ------
    TypeError, ValueError
        If an option is not what it must be.
    """
    if on_deleted not in get_args(OnDeleted):
        raise ValueError(f"on_deleted must be 'report', 'blank' or 'delete', not {on_deleted!r}")
    check_max_delete(max_delete)
    return LoadOptions(
        _key_columns(key), Path(state), _seconds(full_every), on_deleted, max_delete, confirm
    )


def check_target(found: object, on_deleted: OnDeleted, own: Mapping[str, Any]) -> Target:
    """Return the target, if changes can be loaded to it.

    Parameters
    ----------
    found : object
        What the caller has named.
    own : mapping
        The options that only imports have.

    Raises
    ------
    TypeError, ValueError
        Says what can be done instead.
    """
    label = _label(found)
    if isinstance(found, File):
        raise ValueError(
            f"{label} holds what was last uploaded to it, so rows that are left out would be gone "
            "from it. Name the import that reads it, or upload all rows with to_anaplan."
        )
    if not isinstance(found, Import | List | Module):
        raise no_target(found)
    if on_deleted == "delete" and not isinstance(found, List):
        raise ValueError(
            f"on_deleted='delete' is for lists: {label} cannot delete items. Pass "
            "on_deleted='blank' to empty the values, or 'report'."
        )
    for name, value in own.items():
        if not isinstance(found, Import) and value != _OF_IMPORTS[name]:
            raise ValueError(
                f"{name}= is an option of imports and processes, not of {label}. Leave it out."
            )
    return found


def no_target(found: object) -> TypeError:
    """Return the error that says what can be the target."""
    return TypeError(
        "load_changes takes an import, a process, a list or a module, by its name or as "
        f"model.imports['Load flights'], not {_label(found)}."
    )


def _label(found: object) -> str:
    return found.label if isinstance(found, Resource) else type(found).__name__


def _key_columns(key: str | Sequence[str]) -> tuple[str, ...]:
    names = [key] if isinstance(key, str) else list(key)
    if not names or not all(isinstance(name, str) for name in names):
        raise TypeError(
            "key must be the name of a column, or a list of names, such as "
            f"['Airlines', 'Time'], not {key!r}"
        )
    if len(set(names)) < len(names):
        raise ValueError(f"key names a column twice: {names!r}")
    return tuple(names)


def _seconds(full_every: str | dt.timedelta | None) -> float | None:
    if full_every is None:
        return None
    try:
        seconds = pd.Timedelta(full_every).total_seconds()
    except (ValueError, TypeError):
        seconds = float("nan")
    if not seconds > 0:
        raise ValueError(
            f"full_every must be a time such as '7D' or datetime.timedelta(days=7), or None, not "
            f"{full_every!r}"
        )
    return seconds
