"""Parameters of a process: which of its imports receive them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from anaplan_frames.sandbox import Calendar, Sandbox
from tests.sandbox.http_client import Http, InModel, in_model

MONTH = "Jan 26"
ACTUALS, PLANS, TEAMS = "112000000011", "112000000012", "112000000013"
LOAD_ALL = "118000000011"


@pytest.fixture
def api(tenant: Sandbox) -> InModel:
    """A process of an import that asks for nothing, and two that ask for a version."""
    calendar = Calendar(2026, past_years=0, future_years=0)
    model = tenant.workspace("Finance").model("Costs", calendar=calendar)
    teams = model.list("Teams", items=pd.DataFrame({"Name": ["North"]}))
    team_file = model.file("teams.csv", columns=["Name"])
    loads = [model.import_("Load teams", file=team_file, into=teams, id=TEAMS)]
    tenant.default_content(model, team_file.id, b"Name\nSouth\n")
    for name, import_id in (("Load actuals", ACTUALS), ("Load plans", PLANS)):
        module = model.module(
            name.removeprefix("Load "),
            dimensions=[teams, "Time", "Versions"],
            line_items={f"Cost of {name}": "NUMBER"},
        )
        file = model.file(f"{name}.csv", columns=["Teams", "Time", "Cost"])
        tenant.default_content(model, file.id, f"Teams,Time,Cost\nNorth,{MONTH},5\n".encode())
        mapping = {"Teams": "Teams", "Time": "Time", "Cost": f"Cost of {name}"}
        parameters = {"Version": None}
        loads.append(model.import_(name, file, module, import_id, mapping, parameters=parameters))
    model.process("Load all", loads, id=LOAD_ALL)
    return in_model(Http(tenant), model)


def verdicts(api: InModel, *parameters: dict[str, Any]) -> list[bool]:
    """Run the process; return whether each action succeeded."""
    result = api.run(f"processes/{LOAD_ALL}", mappingParameters=list(parameters))
    return [nested["successful"] for nested in result["nestedResults"]]


def version(name: str, **more: Any) -> dict[str, Any]:
    return {"entityType": "Version", "entityName": name, **more}


def test_a_parameter_goes_to_the_imports_that_ask_for_it(api: InModel) -> None:
    assert verdicts(api, version("Actual")) == [True, True, True]


def test_a_parameter_that_no_import_asks_for_disturbs_none(api: InModel) -> None:
    other = {"entityType": "Colour", "entityName": "red"}
    assert verdicts(api, version("Actual"), other) == [True, True, True]


@pytest.mark.parametrize("named", [ACTUALS, "Load actuals"])
def test_a_parameter_with_an_import_is_for_this_one_only(api: InModel, named: str) -> None:
    assert verdicts(api, version("Actual", importId=named)) == [True, True, False]


def test_the_parameter_for_one_import_is_preferred_to_that_for_all(api: InModel) -> None:
    wrong, right = version("No such version"), version("Forecast", importId=PLANS)
    assert verdicts(api, right, wrong) == [True, False]
    actuals = version("Actual", importId=ACTUALS)
    assert verdicts(api, actuals, right, wrong) == [True, True, True]


def test_a_null_import_is_every_import_as_anaplan_connect_sends_it(api: InModel) -> None:
    assert verdicts(api, version("Actual", importId=None)) == [True, True, True]


def test_an_import_that_is_run_alone_refuses_what_it_does_not_ask_for(api: InModel) -> None:
    other = {"entityType": "Colour", "entityName": "red"}
    result = api.run(f"imports/{ACTUALS}", mappingParameters=[version("Actual"), other])
    assert not result["successful"]


def test_the_name_of_an_import_must_be_a_text(api: InModel) -> None:
    body = {"localeName": "en_US", "mappingParameters": [version("Actual", importId=7)]}
    assert api.post(f"/processes/{LOAD_ALL}/tasks", body).status_code == 400
