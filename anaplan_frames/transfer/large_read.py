"""Large reads: Anaplan writes a view or list to pages, which are fetched while it still writes."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import count
from typing import Any

from anaplan_frames import cancellation
from anaplan_frames.deadline import time_limit
from anaplan_frames.errors import AnaplanError, NotFound, TransferError
from anaplan_frames.progress import Progress
from anaplan_frames.threads import in_order
from anaplan_frames.transport import Content, Transport

_FETCHERS = 4
_LONGEST_DELETE, _INTERRUPTED_DELETE = 30.0, 0.4  # seconds
_FIRST_PAUSE, _SLOWER, _LONGEST_PAUSE = 0.05, 1.5, 2.0  # seconds between polls
_STOPPED = {"CANCELLING", "CANCELLED"}


def large_read(
    transport: Transport,
    path: str,
    body: Mapping[str, Any] | None = None,
    *,
    label: str,
    progress: Progress,
) -> Iterator[Content]:
    """Yield the pages of a large read, in order, while later ones are still being written.

    Together they are one text, whose header stands on the first page only. The read request is
    deleted at the end, even if it fails or the caller stops early: what a user has of them takes
    room in Anaplan.

    Parameters
    ----------
    path : str
        Of the view or list, which has ``/readRequests`` below it.
    body : mapping, optional
        What the request is started with, e.g. ``{"exportType": "TABULAR_MULTI_COLUMN"}``.
    label : str
        What is read, in words, for error messages.

    Raises
    ------
    TransferError
        If Anaplan could not write all of it, or dropped it before all was fetched.
    """
    # Were the answer lost and a second request begun, the first would end by itself, unread.
    answer = transport.post(f"{path}/readRequests", label=label, json=dict(body or {}))
    request = _Request(transport, f"{path}/readRequests/{_state(answer)['requestId']}", label)
    pages = in_order(request.fetch, count(), threads=_FETCHERS, name="anaplan-download")
    process = os.getpid()
    try:
        for content in pages:
            if content is None:
                return
            progress.advance(len(content))
            yield content
            del content  # not held while the next is waited for
    finally:
        if os.getpid() == process:  # else it is forked, and its parent may still read
            request.stop(TransferError(f"The large read of {label} was ended. Read again."))
            pages.close()  # waits for its threads
            request.delete()


def finished_read(
    transport: Transport, path: str, body: Mapping[str, Any], *, label: str
) -> tuple[str, int]:
    """Start a large read, wait until Anaplan has written all of it, and leave it there.

    The parameters and errors are those of `large_read`.

    Returns
    -------
    str, int
        The path of the read request, and the number of its pages.
    """
    answer = transport.post(f"{path}/readRequests", label=label, json=dict(body))
    found = f"{path}/readRequests/{_state(answer)['requestId']}"
    request = _Request(transport, found, label)
    try:
        return found, request.wait_for_end()
    except BaseException:
        request.delete()
        raise


def delete_read(transport: Transport, path: str, *, label: str) -> None:
    """Give the room of a read request back; if this fails, Anaplan drops it in time.

    Parameters
    ----------
    path : str
        Of the read request.
    label : str
        What is read, in words.
    """
    # Who is interrupted, or takes no more, does not wait for a stalled network.
    left = cancellation.seconds_to_end()
    if left is None:
        ended = isinstance(sys.exc_info()[1], Exception | None)
        left = _LONGEST_DELETE if ended else _INTERRUPTED_DELETE
    with suppress(AnaplanError), time_limit(transport.clock, left):
        transport.request("DELETE", path, label=f"large read of {label}")


class _Request:
    """One read request, and how many of its pages are there; shared by the fetching threads."""

    def __init__(self, transport: Transport, path: str, label: str) -> None:
        self._transport = transport
        self._path = path
        self._label = label
        self._changed = threading.Condition()
        self._asking = False
        self._available = 0
        self._ended = False
        self._failure: Exception | None = None
        self._pause = 0.0

    def fetch(self, page: int) -> Content | None:
        """Wait for a page and fetch it; None if there are no more."""
        try:
            if not self._wait_for(page):
                return None
            label = f"page {page} of {self._label}"
            return self._transport.download_large(f"{self._path}/pages/{page}", label=label)
        except NotFound as gone:
            failure: Exception = TransferError(
                f"The large read of {self._label} is gone: Anaplan drops one that nobody "
                "reads from for 30 minutes. Read again, and keep the rows instead of waiting "
                "between them."
            )
            self.stop(failure)
            raise failure from gone
        except Exception as failed:
            self.stop(failed)
            raise

    def wait_for_end(self) -> int:
        """Wait until all pages are there, and return their number."""
        with self._changed:
            while not self._ended:
                self._ask()
            return self._available

    def stop(self, failure: Exception) -> None:
        """Have no thread wait any longer: what waits fails, too, as there may be more pages."""
        with self._changed:
            self._failure = self._failure or failure
            self._changed.notify_all()

    def delete(self) -> None:
        """Give the room back; a request that cannot be deleted is dropped by Anaplan in time."""
        delete_read(self._transport, self._path, label=self._label)

    def _wait_for(self, page: int) -> bool:
        """Wait until a page is there; one of the waiting threads asks for all of them."""
        with self._changed:
            while page >= self._available and not self._ended:
                if self._failure is not None:
                    raise self._failure
                if self._asking:
                    self._changed.wait()
                else:
                    self._ask()
            return page < self._available

    def _ask(self) -> None:
        """Ask how far the request is; the others are not held up meanwhile."""
        self._asking = True
        self._changed.release()
        try:
            self._transport.clock.sleep(self._pause)
            found = _state(self._transport.get(self._path, label=self._label))
        finally:
            self._changed.acquire()
            self._asking = False
            self._changed.notify_all()
        self._note(found)

    def _note(self, found: Mapping[str, Any]) -> None:
        given = found.get("availablePages")
        if type(given) is not int:  # it says nothing
            given = None
        available = max(given or 0, self._available)
        # If pages come, the next is not far; else wait ever longer.
        faster = available > self._available or not self._pause
        self._pause = _FIRST_PAUSE if faster else min(self._pause * _SLOWER, _LONGEST_PAUSE)
        self._available = available
        state = found.get("requestState")
        if state in _STOPPED:
            raise TransferError(
                f"The large read of {self._label} was cancelled before all was read. Read again."
            )
        if state == "COMPLETE" and not found.get("successful", True):
            raise TransferError(
                f"Anaplan could not write the large read of {self._label}. Try again; if it fails "
                "again, read less at once, or by an export."
            )
        if state == "COMPLETE" and given is None:
            raise TransferError(
                f"Anaplan does not say how many pages the large read of {self._label} has. Try "
                "again."
            )
        # Last, as other threads take it for the end of all pages.
        self._ended = state == "COMPLETE"


def _state(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is said of the request: ``viewReadRequest`` or ``listReadRequest``."""
    for entry in answer.values():
        if isinstance(entry, Mapping) and "requestId" in entry:
            return entry
    raise TransferError("Anaplan's answer about a large read names no request. Try again.")
