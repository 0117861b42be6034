"""A clone of the demo does the whole demo, and answers reads as the demo does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import anaplan_frames as af
from anaplan_frames.demo import job, sample
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clones.demo_mappings import fill_in
from tests.sandbox.clones.reading import answers


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a snapshot of the demo, as it begins, with its mappings."""
    into = tmp_path_factory.mktemp("demo") / "snapshot"
    with Sandbox.demo(task_pause=0) as demo, demo.connect() as connection:
        af.snapshot(connection.model("Flight Planning"), into, include="all")
    fill_in(into)
    return into


@pytest.fixture
def clone(folder: Path) -> Iterator[Sandbox]:
    with Sandbox.open(folder, task_pause=0, verbose=False) as opened:
        yield opened


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the demo prints, without addresses and seconds."""
    return re.sub(r"127\.0\.0\.1:\d+|\d+\.\d seconds", "", capsys.readouterr().out)


@pytest.mark.long
def test_the_whole_demo_runs_in_a_clone_and_says_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Clones:
        @staticmethod
        def demo() -> Sandbox:
            return Sandbox.open(folder, task_pause=0, verbose=False)

    assert job.run()
    expected = said(capsys)
    monkeypatch.setattr(job, "Sandbox", Clones)
    assert job.run()
    assert said(capsys) == expected


@pytest.mark.long
def test_all_that_the_demo_has_is_in_the_clone(clone: Sandbox) -> None:
    assert clone.report.empty
    with Sandbox.demo(task_pause=0) as demo:
        expected, found = answers(demo), answers(clone)
    assert found.keys() == expected.keys()
    assert {path: found[path] for path in expected if found[path] != expected[path]} == {}


@pytest.mark.long
def test_a_process_and_a_deletion_run_in_the_clone(clone: Sandbox) -> None:
    with clone.connect() as connection:
        model = connection.model("Flight Planning")
        data = {
            "airlines.csv": sample("airlines"),
            "airports.csv": sample("airports"),
            "flights.csv": sample("flights"),
        }
        result = model.processes["Load all"].write(data, on_rejected="ignore")
        assert [each.rows_loaded for each in result.actions] == [16, 1440, 3744]
        model.actions["Clear airports"].run()
        assert model.lists["Airports"].read().empty
