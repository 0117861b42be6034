"""Sizes, administrators, visitors and dashboards over HTTP."""

from __future__ import annotations

import pandas as pd

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.http_client import Http, in_model
from tests.sandbox.planning.model_actions import load


def test_a_workspace_shows_its_allowance_and_the_sum_of_its_models(tenant: Sandbox) -> None:
    finance = tenant.workspace("Finance", size_allowance=1_000_000)
    finance.model("Small", memory_usage=1000)
    finance.model("Large", memory_usage=200_000)
    http = Http(tenant)
    shown = http.get(f"/workspaces/{finance.id}", tenantDetails="true").json()["workspace"]
    assert (shown["sizeAllowance"], shown["currentSize"]) == (1_000_000, 201_000)
    assert http.get("/workspaces", tenantDetails="true").json()["workspaces"] == [shown]


def test_the_memory_of_a_model_is_estimated_unless_it_is_given(tenant: Sandbox) -> None:
    finance = tenant.workspace("Finance")
    model = finance.model("Held")
    finance.model("Given", memory_usage=12345)
    http = Http(tenant)

    def usage() -> dict[str, int]:
        models = http.get("/models", modelDetails="true").json()["models"]
        return {one["name"]: one["memoryUsage"] for one in models}

    assert usage() == {"Held": 0, "Given": 12345}
    teams = model.list("Teams", items=pd.DataFrame({"Name": ["A", "B"]}))
    plan = model.module("Plan", dimensions=[teams], line_items={"a": "NUMBER", "b": "NUMBER"})
    with_items = usage()["Held"]
    assert with_items > 0
    file = model.file("plan.csv", columns=["Teams", "a"])
    load(model, model.import_("Load", file=file, into=plan), "Teams,a\nA,1\nB,2\n")
    assert usage()["Held"] > with_items


def test_a_workspaces_administrators_are_listed_with_their_other_workspaces(
    tenant: Sandbox,
) -> None:
    finance = tenant.workspace("Finance")
    tenant.workspace("Sales")
    tenant.add_user("standard@example.com", "pw", administrator=False)
    [admin] = Http(tenant).get(f"/workspaces/{finance.id}/admins").json()["admins"]
    assert admin["email"] == "demo@example.com"
    assert (admin["active"], admin["otherWorkspaces"]) == (True, ["Sales"])


def test_a_workspace_has_no_visitors(tenant: Sandbox) -> None:
    finance = tenant.workspace("Finance")
    assert Http(tenant).get(f"/workspaces/{finance.id}/visitors").json()["visitors"] == []


def test_administrators_and_visitors_are_for_administrators(tenant: Sandbox) -> None:
    finance = tenant.workspace("Finance")
    finance.model("Any")
    tenant.add_user("standard@example.com", "pw", administrator=False)
    standard = Http(tenant, "standard@example.com", "pw")
    for kind in ("admins", "visitors"):
        assert standard.get(f"/workspaces/{finance.id}/{kind}").status_code == 404
        assert Http(tenant).get(f"/workspaces/{'0' * 32}/{kind}").status_code == 404


def test_dashboards_are_listed(tenant: Sandbox) -> None:
    model = tenant.workspace("Finance").model("Any")
    model.dashboard("Overview")
    model.dashboard("Details", id="115000000009", code="D")
    for with_workspace in (True, False):
        http = in_model(Http(tenant), model, with_workspace=with_workspace)
        body = http.get("/dashboards").json()
        assert body["dashboards"] == [
            {"id": "115000000001", "name": "Overview"},
            {"id": "115000000009", "name": "Details", "code": "D"},
        ]
        assert http.get("/dashboards", limit=1, offset=1).json()["meta"]["paging"]["offset"] == 1
