"""Transports to the scripted server, on a clock that a test sets forward."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from anaplan_frames.auth import BasicAuth
from anaplan_frames.transport import Transport
from tests.transport.scripted import EVERYTHING, ScriptedServer, TurnedClock

Connect = Callable[..., Transport]


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def connect(server: ScriptedServer, clock: TurnedClock) -> Iterator[Connect]:
    """Make transports to the scripted server, with options; they are closed at the end."""
    with ExitStack() as cleanup:

        def make(**options: Any) -> Transport:
            options.setdefault("auth", BasicAuth("planner@example.com", "correct horse"))
            options.setdefault("api_url", server.url)
            options.setdefault("auth_url", server.url)
            options.setdefault("clock", clock)
            options.setdefault("operations", EVERYTHING)
            transport = Transport(**options)
            cleanup.callback(transport.close)
            return transport

        yield make


@pytest.fixture
def transport(connect: Connect) -> Transport:
    return connect()
