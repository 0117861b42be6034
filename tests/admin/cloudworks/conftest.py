"""A tenant with integrations that only tests of runs change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.cloudworks_client import Tenant, build_cloudworks
from tests.sandbox.http_client import EMPLOYEES, WITH_A_DUPLICATE


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    """Serve a model with an import, an export, a process, and an integration of each."""
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        yield build_cloudworks(sandbox, tmp_path_factory.mktemp("cloud"))


@pytest.fixture(scope="module")
def conn(built: Tenant) -> Iterator[af.Connection]:
    with built.sandbox.connect() as connection:
        yield connection


@pytest.fixture
def cloudworks(built: Tenant, conn: af.Connection) -> Iterator[af.CloudWorks]:
    """Connect with a good file in the folder."""
    (built.folder / "staff.csv").write_bytes(EMPLOYEES)
    yield conn.cloudworks
    built.sandbox.faults.clear()


@pytest.fixture
def duplicate(built: Tenant, cloudworks: af.CloudWorks) -> None:
    """Put a file in the folder of which one row is rejected."""
    (built.folder / "staff.csv").write_bytes(WITH_A_DUPLICATE)
