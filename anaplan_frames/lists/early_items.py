"""The items of a list, asked for while the list is still described."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from contextvars import copy_context

import requests

from anaplan_frames.deadline import check_time, remaining_seconds
from anaplan_frames.transport import Transport

_BASIC = frozenset({"id", "code", "name", "parent"})
LONGEST_ANSWER = 600.0  # seconds; a long list takes its time before the first byte


def request_items(
    transport: Transport, path: str, label: str, *, everything: bool
) -> requests.Response:
    """Ask for all items of a list at once, and return when the answer begins.

    Parameters
    ----------
    path, label : str
        Of the list.
    everything : bool
        Whether properties and subsets are wanted.
    """
    return transport.request(
        "GET",
        f"{path}/items",
        label=f"items of {label}",
        params={"includeAll": "true"} if everything else {},
        stream=True,
        timeout=transport.patient(LONGEST_ANSWER),
    )


class EarlyItems:
    """The answer with all items, asked for by a thread.

    Parameters
    ----------
    transport : Transport
    path, label : str
        Of the list.
    columns : iterable of str or None
        What is going to be read; None is everything.
    """

    def __init__(
        self, transport: Transport, path: str, label: str, columns: Iterable[str] | None
    ) -> None:
        self.everything: bool = columns is None or not _BASIC.issuperset(columns)
        self._process = os.getpid()
        self._taken = False
        self._answer: Future[requests.Response] = Future()
        context = copy_context()  # the time for the whole call counts in the thread, too

        def ask() -> None:
            try:
                self._answer.set_result(
                    context.run(request_items, transport, path, label, everything=self.everything)
                )
            except BaseException as error:
                self._answer.set_exception(error)

        # A daemon: nobody waits for items that are not needed.
        threading.Thread(target=ask, name="anaplan-early", daemon=True).start()

    def take(self, *, everything: bool) -> requests.Response | None:
        """Return the answer, once; None if it does not have all that is wanted."""
        if self._taken or os.getpid() != self._process:
            return None
        self._taken = True
        if everything and not self.everything:
            self.close()
            return None
        try:
            return self._answer.result(remaining_seconds())
        except TimeoutError:
            check_time("items")
            raise

    def __del__(self) -> None:
        # An answer that nobody reads would keep one of the connection's places.
        if not getattr(self, "_taken", True):
            self.close()

    def close(self) -> None:
        """End the request; its answer is not needed."""
        if os.getpid() == self._process:
            self._answer.add_done_callback(_end)


def _end(answer: Future[requests.Response]) -> None:
    if answer.exception() is None:
        answer.result().close()
