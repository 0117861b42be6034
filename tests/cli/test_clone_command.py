"""``clone``, and ``sandbox`` of what it has written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from anaplan_frames.cli import main
from anaplan_frames.sandbox import Sandbox


@pytest.mark.long
def test_a_model_is_cloned_and_what_is_left_to_do_is_printed(
    loaded: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clone", "Flight Planning", "rehearsal"]) == 0
    shown = capsys.readouterr()
    assert "to fill in  import  Load airlines" in shown.out
    assert "clone of 'Flight Planning' in rehearsal:" in shown.err
    assert "5 things are not as in the model" in shown.err
    assert Path("rehearsal/mappings.toml").exists()


@pytest.mark.long
def test_a_clone_is_described_as_json(loaded: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--include", "all", "--module", "Flights by Month", "--json", "-q"]
    assert main(["clone", "Flight Planning", "rehearsal", *words]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    assert (document["model"], document["include"]) == ("Flight Planning", "all")
    assert {each["state"] for each in document["report"]} == {"to fill in"}
    assert document["not_read"] == []


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["clone", "Flight Planing", "f"], 7, "Did you mean 'Flight Planning'?"),
        (["clone", "Flight Planning", "f", "-m", "Costs"], 2, "The model is given twice"),
        (
            ["clone", "Flight Planning", "f", "--module", "Flights"],
            7,
            "among the modules",
        ),
        (["sandbox", "missing"], 2, "missing"),
        (["sandbox", "empty", "--demo"], 2, "Give FOLDER or --demo, not both."),
        (["sandbox", "empty"], 1, "There is no snapshot in 'empty'. Take one:"),
        (["clone", "Flight Planning", "full"], 1, "holds other files, such as 'notes.txt'"),
    ],
)
def test_what_cannot_be_done_is_said(
    loaded: Sandbox,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    status: int,
    message: str,
) -> None:
    Path("empty").mkdir()
    Path("full").mkdir()
    Path("full/notes.txt").touch()
    assert main(words) == status
    assert message in capsys.readouterr().err
