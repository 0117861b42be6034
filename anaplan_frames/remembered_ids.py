"""The ids of models that were found by name, kept on disk for the next run.

What is kept saves a listing and is never believed by itself: a model's own name is checked when
its id is used. There is a file for each host and user, which only this user of the machine can
read. It holds names and ids, and no secret.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from anaplan_frames.folders import replace_private, writable_cache_folder
from anaplan_frames.json_parsing import parse_json

_FORMAT = 1
_MOST_NAMES = 500
_MOST_BYTES = 1_000_000
_log = logging.getLogger("anaplan_frames")


@dataclass(frozen=True, slots=True)
class RememberedModel:
    """Where a model was found.

    Attributes
    ----------
    id, workspace_id : str
    needed : sequence of str
        What a run of this program has asked about it first.
    """

    id: str
    workspace_id: str
    needed: Sequence[str] = ()


class RememberedIds:
    """What names have meant to one user.

    Parameters
    ----------
    host : str
        The API's URL.
    account : str or None
        Stands for the user; None: nothing is remembered.
    """

    def __init__(self, host: str, account: str | None) -> None:
        self._name = account and hashlib.sha256(f"{host}\n{account}".encode()).hexdigest()[:32]
        self._program = hashlib.sha256(os.fsencode(sys.argv[0] if sys.argv else "")).hexdigest()[:8]

    def find(self, asked: Sequence[str | None]) -> RememberedModel | None:
        """Return the model that was found for a name and its workspace.

        Parameters
        ----------
        asked : sequence of str or None
            The model's name, the workspace that was given, and the one that is preferred.
        """
        known = self._read()
        entry = known["models"].get(json.dumps(asked))
        if not _is_texts(entry) or len(entry) != 2:
            return None
        model_id, workspace_id = entry
        needed = known["needed"].get(f"{self._program} {model_id}")
        return RememberedModel(model_id, workspace_id, needed if _is_texts(needed) else ())

    def keep(self, asked: Sequence[str | None], model_id: str, workspace_id: str) -> None:
        """Remember where a model was found."""
        self._change("models", json.dumps(asked), [model_id, workspace_id])

    def forget(self, asked: Sequence[str | None]) -> None:
        """Forget a model: it is gone, or has another name."""
        self._change("models", json.dumps(asked), None)

    def keep_needed(self, model_id: str, needed: Sequence[str]) -> None:
        """Remember what this program asks about a model first."""
        self._change("needed", f"{self._program} {model_id}", list(needed))

    def _read(self) -> dict[str, dict[str, Any]]:
        """Return what is kept; nothing of a file that is damaged."""
        found: Any = None
        if self._name:
            with suppress(OSError, ValueError, RuntimeError):
                content = self._path().read_bytes()
                found = parse_json(content) if len(content) <= _MOST_BYTES else None
        if not isinstance(found, Mapping) or found.get("format") != _FORMAT:
            found = {}
        return {
            part: dict(found[part]) if isinstance(found.get(part), Mapping) else {}
            for part in ("models", "needed")
        }

    def _change(self, part: str, key: str, value: list[str] | None) -> None:
        """Keep a value, or forget it; another process that does the same may come between."""
        if not self._name:
            return
        known = self._read()
        entries = known[part]
        if entries.get(key) == value:
            return
        entries.pop(key, None)
        if value is not None:
            entries[key] = value  # as the latest
        known[part] = dict(list(entries.items())[-_MOST_NAMES:])
        try:
            replace_private(self._path(), json.dumps({"format": _FORMAT, **known}))
        except OSError as error:
            _log.debug("ids are not remembered: %s", error.strerror)

    def _path(self) -> Path:
        return writable_cache_folder() / "ids" / f"{self._name}.json"


def _is_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
