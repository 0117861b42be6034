"""The tenant of these tests, read-only and to write to, and its model as each user sees it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ModuleDefinition
from tests.sandbox.access_tenant import PASSWORD, build, connect
from tests.sandbox.http_client import Http, InModel, in_model

ALL = ""
"""Stands for the user with full access."""


class Seen:
    """The model as users see it, each with a connection that is opened when it is used."""

    def __init__(self, sandbox: Sandbox, stack: ExitStack) -> None:
        self.sandbox = sandbox
        self.built: Model = build(sandbox)
        self._stack = stack
        self._models: dict[str, af.Model] = {}
        self._clients: dict[str, Http] = {}

    def __getitem__(self, email: str) -> af.Model:
        """Return the model as a user sees it."""
        if email not in self._models:
            fast = {"requests_per_minute": None}
            sandbox = self.sandbox
            opened = connect(sandbox, email) if email else sandbox.connect(**fast)
            self._models[email] = self._stack.enter_context(opened).model(self.built.id)
        return self._models[email]

    def http(self, email: str = ALL) -> InModel:
        """Return a client that is not ours, as a user."""
        if email not in self._clients:
            self._clients[email] = Http(self.sandbox, email, PASSWORD if email else "")
        return in_model(self._clients[email], self.built)

    @property
    def sales(self) -> ModuleDefinition:
        """The module, for the builder."""
        return next(each for each in self.built.modules.values() if each.name == "Sales")


@pytest.fixture(scope="package")
def kept() -> Iterator[Seen]:
    """Yield a model that is only read."""
    with Sandbox(rate_limit=None, task_pause=0) as sandbox, ExitStack() as stack:
        yield Seen(sandbox, stack)


@pytest.fixture
def seen() -> Iterator[Seen]:
    """Yield a model that is written to."""
    with Sandbox(rate_limit=None, task_pause=0) as sandbox, ExitStack() as stack:
        yield Seen(sandbox, stack)
