"""The transactional clients of anaplan-sdk, blocking and asynchronous, called in one way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.clients.sdk import connect, connect_async


class Called:
    """A transactional client, each of whose methods returns its result at once."""

    def __init__(self, client: Any, run: Callable[[Any], Any]) -> None:
        self._client = client
        self._run = run

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)
        return lambda *given, **options: self._run(method(*given, **options))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, task_pause=0) as running:
        yield running


# The asynchronous client sends the same requests; `test_anaplan_sdk` has a whole job of it.
@pytest.fixture(params=["blocking", pytest.param("asynchronous", marks=pytest.mark.long)])
def of(
    request: pytest.FixtureRequest, sandbox: Sandbox, sent: object
) -> Iterator[Callable[[Model], Called]]:
    """Give a function that makes a client for a model."""
    with asyncio.Runner() as runner:

        def make(model: Model) -> Called:
            chosen = {"model_id": model.id, "workspace_id": model.workspace.id, "retry_count": 1}
            if request.param == "blocking":
                return Called(connect(sandbox, **chosen).tr, lambda result: result)
            return Called(connect_async(sandbox, **chosen).tr, runner.run)

        yield make


@pytest.fixture
def tr(of: Callable[[Model], Called], model: Model) -> Called:
    return of(model)
