"""Large reads: pages in order while they are being written, and the request deleted at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from anaplan_frames.errors import AnaplanError, NotFound, RequestRefused, TransferError
from anaplan_frames.progress import Progress
from anaplan_frames.transfer.large_read import large_read
from anaplan_frames.transport import Content, Transport
from tests.processes import in_a_fork, needs_fork
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_json

PAGES = [b"item,cost\na,1\n", b"b,2\n", b"c,3\n", b"d,4\n", b"e,5\n", b"f,6\n", b"g,7\n"]


class Writing:
    """Answers for one read request, which has `per_poll` more pages each time it is asked."""

    def __init__(self, per_poll: int = 2, **ending: Any) -> None:
        self._per_poll = per_poll
        self._ending = {"requestState": "COMPLETE", "successful": True, **ending}
        self._lock = threading.Lock()
        self.available = 0
        self.fetched: list[int] = []
        self.too_early: list[int] = []
        self.deleted = threading.Event()

    def __call__(self, seen: Seen) -> Answer:
        state: dict[str, Any] = {"requestId": "A1", "requestState": "IN_PROGRESS"}
        with self._lock:
            if seen.method == "DELETE":
                self.deleted.set()
                state["requestState"] = "CANCELLED"
            elif "/pages/" in seen.path:
                page = int(seen.path.rsplit("/", 1)[1])
                self.fetched.append(page)
                if page >= self.available:
                    self.too_early.append(page)
                return Answer(body=PAGES[page], headers={"Content-Type": "text/csv"})
            elif seen.method == "GET":
                self.available = min(self.available + self._per_poll, len(PAGES))
                state |= {"availablePages": self.available, "successful": False}
                if self.available == len(PAGES):
                    state |= self._ending
        return as_json({"viewReadRequest": state})


def pages(transport: Transport) -> Iterator[Content]:
    with Progress("Reading", unit="B", show=False) as bar:
        body = {"exportType": "TABULAR_MULTI_COLUMN"}
        yield from large_read(
            transport, "/models/m/views/1", body, label="view 'Costs'", progress=bar
        )


def test_all_pages_come_once_and_in_order_and_the_request_is_deleted(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = writing = Writing()
    assert list(pages(transport)) == PAGES
    assert sorted(writing.fetched) == list(range(len(PAGES)))
    assert not writing.too_early
    assert writing.deleted.is_set()
    started = server.asked("/2/0/models/m/views/1/readRequests")
    assert [each.body for each in started] == [b'{"exportType": "TABULAR_MULTI_COLUMN"}']


def test_the_first_page_comes_before_the_last_is_written(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = writing = Writing(per_poll=1)
    reading = pages(transport)
    assert next(reading) == PAGES[0]
    assert writing.available < len(PAGES)
    assert list(reading) == PAGES[1:]


def test_a_caller_who_stops_early_leaves_no_request_and_no_thread(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = writing = Writing(per_poll=0)
    writing.available = 1
    reading = pages(transport)
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert writing.deleted.is_set()
    names = {thread.name for thread in threading.enumerate()}
    assert not any(name.startswith("anaplan-download") for name in names)


def test_a_read_that_fails_says_so_after_its_pages_and_is_deleted(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = writing = Writing(successful=False)
    with pytest.raises(TransferError, match=r"could not write the large read of view 'Costs'"):
        list(pages(transport))
    assert writing.deleted.is_set()


def test_an_end_without_a_number_of_pages_is_not_taken_for_one(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = Writing(per_poll=len(PAGES), availablePages=None)
    with pytest.raises(TransferError, match="does not say how many pages"):
        list(pages(transport))


def test_a_read_that_somebody_cancels_is_an_error(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = Writing(requestState="CANCELLED")
    with pytest.raises(TransferError, match="cancelled before all was read"):
        list(pages(transport))


@pytest.mark.parametrize("part", ["/pages/3", "/readRequests/A1"])
def test_a_read_that_is_dropped_meanwhile_is_an_error_that_says_why(
    part: str, server: ScriptedServer, transport: Transport
) -> None:
    writing = Writing()

    def rule(seen: Seen) -> Answer:
        if seen.method == "GET" and seen.path.endswith(part):
            return as_json({"status": {"code": 404, "message": "Not Found"}}, 404)
        return writing(seen)

    server.rule = rule
    with pytest.raises(TransferError, match="nobody reads from for 30 minutes"):
        list(pages(transport))
    assert writing.deleted.is_set()


def test_the_pages_are_whole_even_if_the_request_cannot_be_deleted(
    server: ScriptedServer, transport: Transport
) -> None:
    writing = Writing()

    def rule(seen: Seen) -> Answer:
        return as_json({}, 403) if seen.method == "DELETE" else writing(seen)

    server.rule = rule
    assert list(pages(transport)) == PAGES


def test_a_list_names_its_request_otherwise(server: ScriptedServer, transport: Transport) -> None:
    writing = Writing()

    def rule(seen: Seen) -> Answer:
        answer = writing(seen)
        body = answer.body.replace(b"viewReadRequest", b"listReadRequest")
        return replace(answer, body=body)

    server.rule = rule
    with Progress("Reading", unit="B", show=False) as bar:
        read = large_read(transport, "/models/m/lists/1", label="list 'Parts'", progress=bar)
        assert list(read) == PAGES


def test_a_view_that_is_not_there_is_not_read(server: ScriptedServer, transport: Transport) -> None:
    server.rule = lambda seen: as_json({"status": {"message": "View not found"}}, 404)
    with pytest.raises(NotFound, match=r"view 'Costs': .*View not found"):
        list(pages(transport))
    assert len(server.calls) == 1


def test_a_page_that_fails_ends_the_wait_for_later_ones(
    server: ScriptedServer, transport: Transport
) -> None:
    writing = Writing(per_poll=0)
    writing.available = 2

    def rule(seen: Seen) -> Answer:
        return as_json({}, 400) if seen.path.endswith("/pages/1") else writing(seen)

    server.rule = rule
    reading = pages(transport)
    assert next(reading) == PAGES[0]
    with pytest.raises(RequestRefused, match="page 1 of view 'Costs'"):
        next(reading)
    assert writing.deleted.is_set()


@needs_fork
def test_a_forked_child_does_not_end_the_large_read_of_its_parent(
    server: ScriptedServer, transport: Transport
) -> None:
    writing = Writing(per_poll=3)
    server.rule = writing
    reading = pages(transport)
    first = next(reading)

    def go_on() -> None:
        with pytest.raises(AnaplanError, match="started in the parent of this forked process"):
            next(reading)

    assert in_a_fork(go_on) == 0
    assert in_a_fork(reading.close) == 0  # type: ignore[attr-defined]
    assert not writing.deleted.is_set()
    assert [first, *reading] == PAGES
    assert writing.deleted.is_set()
