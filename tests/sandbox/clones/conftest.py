"""A tenant, its snapshot and the clone, shared by all tests, which only read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clones.planning import build_planning


@pytest.fixture(scope="session")
def planning() -> Iterator[Sandbox]:
    """Serve the model of `build_planning`."""
    tenant = Sandbox(rate_limit=None, task_pause=0)
    build_planning(tenant)
    with tenant:
        yield tenant


@pytest.fixture(scope="session")
def snapshot(planning: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> af.Snapshot:
    """Take a snapshot of all of it."""
    folder = tmp_path_factory.mktemp("snapshots") / "planning"
    with planning.connect() as connection:
        return af.snapshot(connection.model("Planning"), folder, include="all")


@pytest.fixture(scope="session")
def clone(snapshot: af.Snapshot) -> Iterator[Sandbox]:
    """Serve a clone, in which nothing is filled in."""
    opened = Sandbox.open(snapshot.folder, rate_limit=None, task_pause=0, verbose=False)
    with opened:
        yield opened


@pytest.fixture
def copied(snapshot: af.Snapshot, tmp_path: Path) -> Path:
    """Return a copy of the snapshot, to be changed."""
    return Path(shutil.copytree(snapshot.folder, tmp_path / "copied"))
