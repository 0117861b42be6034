"""Revisions and syncs under faults at random: nothing is done twice, and every word is true."""

from __future__ import annotations

import time

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.admin.alm.lifecycle import DEV, PROD, Lifecycle, build_lifecycle
from tests.transport.scripted import TurnedClock

KINDS = ("429", "500", "502", "503", "504", "reset", "lost answer", "lost 504", "late", "cut body")
SHARE = 0.3


def with_faults(lifecycle: Lifecycle, seed: int) -> af.Connection:
    lifecycle.sandbox.faults.at_random(seed, share=SHARE, kinds=KINDS, seconds=0.01)
    return lifecycle.sandbox.connect(clock=TurnedClock())


def settle(sandbox: Sandbox) -> None:
    """Let requests that come late be carried out, and tasks end."""
    sandbox.faults.clear()
    deadline = time.monotonic() + 10
    while sandbox.faults.pending or any(sandbox.tasks.running(each) for each in sandbox.models):
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 80))]
)
def test_whatever_fails_a_revision_is_created_and_synced_once_at_most(
    tenant: Sandbox, seed: int
) -> None:
    lifecycle = build_lifecycle(tenant)
    lifecycle.change()
    said = "created"
    with with_faults(lifecycle, seed) as connection:
        try:
            connection.model(DEV).alm.create_revision("v2")
        except af.TaskUncertain:
            said = "uncertain"
        except af.AnaplanError:
            said = "not created"
    settle(tenant)
    history = [one.revision.name for one in tenant.revisions.of(lifecycle.built_dev.id)]
    if said != "uncertain":
        assert history == (["v1", "v2"] if said == "created" else ["v1"])
    if history == ["v1"]:
        tenant.revision(lifecycle.built_dev, "v2")
    assert history in (["v1"], ["v1", "v2"])

    said = "synced"
    with with_faults(lifecycle, seed + 1000) as connection:
        try:
            result = connection.model(PROD).alm.sync(DEV, confirm=True)
            assert (result.outcome, result.rows_created) == ("loaded", 2)
        except af.TaskUncertain:
            said = "uncertain"
        except af.AnaplanError:
            said = "not synced"
    settle(tenant)
    applied = [one.revision.name for one in tenant.revisions.of(lifecycle.built_prod.id)]
    if said != "uncertain":
        assert lifecycle.syncs() == (1 if said == "synced" else 0)
        assert applied == (["v1", "v2"] if said == "synced" else ["v1"])
    assert lifecycle.syncs() <= 1
    lifecycle.connection.close()
