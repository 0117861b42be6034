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


@pytest.fixture(scope="module")
def costs_process(shared_tenant: Sandbox, shared_http: Http) -> InModel:
    """A process of an import that asks for nothing, and two that ask for a version."""
    calendar = Calendar(2026, past_years=0, future_years=0)
    model = shared_tenant.workspace("Finance").model("Costs", calendar=calendar)
    teams = model.list("Teams", items=pd.DataFrame({"Name": ["North"]}))
    team_file = model.file("teams.csv", columns=["Name"])
    loads = [model.import_("Load teams", file=team_file, into=teams, id=TEAMS)]
    shared_tenant.default_content(model, team_file.id, b"Name\nSouth\n")
    for name, import_id in (("Load actuals", ACTUALS), ("Load plans", PLANS)):
        module = model.module(
            name.removeprefix("Load "),
            dimensions=[teams, "Time", "Versions"],
            line_items={f"Cost of {name}": "NUMBER"},
        )
        file = model.file(f"{name}.csv", columns=["Teams", "Time", "Cost"])
        shared_tenant.default_content(
            model, file.id, f"Teams,Time,Cost\nNorth,{MONTH},5\n".encode()
        )
        mapping = {"Teams": "Teams", "Time": "Time", "Cost": f"Cost of {name}"}
        parameters = {"Version": None}
        loads.append(model.import_(name, file, module, import_id, mapping, parameters=parameters))
    model.process("Load all", loads, id=LOAD_ALL)
    return in_model(shared_http, model)


def verdicts(api: InModel, *parameters: dict[str, Any]) -> list[bool]:
    """Run the process; return whether each action succeeded."""
    result = api.run(f"processes/{LOAD_ALL}", mappingParameters=list(parameters))
    return [nested["successful"] for nested in result["nestedResults"]]


def version(name: str, **more: Any) -> dict[str, Any]:
    return {"entityType": "Version", "entityName": name, **more}


def test_a_parameter_goes_to_the_imports_that_ask_for_it(costs_process: InModel) -> None:
    assert verdicts(costs_process, version("Actual")) == [True, True, True]


def test_a_parameter_that_no_import_asks_for_disturbs_none(costs_process: InModel) -> None:
    other = {"entityType": "Colour", "entityName": "red"}
    assert verdicts(costs_process, version("Actual"), other) == [True, True, True]


@pytest.mark.parametrize("named", [ACTUALS, "Load actuals"])
def test_a_parameter_with_an_import_is_for_this_one_only(
    costs_process: InModel, named: str
) -> None:
    assert verdicts(costs_process, version("Actual", importId=named)) == [True, True, False]


def test_the_parameter_for_one_import_is_preferred_to_that_for_all(costs_process: InModel) -> None:
    wrong, right = version("No such version"), version("Forecast", importId=PLANS)
    assert verdicts(costs_process, right, wrong) == [True, False]
    actuals = version("Actual", importId=ACTUALS)
    assert verdicts(costs_process, actuals, right, wrong) == [True, True, True]


def test_a_null_import_is_every_import_as_anaplan_connect_sends_it(costs_process: InModel) -> None:
    assert verdicts(costs_process, version("Actual", importId=None)) == [True, True, True]


def test_an_import_that_is_run_alone_refuses_what_it_does_not_ask_for(
    costs_process: InModel,
) -> None:
    other = {"entityType": "Colour", "entityName": "red"}
    result = costs_process.run(f"imports/{ACTUALS}", mappingParameters=[version("Actual"), other])
    assert not result["successful"]


def test_the_name_of_an_import_must_be_a_text(costs_process: InModel) -> None:
    body = {"localeName": "en_US", "mappingParameters": [version("Actual", importId=7)]}
    assert costs_process.post(f"/processes/{LOAD_ALL}/tasks", body).status_code == 400
