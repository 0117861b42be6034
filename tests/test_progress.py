"""Bars appear for those who watch, and never otherwise."""

from __future__ import annotations

import io
import sys

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, show: bool | None) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress("Uploading", unit="B", total=4_000_000, show=show) as bar:
        bar.advance(2_000_000)
        bar.reach(3_000_000, "nearly there")
    return stream.getvalue()


def test_a_bar_that_is_asked_for_shows_label_amount_and_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = drawn(monkeypatch, io.StringIO(), True)
    assert "Uploading" in text
    assert "4.00M" in text


@pytest.mark.parametrize(
    ("stream", "show"), [(io.StringIO, None), (Terminal, False), (Terminal, None)]
)
def test_no_bar_without_a_terminal_or_against_the_callers_will_or_for_a_moments_work(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], show: bool | None
) -> None:
    assert drawn(monkeypatch, stream(), show) == ""


def test_a_load_shows_its_upload_and_its_task(
    demo_model: af.Model, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = pd.DataFrame({"carrier": ["AA"], "name": ["American"]})
    af.to_anaplan(frame, "Load airlines", demo_model, progress=True)
    af.read_anaplan("airlines.csv", demo_model, progress=True)
    shown = capsys.readouterr().err
    for label in ("Uploading file 'airlines.csv'", "Running import 'Load airlines'", "Reading"):
        assert label in shown
