"""Models without HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.sandbox.planning.model_actions import new_model


@pytest.fixture
def empty_model() -> Iterator[Model]:
    """A model of three years of months, to build on."""
    model = new_model()
    yield model
    model.close()
