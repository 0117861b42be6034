"""The sandbox that all schedules of a module share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.campaign.runs import serving


@pytest.fixture(scope="module")
def small_sandbox() -> Iterator[Sandbox]:
    with serving() as sandbox:
        yield sandbox
