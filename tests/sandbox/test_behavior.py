"""Behavior that can be chosen: its names and values, and what each value does over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pytest

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.http_client import (
    BROKEN,
    EMPLOYEES,
    FILE,
    LIST_IMPORT,
    NIGHTLY,
    WITH_A_DUPLICATE,
    Http,
    InModel,
    build_headcount,
    in_model,
)
from tests.sandbox.list_client import GENERAL, add, build_lists, items, send, update


@contextmanager
def headcount(**behavior: Any) -> Iterator[InModel]:
    """Serve the model of the bulk API by a sandbox with this behavior."""
    with Sandbox(rate_limit=None, task_pause=0, behavior=behavior) as sandbox:
        yield in_model(Http(sandbox), build_headcount(sandbox))


@pytest.mark.parametrize("name", ["key", "Keys", ""])
def test_an_unknown_name_is_refused_with_the_right_names(name: str) -> None:
    with pytest.raises(ValueError, match="keys, update_needs_code, process_verdict, closing"):
        Sandbox(behavior={name: "exact"})


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("keys", "lower", "'folded' or 'exact'"),
        ("update_needs_code", "yes", "False or True"),
        ("update_needs_code", 1, "False or True"),
        ("process_verdict", None, "'any imperfection is false'"),
        ("closing", [], "'by step' or 'by progress'"),
        ("early_chunks", "True", "True or False"),
    ],
)
def test_an_unknown_value_is_refused_with_the_right_values(
    name: str, value: object, right: str
) -> None:
    with pytest.raises(ValueError, match=right):
        Sandbox(behavior={name: value})


def test_what_is_not_given_has_its_default() -> None:
    with Sandbox(behavior={"keys": "exact"}) as sandbox:
        assert (sandbox.behavior.keys, sandbox.behavior.closing) == ("exact", "by step")
        assert sandbox.behavior.early_chunks is True


def chunk_ids(model: InModel) -> list[str]:
    answer = model.get(f"/files/{FILE}/chunks").json()
    return [chunk["id"] for chunk in answer.get("chunks", [])]


def test_the_declared_chunks_of_an_upload_are_listed_before_they_arrive() -> None:
    with headcount() as model:
        model.post(f"/files/{FILE}", {"chunkCount": 3})
        assert chunk_ids(model) == ["0", "1", "2"]
        model.put(f"/files/{FILE}/chunks/1", b"x")
        assert chunk_ids(model) == ["0", "1", "2"]


def test_the_chunks_that_have_arrived_are_listed_if_their_number_is_unknown() -> None:
    with headcount() as model:
        model.post(f"/files/{FILE}", {"chunkCount": -1})
        assert "chunks" not in model.get(f"/files/{FILE}/chunks").json()
        for number in (2, 0):
            model.put(f"/files/{FILE}/chunks/{number}", b"x")
        assert chunk_ids(model) == ["0", "2"]


def test_a_complete_upload_is_listed_as_it_is_downloaded() -> None:
    with headcount() as model:
        model.post(f"/files/{FILE}", {"chunkCount": 2})
        for number in (0, 1):
            model.put(f"/files/{FILE}/chunks/{number}", b"x")
        assert chunk_ids(model) == ["0"]


def test_without_early_chunks_nothing_is_listed_during_an_upload() -> None:
    with headcount(early_chunks=False) as model:
        model.post(f"/files/{FILE}", {"chunkCount": 2})
        assert chunk_ids(model) == []
        model.put(f"/files/{FILE}/chunks/0", b"x")
        assert chunk_ids(model) == []


VERDICTS = {
    "any failed action is false": {"good": True, "rejected": True, "failed": False},
    "any imperfection is false": {"good": True, "rejected": False, "failed": False},
    "always true": {"good": True, "rejected": True, "failed": True},
}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_verdict_on_a_process(verdict: str) -> None:
    with headcount(process_verdict=verdict) as model:
        said = {}
        for case, content in (("good", EMPLOYEES), ("rejected", WITH_A_DUPLICATE)):
            model.upload(content)
            result = model.run(f"processes/{NIGHTLY}")
            said[case] = result["successful"]
            assert [action["successful"] for action in result["nestedResults"]] == [True] * 3
        result = model.run(f"processes/{BROKEN}")
        said["failed"] = result["successful"]
        assert [action["successful"] for action in result["nestedResults"]] == [False]
    assert said == VERDICTS[verdict]


def test_ignored_rows_are_an_imperfection_without_a_dump() -> None:
    with Sandbox(behavior={"process_verdict": "any imperfection is false"}) as sandbox:
        model = sandbox.workspace("Finance").model("Costs")
        teams = model.list("Teams", items=pd.DataFrame({"Name": ["North"]}))
        module = model.module("Costs", dimensions=[teams, "Time"], line_items={"Cost": "NUMBER"})
        year = next(one.name for one in model.calendar.periods if one.level == "year")
        file = model.file("costs.csv", id=FILE, columns=["Teams", "Time", "Cost"])
        load = model.import_("Load costs", file=file, into=module, id=LIST_IMPORT)
        model.process("Nightly", [load], id=NIGHTLY)
        api = in_model(Http(sandbox), model)
        api.upload(f"Teams,Time,Cost\nNorth,{year},5\n".encode())
        result = api.run(f"processes/{NIGHTLY}")
    assert not result["successful"]
    assert not result["failureDumpAvailable"]
    assert [action["successful"] for action in result["nestedResults"]] == [True]


def test_an_update_without_the_code_is_refused_as_a_whole() -> None:
    with Sandbox(behavior={"update_needs_code": True}) as sandbox:
        model = in_model(Http(sandbox), build_lists(sandbox))
        add(model, {"name": "n1", "code": "c1"}, {"name": "n2"})
        before = items(model)
        by_id = {"id": before[0]["id"], "properties": {"text": "new"}}
        other = {"name": "n2", "properties": {"text": "new"}}
        assert send(model, "update", GENERAL, [other, by_id]).status_code == 500
        assert items(model) == before
        update(model, other, {**by_id, "code": "c1"})
        assert [item["properties"]["text"] for item in items(model)] == ["new", "new"]
