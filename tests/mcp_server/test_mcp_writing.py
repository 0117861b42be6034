"""Dry runs and writes: a plan is sent as it is, once, and deletes only what is allowed."""

from __future__ import annotations

import re
from typing import Any

import pytest

import anaplan_frames as af
from anaplan_frames.integrations.mcp_server.tool_session import KeptPlan, ToolSession
from anaplan_frames.sandbox import Sandbox
from tests.mcp_server.tool_client import MODEL, ToolClient, tools_of

NEW = {"code": "WN", "name": "Southwest"}


def plan(tools: ToolClient, rows: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
    return tools.call("plan_write", target="Airlines", rows=rows, **options)


def names(airlines: af.List) -> list[str]:
    return sorted(airlines.read(progress=False)["name"])


def test_a_dry_run_has_counts_changes_and_the_first_rows(reading: ToolClient) -> None:
    found = plan(reading, [{"code": "AA", "name": "American Airlines"}, NEW], model=MODEL)
    assert found["summary"] == "2 rows to send (1 created, 1 updated), 0 ignored, 0 rejected"
    assert [change["action"] for change in found["changes"]] == ["update", "insert"]
    assert found["first_rows_as_sent"][1] == NEW
    assert found["next"] == "Nothing was sent, and this server only reads."
    assert "plan" not in found


def test_a_dry_run_has_the_reasons_and_the_rows_that_will_be_rejected(reading: ToolClient) -> None:
    rows = [{"Airlines": "American", "Origins": "JFK", "Airports": "Nowhere", "Time": "Jan 13"}]
    found = reading.call(
        "plan_write",
        model=MODEL,
        target="Flights by Month",
        kind="modules",
        rows=[{**rows[0], "flights": 1}],
    )
    assert found["rows_rejected"] == 1
    assert found["reasons"][0]["rows"] == 1
    assert found["rejected"][0]["Airports"] == "Nowhere"


def test_a_plan_is_sent_once(writing: ToolClient, airlines: af.List) -> None:
    planned = plan(writing, [NEW])
    assert names(airlines) == ["American", "Delta", "United"]
    assert planned["next"] == (
        f"Nothing was sent. To send it: send_plan with plan={planned['plan']!r}, "
        "target='Airlines', rows=1."
    )
    sent = {"plan": planned["plan"], "target": "Airlines", "rows": 1}
    assert writing.call("send_plan", **sent)["rows_created"] == 1
    assert names(airlines) == ["American", "Delta", "Southwest", "United"]
    assert "it was sent, or is no longer kept" in writing.refused("send_plan", **sent)


def test_a_plan_is_not_sent_if_the_call_describes_another(
    writing: ToolClient, airlines: af.List
) -> None:
    key = plan(writing, [NEW])["plan"]
    said = writing.refused("send_plan", plan=key, target="Airports", rows=1)
    assert said == (
        f"{key} writes 1 rows to 'Airlines', not 1 rows to 'Airports'. Nothing was sent. Look at "
        "the plan again."
    )
    assert "not 2 rows" in writing.refused("send_plan", plan=key, target="Airlines", rows=2)
    assert names(airlines) == ["American", "Delta", "United"]


def test_a_plan_is_not_sent_if_the_target_has_changed(
    writing: ToolClient, airlines: af.List
) -> None:
    key = plan(writing, [{"code": "AA", "name": "American Airlines"}])["plan"]
    airlines.delete(airlines.read(progress=False).query("code == 'AA'")[["code"]])
    said = writing.refused("send_plan", plan=key, target="Airlines", rows=1)
    assert "has changed since the plan was made" in said
    assert "plan_write" in said
    assert names(airlines) == ["Delta", "United"]


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("options", "rows", "deleted"),
    [
        ({"mode": "delete"}, [{"code": "AA"}, {"code": "DL"}], 2),
        ({"mode": "sync", "delete": True}, [{"code": "UA", "name": "United"}], 2),
    ],
)
def test_deletions_need_a_limit_that_allows_them(
    writing: ToolClient,
    airlines: af.List,
    options: dict[str, Any],
    rows: list[dict[str, Any]],
    deleted: int,
) -> None:
    planned = plan(writing, rows, **options)
    assert planned["rows_deleted"] == deleted
    call = {"plan": planned["plan"], "target": "Airlines", "rows": planned["rows_sent"]}
    for limit in ({}, {"max_delete": deleted - 1}):
        said = writing.refused("send_plan", **call, **limit)
        assert f"deletes {deleted} items of 'Airlines'" in said
        assert f"max_delete={deleted}" in said
    assert names(airlines) == ["American", "Delta", "United"]
    assert writing.call("send_plan", **call, max_delete=deleted)["rows_deleted"] == deleted
    assert names(airlines) == ["United"]


def test_an_import_loads_rows_and_gives_back_the_rejected_ones(writing: ToolClient) -> None:
    rows = [
        {"carrier": "B6", "name": "JetBlue"},
        {"carrier": "B6", "name": "JetBlue once more"},
    ]
    planned = writing.call("plan_write", target="Load airlines", rows=rows)
    assert planned["unchecked"]
    sent = writing.call("send_plan", plan=planned["plan"], target="Load airlines", rows=2)
    assert (sent["outcome"], sent["rows_rejected"]) == ("rejected", 1)
    assert sent["rejected"][0]["name"] == "JetBlue once more"
    assert sent["reasons"][0]["rows"] == 1


def test_an_import_is_run_and_its_task_is_shown(writing: ToolClient) -> None:
    planned = writing.call(
        "plan_write", target="Load airlines", rows=[{"carrier": "AA", "name": "American"}]
    )
    writing.call("send_plan", plan=planned["plan"], target="Load airlines", rows=1)
    ran = writing.call("run_action", action="Load airlines")
    assert (ran["outcome"], ran["rows_updated"]) == ("loaded", 1)
    task = {"task": ran["task_id"], "action": "Load airlines"}
    assert writing.call("show_task", **task)["rows_updated"] == 1
    assert writing.call("cancel_task", **task)["cancelled"] is False


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("action", "because"),
    [
        ("Clear airlines", "action 'Clear airlines' may delete data: it is"),
        (
            "Renew airlines",
            "process 'Renew airlines' may delete data: it runs 'Clear airlines', which is",
        ),
    ],
)
def test_an_action_that_may_delete_is_run_only_if_that_is_confirmed(
    writing: ToolClient, airlines: af.List, action: str, because: str
) -> None:
    writing.call("run_action", action="Load all")  # imports only
    before = writing.call("list_tasks", action=action)["total_rows"]
    assert writing.refused("run_action", action=action) == (
        f"{because} neither import nor export. Nothing was run. If that is meant, say so with "
        "confirm=true."
    )
    assert writing.call("list_tasks", action=action)["total_rows"] == before
    assert writing.call("run_action", action=action, confirm=True)["outcome"] == "loaded"


def test_rows_go_through_a_process_that_may_delete_only_if_that_is_confirmed(
    writing: ToolClient, airlines: af.List
) -> None:
    rows = [{"carrier": "HA", "name": "Hawaiian"}]
    planned = writing.call("plan_write", target="Renew airlines", rows=rows)
    assert planned["steps_that_may_delete"] == ["Clear airlines"]
    assert planned["next"].endswith("rows=1, confirm=true.")
    call = {"plan": planned["plan"], "target": "Renew airlines", "rows": 1}
    assert "it runs 'Clear airlines'" in writing.refused("send_plan", **call)
    assert names(airlines) == ["American", "Delta", "United"]
    assert writing.call("send_plan", **call, confirm=True)["outcome"] == "loaded"
    assert names(airlines) == ["Hawaiian"]


@pytest.mark.long
def test_a_task_that_outlives_the_call_is_named_and_can_be_cancelled() -> None:
    with Sandbox.demo(task_pause=3) as slow, slow.connect() as connection:
        slow_model = connection.model(MODEL)
        slow_model.files["airlines.csv"].upload(b"carrier,name\nAA,American\n")
        options = {"model": MODEL, "allow_writes": True, "timeout": 1}
        with tools_of(connection, **options) as tools:
            said = tools.refused("run_action", action="Load airlines")
            assert "goes on in Anaplan" in said
            (task,) = re.findall(r"show_task with task='([^']*)' shows how it ends\.", said)
            shown = tools.call("show_task", task=task)
            assert shown["state"] in ("NOT_STARTED", "IN_PROGRESS")
            assert "outcome" not in shown
        with tools_of(connection, model=MODEL, allow_writes=True) as tools:
            assert tools.call("cancel_task", task=task)["cancelled"] is True
            failed = tools.call("show_task", task=task)
            assert (failed["state"], failed["outcome"]) == ("CANCELLED", "cancelled")


def test_only_the_latest_plans_are_kept(flight_connection: af.Connection) -> None:
    session = ToolSession(flight_connection, allow_writes=True)
    names = [session.keep(KeptPlan(af.WritePlan())) for _ in range(21)]
    with pytest.raises(af.NotFound, match="is no longer kept"):
        session.planned(names[0])
    for name in names[1:]:
        session.take(name)
        with pytest.raises(af.NotFound, match="it was sent"):
            session.take(name)


def test_an_export_is_not_run_as_an_action(flight_connection: af.Connection) -> None:
    with tools_of(flight_connection, allow_writes=True) as tools:
        said = tools.refused("run_action", model=MODEL, action="Flights export")
    assert "cannot be run" in said
    assert "read_table with source='Flights export'" in said


def test_rows_of_mixed_kinds_are_refused(reading: ToolClient) -> None:
    said = reading.refused(
        "plan_write", model=MODEL, target="Airlines", rows=[{"code": "AA"}, {"code": 12}]
    )
    assert said == (
        "Column 'code' has values of several kinds (number, text). Give all of them as texts, or "
        "all as numbers."
    )
    empty = reading.refused("plan_write", model=MODEL, target="Airlines", rows=[{}])
    assert empty.startswith("rows must have columns")


def test_columns_may_be_missing_from_rows_and_have_other_names(reading: ToolClient) -> None:
    found = plan(
        reading,
        [{"key": "QQ", "name": "Quick"}, {"key": "RR"}],
        model=MODEL,
        mapping={"key": "code"},
    )
    assert found["first_rows_as_sent"] == [
        {"code": "QQ", "name": "Quick"},
        {"code": "RR", "name": None},
    ]
