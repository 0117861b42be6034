"""What was loaded, kept on disk: a small file that names larger ones, and is replaced as a whole.

The small file says what Anaplan is known to have (``confirmed``), and what a load that was begun is
going to make true (``pending``). It is written before anything is sent and after Anaplan has
confirmed, so that a run that is killed at any moment leaves it true.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from anaplan_frames.changes.digest_files import MOST_FILES, checksum
from anaplan_frames.folders import private_folder, replace_synced
from anaplan_frames.json_parsing import parse_json

_FORMAT = 1
_SECRET_BYTES = 16
_SUFFIXES = {"digests": ".digests", "keys": ".keys"}


class DamagedState(ValueError):
    """The files of a state are not as they were written."""


@dataclass(frozen=True, slots=True)
class Part:
    """Records of groups, and the texts of their keys.

    Attributes
    ----------
    digests : str
        The name of the file of records.
    keys : tuple of (name, rows)
        The files of key texts, in the order by which the records refer to them.
    groups : int
        How many records count.
    full : bool
        Whether the load sends all groups.
    """

    digests: str
    keys: tuple[tuple[str, int], ...]
    groups: int
    full: bool = False

    @property
    def names(self) -> list[str]:
        """The names of all of its files."""
        return [self.digests, *(name for name, _ in self.keys)]


@dataclass(frozen=True, slots=True)
class Head:
    """What the small file says.

    Attributes
    ----------
    facts : mapping
        What must be the same for the digests to be of use: the columns, the key and so on.
    secret : bytes
        From which the digests' constants are drawn.
    confirmed, pending : Part or None
        What Anaplan has, and what a load that was begun has sent, as far as it went.
    loaded, full : float or None
        When the last load, and the last one of all rows, was confirmed; seconds since the epoch.
    tasks : mapping
        The tasks that are known, by their action.
    sums : mapping
        The digests of the files, by name.
    """

    facts: Mapping[str, Any]
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(_SECRET_BYTES), repr=False)
    confirmed: Part | None = None
    pending: Part | None = None
    loaded: float | None = None
    full: float | None = None
    tasks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sums: Mapping[str, str] = field(default_factory=dict)

    @property
    def parts(self) -> list[Part]:
        """Both parts, as far as there are some."""
        return [part for part in (self.confirmed, self.pending) if part is not None]


class ChangeState:
    """The state of one target in a folder; who uses it has exclusive access to it.

    Parameters
    ----------
    folder : Path
        The caller's; made if it is not there, so that only this user may look into it.
    stem : str
        With what the names of the files begin.
    """

    def __init__(self, folder: Path, stem: str) -> None:
        self.folder: Path = private_folder(folder)
        self._stem = stem

    @property
    def path(self) -> Path:
        """The small file."""
        return self.folder / f"{self._stem}.json"

    def read(self) -> Head | None:
        """Return what was kept; None if nothing was.

        Raises
        ------
        DamagedState
            If a file is missing or is not as it was written; says which.
        OSError
            If a file cannot be read.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        head = _head_of(content, self.path.name)
        for part in head.parts:
            for name in part.names:
                self._check(name, head.sums.get(name, ""))
        return head

    def write(self, head: Head) -> Head:
        """Replace the small file, and delete the files that it does not name any more.

        Returns
        -------
        Head
            With the digests of all files.
        """
        names = {name for part in head.parts for name in part.names}
        sums = {name: head.sums.get(name) or checksum(self.folder / name) for name in names}
        whole = replace(head, sums=sums)
        written = self.folder / f"{self._stem}.new"
        written.write_text(json.dumps(_json_of(whole)), encoding="utf-8")
        with suppress(OSError, NotImplementedError):
            written.chmod(0o600)
        replace_synced(written, self.path)
        self.clean(names)
        return whole

    def forget(self) -> None:
        """Delete the state of this target."""
        self.path.unlink(missing_ok=True)
        self.clean(set())

    def new_path(self, kind: str) -> Path:
        """Return the path of a file that is not there yet.

        Parameters
        ----------
        kind : {"digests", "keys"}
        """
        return self.folder / f"{self._stem}-{secrets.token_hex(8)}{_SUFFIXES[kind]}"

    def clean(self, kept: set[str]) -> None:
        """Delete the files of this target that are not kept, such as those of a killed run."""
        for suffix in _SUFFIXES.values():
            for path in self.folder.glob(f"{self._stem}-*{suffix}"):
                if path.name not in kept:
                    with suppress(OSError):
                        path.unlink()

    def _check(self, name: str, expected: str) -> None:
        try:
            found = checksum(self.folder / name)
        except FileNotFoundError:
            raise DamagedState(f"{name} is missing") from None
        if found != expected:
            raise DamagedState(f"{name} is damaged")


def too_many_files(part: Part) -> bool:
    """Whether so many loads were not confirmed that no more files can be referred to."""
    return len(part.keys) + 2 > MOST_FILES


def _json_of(head: Head) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "facts": head.facts,
        "secret": head.secret.hex(),
        "confirmed": _json_of_part(head.confirmed),
        "pending": _json_of_part(head.pending),
        "loaded": head.loaded,
        "full": head.full,
        "tasks": {action: list(tasks) for action, tasks in head.tasks.items()},
        "sums": dict(head.sums),
    }


def _json_of_part(part: Part | None) -> dict[str, Any] | None:
    if part is None:
        return None
    keys = [list(each) for each in part.keys]
    return {"digests": part.digests, "keys": keys, "groups": part.groups, "full": part.full}


def _head_of(content: bytes, name: str) -> Head:
    try:
        found = parse_json(content)
        if not isinstance(found, dict) or found.get("format") != _FORMAT:
            raise ValueError("it is not of this version")
        return Head(
            facts=dict(found["facts"]),
            secret=bytes.fromhex(found["secret"]),
            confirmed=_part_of(found["confirmed"]),
            pending=_part_of(found["pending"]),
            loaded=found["loaded"],
            full=found["full"],
            tasks=dict(found["tasks"]),
            sums=dict(found["sums"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedState(f"{name} is damaged ({error})") from error


def _part_of(found: Any) -> Part | None:
    if found is None:
        return None
    keys = tuple((str(name), int(rows)) for name, rows in found["keys"])
    return Part(str(found["digests"]), keys, int(found["groups"]), bool(found["full"]))
