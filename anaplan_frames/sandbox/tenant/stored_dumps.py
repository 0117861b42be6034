"""Stored failure dumps: each user's latest dump of an import, for 48 hours."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from anaplan_frames.sandbox.tenant.file_contents import KEPT_SECONDS
from anaplan_frames.sandbox.tenant.tenant_users import User

_Key = tuple[str, str, str]  # model id, import id, user id


class DumpGone(Exception):
    """The dump was replaced by a later task, or was kept for 48 hours."""


@dataclass(slots=True)
class _Latest:
    task_id: str
    path: Path | None
    used: float


class Dumps:
    """The stored failure dumps of a tenant.

    Parameters
    ----------
    new_path : callable
        Returns an unused path.
    clock : callable
        Returns the seconds since the epoch.
    """

    def __init__(self, new_path: Callable[[], Path], clock: Callable[[], float]) -> None:
        self._new_path = new_path
        self._clock = clock
        self._latest: dict[_Key, _Latest] = {}
        self._lock = threading.Lock()

    def keep(
        self, model_id: str, import_id: str, user: User, task_id: str, dump: Path | None
    ) -> None:
        """Note the user's latest task of the import and move its dump, if any, into storage."""
        path = None
        if dump is not None:
            path = self._new_path()
            shutil.move(os.fspath(dump), path)
        key = (model_id, import_id, user.id)
        with self._lock:
            before = self._latest.get(key)
            self._latest[key] = _Latest(task_id, path, self._clock())
        if before and before.path:
            before.path.unlink(missing_ok=True)

    def find(self, model_id: str, import_id: str, user: User, task_id: str) -> Path | None:
        """Return the dump of a task that has ended; None if no row was rejected.

        Raises
        ------
        DumpGone
            If the user has run the import again, or has not used the dump for 48 hours.
        """
        with self._lock:
            latest = self._find(model_id, import_id, user, task_id)
            latest.used = latest.used if latest.path is None else self._clock()
            return latest.path

    def look(self, model_id: str, import_id: str, user: User, task_id: str) -> Path | None:
        """Return what `find` does; that does not count as a use of the dump."""
        with self._lock:
            return self._find(model_id, import_id, user, task_id).path

    def _find(self, model_id: str, import_id: str, user: User, task_id: str) -> _Latest:
        latest = self._latest.get((model_id, import_id, user.id))
        if latest is None or latest.task_id != task_id:
            raise DumpGone("A later task of this import has replaced the dump")
        if latest.path is not None and self._clock() - latest.used > KEPT_SECONDS:
            raise DumpGone("The dump was kept for 48 hours")
        return latest
