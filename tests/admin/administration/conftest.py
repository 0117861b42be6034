"""A tenant with two workspaces, of which one has no single sign-on, and two users more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.transport.scripted import TurnedClock

FINANCE, ANN = "f" * 32, "1" * 32


@pytest.fixture
def administered() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None) as sandbox:
        sandbox.workspace("Finance", FINANCE)
        sandbox.exception_users.without_sso(sandbox.workspace("Sales"))
        sandbox.add_user("ann@corp.com", "x", id=ANN, licenses=["Professional", "Basic"])
        sandbox.add_user("no@corp.com", "x", roles=[], administrator=False, models=[])
        yield sandbox


@pytest.fixture
def admin(administered: Sandbox) -> af.Admin:
    return administered.connect(clock=TurnedClock()).admin


@pytest.fixture
def without_roles(administered: Sandbox) -> af.Admin:
    url = administered.api_url
    return af.connect("no@corp.com", "x", api_url=url, auth_url=url).admin
