"""Runs of integrations and flows, waited for, watched, cancelled and found again."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.cloudworks_client import Tenant, build_cloudworks
from tests.sandbox.held_tasks import NotedClock, held_tasks
from tests.transport.scripted import TurnedClock


def test_an_import_loads_the_file_of_the_folder(
    built: Tenant, cloudworks: af.CloudWorks, conn: af.Connection
) -> None:
    result = cloudworks.run("Load staff")
    assert (result.outcome, result.kind, result.target) == ("loaded", "integration", "Load staff")
    assert (result.target_id, result.model_id) == (built.load.id, built.model.id)
    staff = conn.model("Headcount").lists["Employees"].read()
    assert {"Ada", "Bo"} <= set(staff["name"])


def test_an_export_writes_its_file_into_the_folder(
    built: Tenant, cloudworks: af.CloudWorks
) -> None:
    cloudworks.run("Load staff")
    assert cloudworks.run("Staff out").outcome == "loaded"
    assert set(pd.read_csv(built.folder / "out" / "staff.csv")["Employees"]) >= {"Ada", "Bo"}


@pytest.mark.usefixtures("duplicate")
def test_rejected_rows_are_those_of_the_failure_dump(
    cloudworks: af.CloudWorks, tmp_path: Path
) -> None:
    with pytest.raises(af.RejectedRows, match=r"1 of 3 rows were rejected by 'Load staff'") as got:
        cloudworks.run("Load staff", dump=tmp_path)
    result = got.value.result
    assert (result.rows_sent, result.rows_loaded, result.rows_rejected) == (3, 2, 1)
    assert list(result.unmatched["Code"]) == ["E3"]
    assert "exists already" in result.reasons["example"].iloc[0]
    assert (tmp_path / "failure_dump_112000000001.csv").exists()
    assert cloudworks.run("Load staff", on_rejected="ignore").outcome == "rejected"


@pytest.mark.usefixtures("duplicate")
def test_the_errors_and_dumps_of_a_run_are_tables(cloudworks: af.CloudWorks) -> None:
    run = cloudworks.run("Load staff", on_rejected="ignore").task_id
    errors = cloudworks.errors(run)
    assert list(errors["action"].unique()) == ["Load employees"]
    assert errors["dump"].all()
    dump = cloudworks.dumps(run)
    assert list(dump) == ["action", "action_id", "Name", "Code", "Grade", "_Line_", "error"]
    assert (dump["Name"].item(), dump["_Line_"].item()) == ("Ada", 3)


def test_a_clean_run_has_no_errors_and_no_dumps(cloudworks: af.CloudWorks) -> None:
    run = cloudworks.run("Load staff").task_id
    assert cloudworks.errors(run).empty
    dump = cloudworks.dumps(run)
    assert list(dump) == ["action", "action_id", "_Line_", "error"]
    assert dump["_Line_"].dtype == "Int64"


def test_a_run_that_does_not_exist_is_not_found(cloudworks: af.CloudWorks) -> None:
    for ask in (cloudworks.dumps, cloudworks.errors, cloudworks.task):
        with pytest.raises(af.NotFound):
            ask("0" * 32)
    with pytest.raises(TypeError, match="run must be the id of a run"):
        cloudworks.errors(7)  # type: ignore[arg-type]


@pytest.mark.usefixtures("duplicate")
def test_a_process_has_the_actions_that_did_not_go_well(cloudworks: af.CloudWorks) -> None:
    result = cloudworks.run("Nightly run", on_rejected="ignore")
    assert result.outcome == "rejected"
    assert [action.target for action in result.actions] == ["Load employees"]
    assert list(result.unmatched["Code"]) == ["E3"]
    assert list(cloudworks.dumps(result.task_id)["Code"]) == ["E3"]


def test_a_failed_run_says_why(built: Tenant, cloudworks: af.CloudWorks) -> None:
    (built.folder / "staff.csv").unlink()
    with pytest.raises(
        af.TaskFailed, match=r"'Load staff' failed .*File not found: staff.csv"
    ) as e:
        cloudworks.run("Load staff")
    assert e.value.result is not None
    assert e.value.result.outcome == "failed"
    (built.folder / "staff.csv").write_bytes(b"Wrong,Columns\n1,2\n")
    with pytest.raises(af.TaskFailed, match="error code 12: a value does not have the data type"):
        cloudworks.run("Load staff")


def test_a_run_is_a_task_that_any_process_finds(
    built: Tenant, cloudworks: af.CloudWorks, conn: af.Connection
) -> None:
    task = cloudworks.start("Load staff")
    assert task.url == f"anaplan://cloudworks/integrations/{built.load.id}/runs/{task.id}"
    found = conn.task(task.url)
    assert (found.id, found.kind, found.name) == (task.id, "integration", "Load staff")
    assert found.result().outcome == task.result().outcome == "loaded"
    assert task.done()
    again: af.Task[af.WriteResult] = pickle.loads(pickle.dumps(task))
    assert again.result().task_id == task.id
    assert cloudworks.task(task.id).state == "COMPLETE"
    with pytest.raises(af.ConfigurationError, match="not the URL of a run of CloudWorks"):
        conn.task("anaplan://cloudworks/integrations/1/runs")


def test_hooks_see_runs(built: Tenant, cloudworks: af.CloudWorks) -> None:
    seen: list[Any] = []

    class Noting:
        def on_start(self, task: af.Task[Any]) -> None:
            seen.append(task.name)

        def on_end(self, task: af.Task[Any], result: Any, error: Any) -> None:
            seen.append(result.outcome)

    with built.sandbox.connect(hooks=[Noting()]) as connection:
        connection.cloudworks.run("Load staff")
    assert seen == ["Load staff", "loaded"]


def test_a_running_integration_is_not_started_again_and_can_be_cancelled(
    tmp_path: Path,
) -> None:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        built = build_cloudworks(sandbox, tmp_path)
        with held_tasks(sandbox) as go_on, sandbox.connect() as connection:
            cloudworks = connection.cloudworks
            task = cloudworks.start("Load staff")
            wait_for(lambda: task.refresh().step == "Running")
            assert task.state == "IN_PROGRESS"
            assert pd.isna(cloudworks.runs("Load staff")["ended"].item())
            with pytest.raises(af.RequestRefused, match="it is running"):
                cloudworks.start("Load staff")
            with pytest.raises(af.RequestRefused, match="it is running"):
                cloudworks.delete("integration", built.load.id)
            with pytest.raises(af.TaskTimeout, match=r"conn\.task\('anaplan://cloudworks/"):
                task.result(timeout=0)
            with sandbox.connect(clock=NotedClock(go_on.set)) as other:
                assert other.cloudworks.cancel("Load staff")
            with pytest.raises(af.TaskCancelled):
                task.result()
            assert not cloudworks.cancel("Load staff")
            assert list(cloudworks.runs("Load staff")["message"]) == ["Cancelled"]


def test_a_process_that_runs_is_not_cancelled_and_goes_on(tmp_path: Path) -> None:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        build_cloudworks(sandbox, tmp_path)
        with held_tasks(sandbox) as go_on, sandbox.connect(clock=TurnedClock()) as connection:
            task = connection.cloudworks.start("Nightly run")
            with pytest.raises(af.RequestRefused, match="cancel no integrations that run a proc"):
                task.cancel()
            assert task.state != "CANCELLED"
            go_on.set()
            assert task.result().outcome == "loaded"


def test_names_must_be_texts(cloudworks: af.CloudWorks) -> None:
    asks: list[Callable[[Any], object]] = [
        cloudworks.run,
        cloudworks.cancel,
        lambda name: cloudworks.delete("connection", name),
        lambda name: cloudworks.delete("flow", name),
    ]
    for ask in asks:
        with pytest.raises(TypeError, match=r"name must be the name or id of .*, not 7"):
            ask(7)


def test_a_flow_runs_its_steps(built: Tenant, cloudworks: af.CloudWorks) -> None:
    flow = built.sandbox.cloudworks_flow("In and out", [built.load, built.export])
    result = cloudworks.run("In and out")
    assert (result.outcome, result.kind) == ("loaded", "flow")
    assert [step.target for step in result.actions] == ["Load staff", "Staff out"]
    one = cloudworks.run(flow.id, steps=["Staff out"])
    assert [step.target for step in one.actions] == ["Staff out"]
    with pytest.raises(ValueError, match="steps= is an option of flows"):
        cloudworks.run("Load staff", steps=["Staff out"])


@pytest.mark.usefixtures("duplicate")
def test_a_flow_with_rejected_rows_has_them_by_step(
    built: Tenant, cloudworks: af.CloudWorks
) -> None:
    built.sandbox.cloudworks_flow("With a duplicate", [built.load, built.export])
    with pytest.raises(af.RejectedRows) as got:
        cloudworks.run("With a duplicate")
    load, out = got.value.result.actions
    assert (load.outcome, load.rows_rejected, out.outcome) == ("rejected", 1, "loaded")
    assert list(load.unmatched["Code"]) == ["E3"]


def test_a_flow_stops_at_a_step_that_fails(built: Tenant, cloudworks: af.CloudWorks) -> None:
    built.sandbox.cloudworks_flow("Stops", [built.load, built.export])
    built.sandbox.cloudworks_flow("Goes on", [built.load, built.export], on_failure="continue")
    (built.folder / "staff.csv").unlink()
    with pytest.raises(af.TaskFailed, match=r"because of 'Load staff'.*File not found") as got:
        cloudworks.run("Stops")
    assert got.value.result is not None
    assert [step.target for step in got.value.result.actions] == ["Load staff"]
    with pytest.raises(af.RejectedRows):
        cloudworks.run("Goes on")


def test_a_flow_is_found_by_its_url_and_not_cancelled(
    built: Tenant, cloudworks: af.CloudWorks, conn: af.Connection
) -> None:
    built.sandbox.cloudworks_flow("Found", [built.load, built.export])
    with held_tasks(built.sandbox) as go_on:
        task = cloudworks.start("Found")
        wait_for(lambda: task.refresh().state == "IN_PROGRESS")
        with pytest.raises(af.RequestRefused, match="cannot cancel a flow"):
            task.cancel()
        with pytest.raises(af.RequestRefused, match="it is running"):
            cloudworks.delete("flow", "Found")
        go_on.set()
        assert conn.task(task.url).result().outcome == "loaded"
    assert task.result().outcome == "loaded"
    second = cloudworks.start("Found")
    assert second.url.partition("/after/")[2]
    assert conn.task(second.url).result().outcome == "loaded"
    with pytest.raises(af.TaskUncertain, match="has run more than once since run"):
        conn.task(task.url)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
