"""A tenant with odd names, built once for each module, and somebody who looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.console.odd_names import build_odd_names, run_nightly
from tests.sandbox.console.visitor import Visitor, signed_in
from tests.sandbox.http_client import InModel


@dataclass
class Shown:
    """A tenant after a load, and its pages."""

    sandbox: Sandbox
    model: Model
    api: InModel
    task: str
    visitor: Visitor

    @property
    def path(self) -> str:
        return f"/console/models/{self.model.id}"


@pytest.fixture(scope="module")
def shown() -> Iterator[Shown]:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        model = build_odd_names(sandbox)
        api, task = run_nightly(sandbox, model)
        yield Shown(sandbox, model, api, task, signed_in(sandbox))
