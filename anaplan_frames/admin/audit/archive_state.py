"""What an archive of audit events remembers from one run to the next."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from anaplan_frames.errors import ConfigurationError
from anaplan_frames.folders import replace_synced
from anaplan_frames.json_parsing import parse_json

_NAME = "_archive.json"  # what begins like this is not read as data
_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ArchiveState:
    """How far an archive goes.

    Attributes
    ----------
    tenant_id : str or None
        The tenant whose events it has; None if it has none yet.
    read_until : int or None
        The time up to which events were asked for, in milliseconds since the epoch, by the clock
        of the machine that did so; None before the first run.
    last_event : int or None
        When the last event of all happened, in the same unit, by the service's clock.
    """

    tenant_id: str | None = None
    read_until: int | None = None
    last_event: int | None = None

    def begin(self, overlap: int) -> int | None:
        """Return from when on events are asked for again; None before the first run.

        Both clocks are heeded: the machine's may be fast, and the last event may be long ago.

        Parameters
        ----------
        overlap : int
            Milliseconds in which late events may have come since.
        """
        if self.read_until is None:
            return None
        return min(self.read_until, self.last_event or self.read_until) - overlap


def load_state(folder: Path) -> ArchiveState:
    """Return what was saved last.

    Raises
    ------
    ConfigurationError
        The file cannot be read.
    """
    path = folder / _NAME
    try:
        found: dict[str, Any] = parse_json(path.read_text(encoding="utf-8"))
        if found.pop("schema") != _SCHEMA:
            raise ValueError("another version")
        return ArchiveState(**found)
    except FileNotFoundError:
        return ArchiveState()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigurationError(
            f"{path} is not the state of an archive of this version ({error}). Delete it: the next "
            "run then reads all that Anaplan still has, and adds what is missing."
        ) from None


def save_state(folder: Path, state: ArchiveState) -> None:
    """Save what is to be known in the next run."""
    written = folder / f"{_NAME}.part"
    text = json.dumps({"schema": _SCHEMA, **asdict(state)}, indent=1)
    written.write_text(f"{text}\n", encoding="utf-8")
    replace_synced(written, folder / _NAME)
