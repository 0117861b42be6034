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
def lst(transport: Transport) -> List:
    return List(Catalogue(transport, "/models/M", "model 'M'"), {"id": "101000000001", "name": "L"})


def test_a_failure_that_names_no_row_is_counted_and_noted(
    server: ScriptedServer, lst: List
) -> None:
    failure = {"failureType": "INCOMPLETE_DATA", "failureMessageDetails": "no"}
    server.rule = serving(as_json({"added": 2, "ignored": 1, "total": 3, "failures": [failure]}))
    with pytest.raises(
        RejectedRows, match=r"does not say which rows .* no \(INCOMPLETE_DATA\)"
    ) as e:
        lst.insert(FRAME)
    result = e.value.result
    assert (result.created, result.failed, result.ignored, len(result.rejected)) == (2, 1, 0, 0)


def test_items_that_anaplan_ignores_without_a_reason_are_ignored(
    server: ScriptedServer, lst: List
) -> None:
    server.rule = serving(as_json({"added": 1, "ignored": 2, "total": 3}))
    result = lst.insert(FRAME)
    assert (result.created, result.ignored, result.failed) == (1, 2, 0)


def test_what_is_sent_is_the_documented_body(server: ScriptedServer, lst: List) -> None:
    server.rule = serving(as_json({"added": 1, "ignored": 0, "total": 1}))
    lst.insert(FRAME.iloc[:1])
    (post,) = [seen for seen in server.calls if seen.method == "POST"]
    assert post.path.endswith("/lists/101000000001/items?action=add")
    assert post.body == b'{"items":[{"code":"a","name":"A"}]}'
    headers: dict[str, Any] = {name.lower(): value for name, value in post.headers.items()}
    assert headers["content-type"] == "application/json"
