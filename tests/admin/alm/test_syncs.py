"""Models that are synced from another one, against the sandbox."""

from __future__ import annotations

import pickle
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.writes.plan import SendOptions
from tests.admin.alm.lifecycle import DEV, PROD, Lifecycle, build_lifecycle
from tests.dataframes.columns import dtypes
from tests.transport.scripted import TurnedClock


def test_a_sync_asks_first_and_says_in_numbers_what_would_change(lifecycle: Lifecycle) -> None:
    lifecycle.change_and_name()
    with pytest.raises(af.ConfirmationRequired) as caught:
        lifecycle.prod.alm.sync(DEV)
    said = str(caught.value)
    assert "sync model 'Planning Prod' with revision 'v2' of model 'Planning Dev'" in said
    assert "2 created, 0 modified, 0 deleted (lists: 1 created" in said
    assert "pass confirm=True" in said
    assert caught.value.plan is not None
    assert caught.value.plan.rows_created == 2
    assert lifecycle.syncs() == 0


def test_a_sync_brings_the_structure_and_counts_it(lifecycle: Lifecycle) -> None:
    lifecycle.change_and_name()
    prod = lifecycle.prod
    result = prod.alm.sync(lifecycle.dev, confirm=True)
    assert (result.kind, result.target, result.outcome) == ("sync", PROD, "loaded")
    assert (result.rows_sent, result.rows_loaded, result.rows_created) == (2, 2, 2)
    assert result.changes["kind"].tolist() == ["lists", "lineItems"]
    assert "2 of 2 changes loaded" in repr(result)
    lifecycle.built_prod.state = "UNLOCKED"  # a deployed model does not show its line items
    assert prod.lists.names == ["Regions", "Channels"]
    assert prod.line_items()["name"].tolist() == ["Units", "Price"]
    assert prod.alm.latest()["name"] == "v2"


def test_a_revision_that_the_model_has_is_not_synced_again(lifecycle: Lifecycle) -> None:
    for given in (None, "v1", lifecycle.first):
        result = lifecycle.prod.alm.sync(DEV, revision=given)
        assert (result.outcome, result.rows_sent, result.task_id) == ("loaded", 0, "")
        assert "It has revision 'v1' of model 'Planning Dev' already" in result.note
    assert lifecycle.syncs() == 0
    with pytest.raises(af.AnaplanError, match="nothing to start"):
        lifecycle.prod.alm.start_sync(DEV, confirm=True)


def test_a_model_is_not_synced_from_itself(lifecycle: Lifecycle) -> None:
    with pytest.raises(ValueError, match="cannot be synced into itself"):
        lifecycle.prod.alm.sync(PROD, confirm=True)


@pytest.mark.long
def test_an_earlier_revision_can_be_chosen(lifecycle: Lifecycle) -> None:
    lifecycle.change_and_name()
    lifecycle.built_dev.list("Later")
    lifecycle.sandbox.revision(lifecycle.built_dev, "v3")
    lifecycle.prod.alm.sync(DEV, revision="v2", confirm=True)
    assert lifecycle.prod.lists.names == ["Regions", "Channels"]
    assert lifecycle.prod.alm.syncable(DEV)["name"].tolist() == ["v3"]
    lifecycle.prod.alm.sync(DEV, confirm=True)
    assert lifecycle.prod.lists.names == ["Regions", "Channels", "Later"]


def test_a_plan_is_sent_once_and_only_as_long_as_it_holds(lifecycle: Lifecycle) -> None:
    lifecycle.change_and_name()
    plan = lifecycle.prod.alm.sync(DEV, dry_run=True)
    assert isinstance(plan, af.WritePlan)
    assert (plan.rows_created, len(plan.head(1))) == (2, 1)
    with pytest.raises(af.ConfirmationRequired):
        plan.send()
    lifecycle.built_dev.list("Later")
    lifecycle.sandbox.revision(lifecycle.built_dev, "v3")
    with pytest.raises(af.PlanStale):
        plan.send(confirm=True)
    assert lifecycle.syncs() == 0
    again = lifecycle.prod.alm.sync(DEV, dry_run=True)
    assert again.send(confirm=True).rows_created == 3
    with pytest.raises(af.AnaplanError, match="sent already"):
        again.send(confirm=True)


def test_a_sync_that_fails_says_why_in_anaplans_words(lifecycle: Lifecycle) -> None:
    lifecycle.change_and_name()
    plan = lifecycle.prod.alm.sync(DEV, dry_run=True)
    prepared = plan._prepared
    assert prepared is not None
    lifecycle.built_prod.list("Own")  # somebody changes the target after the plan
    with pytest.raises(af.TaskFailed, match="Model Synchronization Failed") as caught:
        prepared.send(SendOptions(confirm=True))
    assert "structural changes" in str(caught.value)
    result = caught.value.result
    assert result is not None
    assert (result.outcome, result.rows_created) == ("failed", 0)
    tasks = lifecycle.prod.alm.sync_tasks()
    assert tasks["successful"].tolist() == [False]
    assert "Model Synchronization Failed" in tasks["message"][0]


def test_a_target_with_changes_of_its_own_is_refused_before_the_start(lifecycle: Lifecycle) -> None:
    lifecycle.change_and_name()
    lifecycle.built_prod.list("Own")
    with pytest.raises(af.RequestRefused, match=r"whose last one is revision 'v1'.*not have chang"):
        lifecycle.prod.alm.sync(DEV, confirm=True)
    assert lifecycle.syncs() == 0


def test_a_started_sync_is_found_in_another_process(lifecycle: Lifecycle) -> None:
    lifecycle.change_and_name()
    task = lifecycle.prod.alm.start_sync(DEV, confirm=True)
    assert task.result().rows_created == 2
    found = lifecycle.connection.task(task.url)
    assert (found.id, found.kind, found.name, found.done()) == (task.id, "sync", PROD, True)
    assert found.result().outcome == "loaded"
    assert pickle.loads(pickle.dumps(task)).result().rows_created == 2
    with pytest.raises(af.NotFound):
        lifecycle.prod.alm.task("0" * 32)


def test_the_sync_tasks_are_listed(lifecycle: Lifecycle) -> None:
    expected = {
        "task_id": TEXT_DTYPE,
        "state": TEXT_DTYPE,
        "created": "datetime64[ms, UTC]",
        "successful": "boolean",
        "revision_id": TEXT_DTYPE,
        "message": TEXT_DTYPE,
    }
    empty = lifecycle.prod.alm.sync_tasks()
    assert (len(empty), dtypes(empty)) == (0, expected)
    revision = lifecycle.change_and_name()
    result = lifecycle.prod.alm.sync(DEV, confirm=True)
    tasks = lifecycle.prod.alm.sync_tasks()
    assert dtypes(tasks) == expected
    assert tasks[["task_id", "state", "successful", "revision_id"]].to_numpy().tolist() == [
        [result.task_id, "COMPLETE", True, revision]
    ]
    assert lifecycle.prod.alm.sync_tasks(outcomes=False)["successful"].isna().all()


@pytest.mark.parametrize(
    "kind",
    [
        "lost answer",
        "500",
        *(pytest.param(kind, marks=pytest.mark.long) for kind in ("lost 504", "late", "429")),
    ],
)
def test_a_sync_is_started_once_whatever_happens_to_the_answer(
    lifecycle: Lifecycle, kind: Any
) -> None:
    lifecycle.change_and_name()
    fault = lifecycle.sandbox.faults.add(
        kind, method="POST", path="*/alm/syncTasks", seconds=0, retry_after=1
    )
    with lifecycle.sandbox.connect(clock=TurnedClock()) as connection:
        assert connection.model(PROD).alm.sync(DEV, confirm=True).rows_created == 2
    assert (fault.hits, lifecycle.syncs()) == (1, 1)


def test_a_start_that_is_never_seen_is_uncertain_and_not_asked_for_again(
    lifecycle: Lifecycle,
) -> None:
    lifecycle.change_and_name()
    fault = lifecycle.sandbox.faults.add("reset", method="POST", path="*/alm/syncTasks")
    connection = lifecycle.sandbox.connect(clock=TurnedClock(), restart_after=60)
    with connection, pytest.raises(af.TaskUncertain, match=r"look at the model's alm.sync_tasks"):
        connection.model(PROD).alm.sync(DEV, confirm=True)
    assert (fault.hits, lifecycle.syncs()) == (1, 0)


def test_a_sync_of_another_revision_is_not_taken_for_ours(lifecycle: Lifecycle) -> None:
    """The start is lost, and meanwhile somebody else syncs an earlier revision."""
    second = lifecycle.change_and_name()
    lifecycle.built_dev.list("Later")
    lifecycle.sandbox.revision(lifecycle.built_dev, "v3")
    sandbox, prod = lifecycle.sandbox, lifecycle.built_prod

    class Rival(TurnedClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if fault.hits and not lifecycle.syncs():
                with sandbox.connect() as rival:
                    rival.model(PROD).alm.sync(DEV, revision=second, confirm=True)

    fault = sandbox.faults.add("stall", method="POST", path="*/alm/syncTasks", seconds=0)
    connection = sandbox.connect(clock=Rival())
    with connection, pytest.raises(af.TaskUncertain, match="does not have revision 'v3'"):
        connection.model(PROD).alm.sync(DEV, revision="v3", confirm=True)
    assert sandbox.revisions.latest(prod.id).revision.id == second  # type: ignore[union-attr]
    assert lifecycle.syncs() == 1


def test_a_time_that_is_over_leaves_the_task(lifecycle: Lifecycle) -> None:
    lifecycle.change_and_name()
    with pytest.raises(af.TransferTimeout):
        lifecycle.prod.alm.sync(DEV, confirm=True, timeout=0)
    assert lifecycle.syncs() == 0
    lifecycle.sandbox.tasks.pause = 0.03
    with lifecycle.sandbox.connect(clock=TurnedClock()) as connection:
        task = connection.model(PROD).alm.start_sync(DEV, confirm=True)
        with pytest.raises(af.TaskTimeout) as caught:
            task.result(timeout=1)
        assert "cancel" not in str(caught.value)
        with pytest.raises(af.RequestRefused, match="does not offer to cancel a sync"):
            task.cancel()
        assert caught.value.task.result().rows_created == 2
    assert lifecycle.syncs() == 1


def test_a_model_is_brought_offline_and_online_and_can_be_synced_meanwhile(
    lifecycle: Lifecycle,
) -> None:
    lifecycle.change_and_name()
    alm = lifecycle.prod.alm
    alm.set_online(online=False)
    assert lifecycle.built_prod.state == "PRODUCTION_MAINTENANCE"
    assert alm.sync(DEV, confirm=True).rows_created == 2
    alm.set_online(online=True)
    assert lifecycle.built_prod.state == "PRODUCTION"
    lifecycle.built_prod.state = "LOCKED"
    with pytest.raises(af.RequestRefused, match="Cannot change status"):
        alm.set_online(online=False)
    lifecycle.built_prod.state = "ARCHIVED"
    with pytest.raises(af.ModelUnavailable, match="archived"):
        alm.set_online(online=True)


def test_items_of_lists_are_synced_and_data_stays(lifecycle: Lifecycle) -> None:
    dev, prod = lifecycle.dev, lifecycle.prod
    lifecycle.built_prod.state = "UNLOCKED"
    dev.lists["Regions"].insert(pd.DataFrame({"name": ["North"], "code": ["N"]}))
    dev.alm.create_revision("v2")
    assert prod.alm.sync(dev, confirm=True).rows_created == 1
    prod.modules["Sales"].write(pd.DataFrame({"Regions": ["North"], "Units": [7.0]}))
    dev.lists["Regions"].insert(pd.DataFrame({"name": ["South"], "code": ["S"]}))
    dev.alm.create_revision("v3")
    assert prod.alm.sync(dev, confirm=True).rows_created == 1
    assert prod.lists["Regions"].read()["name"].tolist() == ["North", "South"]
    assert prod.modules["Sales"].read()["Units"].tolist()[0] == 7.0


@pytest.fixture
def many(tenant: Sandbox) -> Lifecycle:
    """Three copies; the third has changes of its own, and the second is up to date."""
    built = build_lifecycle(tenant)
    for name in ("Second", "Third"):
        tenant.copy_model(built.built_dev, name, tenant.workspace("Production"))
    third = next(each for each in tenant.models.values() if each.name == "Third")
    built.change_and_name()
    built.connection.model("Second").alm.sync(DEV, confirm=True)
    third.list("Own")
    return built


def test_many_models_are_synced_side_by_side_each_with_its_outcome(many: Lifecycle) -> None:
    names = [PROD, "Third", many.connection.model("Second")]
    with pytest.raises(af.ConfirmationRequired) as caught:
        many.dev.alm.sync_to(names)
    lines = str(caught.value).splitlines()
    assert "sync 3 models with model 'Planning Dev'" in lines[0]
    assert lines[1].endswith("'v2' of model 'Planning Dev': 2 created, 0 modified, 0 deleted")
    assert "cannot be synced: No revision" in lines[2]
    assert "has revision 'v2' of model 'Planning Dev' already" in lines[3]
    planned = many.dev.alm.sync_to(names, dry_run=True)
    assert planned["outcome"].tolist() == ["planned", "not started", "unchanged"]
    assert many.syncs() == 0
    done = many.dev.alm.sync_to(names, confirm=True)
    assert dtypes(done) == {
        "model": TEXT_DTYPE,
        "model_id": TEXT_DTYPE,
        "workspace_id": TEXT_DTYPE,
        "revision": TEXT_DTYPE,
        "outcome": TEXT_DTYPE,
        "created": "Int64",
        "modified": "Int64",
        "deleted": "Int64",
        "task_id": TEXT_DTYPE,
        "seconds": "Float64",
        "error": TEXT_DTYPE,
    }
    assert done["model"].tolist() == [PROD, "Third", "Second"]
    assert done["outcome"].tolist() == ["loaded", "not started", "unchanged"]
    assert done["created"].fillna(-1).tolist() == [2, -1, 0]
    assert "structure of the target must not have changed" in done["error"][1]
    assert many.prod.alm.latest()["name"] == "v2"


def test_wrong_targets_stop_all_before_anything_is_done(lifecycle: Lifecycle) -> None:
    lifecycle.change_and_name()
    alm = lifecycle.dev.alm
    with pytest.raises(af.NotFound, match="Did you mean 'Planning Prod'"):
        alm.sync_to([PROD, "Planing Prod"], confirm=True)
    with pytest.raises(ValueError, match="cannot be synced into itself"):
        alm.sync_to([PROD, DEV], confirm=True)
    with pytest.raises(TypeError, match="must be a list of models"):
        alm.sync_to(PROD, confirm=True)
    assert lifecycle.syncs() == 0
    assert len(alm.sync_to([], confirm=True)) == 0


@pytest.mark.long
def test_a_failure_of_one_does_not_stop_the_others(many: Lifecycle) -> None:
    many.sandbox.copy_model(many.built_dev, "Fourth", many.sandbox.workspace("Production"))
    many.built_dev.list("Later")
    many.sandbox.revision(many.built_dev, "v3")
    path = f"*/{many.built_prod.id}/alm/syncTasks"
    many.sandbox.faults.add("stall", method="POST", path=path, seconds=0)
    with many.sandbox.connect(clock=TurnedClock()) as connection:
        done = connection.model(DEV).alm.sync_to([PROD, "Second", "Fourth"], confirm=True)
    assert done["outcome"].tolist() == ["uncertain", "loaded", "loaded"]
    assert done["revision"].tolist() == ["v3"] * 3
