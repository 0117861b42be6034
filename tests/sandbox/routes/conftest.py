"""Models behind a running sandbox, and requests below them in both forms of their URLs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.http_client import Http, InModel, build_headcount, in_model
from tests.sandbox.kept_rows import KeptRows
from tests.sandbox.list_client import build_lists


@pytest.fixture(
    params=[
        pytest.param(True, id="workspace form"),
        # The same code answers both forms; `test_every_operation` calls each in both.
        pytest.param(False, id="model form", marks=pytest.mark.long),
    ]
)
def with_workspace(request: pytest.FixtureRequest) -> bool:
    """Whether URLs of models have the workspace before the model."""
    given: bool = request.param
    return given


@pytest.fixture(scope="module")
def shared_tenant() -> Iterator[Sandbox]:
    """Serve a tenant for all tests of a module, which only read or clear what they wrote."""
    with Sandbox(rate_limit=None, task_pause=0) as running:
        yield running


@pytest.fixture(scope="module")
def shared_http(shared_tenant: Sandbox) -> Http:
    return Http(shared_tenant)


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


@pytest.fixture(scope="module")
def kept_lists(shared_tenant: Sandbox) -> KeptRows:
    return KeptRows(build_lists(shared_tenant))


@pytest.fixture
def lists_api(shared_http: Http, kept_lists: KeptRows) -> InModel:
    """The same lists, without the items that other tests have added."""
    return in_model(shared_http, kept_lists.put_back())
