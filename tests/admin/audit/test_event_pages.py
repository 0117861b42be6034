"""Pages of audit events: followed to their end, or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import anaplan_frames as af
from anaplan_frames.admin.audit.audit_service import Audit
from anaplan_frames.transport import Transport
from tests.admin.audit.standing_clock import Standing
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_bytes, as_json


def event(number: int) -> dict[str, Any]:
    return {"id": number, "eventDate": 1_780_000_000_000 + number, "additionalAttributes": {}}


def page(numbers: range, total: int | None, next_url: str | None = None, **more: Any) -> Answer:
    """Make an answer whose first event is the one with its number."""
    paging: dict[str, Any] = {"currentPageSize": len(numbers), "offSet": numbers.start, **more}
    if total is not None:
        paging["totalSize"] = total
    if next_url is not None:
        paging["nextUrl"] = next_url
    return as_json({"meta": {"paging": paging}, "response": [event(n) for n in numbers]})


def ids(transport: Transport) -> list[int]:
    audit = Audit(transport)
    return list(audit.events(since="2026-05-01", until="2026-06-20", columns="id")["id"])


@pytest.fixture
def transport(make_transport: Callable[..., Transport]) -> Transport:
    """Speak to the scripted server at a time that does not move."""
    return make_transport(requests_per_minute=None, clock=Standing(1_790_000_000))


pytestmark = pytest.mark.filterwarnings("ignore:Anaplan keeps audit events")
NEXT = "/audit/api/1/events?cursor=abc"


def one_window(answers: list[Answer]) -> Callable[[Seen], Answer]:
    """Answer the first span of time as given, and the others with nothing."""
    starts: list[str] = []

    def answer(seen: Seen) -> Answer:
        query = parse_qs(urlsplit(seen.path).query)
        starts.extend(query.get("dateFrom", []))
        return answers.pop(0) if len(starts) == 1 else page(range(0), 0)

    return answer


def test_the_next_url_is_followed_as_it_is(server: ScriptedServer, transport: Transport) -> None:
    server.rule = one_window([page(range(3), 5, server.url + NEXT), page(range(3, 5), 5)])
    assert ids(transport) == list(range(5))
    first, second = (seen.path for seen in server.calls[:2])
    assert "type=all&dateFrom=" in first
    assert first.endswith("&limit=10000")
    assert second == NEXT
    assert {seen.headers["Authorization"].split()[0] for seen in server.calls} == {
        "AnaplanAuthToken"
    }


def test_an_empty_page_ends_the_reading(server: ScriptedServer, transport: Transport) -> None:
    server.rule = one_window([page(range(3), 3, NEXT), page(range(3, 3), 3, NEXT + "d")])
    assert ids(transport) == [0, 1, 2]


def test_pages_that_say_nothing_of_themselves_are_read(
    server: ScriptedServer, transport: Transport
) -> None:
    bare = [{"response": [event(1)], "meta": {"paging": {"nextUrl": NEXT}}}, {"response": []}]
    server.rule = one_window([as_json(each) for each in bare])
    assert ids(transport) == [1]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([page(range(3), 5)], "gave 3 of 5 events and then no more"),
        ([page(range(3), 5, NEXT), page(range(4, 5), 5)], "another page than that from event 3 on"),
        ([page(range(3), 9, NEXT), page(range(3, 6), 9, NEXT)] * 2, "another page than that"),
        ([page(range(3), 5, NEXT), page(range(3, 4), 4)], "Anaplan removed old events"),
        ([page(range(3), 3, currentPageSize=4)], "gave 3 of|promised 4 events .* and gave 3"),
        ([page(range(3), 6, "https://elsewhere.example.com/events")], "where the token is not"),
        ([as_json({"response": [{"id": "x", "eventDate": 1}]})], "answer cannot be read"),
        ([as_json({"response": [{"eventDate": 1}]})], "an event has no id or no time"),
    ],
    ids=str,
)
def test_pages_that_do_not_fit_together_raise(
    answers: list[Answer], words: str, server: ScriptedServer, transport: Transport
) -> None:
    server.rule = one_window(list(answers))
    with pytest.raises(af.TransferError, match=words):
        ids(transport)


@pytest.mark.parametrize(
    "wrong",
    [
        as_json({"meta": {}}),
        as_json({"response": {}}),
        as_bytes(b"<html>Sign in</html>", "text/html"),
        as_bytes(b'{"response": [', "application/json"),
    ],
    ids=str,
)
def test_what_is_not_anaplans_answer_is_asked_for_again(
    wrong: Answer, server: ScriptedServer, transport: Transport
) -> None:
    server.script = [wrong]
    server.rule = one_window([page(range(2), 2)])
    assert ids(transport) == [0, 1]
