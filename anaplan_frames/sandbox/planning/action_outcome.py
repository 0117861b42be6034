"""The outcome of an action, and how a running action reports progress and is cancelled."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


class Cancelled(Exception):
    """The task was cancelled; the action rolls its changes back and does not catch this."""


class Watch(Protocol):
    """Receives the progress of an action."""

    def step(self, text: str, progress: float) -> None:
        """Note the step that begins and the progress (0 to 1); may raise `Cancelled`."""


class Unwatched:
    """A `Watch` that ignores progress and never cancels."""

    def step(self, text: str, progress: float) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value for a dimension that imports ask for when they run.

    Attributes
    ----------
    dimension, item : str
        ``entityType`` and ``entityName`` of the API.
    import_name : str or None
        ``importId`` of the API, the id or the name of the only import that it is for; None is for
        all imports of a process.
    """

    dimension: str
    item: str
    import_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an action ended.

    Attributes
    ----------
    successful : bool
        Whether the action was carried out; this includes imports with rejected rows.
    details : list of dict
        The ``details`` of the task's result, as Anaplan writes them.
    dump : Path or None
        The failure dump (UTF-8 CSV) in a temporary file, which the caller removes.
    imperfect : bool
        Whether rows were rejected or ignored.
    """

    successful: bool
    details: list[dict[str, Any]] = field(default_factory=list)
    dump: Path | None = None
    imperfect: bool = False


def failed(kind: str, text: str) -> Outcome:
    """Return the outcome of an action that failed as a whole, with a detail of this type."""
    detail: dict[str, Any] = {
        "type": kind,
        "localMessageText": text,
        "occurrences": 1,
        "values": [],
    }
    return Outcome(successful=False, details=[detail])
