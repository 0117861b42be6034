"""The tenant of these tests, read-only and to write to, and its model as each user sees it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.access_tenant import ANN, BOB, EVE, PASSWORD, build, connect
from tests.sandbox.http_client import Http, InModel, in_model


class Seen(dict[str, af.Model]):
    """The model as Ann, Bob and Eve see it, and as a user with full access ("all") does."""

    def __init__(self, sandbox: Sandbox, stack: ExitStack) -> None:
        every = {email: stack.enter_context(connect(sandbox, email)) for email in (ANN, BOB, EVE)}
        every["all"] = stack.enter_context(sandbox.connect(requests_per_minute=None))
        super().__init__({email: connection.model("Access") for email, connection in every.items()})
        self.sandbox = sandbox

    def http(self, email: str = "") -> InModel:
        """Return a client that is not ours, as a user."""
        built = next(model for model in self.sandbox.models.values() if model.name == "Access")
        return in_model(Http(self.sandbox, email, PASSWORD if email else ""), built)


@pytest.fixture(scope="module")
def kept() -> Iterator[Seen]:
    """Yield a model that is only read."""
    with Sandbox(rate_limit=None, task_pause=0) as sandbox, ExitStack() as stack:
        build(sandbox)
        yield Seen(sandbox, stack)


@pytest.fixture
def access_sandbox() -> Iterator[Sandbox]:
    """Yield a tenant that is written to."""
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        build(sandbox)
        yield sandbox


@pytest.fixture
def seen(access_sandbox: Sandbox) -> Iterator[Seen]:
    """Yield the model of that tenant."""
    with ExitStack() as stack:
        yield Seen(access_sandbox, stack)
