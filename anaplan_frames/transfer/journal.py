"""What has arrived of a transfer, kept on disk, so that a run that was killed can be resumed."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from anaplan_frames.clock import Clock
from anaplan_frames.errors import DataChanged
from anaplan_frames.folders import private_folder
from anaplan_frames.json_parsing import parse_json

_log = logging.getLogger("anaplan_frames")
# Anaplan drops uploaded content after 48 hours; the clocks need not agree.
_LONGEST = 47 * 3600.0  # seconds
_FORMAT = 1
_ENTRIES = (
    ("begun", int),
    ("arrived", int),
    ("completing", bool),
    ("complete", bool),
    ("import", str),
)


class Journal:
    """What is known of one transfer of one file; who writes to it has exclusive access to the file.

    It is a file of lines, each written at once and whole. If one cannot be written, as on a full
    disk, the transfer goes on without a journal; one that is damaged is set aside with a warning,
    and nothing of it is believed. It holds names, numbers and digests, none of the data and no
    secret.

    Parameters
    ----------
    path : Path
        Where it is kept.
    facts : mapping or callable
        What must be the same for a resumed transfer: user, file, dialect, and so on; or what
        returns it, called when it is first needed. Under ``"tasks"`` the latest task of each import
        of the file, by the import's id.
    clock : Clock
        Shows how old it is.
    resume : bool
        False forgets what an earlier run left.
    """

    def __init__(
        self,
        path: Path,
        facts: Mapping[str, Any] | Callable[[], Mapping[str, Any]],
        clock: Clock,
        *,
        resume: bool = True,
    ) -> None:
        self._path = path
        self._given_facts = facts
        self._clock = clock
        self._arrived: dict[int, str] = {}
        self.begun: int = 0
        """How many chunks Anaplan may hold: the highest number ever begun, and one."""
        self.part: str = ""
        """The name of the file that holds what was fetched, as an earlier run has noted it."""
        self._completed = False
        self._kept = True
        lines = self._lines()
        self.part = str(lines[0].get("part") or "") if lines else ""
        if resume:
            self._read(lines)

    @cached_property
    def _facts(self) -> dict[str, Any]:
        given = self._given_facts
        facts: dict[str, Any] = json.loads(json.dumps(given() if callable(given) else given))
        return facts

    @property
    def completed(self) -> bool:
        """Whether the upload is known to be complete."""
        return self._completed

    def resumes(self, first: str) -> bool:
        """Whether an upload of the same facts was begun, and its first chunk had this digest."""
        return self._arrived.get(0) == first

    def digest(self, index: int) -> str | None:
        """Return the digest under which this chunk is known to have arrived, if it has."""
        return self._arrived.get(index)

    def holds(self, index: int, digest: str, label: str) -> bool:
        """Whether this chunk is known to have arrived.

        Raises
        ------
        DataChanged
            If another has arrived in its place, or none may be added any more.
        """
        arrived = self._arrived.get(index)
        if arrived == digest:
            return True
        if arrived is not None or self._completed:
            raise self.changed(label)
        return False

    def changed(self, label: str) -> DataChanged:
        """Forget all, and return the error which says that the data are others than before."""
        self.forget()
        return DataChanged(
            f"An earlier run was interrupted while it sent data to {label}, and the data given now "
            "begin like those but then differ. Nothing was imported. Run it again: it will start "
            "from the beginning."
        )

    def start(self, part: str = "") -> None:
        """Begin again: from now on nothing is known to have arrived."""
        self.forget()
        self.begun, self._completed = 0, False
        with suppress(OSError):  # which shows again when the line is written
            private_folder(self._path.parent)
        head = {"format": _FORMAT, "facts": self._facts, "time": self._clock.time()}
        self._note({**head, "part": part} if part else head)

    def begin(self, index: int) -> None:
        """Note that a chunk is about to be sent: if it is cut off, Anaplan may hold another."""
        self.begun = max(self.begun, index + 1)
        self._arrived.pop(index, None)
        self._note({"begun": index})

    def arrive(self, index: int, digest: str) -> None:
        """Note that a chunk was confirmed."""
        self._arrived[index] = digest
        self._note({"arrived": index, "digest": digest})

    def completing(self) -> None:
        """Note that completion is being asked for, after which no chunk may be sent alone."""
        self._note({"completing": True})

    def complete(self) -> None:
        """Note that the upload was completed."""
        self._completed = True
        self._note({"complete": True})

    def started(self, import_id: str, task_id: str) -> None:
        """Note that our own task imports what was sent, which is then not taken for another's."""
        self._note({"import": import_id, "task": task_id})

    def forget(self) -> None:
        """Delete it: what it holds is of no more use."""
        self._arrived.clear()
        self._path.unlink(missing_ok=True)

    def _note(self, entry: Mapping[str, Any]) -> None:
        """Write a line; if that fails there is no journal, rather than one without that line."""
        if not self._kept:
            return
        try:
            _append(self._path, entry)
        except OSError as error:
            self._kept = False
            self._path.unlink(missing_ok=True)
            _log.warning(
                "%s: cannot be written (%s), so that a run that is killed will not be resumed",
                self._path,
                error.strerror,
            )

    def _lines(self) -> list[dict[str, Any]]:
        """Return all lines; one that is damaged may have said that others hold no more."""
        try:
            return read_lines(self._path.read_bytes())
        except OSError:
            return []
        except ValueError:
            aside = self._path.with_suffix(".damaged")
            with suppress(OSError):
                os.replace(self._path, aside)
            _log.warning(
                "%s was damaged and is set aside, so that an earlier run is not resumed", aside
            )
            return []

    def _read(self, every: list[dict[str, Any]]) -> None:
        lines = [line for line in every if "task" not in line]
        owned = {line["import"]: line["task"] for line in every if "task" in line}
        if not lines or not self._fits(lines[0], owned):
            return
        for line in lines[1:]:
            if "begun" in line:
                self.begun = max(self.begun, line["begun"] + 1)
                self._arrived.pop(line["begun"], None)
            elif "arrived" in line:
                self._arrived[line["arrived"]] = line["digest"]
        self._completed = "complete" in lines[-1]
        if "completing" in lines[-1]:  # whether it was completed is not known
            self._arrived.clear()

    def _fits(self, head: Mapping[str, Any], owned: Mapping[str, str]) -> bool:
        """Whether the journal is of the same upload, and what was sent is still kept.

        The latest tasks of imports may be those that the killed run has started itself.
        """
        age = self._clock.time() - float(head.get("time", 0))
        facts = dict(head.get("facts") or {})
        if "tasks" in facts:
            facts["tasks"] = {key: owned.get(key, last) for key, last in facts["tasks"].items()}
        same = head.get("format") == _FORMAT and facts == self._facts
        return same and 0 <= age < _LONGEST


def read_lines(content: bytes) -> list[dict[str, Any]]:
    """Read the lines of a journal; none if the last one is not whole, as after a kill.

    Raises
    ------
    ValueError
        If it is damaged in another way.
    """
    if content[-1:] != b"\n":
        return []
    lines = [parse_json(line) for line in content.splitlines()]
    if not all(isinstance(line, dict) for line in lines):
        raise ValueError("a line is not an object")
    head, *rest = lines
    if not _is_head(head) or not all(map(_is_entry, rest)):
        raise ValueError("a line does not have what it should have")
    return lines


def _is_head(line: Mapping[str, Any]) -> bool:
    facts, part = line.get("facts"), line.get("part", "")
    if not isinstance(facts, dict) or not isinstance(part, str):
        return False
    time = line.get("time")
    return type(time) in (int, float) and isinstance(facts.get("tasks", {}), dict)


def _is_entry(line: Mapping[str, Any]) -> bool:
    """Whether a line is one of those that a journal writes."""
    for name, kind in _ENTRIES:
        if name in line:
            value = line[name]
            numbered = type(value) is not int or value >= 0
            known = name != "arrived" or isinstance(line.get("digest"), str)
            named = name != "import" or isinstance(line.get("task"), str)
            return type(value) is kind and numbered and known and named
    return False


def _append(path: Path, entry: Mapping[str, Any]) -> None:
    """Write a line in one go, which several threads may do at the same time."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    descriptor = os.open(path, flags, 0o600)
    try:
        os.write(descriptor, json.dumps(entry).encode() + b"\n")
    finally:
        os.close(descriptor)
