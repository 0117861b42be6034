"""The folder of a snapshot: what may be in it, and what may not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock

import anaplan_frames as af
from anaplan_frames.model_structure.snapshot_folder import SnapshotFolder, open_folder
from anaplan_frames.sandbox import Sandbox

ASKED = {"model": "A" * 32, "name": "Costs", "include": "lists", "modules": None}
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def begun(folder: Path, now: datetime = NOW, **changes: object) -> SnapshotFolder:
    with open_folder(folder, ASKED | changes, now) as opened:
        return opened


@pytest.mark.parametrize("seconds", [-2, 23 * 3600])
def test_a_run_that_asks_for_the_same_goes_on_within_a_day_also_if_the_clock_is_set_back(
    tmp_path: Path, seconds: int
) -> None:
    first = begun(tmp_path / "new")
    first.write("lists.json", {"lists": []})
    again = begun(tmp_path / "new", NOW + timedelta(seconds=seconds))
    assert again.data == first.data
    assert again.has("lists.json")


@pytest.mark.parametrize("changes", [{"include": "all"}, {"modules": ["1"]}])
def test_a_run_that_asks_for_something_else_begins_from_the_start(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    first = begun(tmp_path)
    first.write("lists.json", {"lists": []})
    again = begun(tmp_path, **changes)
    assert not again.has("lists.json")
    assert not first.data.exists()


def test_a_run_that_began_more_than_a_day_ago_is_not_continued(tmp_path: Path) -> None:
    first = begun(tmp_path)
    assert begun(tmp_path, NOW + timedelta(hours=25)).data != first.data


def test_a_piece_that_is_half_written_does_not_count(tmp_path: Path) -> None:
    opened = begun(tmp_path)

    def broken(path: Path) -> None:
        path.write_text("half")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        opened.write_by("cells/1.parquet", broken)
    assert not opened.has("cells/1.parquet")
    assert list(opened.data.rglob("*.part")) == []


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taxes.xlsx").touch()
    with pytest.raises(af.ConfigurationError, match=r"other files, such as 'taxes\.xlsx'"):
        begun(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["taxes.xlsx"]


def test_the_snapshot_of_another_model_is_not_replaced(tmp_path: Path) -> None:
    begun(tmp_path).finish(NOW)
    with pytest.raises(af.ConfigurationError, match=r"holds the snapshot of the model 'Costs'"):
        begun(tmp_path, model="B" * 32, name="Sales")


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(af.ConfigurationError, match=r"is a file\. Give a folder"):
        begun(tmp_path / "file")


def test_two_processes_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with (
        FileLock(tmp_path / ".lock"),
        pytest.raises(af.ConfigurationError, match="Another process is writing a snapshot"),
    ):
        begun(tmp_path)


def test_a_snapshot_of_a_later_format_is_refused_by_the_sandbox(tmp_path: Path) -> None:
    begun(tmp_path).finish(NOW)
    path = tmp_path / "snapshot.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": 2}))
    with pytest.raises(ValueError, match=r"has version 2 of the format.*Update anaplan-frames"):
        Sandbox.open(tmp_path)


def test_a_folder_without_a_snapshot_says_how_to_take_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="Take one: `anaplan-frames clone MODEL FOLDER`"):
        Sandbox.open(tmp_path)
