"""A tenant with users, read by all tests of a module; and a small one for tests that write."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.transport.scripted import ScriptedServer, TurnedClock

FINANCE, SALES = "f" * 32, "a" * 32


def build_users(sandbox: Sandbox) -> None:
    """Add two workspaces and three users: Ann, Bob, and Cy, who is not active."""
    sandbox.workspace("Finance", FINANCE)
    sandbox.workspace("Sales, EMEA", SALES)
    add = partial(sandbox.add_user, password="x", administrator=False, models=[])
    add("ann@corp.com", workspaces=[FINANCE, SALES], id="1" * 32)
    add("bob@corp.com", workspaces=[FINANCE], external_id="B7")
    add("cy@corp.com", active=False, roles=[])


@pytest.fixture(scope="module")
def read_only() -> Iterator[af.Connection]:
    with Sandbox(rate_limit=None) as sandbox:
        build_users(sandbox)
        yield sandbox.connect()


@pytest.fixture
def staffed() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None) as sandbox:
        build_users(sandbox)
        yield sandbox


@pytest.fixture
def scripted(server: ScriptedServer) -> af.Scim:
    """Users of a server that answers as a test says."""
    clock = TurnedClock()
    return af.connect("a@b.com", "x", api_url=server.url, auth_url=server.url, clock=clock).scim


@pytest.fixture
def scim(staffed: Sandbox) -> af.Scim:
    return staffed.connect(clock=TurnedClock()).scim
