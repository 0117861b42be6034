"""A tenant's login in the environment, and commands that only tests have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from anaplan_frames.cli.commands import COMMANDS, CommandEntry
from anaplan_frames.sandbox import Sandbox

AIRLINES = pd.DataFrame({"carrier": ["AA", "DL", "UA"], "name": ["American", "Delta", "United"]})
AIRPORTS = pd.DataFrame(
    {
        "faa": ["ATL", "BOS"],
        "name": ["Atlanta", 'Boston "Logan", MA'],
        "lat": [33.6, 42.4],
        "lon": [-84.4, -71.0],
        "alt": [1026, 19],
        "tz": [-5, -5],
        "dst": ["A", "A"],
        "tzone": ["America/New_York", ""],
    }
)
FLIGHTS = pd.DataFrame(
    {
        "carrier": ["AA", "DL", "UA"],
        "origin": ["JFK", "EWR", "JFK"],
        "dest": ["ATL", "ATL", "BOS"],
        "period": ["Jan 13", "Feb 13", "Jan 13"],
        "flights": [3, 5, 8],
        "cancelled": [0, 1, 0],
        "dep_delay_minutes": [12.5, 0.25, 1],
        "arr_delay_minutes": [1, 2, 3],
        "air_time_minutes": [100, 200, 300],
        "distance_miles": [760, 746, 187],
    }
)


@pytest.fixture
def tenant_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the commands of `tenant_command` to the command line."""
    for name in ("options", "broken"):
        entry = CommandEntry("tests.cli.tenant_command", f"{name} as a test does.")
        monkeypatch.setitem(COMMANDS, name, entry)


@pytest.fixture
def sign_in(
    tenant_commands: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Sandbox], None]:
    """Return a function that sets a sandbox's hosts and login in the environment."""

    def set_environment(sandbox: Sandbox) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        monkeypatch.delenv("ANAPLAN_MODEL", raising=False)
        monkeypatch.setenv("ANAPLAN_EMAIL", sandbox.email)
        monkeypatch.setenv("ANAPLAN_PASSWORD", sandbox.password)
        monkeypatch.setenv("ANAPLAN_API_URL", sandbox.api_url)
        monkeypatch.setenv("ANAPLAN_AUTH_URL", sandbox.auth_url)

    monkeypatch.chdir(tmp_path)
    return set_environment


@pytest.fixture(scope="session")
def flights() -> Iterator[Sandbox]:
    """Serve the demo tenant with data, for tests that leave its lists and cells as they are."""
    with loaded_demo() as running:
        yield running


@contextmanager
def loaded_demo() -> Iterator[Sandbox]:
    """Serve the demo tenant with its airlines, a few airports, and the flights between them."""
    with Sandbox.demo(rate_limit=None, task_pause=0) as running, running.connect() as connection:
        model = connection.model("Flight Planning")
        model.imports["Load airlines"].write(AIRLINES)
        model.imports["Load airports"].write(AIRPORTS)
        model.imports["Load flights"].write(FLIGHTS)
        yield running


@pytest.fixture
def loaded(
    flights: Sandbox, sign_in: Callable[[Sandbox], None], monkeypatch: pytest.MonkeyPatch
) -> Sandbox:
    """Return that tenant, with its login and model in the environment and an empty folder."""
    sign_in(flights)
    monkeypatch.setenv("ANAPLAN_MODEL", "Flight Planning")
    return flights


@pytest.fixture
def signed_in(demo_sandbox: Sandbox, sign_in: Callable[[Sandbox], None]) -> Sandbox:
    """Serve the demo tenant, with its login in the environment."""
    sign_in(demo_sandbox)
    return demo_sandbox
