"""The folder of a snapshot: pieces that are written once and whole, so that a killed run goes on.

Pieces are written to a subfolder of their own, which `unfinished.json` names. When all are there,
`snapshot.json` names it, and the pieces of an earlier snapshot are deleted. So whatever ends a run,
the folder holds the earlier snapshot, or the new one, and never a mixture.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from anaplan_frames.errors import ConfigurationError
from anaplan_frames.folders import private_folder, replace_synced
from anaplan_frames.json_parsing import parse_json
from anaplan_frames.model_structure.piece_store import NOT_READ

FORMAT = "anaplan-frames snapshot"
VERSION = 1
FINISHED, UNFINISHED = "snapshot.json", "unfinished.json"
_LONGEST = timedelta(hours=24)  # between the first piece and the last
_PART = ".part"


class SnapshotFolder:
    """The folder, and the subfolder in which pieces are written.

    Attributes
    ----------
    path : Path
    manifest : dict
        What ``snapshot.json`` is going to hold.
    """

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest

    @property
    def data(self) -> Path:
        """The subfolder of the pieces."""
        return self.path / str(self.manifest["data"])

    def has(self, piece: str) -> bool:
        """Return whether a piece is there, or a note that it cannot be read."""
        return (self.data / piece).exists() or (self.data / _note_of(piece)).exists()

    def read(self, piece: str) -> dict[str, Any]:
        """Return a piece of JSON."""
        found: dict[str, Any] = parse_json((self.data / piece).read_text("utf-8"))
        return found

    def write(self, piece: str, content: Mapping[str, Any]) -> None:
        """Write a piece of JSON."""

        def write(path: Path) -> None:
            path.write_text(_json(content), "utf-8")

        self.write_by(piece, write)

    def write_by(self, piece: str, write: Callable[[Path], None]) -> None:
        """Have a function write a piece; it counts as written only when the function has ended."""
        target = self.data / piece
        private_folder(target.parent)
        part = target.with_name(target.name + _PART)
        try:
            write(part)
            replace_synced(part, target)
        finally:
            part.unlink(missing_ok=True)

    def note(self, piece: str, why: str) -> None:
        """Note why a piece cannot be read."""
        self.write(_note_of(piece), {NOT_READ: why})

    def notes(self) -> Iterator[tuple[str, str]]:
        """Yield the pieces that could not be read, and why."""
        for path in sorted(self.data.rglob("*.json")):
            why = parse_json(path.read_text("utf-8")).get(NOT_READ)
            if why is not None:
                yield path.relative_to(self.data).as_posix(), str(why)

    def count_requests(self, requests: int) -> None:
        """Add to the requests of all runs."""
        self.manifest["requests"] += requests
        _write_json(self.path / UNFINISHED, self.manifest)

    def finish(self, now: datetime) -> None:
        """Make these pieces the snapshot, and delete those of an earlier one."""
        self.manifest["finished"] = now.isoformat(timespec="seconds")
        _write_json(self.path / FINISHED, self.manifest)
        (self.path / UNFINISHED).unlink(missing_ok=True)
        for other in self.path.glob("data-*"):
            if other != self.data:
                shutil.rmtree(other, ignore_errors=True)


@contextmanager
def open_folder(
    path: str | os.PathLike[str], asked: Mapping[str, Any], now: datetime
) -> Iterator[SnapshotFolder]:
    """Yield the folder, which goes on if a run that asked for the same was not finished.

    Parameters
    ----------
    asked : mapping
        What the snapshot is of, and how much of it.
    now : datetime
        With its time zone.

    Raises
    ------
    ConfigurationError
        If the folder holds something else, the snapshot of another model, or another process
        writes to it.
    """
    folder = Path(path)
    _check_folder(folder, asked)
    private_folder(folder)
    lock = FileLock(folder / ".lock", mode=0o600, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ConfigurationError(
            f"Another process is writing a snapshot to {str(folder)!r}. Wait for it, or give "
            "another folder."
        ) from None
    try:
        yield SnapshotFolder(folder, _begun(folder, asked, now))
    finally:
        lock.release()
        with suppress(OSError):
            Path(lock.lock_file).unlink()


def finished_folder(path: str | os.PathLike[str]) -> SnapshotFolder:
    """Return the folder of a finished snapshot, to read from.

    Raises
    ------
    ConfigurationError
        If there is none, or if another version of this library wrote it.
    """
    folder = Path(path)
    manifest = _read_json(folder / FINISHED) or {}
    if manifest.get("format") != FORMAT:
        raise ConfigurationError(
            f"{str(folder)!r} does not hold a finished snapshot. Write one: "
            f"snapshot(model, {str(folder)!r})."
        )
    if manifest.get("version") != VERSION:
        raise ConfigurationError(
            f"{str(folder)!r} holds a snapshot of version {manifest.get('version')}, and this "
            f"library reads version {VERSION}. Write it again."
        )
    return SnapshotFolder(folder, manifest)


def _check_folder(folder: Path, asked: Mapping[str, Any]) -> None:
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{str(folder)!r} is a file. Give a folder for the snapshot.")
    manifests = [_read_json(folder / name) for name in (FINISHED, UNFINISHED)]
    found = next((one for one in manifests if one), None)
    if found is None:
        others = [each.name for each in folder.iterdir()] if folder.exists() else []
        if set(others) - {".lock"}:
            raise ConfigurationError(
                f"{str(folder)!r} holds other files, such as {sorted(others)[0]!r}, and no "
                "snapshot. Give a new or empty folder."
            )
        return
    if found.get("format") != FORMAT or found.get("model") != asked["model"]:
        raise ConfigurationError(
            f"{str(folder)!r} holds the snapshot of the model {found.get('name')!r} "
            f"({found.get('model')}). Give another folder for the model {asked['name']!r}."
        )


def _begun(folder: Path, asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the manifest of the run that was not finished, or of a new one."""
    kept = _read_json(folder / UNFINISHED)
    if kept is not None and all(kept.get(key) == value for key, value in asked.items()):
        began = datetime.fromisoformat(kept["started"])
        if kept.get("version") == VERSION and abs(now - began) < _LONGEST:
            return kept
    finished = _read_json(folder / FINISHED) or {}
    used = {int(each.name[5:]) for each in folder.glob("data-*") if each.name[5:].isdigit()}
    for each in folder.glob("data-*"):
        if each.name != finished.get("data"):
            shutil.rmtree(each, ignore_errors=True)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        **asked,
        "data": f"data-{max(used, default=0) + 1}",
        "started": now.isoformat(timespec="seconds"),
        "requests": 0,
    }
    _write_json(folder / UNFINISHED, manifest)
    private_folder(folder / str(manifest["data"]))
    return manifest


def _note_of(piece: str) -> str:
    """Return the file that notes why a piece is not there: it is always JSON."""
    return piece if piece.endswith(".json") else f"{piece}.json"


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        found = parse_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    part = path.with_name(path.name + _PART)
    part.write_text(_json(content), "utf-8")
    replace_synced(part, path)


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
