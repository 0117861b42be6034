"""A model to write cells to, which all tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import anaplan_frames as af
from anaplan_frames.cells.modules import Module
from anaplan_frames.sandbox import Sandbox
from tests.cells.headcount import build
from tests.restored_models import RestoredModel
from tests.transport.scripted import TurnedClock


@pytest.fixture(scope="package")
def headcount_server() -> Iterator[tuple[Sandbox, RestoredModel]]:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        yield sandbox, RestoredModel(build(sandbox))


@pytest.fixture
def headcount_sandbox(headcount_server: tuple[Sandbox, RestoredModel]) -> Sandbox:
    """Serve the model without cells, and without faults."""
    sandbox, built = headcount_server
    sandbox.faults.clear()
    built.restore()
    return sandbox


@pytest.fixture
def headcount(headcount_sandbox: Sandbox) -> Iterator[af.Model]:
    """Connect with a clock on which nobody waits."""
    with headcount_sandbox.connect(clock=TurnedClock()) as connection:
        yield connection.model("Headcount")


@pytest.fixture
def costs(headcount: af.Model) -> Module:
    return headcount.modules["Costs"]
