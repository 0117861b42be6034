"""One writer per file: Anaplan takes no lock while an import reads its file, so we do."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from anaplan_frames import cancellation
from anaplan_frames.deadline import check_time
from anaplan_frames.folders import private_folder, writable_cache_folder

_log = logging.getLogger("anaplan_frames")
_PAUSE = 0.2  # seconds between looks at the lock
_GUARD_TIMEOUT = 10.0  # seconds

# Locks of the parent that a forked child has stopped using. Old versions of filelock would release
# them for the parent, too, at the latest when the lock is garbage.
_inherited: list[BaseFileLock] = []


def lock_path(host: str, path: str) -> Path:
    """Return where journal and lock of a file are kept, without a suffix."""
    digest = hashlib.sha256(f"{host}{path}".encode()).hexdigest()[:32]
    return writable_cache_folder() / "uploads" / digest


@contextmanager
def file_lock(
    host: str, path: str, *, label: str, on_wait: Callable[[], None] | None = None
) -> Iterator[None]:
    """Keep all other threads and processes of this machine from writing to a file meanwhile.

    Parameters
    ----------
    host, path : str
        The API's URL, and the file's path below it.
    label : str
        The file in words, for the log.
    on_wait : callable, optional
        Called again and again as long as somebody else has the lock.

    Raises
    ------
    TransferTimeout
        If the time for the whole call ends before.
    """
    base = lock_path(host, path)
    private_folder(base.parent)
    lock = FileLock(base.with_suffix(".lock"), mode=0o600, thread_local=False)
    if not _is_acquired(lock):
        _log.warning("%s is being written to by another run on this machine: waiting", label)
        _wait_for(lock, label, on_wait)
    owner = os.getpid()
    try:
        yield
    finally:
        if os.getpid() == owner:
            _release(lock)
        else:
            _inherited.append(lock)


def _is_acquired(lock: BaseFileLock) -> bool:
    """Try once to acquire a lock, while nobody deletes its file."""
    try:
        with _guard(lock):
            lock.acquire(timeout=0)
    except Timeout:
        return False
    return True


def _release(lock: BaseFileLock) -> None:
    """Release a lock, and delete its file so that such files do not pile up."""
    try:
        with _guard(lock):
            lock.release()
            with suppress(OSError):
                Path(lock.lock_file).unlink()
    except Timeout:
        lock.release()


def _guard(lock: BaseFileLock) -> BaseFileLock:
    """Return the lock, to be held for a moment, of all who open or delete a lock's file.

    Without it, a file could be deleted between another run's opening and locking it, and a third
    run would lock a new one.
    """
    place = Path(lock.lock_file).with_name("guard.lock")
    return FileLock(place, mode=0o600, thread_local=False, timeout=_GUARD_TIMEOUT)


def _wait_for(lock: BaseFileLock, label: str, on_wait: Callable[[], None] | None) -> None:
    while True:
        cancellation.check(label)
        check_time(label)
        if on_wait is not None:
            on_wait()
        cancellation.sleep(_PAUSE)  # not the connection's clock: others do not go by it
        if _is_acquired(lock):
            return
