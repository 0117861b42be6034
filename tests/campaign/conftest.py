"""The stage that all schedules of a module share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.campaign.between import Stage, serving


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with serving() as one:
        yield one
