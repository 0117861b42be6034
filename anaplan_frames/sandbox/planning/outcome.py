"""What an action of a model hands back, and how it is watched and cancelled while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


class Cancelled(Exception):
    """The task was cancelled; the action rolls everything back and lets this pass."""


class Watch(Protocol):
    """Whoever runs an action and wants to know how far it is."""

    def step(self, text: str, progress: float) -> None:
        """Take note of the step that begins and of the progress (0 to 1); raise `Cancelled`."""


class Unwatched:
    """A `Watch` that looks at nothing and never cancels."""

    def step(self, text: str, progress: float) -> None:
        """Take no note."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an action ended.

    Attributes
    ----------
    successful : bool
        Whether the action was carried out; an import with rejected rows was.
    details : list of dict
        The ``details`` of the task's result, as Anaplan writes them.
    dump : Path or None
        The failure dump (UTF-8 CSV) in a temporary file that the taker removes.
    """

    successful: bool
    details: list[dict[str, Any]] = field(default_factory=list)
    dump: Path | None = None
