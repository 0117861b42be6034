"""Imports that read from a list, module or view of a model instead of a file."""

from __future__ import annotations

import pandas as pd
import pytest

from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import Http, InModel, in_model

FROM_LIST, FROM_MODULE, NIGHTLY = "112000000011", "112000000012", "118000000011"
STAFF, COSTS = "101000000011", "102000000011"


@pytest.fixture
def hub(tenant: Sandbox) -> Model:
    """A model with a list and a module that have data."""
    model = tenant.workspace("Hub").model("Hub", calendar=Calendar(2026, 0, 0))
    people = pd.DataFrame({"Name": ["Ada", "Bo"], "Code": ["A1", "B1"]})
    staff = model.list("Staff", id=STAFF, items=people)
    cells = pd.DataFrame({"Staff": ["Ada", "Bo"], "Time": ["Jan 26"] * 2, "Salary": [10, 20]})
    model.module(
        "Costs",
        id=COSTS,
        dimensions=[staff, "Time"],
        line_items={"Salary": "NUMBER"},
        cells=cells,
    )
    return model


@pytest.fixture
def sources_api(tenant: Sandbox, hub: Model, with_workspace: bool) -> InModel:
    """A model with a process that takes both from the other."""
    model = tenant.workspace("Plan").model("Plan", calendar=Calendar(2026, 0, 0))
    staff = model.list("Staff")
    costs = model.module("Costs", dimensions=[staff, "Time"], line_items={"Salary": "NUMBER"})
    names = {"Staff": "Name", "Code": "Code"}
    loads = [
        model.import_from_model("Staff", hub.lists[STAFF], staff, FROM_LIST, names, model=hub),
        model.import_from_model("Costs", hub.modules[COSTS], costs, FROM_MODULE, model=hub),
    ]
    model.process("Nightly", loads, id=NIGHTLY)
    return in_model(Http(tenant), model, with_workspace=with_workspace)


def test_items_and_cells_are_taken_from_the_other_model(sources_api: InModel) -> None:
    result = sources_api.run(f"processes/{NIGHTLY}")
    assert [nested["successful"] for nested in result["nestedResults"]] == [True, True]
    [lst] = [one["id"] for one in sources_api.get("/lists").json()["lists"]]
    items = sources_api.get(f"/lists/{lst}/items").json()["listItems"]
    assert [(item["name"], item["code"]) for item in items] == [("Ada", "A1"), ("Bo", "B1")]
    [module] = [one["id"] for one in sources_api.get("/modules").json()["modules"]]
    tabular = {"exportType": "TABULAR_MULTI_COLUMN", "moduleId": module}
    lines = sources_api.get(f"/views/{module}/data", **tabular).text.splitlines()
    assert "Bo,Jan 26,20" in lines


def test_a_process_shows_the_model_from_which_its_imports_read(
    sources_api: InModel, hub: Model
) -> None:
    shown = sources_api.get(f"/processes/{NIGHTLY}", showImportDataSource="true").json()
    sources = [step["importDataSource"] for step in shown["processMetadata"]["actions"]]
    of_hub = {
        "type": "MODEL",
        "sourceModelId": hub.id,
        "sourceModelName": "Hub",
        "sourceWorkspaceId": hub.workspace.id,
    }
    assert sources == [{"importDataSourceId": one, **of_hub} for one in (STAFF, COSTS)]


def test_the_source_is_not_listed_among_the_files(sources_api: InModel) -> None:
    assert sources_api.get("/files").json()["files"] == []
    listed = sources_api.get("/imports").json()["imports"]
    assert [one["importDataSourceId"] for one in listed] == [STAFF, COSTS]
    assert sources_api.get(f"/imports/{FROM_LIST}").json()["importMetadata"]["type"] == "MODEL"
