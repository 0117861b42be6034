"""The solver's log of an optimizer action that a process has run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox

LOG = "Optimal solution found\nBest objective 2.6e+04\n"


@pytest.fixture(scope="module")
def optimizing() -> Iterator[Sandbox]:
    """A model whose processes run no, one and two optimizer actions."""
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        model = sandbox.workspace("Finance").model("Supply")
        clear = model.delete_action("Clear", of=model.list("Plants"))
        solve, again = (model.optimizer_action(name, LOG) for name in ("Solve", "Solve again"))
        for name, actions in {
            "One": [solve, clear],
            "Two": [solve, again],
            "None": [clear],
        }.items():
            model.process(name, actions)
        yield sandbox


@pytest.fixture(scope="module")
def supply(optimizing: Sandbox) -> af.Model:
    return optimizing.connect().model("Supply")


def test_the_log_is_text_as_the_solver_wrote_it(supply: af.Model) -> None:
    process = supply.processes["One"]
    task = process.run().task_id
    assert process.solution_log(task) == LOG
    assert process.solution_log(task, action="Solve") == LOG


def test_a_process_with_two_optimizer_actions_asks_which(supply: af.Model) -> None:
    process = supply.processes["Two"]
    task = process.run().task_id
    with pytest.raises(af.AmbiguousName, match=r"Choose one with action=: 'Solve', 'Solve again'"):
        process.solution_log(task)
    assert process.solution_log(task, action="Solve again") == LOG


def test_what_is_missing_is_named(supply: af.Model) -> None:
    with pytest.raises(af.NotFound, match="process 'None' runs no optimizer action"):
        supply.processes["None"].solution_log("0" * 32)
    with pytest.raises(af.NotFound, match="no 'Clear' among the optimizer actions of process"):
        supply.processes["One"].solution_log("0" * 32, action="Clear")
    with pytest.raises(af.NotFound, match=f"the solution log of 'Solve' in task {'0' * 32}"):
        supply.processes["One"].solution_log("0" * 32)


def test_a_user_who_does_not_administer_the_workspace_reads_which_role_is_missing(
    optimizing: Sandbox, supply: af.Model
) -> None:
    task = supply.processes["One"].run().task_id
    optimizing.add_user("standard@example.com", "pw", administrator=False)
    urls = {"api_url": optimizing.api_url, "auth_url": optimizing.auth_url}
    with af.connect("standard@example.com", "pw", **urls) as connection:
        process = connection.model("Supply").processes["One"]
        with pytest.raises(af.PermissionDenied, match="needs the role 'Workspace Administrator'"):
            process.solution_log(task)
