"""The first chunk of an export's output, which is fetched before it is known that it counts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.bulk import export_runs
from anaplan_frames.sandbox import Sandbox
from tests.clients.tenant import FLIGHTS_EXPORT
from tests.sandbox.http_client import Http, in_model


@pytest.fixture
def export(demo_model: af.Model) -> Any:
    return demo_model.exports["Flights export"]


@pytest.fixture
def early(export: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the first chunk that is fetched early be recognizable."""
    described = export.metadata()
    kinds = described["dataTypes"]
    row = ["1" if kind == "NUMBER" else "early" for kind in kinds]
    content = f"{','.join(described['headerNames'])}\n{','.join(row)}\n".encode()
    monkeypatch.setattr(export_runs, "_first_chunk", lambda *given: content)


@pytest.fixture
def rival(demo_sandbox: Sandbox) -> Any:
    [built] = demo_sandbox.models.values()
    return in_model(Http(demo_sandbox), built)


@pytest.mark.usefixtures("early")
def test_it_counts_if_no_other_run_is_listed(export: Any) -> None:
    assert "early" in export.read(progress=False).to_csv()


@pytest.mark.usefixtures("early")
def test_it_does_not_count_if_the_export_was_run_again_since(
    export: Any, rival: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = export_runs.runs_of
    runs = iter([lambda: rival.run(f"exports/{FLIGHTS_EXPORT}")])

    def runs_of(requests: Any) -> export_runs.Runs:
        next(runs, lambda: None)()
        return real(requests)

    monkeypatch.setattr(export_runs, "runs_of", runs_of)
    assert "early" not in export.read(progress=False).to_csv()


@pytest.mark.usefixtures("early")
def test_it_is_not_fetched_early_if_the_export_is_not_run(export: Any) -> None:
    export.run(progress=False)
    assert "early" not in export.read(run=False, progress=False).to_csv()


def test_one_that_cannot_be_had_early_is_fetched_when_it_is_listed(
    export: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = export.read(progress=False)

    with monkeypatch.context() as patch:
        patch.setattr(export_runs, "_first_chunk", lambda *given: None)
        pd.testing.assert_frame_equal(export.read(progress=False), expected)
