"""The folder of a snapshot, opened to be read; its format is described in docs/snapshots.md."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

FORMAT = "anaplan-frames snapshot"
VERSION = 1
MAPPINGS = "mappings.toml"
_ID = re.compile("[0-9]{6,19}")
_HEXADECIMAL = re.compile("[0-9A-Fa-f]{32}")
_DATA = re.compile("data-[0-9]+")


class OpenedSnapshot:
    """A snapshot that is complete.

    Attributes
    ----------
    folder : Path
    manifest : dict
        What ``snapshot.json`` holds: the model, its workspace, and how much of it there is.

    Raises
    ------
    FileNotFoundError
        If there is no snapshot in the folder.
    ValueError
        If it is not complete, damaged, or of a later version.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder: Path = Path(folder)
        self.manifest: dict[str, Any] = self._read_manifest()
        self._data: Path = self.folder / str(self.manifest["data"])

    @property
    def include(self) -> str:
        """How much of the model it holds: "structure", "lists" or "all"."""
        return str(self.manifest.get("include", "structure"))

    def json(self, piece: str) -> dict[str, Any]:
        """Return a piece of JSON; empty if it is not there."""
        path = self._data / f"{piece}.json"
        try:
            found = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError:
            raise ValueError(f"{str(path)!r} is damaged. Take the snapshot again.") from None
        return {} if not isinstance(found, dict) or "not_read" in found else found

    def why_missing(self, piece: str) -> str:
        """Return why a piece is not there, in the words of the one who took the snapshot."""
        return self.noted(piece) or "It is not in the snapshot."

    def noted(self, piece: str) -> str:
        """Return why a piece could not be read; empty if nothing is noted about it."""
        for name in (f"{piece}.json", f"{piece}.parquet.json"):
            path = self._data / name
            if path.exists() and (why := json.loads(path.read_text("utf-8")).get("not_read")):
                return str(why)
        return ""

    def records(self, kind: str, key: str = "") -> list[dict[str, Any]]:
        """Return the records of a listing; their ids are digits, as the API's are."""
        found: list[dict[str, Any]] = self.json(kind).get(key or kind, [])
        if wrong := next((one for one in found if not _ID.fullmatch(str(one.get("id")))), None):
            raise ValueError(
                f"{kind}.json of the snapshot in {str(self.folder)!r} has a record with the id"
                f" {wrong.get('id')!r}. Take the snapshot again."
            )
        return found

    def table(self, piece: str) -> Path | None:
        """Return the path of a piece of Parquet; None if it is not there."""
        path = self._data / f"{piece}.parquet"
        return path if path.exists() else None

    def _read_manifest(self) -> dict[str, Any]:
        path = self.folder / "snapshot.json"
        try:
            found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            if (self.folder / "unfinished.json").exists():
                raise ValueError(
                    f"The snapshot in {str(self.folder)!r} is not complete. Take it again: it goes"
                    " on with what is missing."
                ) from None
            raise FileNotFoundError(
                f"There is no snapshot in {str(self.folder)!r}. Take one: `anaplan-frames clone"
                " MODEL FOLDER`, or anaplan_frames.snapshot(model, folder)."
            ) from None
        except ValueError:
            raise ValueError(f"{str(path)!r} is damaged. Take the snapshot again.") from None
        if found.get("format") != FORMAT:
            raise ValueError(
                f"{str(path)!r} is not of a snapshot of a model. Give a folder that "
                "anaplan_frames.snapshot has written."
            )
        if int(found.get("version", 0)) > VERSION:
            raise ValueError(
                f"The snapshot in {str(self.folder)!r} has version {found['version']} of the"
                f" format, and this sandbox reads {VERSION}. Update anaplan-frames."
            )
        # They become parts of paths.
        names = [found.get("model"), (found.get("workspace") or {}).get("id")]
        if not _DATA.fullmatch(str(found.get("data"))) or not all(map(_is_hexadecimal, names)):
            raise ValueError(f"{str(path)!r} is damaged. Take the snapshot again.")
        return found


def _is_hexadecimal(id_: object) -> bool:
    return _HEXADECIMAL.fullmatch(str(id_)) is not None
