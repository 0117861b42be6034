"""Read requests of large reads: they write views and lists to pages, which clients fetch."""

from __future__ import annotations

import logging
import shutil
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from anaplan_frames.sandbox.planning.action_outcome import Cancelled
from anaplan_frames.sandbox.tenant.task_queue import CANCELLED, COMPLETE, IN_PROGRESS, NOT_STARTED
from anaplan_frames.sandbox.tenant.tenant_users import User

_log = logging.getLogger(__name__)

IDLE_SECONDS = 30 * 60
_WORKERS = 2

Work: TypeAlias = Callable[[int, Callable[[bytes], None]], None]
"""Writes pages of at most this many bytes and passes each to a function, which may raise."""


@dataclass(slots=True, eq=False)
class LargeRead:
    """One read request.

    Attributes
    ----------
    kind : str
        ``views`` or ``lists``, as in the URL.
    source_id : str
        The id of the view, line item or list.
    folder : Path
        The folder of the pages; each is a file named by its number.
    used : float
        The time of its last use, in seconds since the epoch.
    available : int
        The number of pages that are available.
    successful : bool
        Whether it has ended and all pages are available.
    """

    kind: str
    model_id: str
    source_id: str
    user_id: str
    folder: Path
    used: float
    id: str = field(default_factory=lambda: uuid.uuid4().hex.upper())
    state: str = NOT_STARTED
    available: int = 0
    successful: bool = False
    cancel: threading.Event = field(default_factory=threading.Event, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def status(self) -> dict[str, Any]:
        """Return the state in the form of the API."""
        with self._lock:
            return {
                "requestId": self.id,
                "requestState": self.state,
                "availablePages": self.available,
                "successful": self.successful,
            }

    def page(self, number: int) -> bytes | None:
        """Return a page; None if it is not available."""
        with self._lock:
            # Under the lock, so that the page is not removed while it is read.
            return (self.folder / str(number)).read_bytes() if number < self.available else None

    def begin(self) -> None:
        """Change to IN_PROGRESS; raise `Cancelled` if the request was deleted before."""
        with self._lock:
            self._check()
            self.folder.mkdir()
            self.state = IN_PROGRESS

    def keep(self, content: bytes) -> None:
        """Store the next page; raise `Cancelled` if the request was deleted."""
        path = self.folder / str(self.available)
        with self._lock:
            self._check()
            path.write_bytes(content)
            self.available += 1

    def end(self, *, successful: bool) -> None:
        """Change to COMPLETE, unless the request was deleted."""
        with self._lock:
            if not self.cancel.is_set():
                self.state, self.successful = COMPLETE, successful

    def remove(self) -> None:
        """Stop the read and delete its pages."""
        self.cancel.set()
        with self._lock:
            self.state, self.available, self.successful = CANCELLED, 0, False
            shutil.rmtree(self.folder, ignore_errors=True)

    def _check(self) -> None:
        if self.cancel.is_set():
            raise Cancelled


class LargeReads:
    """The read requests of a tenant; they are private, and dropped 30 minutes after their last use.

    Parameters
    ----------
    new_path : callable
        Returns an unused path.
    page_bytes : int
        The most bytes that a page holds.
    pause : float
        Seconds that a request stays in NOT_STARTED, and in IN_PROGRESS after its last page, so that
        a client sees these states as in the service.
    clock : callable
        Returns the seconds since the epoch.
    """

    def __init__(
        self,
        new_path: Callable[[], Path],
        page_bytes: int,
        pause: float,
        clock: Callable[[], float],
    ) -> None:
        self.page_bytes = page_bytes
        self._new_path = new_path
        self._pause = pause
        self._clock = clock
        self._reads: dict[str, LargeRead] = {}
        self._workers: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    @property
    def kept(self) -> list[LargeRead]:
        """The requests that were neither deleted nor dropped."""
        with self._lock:
            return [read for read in self._reads.values() if read.state != CANCELLED]

    def start(self, kind: str, model_id: str, source_id: str, user: User, work: Work) -> LargeRead:
        """Begin to read; `work` runs in a thread."""
        self._drop_idle()
        read = LargeRead(kind, model_id, source_id, user.id, self._new_path(), self._clock())
        with self._lock:
            self._reads[read.id] = read
            if self._workers is None:
                self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="sandbox-read")
            self._workers.submit(self._run, read, work)
        return read

    def find(
        self, kind: str, model_id: str, source_id: str, user: User, id: str
    ) -> LargeRead | None:
        """Return a user's own request for this source, if any; this counts as its use."""
        self._drop_idle()
        with self._lock:
            read = self._reads.get(id)
        if read is None or (read.kind, read.model_id, read.source_id, read.user_id) != (
            kind,
            model_id,
            source_id,
            user.id,
        ):
            return None
        read.used = self._clock()
        return read

    def stop(self) -> None:
        """Drop all requests and wait for their threads to end."""
        with self._lock:
            reads, workers = list(self._reads.values()), self._workers
            self._reads.clear()
            self._workers = None
        for read in reads:
            read.remove()
        if workers is not None:
            workers.shutdown(wait=True)

    def _run(self, read: LargeRead, work: Work) -> None:
        try:
            read.cancel.wait(self._pause)
            read.begin()
            work(self.page_bytes, read.keep)
            read.cancel.wait(self._pause)
            read.end(successful=True)
        except Cancelled:
            read.remove()
        except Exception:
            _log.exception("The large read %s of %s %s failed", read.id, read.kind, read.source_id)
            read.end(successful=False)

    def _drop_idle(self) -> None:
        oldest = self._clock() - IDLE_SECONDS
        with self._lock:
            idle = [read for read in self._reads.values() if read.used < oldest]
            for read in idle:
                del self._reads[read.id]
        for read in idle:
            read.remove()
