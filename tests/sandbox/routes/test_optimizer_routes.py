"""The log of an optimizer action over HTTP."""

from __future__ import annotations

import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import Http, InModel, in_model

LOG = "Optimal solution found\n"
SOLVE, CLEAR, NIGHTLY, OTHER = "117000000011", "117000000012", "118000000011", "118000000012"


@pytest.fixture
def planned(tenant: Sandbox) -> Model:
    """A process that runs the optimizer, and one that does not."""
    model = tenant.workspace("Finance").model("Supply")
    clear = model.delete_action("Clear", of=model.list("Plants"), id=CLEAR)
    model.process("Nightly", [model.optimizer_action("Solve", LOG, id=SOLVE)], id=NIGHTLY)
    model.process("Other", [clear], id=OTHER)
    return model


@pytest.fixture
def optimizer_api(tenant: Sandbox, planned: Model, with_workspace: bool) -> InModel:
    return in_model(Http(tenant), planned, with_workspace=with_workspace)


def run(api: InModel, process: str) -> str:
    """Run a process; return the id of its task."""
    task = api.start(f"processes/{process}")
    assert api.wait(task)["result"]["successful"]
    return task.rpartition("/")[2]


def logs(action: str, task: str) -> str:
    return f"/optimizeActions/{action}/tasks/{task}/solutionLogs"


def test_the_log_of_a_process_that_ran_the_optimizer_is_text(optimizer_api: InModel) -> None:
    answer = optimizer_api.get(logs(SOLVE, run(optimizer_api, NIGHTLY)))
    assert (answer.status_code, answer.text) == (200, LOG)
    assert answer.headers["content-type"].startswith("text/plain")


def test_other_actions_and_tasks_have_no_log(optimizer_api: InModel) -> None:
    task, other = run(optimizer_api, NIGHTLY), run(optimizer_api, OTHER)
    alone = optimizer_api.start(f"actions/{SOLVE}")
    assert optimizer_api.wait(alone)["result"]["successful"]
    wrong = [(NIGHTLY, task), (CLEAR, other), (SOLVE, other), (SOLVE, alone.rpartition("/")[2])]
    for action, of in [*wrong, (SOLVE, "0" * 32)]:
        assert optimizer_api.get(logs(action, of)).status_code == 404


def test_the_action_is_listed_as_an_optimizer(optimizer_api: InModel) -> None:
    listed = {
        one["id"]: one["actionType"] for one in optimizer_api.get("/actions").json()["actions"]
    }
    assert listed == {SOLVE: "OPTIMIZER", CLEAR: "DELETE_BY_SELECTION"}


def test_who_is_not_an_administrator_is_refused_before_any_id_is_read(
    tenant: Sandbox, planned: Model
) -> None:
    tenant.add_user("standard@example.com", "pw", administrator=False)
    api = in_model(Http(tenant, "standard@example.com", "pw"), planned)
    for action in (SOLVE, "no such action"):
        assert api.get(logs(action, "0" * 32)).status_code == 403
