"""Listings of the Integration API are read to their end, or raise."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from anaplan_frames.errors import TransferError
from anaplan_frames.transport import Transport
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_json


def page_of(seen: Seen, total: int, size: int) -> dict[str, Any]:
    """Answer as a collection of `total` numbers that gives at most `size` of them."""
    query = parse_qs(urlsplit(seen.path).query)
    offset, limit = int(query["offset"][0]), int(query["limit"][0])
    items = [{"n": n} for n in range(offset, min(offset + min(limit, size), total))]
    paging = {"currentPageSize": len(items), "totalSize": total, "offset": offset}
    return {"meta": {"paging": paging}, "items": items}


def numbers(transport: Transport) -> list[int]:
    return [item["n"] for item in transport.pages("/items", "items", label="lists")]


@pytest.mark.parametrize("size", [1, 3, 5000])
def test_the_items_of_a_page_decide_what_is_asked_for_next(
    size: int, server: ScriptedServer, transport: Transport
) -> None:
    server.rule = lambda seen: as_json(page_of(seen, 7, size))
    assert numbers(transport) == list(range(7))


def test_limit_and_offset_are_always_sent_with_the_callers_parameters(
    server: ScriptedServer, transport: Transport
) -> None:
    list(transport.pages("/items", "items", label="lists", params={"includeAll": "true"}))
    assert server.calls[0].path == "/2/0/items?includeAll=true&limit=5000&offset=0"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"meta": {"paging": {"totalSize": 0, "offset": 0, "currentPageSize": 0}}},
        {"meta": {"paging": {}}, "items": []},
        {"meta": None, "items": None},
    ],
)
def test_a_missing_key_is_an_empty_collection(
    answer: dict[str, Any], server: ScriptedServer, transport: Transport
) -> None:
    server.rule = lambda seen: as_json(answer)
    assert numbers(transport) == []
    assert len(server.calls) == 1


def test_without_a_total_a_page_that_is_not_full_is_the_last(
    server: ScriptedServer, transport: Transport
) -> None:
    server.script = [as_json({"items": [{"n": n} for n in range(5000)]})]
    server.rule = lambda seen: as_json({"items": [{"n": 5000}]})
    assert numbers(transport) == list(range(5001))


def test_an_empty_page_before_the_promised_end_is_an_error(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = lambda seen: as_json(
        {
            **page_of(seen, 3, 5000),
            "meta": {"paging": {"totalSize": 9}},
        }
    )
    with pytest.raises(TransferError) as caught:
        numbers(transport)
    assert str(caught.value) == (
        "lists: Anaplan gave 3 of 9 items and then an empty page. Try again."
    )


def test_a_server_that_ignores_the_offset_is_an_error(
    server: ScriptedServer, transport: Transport
) -> None:
    same = {"items": [{"n": 1}, {"n": 2}], "meta": {"paging": {"totalSize": 6}}}
    server.rule = lambda seen: as_json(same)
    with pytest.raises(TransferError, match="another page than that from item 2 on"):
        numbers(transport)

    def first_again(seen: Seen) -> Answer:
        answer = page_of(seen, 6, 1)  # several pages are asked for at once, in any order
        answer["meta"]["paging"]["offset"] = 0
        return as_json(answer)

    server.rule = first_again
    with pytest.raises(TransferError, match="another page than that from item 1 on"):
        numbers(transport)


def test_a_cut_page_is_read_again(server: ScriptedServer, transport: Transport) -> None:
    whole = as_json({"items": [{"n": 1}]})
    server.script = [Answer(body=whole.body, headers=whole.headers, fault="cut"), whole]
    assert numbers(transport) == [1]
