"""Answers to list writes as they may come, beyond what the sandbox gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from anaplan_frames.errors import RejectedRows
from anaplan_frames.lists.lists import List
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.transport import Transport
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_json

METADATA = as_json({"metadata": {"id": "101000000001", "name": "L", "itemCount": 0}})
NOTHING = as_json({"listItems": []})
FRAME = pd.DataFrame({"code": ["a", "b", "c"], "name": ["A", "B", "C"]})


def serving(answer: Answer) -> Callable[[Seen], Answer]:
    def rule(seen: Seen) -> Answer:
        if seen.method != "GET":
            return answer
        return NOTHING if "/items" in seen.path else METADATA

    return rule


@pytest.fixture
def answered_list(transport: Transport) -> List:
    return List(Catalogue(transport, "/models/M", "model 'M'"), {"id": "101000000001", "name": "L"})


def test_a_failure_that_names_no_row_is_counted_and_noted(
    server: ScriptedServer, answered_list: List
) -> None:
    failure = {"failureType": "INCOMPLETE_DATA", "failureMessageDetails": "no"}
    server.rule = serving(as_json({"added": 2, "ignored": 1, "total": 3, "failures": [failure]}))
    with pytest.raises(
        RejectedRows, match=r"does not say which rows .* no \(INCOMPLETE_DATA\)"
    ) as e:
        answered_list.insert(FRAME)
    result = e.value.result
    assert (
        result.rows_created,
        result.rows_rejected,
        result.rows_ignored,
        len(result.rejected),
    ) == (2, 1, 0, 0)


def test_items_that_anaplan_does_not_count_and_that_are_not_there_are_rejected(
    server: ScriptedServer, answered_list: List
) -> None:
    said = as_json({"added": 1, "ignored": 2, "total": 3})
    there = as_json({"listItems": [{"id": "1", "code": "a", "name": "A"}]})

    def rule(seen: Seen) -> Answer:
        if seen.method != "GET" or "/items" not in seen.path:
            return said if seen.method != "GET" else METADATA
        return there if any(call.method == "POST" for call in server.calls) else NOTHING

    server.rule = rule
    result = answered_list.insert(FRAME, on_rejected="ignore")
    assert (result.rows_created, result.rows_ignored, result.rows_rejected) == (1, 0, 2)
    assert result.rejected["code"].tolist() == ["b", "c"]
    assert result.rejected["error"].str.contains("gives no reason").all()
    with pytest.warns(UserWarning, match="3 of 3 rows were rejected"):  # a is there now
        answered_list.insert(FRAME, on_rejected="warn")


def test_items_that_anaplan_does_not_count_and_that_are_as_they_should_be_are_ignored(
    server: ScriptedServer, answered_list: List
) -> None:
    before = [{"id": str(n), "code": code, "name": code} for n, code in enumerate("abc")]
    after = [{**item, "name": item["name"].upper()} for item in before]

    def rule(seen: Seen) -> Answer:
        if seen.method != "GET" or "/items" not in seen.path:
            counted = {"updated": 1, "ignored": 2, "total": 3}
            return as_json(counted) if seen.method != "GET" else METADATA
        written = any(call.method == "PUT" for call in server.calls)
        return as_json({"listItems": after if written else before})

    server.rule = rule
    result = answered_list.update(FRAME)
    assert (result.rows_updated, result.rows_ignored, result.rows_rejected) == (1, 2, 0)


def test_if_counts_do_not_add_up_and_the_list_cannot_be_read_that_is_an_error(
    server: ScriptedServer, answered_list: List
) -> None:
    def rule(seen: Seen) -> Answer:
        if seen.method != "GET":
            return as_json({"added": 2, "total": 3})
        written = any(call.method == "POST" for call in server.calls)
        if written:
            return Answer(404, b"{}")
        return NOTHING if "/items" in seen.path else METADATA

    server.rule = rule
    with pytest.raises(RejectedRows, match=r"counts 2 of 3 items as added.* cannot be read") as e:
        answered_list.insert(FRAME)
    assert (e.value.result.rows_created, e.value.result.rows_rejected) == (2, 1)


def test_a_total_that_is_not_the_number_of_items_that_were_sent_is_read_back(
    server: ScriptedServer, answered_list: List
) -> None:
    there = as_json({"listItems": [{"id": "1", "code": "a", "name": "A"}]})

    def rule(seen: Seen) -> Answer:
        if seen.method != "GET" or "/items" not in seen.path:
            counted = {"added": 3, "ignored": 0, "total": 1}
            return as_json(counted) if seen.method != "GET" else METADATA
        return there if any(call.method == "POST" for call in server.calls) else NOTHING

    server.rule = rule
    result = answered_list.insert(FRAME, on_rejected="ignore")
    assert (result.rows_created, result.rows_rejected) == (1, 2)
    assert result.rejected["code"].tolist() == ["b", "c"]


def test_what_is_sent_is_the_documented_body(server: ScriptedServer, answered_list: List) -> None:
    server.rule = serving(as_json({"added": 1, "ignored": 0, "total": 1}))
    answered_list.insert(FRAME.iloc[:1])
    (post,) = [seen for seen in server.calls if seen.method == "POST"]
    assert post.path.endswith("/lists/101000000001/items?action=add")
    assert post.body == b'{"items":[{"code":"a","name":"A"}]}'
    headers: dict[str, Any] = {name.lower(): value for name, value in post.headers.items()}
    assert headers["content-type"] == "application/json"
