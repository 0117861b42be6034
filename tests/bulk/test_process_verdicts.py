"""How a process is judged: by its actions, whatever its own flag says."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.contract.plugin import RECORD

AIRLINES = pd.DataFrame({"carrier": ["AA", "UA"], "name": ["American", "United"]})
TWICE = pd.concat([AIRLINES, AIRLINES.iloc[:1]], ignore_index=True)


def saying(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, flag: object, **action: object
) -> None:
    """Have processes run their first action only, and say what the test gives them."""
    real = sandbox.actions._run_process

    def run(model: Any, process: Any, task: Any) -> dict[str, Any]:
        result = real(model, process, task)
        first = {**result["nestedResults"][0], **action}
        return {**result, "successful": flag, "details": [], "nestedResults": [first]}

    monkeypatch.setattr(sandbox.actions, "_run_process", run)


def test_a_process_that_says_no_while_all_actions_say_yes_has_loaded_with_a_note(
    demo_sandbox: Sandbox, demo_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(demo_sandbox, monkeypatch, False, failureDumpAvailable=False)
    result = af.to_anaplan({"Load airlines": AIRLINES}, "Load all", demo_model)
    assert (result.outcome, result.rows_loaded) == ("loaded", 2)
    assert "says that the process did not succeed, but all of its actions did" in result.note


def test_a_process_that_says_no_because_of_rejected_rows_follows_the_rule_for_those(
    demo_sandbox: Sandbox, demo_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(demo_sandbox, monkeypatch, False)
    data = {"Load airlines": TWICE}
    with pytest.raises(af.RejectedRows, match="1 of 3 rows were rejected"):
        af.to_anaplan(data, "Load all", demo_model)
    with pytest.warns(UserWarning, match="were rejected by 'Load all'"):
        af.to_anaplan(data, "Load all", demo_model, on_rejected="warn")
    result = af.to_anaplan(data, "Load all", demo_model, on_rejected="ignore")
    assert (result.outcome, result.actions[0].outcome) == ("rejected", "rejected")


def test_a_process_that_says_yes_while_an_action_says_no_has_failed_because_of_that_action(
    demo_sandbox: Sandbox, demo_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    detail = {
        "type": "importFailedGeneralError",
        "localMessageText": "Out of order.",
        "occurrences": 1,
        "values": [],
    }
    saying(demo_sandbox, monkeypatch, True, successful=False, details=[detail])
    with pytest.raises(af.TaskFailed) as caught:
        af.to_anaplan({"Load airlines": AIRLINES}, "Load all", demo_model, on_rejected="ignore")
    result = caught.value.result
    assert result is not None
    assert (result.outcome, result.actions[0].outcome) == ("failed", "failed")
    assert str(caught.value) == (
        f"'Load all' failed (task {result.task_id}), because of 'Load airlines'. "
        "'Load airlines': Out of order."
    )


def test_only_the_words_of_the_action_that_failed_are_in_the_message(demo_model: af.Model) -> None:
    with pytest.raises(af.TaskFailed) as caught:
        af.to_anaplan({"Load airlines": AIRLINES}, "Load all", demo_model, on_rejected="ignore")
    said = str(caught.value)
    assert "because of 'Load airports'" in said
    assert "'Load airlines'" not in said


@pytest.mark.parametrize("flag", [None, "perhaps", 1])
def test_a_process_that_does_not_say_how_it_ended_is_judged_by_its_actions(
    demo_sandbox: Sandbox, demo_model: af.Model, monkeypatch: pytest.MonkeyPatch, flag: object
) -> None:
    saying(demo_sandbox, monkeypatch, flag)
    result = af.to_anaplan({"Load airlines": AIRLINES}, "Load all", demo_model)
    RECORD.take()  # the contract knows no such answer
    assert (result.outcome, result.note) == ("loaded", "")


def test_neither_the_process_nor_its_action_says_how_it_ended(
    demo_sandbox: Sandbox, demo_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(demo_sandbox, monkeypatch, None, successful=None)
    with pytest.raises(af.TaskUncertain, match="does not say whether it succeeded") as caught:
        af.to_anaplan({"Load airlines": AIRLINES}, "Load all", demo_model)
    RECORD.take()  # the contract knows no such answer
    assert caught.value.result is not None
    assert caught.value.result.outcome == "uncertain"


def test_an_action_that_says_nothing_about_itself_follows_its_process(
    demo_sandbox: Sandbox, demo_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(demo_sandbox, monkeypatch, True, successful=None)
    result = af.to_anaplan({"Load airlines": AIRLINES}, "Load all", demo_model)
    RECORD.take()  # the contract knows no such answer
    assert (result.outcome, result.actions[0].outcome) == ("loaded", "loaded")


def test_the_steps_of_a_process_are_its_actions_in_order(demo_model: af.Model) -> None:
    steps = demo_model.processes["Load all"].steps()
    assert steps["name"].tolist() == ["Load airlines", "Load airports", "Load flights"]
    assert steps["id"].tolist() == [demo_model.imports[name].id for name in steps["name"]]


def test_parameters_of_a_process_can_be_for_one_of_its_imports(
    demo_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    real = demo_model.processes["Load all"]._transport.post

    def post(path: str, **options: Any) -> Any:
        sent.append(options.get("json"))
        return real(path, **options)

    process = demo_model.processes["Load all"]
    monkeypatch.setattr(process._transport, "post", post)
    process.start(
        parameters={"Version": "Actual", "Load flights": {"Period": "Jan 13"}}, locale="de_DE"
    ).cancel()
    assert sent == [
        {
            "localeName": "de_DE",
            "mappingParameters": [
                {"entityType": "Version", "entityName": "Actual"},
                {
                    "importId": demo_model.imports["Load flights"].id,
                    "entityType": "Period",
                    "entityName": "Jan 13",
                },
            ],
        }
    ]
    with pytest.raises(af.NotFound, match="Did you mean 'Load flights'"):
        process.run(parameters={"Load flight": {"Period": "Jan 13"}})
    assert len(process.tasks()) == 1
