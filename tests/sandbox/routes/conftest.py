"""Models behind a running sandbox, and requests below them in both forms of their URLs."""

from __future__ import annotations

import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import Http, InModel, build_headcount, in_model
from tests.sandbox.list_client import build_lists


@pytest.fixture(params=[True, False], ids=["workspace form", "model form"])
def with_workspace(request: pytest.FixtureRequest) -> bool:
    """Whether URLs of models have the workspace before the model."""
    given: bool = request.param
    return given


@pytest.fixture
def headcount(tenant: Sandbox) -> Model:
    """A model with one of each object of the bulk API."""
    return build_headcount(tenant)


@pytest.fixture
def headcount_api(tenant: Sandbox, headcount: Model, with_workspace: bool) -> InModel:
    return in_model(Http(tenant), headcount, with_workspace=with_workspace)


@pytest.fixture
def built_lists(tenant: Sandbox) -> Model:
    """A model with a general list, a numbered one, and one with a parent list."""
    return build_lists(tenant)


@pytest.fixture
def lists_api(tenant: Sandbox, built_lists: Model) -> InModel:
    return in_model(Http(tenant), built_lists)
