"""What all tests of the sandbox share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.planning.model_actions import closing_models


@pytest.fixture(autouse=True)
def _models_are_closed() -> Iterator[None]:
    with closing_models():
        yield
