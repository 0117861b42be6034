"""A model that is opened and closed, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox


@pytest.fixture(params=["by step", "by progress"])
def slow(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """Serve a tenant whose models take a moment to open and close."""
    behavior = {"closing": request.param}
    with Sandbox(rate_limit=None, task_pause=0.3, behavior=behavior) as running:
        running.workspace("W").model("M")
        yield running


@pytest.mark.sampled(1)
def test_a_model_is_open_or_closed_when_the_call_returns(slow: Sandbox) -> None:
    model = slow.connect().model("M")
    model.close_for_everyone(confirm=True)
    assert model.status()["step"] == "Closed"
    model.open()
    status = model.status()
    assert status["step"] == "Open"
    assert status.index.tolist() == [
        "step",
        "progress",
        "task_id",
        "tooltip",
        "export_task_type",
        "peak_memory",
        "peak_memory_time",
        "asked",
    ]
    assert pd.isna(status["progress"])


def test_the_call_can_return_before(slow: Sandbox) -> None:
    model = slow.connect().model("M")
    model.close_for_everyone(confirm=True, timeout=0)
    status = model.status()
    if slow.behavior.closing == "by progress":
        assert status["step"] == "Closing"
        assert 0 <= status["progress"] <= 1
    else:
        assert status["step"] in ("Open", "Closing")
        assert pd.isna(status["progress"])


def test_a_model_that_does_not_open_in_time_is_an_error(slow: Sandbox) -> None:
    model = slow.connect().model("M")
    with pytest.raises(
        af.ModelUnavailable, match=r"after 0\.001 seconds it is still '(Open|Closing)'"
    ):
        model.close_for_everyone(confirm=True, timeout=0.001)


def test_closing_for_everyone_asks_first(slow: Sandbox) -> None:
    model = slow.connect().model("M")
    with pytest.raises(af.ConfirmationRequired, match=r"model 'M' for everybody.*confirm=True"):
        model.close_for_everyone()
    assert model.status()["step"] == "Open"
