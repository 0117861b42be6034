"""Items on their way: whole if they come whole, completed by pages if they do not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pytest

from anaplan_frames.auth import BasicAuth
from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.errors import EncodingError, RequestRefused, TransferError
from anaplan_frames.lists.item_reader import ItemSource, item_count, read_items
from anaplan_frames.progress import Progress
from anaplan_frames.transport import Transport
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_json

COUNT = 21_000  # more than fit into one block, and into four pages
ITEMS = [
    {"id": str(206_000_000_000 + n), "name": f"Item {n}", "properties": {"Notes": "x" * 80}}
    for n in range(COUNT)
]
NAME = ItemColumn("name", "", "name", pa.string())
NOTES = ItemColumn("Notes", "properties", "Notes", pa.string())


class Service:
    """Answers as the service does: whole without a limit, else by pages.

    Attributes
    ----------
    items : list of dict
        What the list holds.
    spoil : callable
        Given offset (None: the whole was asked for) and the answer, returns what is sent.
    paging : bool
        Whether answers give offset and total.
    """

    def __init__(self) -> None:
        self.items = ITEMS
        self.spoil: Callable[[int | None, Answer], Answer] = lambda offset, answer: answer
        self.paging = True
        self.asked: list[int | None] = []
        self.include_all: list[str | None] = []
        self._lock = threading.Lock()

    def __call__(self, seen: Seen) -> Answer:
        query = parse_qs(urlsplit(seen.path).query)
        offset = int(query["offset"][0]) if "offset" in query else None
        with self._lock:
            self.asked.append(offset)
            self.include_all.append(query.get("includeAll", [None])[0])
        items = self.items
        if offset is not None:
            items = items[offset : offset + int(query["limit"][0])]
        return self.spoil(offset, self.answer(items, offset or 0))

    def answer(self, items: list[dict[str, Any]], offset: int) -> Answer:
        paging = {"offset": offset, "totalSize": len(self.items), "currentPageSize": len(items)}
        meta: dict[str, Any] = {"meta": {"paging": paging}} if self.paging else {}
        found = {"listItems": items} if items else {}
        return as_json({**meta, "status": {"code": 200}, **found})


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def item_transport(service: Service) -> Iterator[Transport]:
    with ScriptedServer() as server:
        server.rule = service
        auth = BasicAuth("planner@example.com", "correct horse")
        made = Transport(
            auth, api_url=server.url, auth_url=server.url, requests_per_minute=None, tries=1
        )
        yield made
        made.close()


def names(transport: Transport, expected: int = 0, *columns: ItemColumn) -> list[str]:
    source = ItemSource(transport, "/models/m/lists/101000000001", "list 'Parts'", expected)
    with Progress("Reading", unit="B", show=False) as bar:
        batches = list(read_items(source, [NAME, *columns], bar))
    return [name for batch in batches for name in batch.column(0).to_pylist()]


ALL = [item["name"] for item in ITEMS]


def test_one_request_asks_for_all_items(service: Service, item_transport: Transport) -> None:
    assert names(item_transport, COUNT) == ALL
    assert service.asked == [None]


def test_an_item_without_an_id_is_not_left_out_of_account(
    service: Service, item_transport: Transport
) -> None:
    service.items = [*ITEMS[:3], {"name": "Item 3"}, *ITEMS[4:6]]
    with pytest.raises(TransferError, match="an item without an id"):
        names(item_transport)


def test_properties_are_asked_for_only_if_one_is_read(
    service: Service, item_transport: Transport
) -> None:
    names(item_transport)
    names(item_transport, 0, NOTES)
    assert service.include_all == [None, "true"]


def test_only_the_columns_asked_for_come_out(item_transport: Transport) -> None:
    source = ItemSource(item_transport, "/models/m/lists/101000000001", "list 'Parts'")
    with Progress("Reading", unit="B", show=False) as bar:
        first = next(read_items(source, [NOTES, NAME], bar))
    assert first.schema.names == ["Notes", "name"]


@pytest.mark.parametrize("paging", [True, False])
def test_an_answer_that_breaks_off_is_completed_by_pages(
    paging: bool, service: Service, item_transport: Transport
) -> None:
    service.paging = paging

    def cut_whole(offset: int | None, answer: Answer) -> Answer:
        return answer if offset is not None else Answer(body=answer.body, fault="cut")

    service.spoil = cut_whole
    assert names(item_transport) == ALL
    begin = service.asked[1]
    assert begin is not None
    assert begin > 0, "what had come is not asked for again"


def test_an_answer_that_ends_too_early_without_a_sign_is_completed_too(
    service: Service, item_transport: Transport
) -> None:
    service.spoil = lambda offset, answer: (
        answer if offset is not None else Answer(body=answer.body[: len(answer.body) * 2 // 3])
    )
    assert names(item_transport) == ALL


@pytest.mark.parametrize("paging", [True, False])
def test_more_items_than_come_at_once_are_read_by_pages(
    paging: bool, service: Service, item_transport: Transport
) -> None:
    service.paging = paging
    assert names(item_transport, 1_000_001) == ALL
    assert set(service.asked) >= {0, 5_000, 10_000, 15_000, 20_000}
    assert None not in service.asked


def test_a_service_that_refuses_the_whole_is_asked_for_pages(
    service: Service, item_transport: Transport
) -> None:
    refusal_message = as_json({"status": {"code": 400, "message": "too many items"}}, 400)
    service.spoil = lambda offset, answer: refusal_message if offset is None else answer
    assert names(item_transport) == ALL


def test_a_service_that_refuses_pages_too_is_believed(
    service: Service, item_transport: Transport
) -> None:
    service.spoil = lambda offset, answer: as_json({"status": {"message": "no such thing"}}, 400)
    with pytest.raises(RequestRefused, match="no such thing"):
        names(item_transport)


def test_a_service_that_gives_one_page_of_all_is_asked_for_the_others(
    service: Service, item_transport: Transport
) -> None:
    service.spoil = lambda offset, answer: (
        answer if offset is not None else service.answer(ITEMS[:5_000], 0)
    )
    assert names(item_transport) == ALL


@pytest.mark.parametrize("expected", [0, 2_000_000])
@pytest.mark.parametrize("paging", [True, False])
def test_a_list_without_items_has_no_rows(
    expected: int, paging: bool, service: Service, item_transport: Transport
) -> None:
    service.items, service.paging = [], paging
    assert names(item_transport, expected) == []


@pytest.mark.parametrize("count", [4_999, 5_000, 5_001, 10_000])
def test_pages_end_with_the_last_item_even_without_a_total(
    count: int, service: Service, item_transport: Transport
) -> None:
    service.items, service.paging = ITEMS[:count], False
    assert names(item_transport, 2_000_000) == ALL[:count]


def test_a_page_that_does_not_follow_what_came_is_an_error(
    service: Service, item_transport: Transport
) -> None:
    def cut_and_change(offset: int | None, answer: Answer) -> Answer:
        if offset is None:
            service.items = ITEMS[1:]  # an item is deleted meanwhile
            return Answer(body=answer.body, fault="cut")
        return answer

    service.spoil = cut_and_change
    with pytest.raises(TransferError, match="'Parts' was changed while"):
        names(item_transport)


def test_a_list_that_grows_between_pages_is_an_error(
    service: Service, item_transport: Transport
) -> None:
    def grow(offset: int | None, answer: Answer) -> Answer:
        service.items = [*service.items, {"id": "1", "name": "new"}]
        return answer

    service.spoil = grow
    with pytest.raises(TransferError, match="'Parts' was changed while"):
        names(item_transport, 2_000_000)


def test_pages_that_hold_less_than_promised_are_an_error(
    service: Service, item_transport: Transport
) -> None:
    def short(offset: int | None, answer: Answer) -> Answer:
        return service.answer(ITEMS[10_000:10_010], 10_000) if offset == 10_000 else answer

    service.spoil = short
    with pytest.raises(TransferError, match=r"gave 16,010 of 21,000 items\. Try again"):
        names(item_transport, 2_000_000)


def test_another_page_than_the_one_asked_for_is_an_error(
    service: Service, item_transport: Transport
) -> None:
    service.spoil = lambda offset, answer: service.answer(ITEMS[:5_000], 0)
    with pytest.raises(TransferError, match="from 5,000 on: Anaplan gave another page"):
        names(item_transport, 2_000_000)


def test_an_answer_that_is_nothing_of_anaplan_s_is_an_error(
    service: Service, item_transport: Transport
) -> None:
    service.spoil = lambda offset, answer: Answer(body=b"out of order")
    with pytest.raises(TransferError, match=r"items of list 'Parts' from 0 on: .* broken JSON"):
        names(item_transport)


@pytest.mark.parametrize("expected", [0, 2_000_000])
def test_a_value_that_is_not_of_its_type_is_named_by_its_row(
    expected: int, service: Service, item_transport: Transport
) -> None:
    size = ItemColumn("Size", "properties", "Size", pa.float64())
    service.items = [dict(item) for item in ITEMS]
    service.items[17_123] = {**ITEMS[17_123], "properties": {"Size": "large"}}
    with pytest.raises(EncodingError, match="Column 'Size', row 17123: 'large'"):
        names(item_transport, expected, size)


def test_a_reading_that_is_given_up_leaves_no_thread(item_transport: Transport) -> None:
    source = ItemSource(item_transport, "/models/m/lists/101000000001", "list 'Parts'")
    with Progress("Reading", unit="B", show=False) as bar:
        batches = read_items(source, [NAME], bar)
        next(batches)
        batches.close()  # type: ignore[attr-defined]
    assert not [each for each in threading.enumerate() if each.name.startswith("anaplan-")]


def test_the_bar_moves_by_the_bytes_of_the_answers(
    service: Service, item_transport: Transport
) -> None:
    class Counting(Progress):
        moved = 0.0

        def advance(self, amount: float) -> None:
            self.moved += amount

    source = ItemSource(item_transport, "/models/m/lists/101000000001", "list 'Parts'")
    bar = Counting("Reading", unit="B", show=False)
    list(read_items(source, [NAME], bar))
    assert bar.moved == len(json.dumps(json.loads(service.answer(ITEMS, 0).body)))


@pytest.mark.parametrize("most", [5_000, 1_700])
def test_a_part_is_some_items_whatever_the_pages_that_come(
    most: int, service: Service, item_transport: Transport
) -> None:
    part = range(5_000, 17_000)

    def shorter(offset: int | None, answer: Answer) -> Answer:
        assert offset is not None
        return service.answer(ITEMS[offset : offset + most], offset)

    service.spoil = shorter
    source = ItemSource(
        item_transport, "/models/m/lists/101000000001", "list 'Parts'", part=(part, COUNT)
    )
    with Progress("Reading", unit="B", show=False) as bar:
        batches = list(read_items(source, [NAME], bar))
    assert [name for batch in batches for name in batch.column(0).to_pylist()] == ALL[5_000:17_000]
    assert item_count(source) == COUNT
