"""Sandboxes for every test that needs a server; each of their answers is checked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transport import Transport
from tests.transport.scripted import ScriptedServer

pytest_plugins = ["tests.contract.plugin"]


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep journals and locks out of the user's own cache folder."""
    folder = str(tmp_path_factory.mktemp("cache"))
    # Not by the fixture, which would then undo a test's own patches after all its fixtures' ends.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
            patch.setenv(name, folder)
        yield


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Serve a fresh demo tenant on a free loopback port."""
    with Sandbox.demo() as running:
        yield running


@pytest.fixture
def tenant() -> Iterator[Sandbox]:
    """Serve an empty tenant, to build on."""
    with Sandbox(rate_limit=None) as running:
        yield running


@pytest.fixture
def model(sandbox: Sandbox) -> Iterator[af.Model]:
    """Connect to the demo tenant's model."""
    with sandbox.connect() as connection:
        yield connection.model("Flight Planning")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Answer as the test tells it to."""
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def transport(server: ScriptedServer) -> Iterator[Transport]:
    """Speak to the scripted server."""
    auth = af.BasicAuth("planner@example.com", "correct horse")
    made = Transport(auth, api_url=server.url, auth_url=server.url, requests_per_minute=None)
    yield made
    made.close()
