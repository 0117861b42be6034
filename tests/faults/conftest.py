"""Tenants for jobs that are interrupted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.faults.logged import LoggedChunks


@pytest.fixture
def things_sandbox() -> Iterator[Sandbox]:
    """Serve a model with a list of things, and their file and import."""
    with Sandbox(rate_limit=None, task_pause=0) as running:
        model = running.workspace("W").model("M")
        things = model.list("Things", properties={"Text": "TEXT"})
        file = model.file("things.csv", columns=["Name", "Text"])
        model.import_("Load things", file=file, into=things)
        yield running


@pytest.fixture
def chunks(caplog: pytest.LogCaptureFixture) -> LoggedChunks:
    """Return the requests for chunks, as they are logged."""
    return LoggedChunks(caplog)
