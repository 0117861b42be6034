"""A file's turn: nobody else writes to it, or reads it, between an upload and its import's end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.tasks import wait_for_others
from anaplan_frames.transfer.file_lock import file_lock, lock_path
from anaplan_frames.transfer.journal import Journal


class FileAccess:
    """One's turn with some files, whose uploads nobody else disturbs.

    Parameters
    ----------
    catalogue : Catalogue
    tasks : mapping
        By the file's id, the last task of each import that reads it, by the import's id.
    """

    def __init__(self, catalogue: Catalogue, tasks: Mapping[str, Mapping[str, str | None]]) -> None:
        self.transport = catalogue.transport
        self._catalogue = catalogue
        self._tasks = tasks

    def journal(self, path: str, facts: Mapping[str, Any], *, resume: bool) -> Journal:
        """Open the journal of uploads to a file; what was uploaded is private to its user.

        What arrived is of use only while nobody else has written to the file, from another
        machine or with another client; who did so has then run an import that reads it.
        """
        whole = {
            "api": self.transport.api_url,
            "file": path,
            "user": self._catalogue.user_id,
            "tasks": self._tasks[path.rsplit("/", 1)[1]],
            **facts,
        }
        path_ = lock_path(self.transport.api_url, path).with_suffix(".journal")
        return Journal(path_, whole, self.transport.clock, resume=resume)


@contextmanager
def exclusive_access(catalogue: Catalogue, file_ids: Iterable[str]) -> Iterator[FileAccess]:
    """Wait for one's turn with files, and for running imports of them, and keep it.

    Anaplan takes no lock while an import reads its file: an upload meanwhile corrupts the load.
    Other runs on this machine wait for one another; what was started elsewhere shows in the
    tasks of the imports that read the file.
    """
    names = catalogue.records("files")
    tasks: dict[str, dict[str, str | None]] = {}
    with ExitStack() as stack:
        for file_id in sorted(set(file_ids)):  # in one order, so that two cannot wait in a circle
            label = f"file {names.get(file_id, {}).get('name', file_id)!r}"
            host, path = catalogue.transport.api_url, f"{catalogue.path}/files/{file_id}"
            stack.enter_context(file_lock(host, path, label=label))
            tasks[file_id] = {
                str(import_["id"]): wait_for_others(
                    catalogue.transport,
                    f"{catalogue.path}/imports/{import_['id']}",
                    label=f"import {import_['name']!r}",
                    why=f"it reads {label}",
                )
                for import_ in _readers(catalogue, file_id)
            }
        yield FileAccess(catalogue, tasks)


def _readers(catalogue: Catalogue, file_id: str) -> list[Mapping[str, Any]]:
    """Return the imports that read a file."""
    imports = catalogue.records("imports").values()
    return [one for one in imports if str(one.get("importDataSourceId")) == file_id]
