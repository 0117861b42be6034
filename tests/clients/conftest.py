"""The demo tenant, running, with a clock that a test can put forward."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from anaplan_frames.sandbox import Sandbox

CHUNK = 20_000  # bytes; small, so that whatever is downloaded comes in several chunks


class Watch:
    """Real time, and `ahead` seconds more."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def sandbox(watch: Watch) -> Iterator[Sandbox]:
    with Sandbox.demo(export_chunk_size=CHUNK, rate_limit=None, clock=watch) as running:
        yield running
