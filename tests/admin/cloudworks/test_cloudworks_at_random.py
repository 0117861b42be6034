"""CloudWorks under faults at random: nothing runs or is made twice, and every word is true."""

from __future__ import annotations

import time
from typing import Any

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox.tenant.cloudworks_records import Run
from tests.sandbox.cloudworks_client import Tenant
from tests.sandbox.http_client import EMPLOYEES, WITH_A_DUPLICATE
from tests.transport.scripted import TurnedClock

KINDS = ("429", "500", "502", "503", "504", "reset", "lost answer", "lost 504", "late", "cut body")
SHARE = 0.3
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 40))]


def with_faults(built: Tenant, seed: int) -> af.Connection:
    built.sandbox.faults.at_random(seed, share=SHARE, kinds=KINDS, seconds=0.01)
    return built.sandbox.connect(clock=TurnedClock())


def settle(built: Tenant, runs: list[Run]) -> None:
    """Let requests that come late be carried out, and runs end."""
    built.sandbox.faults.clear()
    deadline = time.monotonic() + 10
    while built.sandbox.faults.pending or any(run.ended is None for run in runs):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def outcome(work: Any) -> tuple[str, Any]:
    """Return what the caller learns: "done", "uncertain" or "not done"."""
    try:
        return "done", work()
    except af.TaskUncertain:
        return "uncertain", None
    except af.AnaplanError:
        return "not done", None


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_fails_an_integration_runs_once_at_most(built: Tenant, seed: int) -> None:
    bad = seed % 2 == 0
    (built.folder / "staff.csv").write_bytes(WITH_A_DUPLICATE if bad else EMPLOYEES)
    before = len(built.load.runs)
    with with_faults(built, seed) as connection:
        said, result = outcome(
            lambda: connection.cloudworks.run("Load staff", on_rejected="ignore")
        )
    settle(built, built.load.runs)
    new = built.load.runs[before:]
    assert len(new) <= 1
    if said == "done":
        assert [run.id for run in new] == [result.task_id]
        assert result.outcome == ("rejected" if bad else "loaded")
        assert result.rows_rejected == (1 if bad else 0)
    if said == "not done":
        assert new == []


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_fails_a_flow_runs_once_at_most(built: Tenant, seed: int) -> None:
    (built.folder / "staff.csv").write_bytes(EMPLOYEES)
    flow = built.sandbox.cloudworks_flow(f"Flow {seed}", [built.load, built.export])
    with with_faults(built, seed + 1000) as connection:
        said, result = outcome(lambda: connection.cloudworks.run(flow.name))
    settle(built, [*flow.runs, *built.load.runs, *built.export.runs])
    assert len(flow.runs) <= 1
    if said == "done":
        assert len(flow.runs) == 1
        assert [step.outcome for step in result.actions] == ["loaded", "loaded"]
    if said == "not done":
        assert flow.runs == []


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_fails_an_integration_is_made_once_at_most(built: Tenant, seed: int) -> None:
    name = f"Made {seed}"
    with built.sandbox.connect() as connection:
        load = connection.model("Headcount").imports["Load employees"]
    with with_faults(built, seed + 2000) as connection:
        jobs = [("Files", "staff.csv", load)]
        said, id_ = outcome(
            lambda: connection.cloudworks.insert("integration", name=name, jobs=jobs)
        )
    settle(built, [])
    known = built.sandbox.cloudworks.integrations
    made = [each.id for each in known.values() if each.name == name]
    assert len(made) <= 1
    if said == "done":
        assert made == [id_]
    if said == "not done":
        assert made == []
    for each in made:
        del known[each]
