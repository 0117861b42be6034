"""No pagination loses or doubles an item, whatever sizes the pages have and whatever goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anaplan_frames.errors import TransferError
from anaplan_frames.transport import Transport
from anaplan_frames.transport.pagination import (
    NextUrlPages,
    OffsetPages,
    Pagination,
    StartIndexPages,
)
from anaplan_frames.transport.services import SERVICES, Service
from tests.examples import FEW
from tests.transport.conftest import Connect
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_json

Fault = Literal["short", "empty", "again", "skips", "overlaps"]
FAULTS: tuple[Fault, ...] = ("short", "empty", "again", "skips", "overlaps")
SIZE, MOST_PAGES = 4, 25
PAGINATIONS: dict[str, Pagination] = {
    "offset": OffsetPages(size=SIZE, most_pages=MOST_PAGES),
    "startIndex": StartIndexPages(size=SIZE, most_pages=MOST_PAGES),
    "nextUrl": NextUrlPages(size=SIZE, most_pages=MOST_PAGES),
}
SLOW = settings(FEW, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass
class Collection:
    """Items as each kind of service gives them, page by page.

    `sizes` are the most items of its pages in turn; `total` says whether it promises one. A fault
    happens on page number `at`.
    """

    items: Sequence[dict[str, Any]]
    sizes: Sequence[int] = (SIZE,)
    total: bool = True
    fault: Fault | None = None
    at: int = 0
    link: Callable[[str, str], str] = lambda path, query: f"?{query}"
    pages: int = field(default=0, init=False)

    def answer(self, seen: Seen) -> Answer:
        """Answer as the service that the path names."""
        parts = urlsplit(seen.path)
        query = dict(parse_qsl(parts.query))
        kind = parts.path.split("/")[1]
        start = int(query.get("startIndex", "1")) - 1 + int(query.get("offset", "0"))
        start, items = self._page(start, int(query.get("limit") or query.get("count") or SIZE))
        if kind == "startIndex":
            return as_json(self._by_index(start, items))
        paging: dict[str, Any] = {"currentPageSize": len(items)}
        if self.total:
            paging["totalSize"] = len(self.items)
        paging["offSet" if kind == "nextUrl" else "offset"] = start
        if kind == "nextUrl" and start + len(items) < len(self.items) and not self._ended:
            following = urlencode({**query, "offset": start + len(items)})
            paging["nextUrl"] = self.link(parts.path, following)
        return as_json({"things": items, "meta": {"paging": paging}})

    def _by_index(self, start: int, items: Sequence[Any]) -> dict[str, Any]:
        answer = {"startIndex": start + 1, "itemsPerPage": len(items), "things": items}
        return {**answer, "totalResults": len(self.items)} if self.total else answer

    @property
    def _ended(self) -> bool:
        """Whether a fault has ended the listing before its end."""
        return self.fault in ("short", "empty") and self.pages > self.at

    def _page(self, start: int, limit: int) -> tuple[int, Sequence[dict[str, Any]]]:
        """Return the next page, with the position that its first item really has."""
        number, self.pages = self.pages, self.pages + 1
        size = min(limit, self.sizes[number % len(self.sizes)])
        if self.fault == "empty" and number >= self.at:
            return start, []
        if self.fault == "short" and number > self.at:
            return start, []
        if number == self.at and self.fault in ("again", "skips", "overlaps"):
            start = {"again": 0, "skips": start + 1, "overlaps": max(start - 1, 0)}[self.fault]
        return start, self.items[start : start + size]


@pytest.fixture
def listing(connect: Connect) -> Transport:
    """Return a connection with a service for each pagination, named by it."""
    services = [Service(name, "{api}", f"/{name}", {}, way) for name, way in PAGINATIONS.items()]
    return connect(services=(*SERVICES, *services), requests_per_minute=None)


def numbered(count: int) -> list[dict[str, int]]:
    return [{"n": n} for n in range(count)]


def things(transport: Transport, kind: str) -> list[dict[str, Any]]:
    return list(transport.pages("/things", "things", label="things", service=kind))


counts = st.integers(0, 5 * SIZE)
sizes = st.lists(st.integers(1, SIZE), min_size=1, max_size=4)
LINKS: list[Callable[[str, str], str]] = [
    lambda path, query: f"?{query}",
    lambda path, query: f"{path}?{query}",
    lambda path, query: f"things?{query}#end",
]


@pytest.mark.parametrize("kind", PAGINATIONS)
@SLOW
@given(count=counts, page_sizes=sizes, link=st.sampled_from(LINKS))
def test_all_items_come_once_and_in_order_whatever_the_sizes_of_the_pages(
    kind: str,
    count: int,
    page_sizes: list[int],
    link: Callable[[str, str], str],
    server: ScriptedServer,
    listing: Transport,
) -> None:
    server.rule = Collection(numbered(count), page_sizes, link=link).answer
    assert things(listing, kind) == numbered(count)


@pytest.mark.parametrize("kind", PAGINATIONS)
@SLOW
@given(count=counts)
def test_all_items_come_once_and_in_order_without_a_promised_total(
    kind: str, count: int, server: ScriptedServer, listing: Transport
) -> None:
    server.rule = Collection(numbered(count), total=False).answer
    assert things(listing, kind) == numbered(count)


@pytest.mark.parametrize("kind", PAGINATIONS)
@SLOW
@given(
    count=counts,
    page_sizes=sizes,
    fault=st.sampled_from(FAULTS),
    at=st.integers(0, 5),
)
def test_a_listing_with_a_fault_is_complete_or_an_error(
    kind: str,
    count: int,
    page_sizes: list[int],
    fault: Fault,
    at: int,
    server: ScriptedServer,
    listing: Transport,
) -> None:
    server.rule = Collection(numbered(count), page_sizes, fault=fault, at=at).answer
    found: list[dict[str, Any]] | str
    try:
        found = things(listing, kind)
    except TransferError as error:
        found = str(error)
    assert found == numbered(count) or str(found).startswith("things: Anaplan gave ")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", PAGINATIONS)
def test_a_fault_on_the_second_of_three_pages_is_an_error(
    kind: str, fault: Fault, server: ScriptedServer, listing: Transport
) -> None:
    server.rule = Collection(numbered(3 * SIZE), fault=fault, at=1).answer
    with pytest.raises(TransferError, match=r"^things: Anaplan gave "):
        things(listing, kind)


@pytest.mark.parametrize("kind", PAGINATIONS)
def test_a_listing_without_an_end_is_an_error(
    kind: str, server: ScriptedServer, listing: Transport
) -> None:
    made = numbered(1_000_000)
    server.rule = Collection(made).answer
    with pytest.raises(TransferError) as caught:
        things(listing, kind)
    assert str(caught.value) == (
        "things: Anaplan gave 25 pages and always one more. Ask for less at once."
    )
    assert len(server.calls) == MOST_PAGES


@pytest.mark.parametrize(
    "links",
    [
        ["?page=1", "?page=1"],
        ["?page=1", "?page=2", "?page=1"],
        ["?page=1", "?page=2", "?page=3"],
    ],
)
def test_next_urls_that_go_round_in_a_circle_are_an_error(
    links: list[str], server: ScriptedServer, listing: Transport
) -> None:
    """In the third chain an item comes again, under a new URL."""
    pages = [[{"n": 1}], [{"n": 2}], [{"n": 3}], [{"n": 1}]]
    server.script = [
        as_json({"things": items, "meta": {"paging": {"nextUrl": link}}})
        for items, link in zip(pages, [*links, "?page=4"], strict=False)
    ]
    with pytest.raises(TransferError, match=r"another page than that from item \d on"):
        things(listing, "nextUrl")


def test_the_caller_may_begin_with_a_later_item(server: ScriptedServer, listing: Transport) -> None:
    server.rule = Collection(numbered(10)).answer
    found = listing.pages("/things", "things", label="x", params={"offset": 3}, service="nextUrl")
    assert list(found) == numbered(10)[3:]


@pytest.fixture
def elsewhere() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running
        assert running.seen == []


@pytest.mark.parametrize(
    "link",
    [
        "{elsewhere}/things",
        "//{elsewhere_host}/things",
        "{here}@{elsewhere_host}/things",
        "http://me:sesame@{elsewhere_host}/things",
        "http://localhost:{here_port}/things",
        "https://{here_host}/things",
        "http://{here_host}\\@{elsewhere_host}/things",
        "http://{here_host}\t.evil.example/things",
        "http://[::1/things",
        "ftp://{here_host}/things",
        "javascript:things",
        7,
    ],
)
def test_a_next_url_on_another_host_is_refused(
    link: str | int, server: ScriptedServer, listing: Transport, elsewhere: ScriptedServer
) -> None:
    here, there = urlsplit(server.url), urlsplit(elsewhere.url)
    if isinstance(link, str):
        link = (
            link.replace("{here}", server.url)
            .replace("{elsewhere}", elsewhere.url)
            .replace("{here_host}", here.netloc)
            .replace("{here_port}", str(here.port))
            .replace("{elsewhere_host}", there.netloc)
        )
    body = {"things": [{"n": 1}], "meta": {"paging": {"totalSize": 2, "nextUrl": link}}}
    server.script = [as_json(body)]
    with pytest.raises(TransferError) as caught:
        things(listing, "nextUrl")
    assert "for the next page, where the token is not sent" in str(caught.value)
    assert "sesame" not in str(caught.value)
    assert len(server.calls) == 1


def test_a_next_url_on_the_same_host_is_written_in_any_way(
    server: ScriptedServer, listing: Transport
) -> None:
    netloc = urlsplit(server.url).netloc
    pages = [f"HTTP://{netloc}/nextUrl/things?n=1", f"//{netloc}/nextUrl/things?n=2", "?n=3"]
    for n, link in enumerate([*pages, None]):
        answer = {"things": [{"n": n}], "meta": {"paging": {"nextUrl": link}}}
        server.script.append(Answer(body=json.dumps(answer).encode()))
    assert things(listing, "nextUrl") == numbered(4)
    assert [seen.path.partition("?")[2] for seen in server.calls] == [
        f"limit={SIZE}",
        "n=1",
        "n=2",
        "n=3",
    ]


@pytest.mark.parametrize("total", [0, 1, 100, 101, 250])
def test_scim_counts_from_one_and_asks_for_a_hundred(
    total: int, server: ScriptedServer, transport: Transport
) -> None:
    def answer(seen: Seen) -> Answer:
        query = dict(parse_qsl(urlsplit(seen.path).query))
        first, count = int(query["startIndex"]), int(query["count"])
        users = numbered(total)[first - 1 : first - 1 + count]
        page = {"startIndex": first, "itemsPerPage": len(users), "Resources": users}
        return as_json({**page, "totalResults": total}, **{"Content-Type": "application/scim+json"})

    server.rule = answer
    users = transport.pages("/Users", "Resources", label="users", service="scim")
    assert list(users) == numbered(total)
    starts = range(1, max(total, 1) + 1, 100)
    expected = [f"/scim/1/0/v2/Users?startIndex={first}&count=100" for first in starts]
    # The first page says how many there are; the others are asked for side by side.
    asked = [seen.path for seen in server.calls]
    assert asked[0] == expected[0]
    assert sorted(asked) == sorted(expected)


def test_scim_may_give_any_number_for_the_first_of_no_items(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = lambda seen: as_json({"totalResults": 0, "startIndex": 0, "itemsPerPage": 0})
    assert list(transport.pages("/Users", "Resources", label="users", service="scim")) == []
