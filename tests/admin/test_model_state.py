"""A model that is opened and closed, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import anaplan_frames as af
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
from anaplan_frames.sandbox import Sandbox


@pytest.fixture
def slow() -> Iterator[Sandbox]:
    """Serve a tenant whose models take a moment to open and close."""
    with Sandbox(rate_limit=None, task_pause=0.3) as running:
        running.workspace("W").model("M")
        yield running


def test_a_model_is_open_or_closed_when_the_call_returns(slow: Sandbox) -> None:
    model = slow.connect().model("M")
    model.close()
    assert model.status().loc[0, "step"] == "Closed"
    model.open()
    status = model.status()
    assert status.loc[0, "step"] == "Open"
    assert {str(n): str(d) for n, d in status.dtypes.items()} == {
        "step": TEXT_DTYPE,
        "progress": "Float64",
        "task_id": TEXT_DTYPE,
        "tooltip": TEXT_DTYPE,
        "export_task_type": TEXT_DTYPE,
        "peak_memory": "Int64",
        "peak_memory_time": "datetime64[ms, UTC]",
        "asked": "datetime64[ms, UTC]",
    }
    assert status["progress"].isna().all()


def test_the_call_can_return_before(slow: Sandbox) -> None:
    model = slow.connect().model("M")
    model.close(timeout=0)
    status = model.status()
    assert status.loc[0, "step"] == "Closing"
    assert 0 <= status.loc[0, "progress"] <= 1


def test_a_model_that_does_not_open_in_time_is_an_error(slow: Sandbox) -> None:
    model = slow.connect().model("M")
    with pytest.raises(af.ModelUnavailable, match=r"after 0\.001 seconds it is still 'Closing'"):
        model.close(timeout=0.001)
