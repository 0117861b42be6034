"""Sandboxes for every test that needs a server; each of their answers is checked."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transfer import small_file
from anaplan_frames.transport import Transport
from tests.transport.scripted import ScriptedServer

pytest_plugins = ["tests.contract.plugin"]

# The same examples in each run, until a test changes; `nox -s explore` draws others.
settings.register_profile("ordinary", max_examples=20, deadline=None, derandomize=True)
settings.register_profile("long", max_examples=70, deadline=None, derandomize=True)
settings.register_profile("explore", max_examples=1000, deadline=None, print_blob=True)


def _is_long_run(config: pytest.Config) -> bool:
    return bool(config.option.markexpr == "long")


def pytest_configure(config: pytest.Config) -> None:
    """Draw few examples in the ordinary run, and many with ``-m long``."""
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("long" if _is_long_run(config) else "ordinary")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # started in the background of a shell
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _sampled(items: list[pytest.Item]) -> dict[str, list[pytest.Item]]:
    """Return the variants of each test that is marked as sampled."""
    found: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sampled"):
            found.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run the property-based tests with ``-m long`` too, and those that damage contents.

    Of a test marked ``sampled(n)``, n of its variants stay in the ordinary run, the rest are long.
    """
    for variants in _sampled(items).values():
        (kept,) = variants[0].get_closest_marker("sampled").args
        chosen = {place * len(variants) // kept for place in range(kept)}
        for place, item in enumerate(variants):
            if place not in chosen:
                item.add_marker("long")
    if _is_long_run(config):
        for item in items:
            if isinstance(item, pytest.Function) and (
                hasattr(item.obj, "hypothesis") or "mutations" in item.fixturenames
            ):
                item.add_marker("long")


@pytest.fixture(scope="session")
def cache_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield paths of folders, one after the other, in one folder.

    pytest lists its temporary folder whenever it makes another one there, which takes ever longer.
    """
    base = tmp_path_factory.mktemp("caches")
    return (base / str(number) for number in count())


@pytest.fixture(autouse=True)
def cache(cache_folders: Iterator[Path]) -> Iterator[None]:
    """Keep journals and locks out of the user's own cache folder."""
    folder = next(cache_folders)
    folder.mkdir()
    # Not by the fixture, which would then undo a test's own patches after all its fixtures' ends.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(folder))
        yield


@pytest.fixture
def demo_sandbox() -> Iterator[Sandbox]:
    """Serve a fresh demo tenant on a free loopback port; its tasks do not pause."""
    with Sandbox.demo(task_pause=0) as running:
        yield running


@pytest.fixture
def tenant() -> Iterator[Sandbox]:
    """Serve an empty tenant, to build on; its tasks do not pause."""
    with Sandbox(rate_limit=None, task_pause=0) as running:
        yield running


@pytest.fixture
def in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have small files uploaded as large ones are: declared, sent in chunks and completed."""
    monkeypatch.setattr(small_file, "_LIMIT", 0)


@pytest.fixture
def demo_model(demo_sandbox: Sandbox) -> Iterator[af.Model]:
    """Connect to the demo tenant's model."""
    with demo_sandbox.connect() as connection:
        yield connection.model("Flight Planning")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """Answer as the test says."""
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def make_transport(server: ScriptedServer) -> Iterator[Callable[..., Transport]]:
    """Make transports to the scripted server, with options of their own."""
    with ExitStack() as cleanup:

        def make(**options: Any) -> Transport:
            auth = af.BasicAuth("planner@example.com", "correct horse")
            made = Transport(auth, api_url=server.url, auth_url=server.url, **options)
            cleanup.callback(made.close)
            return made

        yield make


@pytest.fixture
def transport(server: ScriptedServer) -> Iterator[Transport]:
    """Speak to the scripted server."""
    auth = af.BasicAuth("planner@example.com", "correct horse")
    made = Transport(auth, api_url=server.url, auth_url=server.url, requests_per_minute=None)
    yield made
    made.close()
