"""Models with revisions, behind a running sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.admin.alm.lifecycle import Lifecycle, build_lifecycle


@pytest.fixture
def lifecycle(tenant: Sandbox) -> Iterator[Lifecycle]:
    """Both models, for a test that changes them."""
    built = build_lifecycle(tenant)
    with built.connection:
        yield built


@pytest.fixture(scope="module")
def compared() -> Iterator[Lifecycle]:
    """Both models after a change and the revision "v2", for tests that only read."""
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        built = build_lifecycle(sandbox)
        built.change_and_name()
        with built.connection:
            yield built
