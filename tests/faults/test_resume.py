"""Uploads that were interrupted go on where they were, and never mix one data with another."""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.bulk import file_writer
from anaplan_frames.errors import DataChanged
from anaplan_frames.folders import cache_folder
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transfer import journal, upload
from tests.faults.logged import LoggedChunks
from tests.sandbox.http_client import Http, in_model
from tests.transport.scripted import TurnedClock

CHUNK = 100_000  # bytes
ROWS = 6_000


class Killed(BaseException):
    """Ends a run as a signal does: nothing of ours catches it."""


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut small data into as many chunks and blocks as large ones are cut into."""
    monkeypatch.setattr(upload, "SMALLEST_CHUNK", CHUNK)
    monkeypatch.setattr(file_writer, "_OPENING_BYTES", CHUNK // 2)
    monkeypatch.setattr(file_writer, "_STREAM_ROWS", 2_048)


@pytest.fixture
def things_model(things_sandbox: Sandbox) -> Iterator[af.Model]:
    with things_sandbox.connect(clock=TurnedClock()) as connection:
        yield connection.model("M")


def things(text: str = "é, and more of it", rows: int = ROWS) -> pd.DataFrame:
    return pd.DataFrame({"Name": [f"thing {n:08d}" for n in range(rows)], "Text": text * 4})


def holds(model: af.Model, frame: pd.DataFrame) -> bool:
    """Whether the file has exactly these rows."""
    content = b"".join(model.files["things.csv"].stream())
    return bool(pd.read_csv(io.BytesIO(content)).equals(frame.reset_index(drop=True)))


def parts(frame: pd.DataFrame, until: int | None = None) -> Iterator[pd.DataFrame]:
    """Give the frame by the 200 rows, and break off at the row `until`, when some has arrived."""
    for start in range(0, len(frame), 200):
        if until is not None and start >= until:
            wait_for_arrivals(2)
            raise Killed
        yield frame[start : start + 200]


def arrivals() -> int:
    """Return how many chunks have arrived by the journals."""
    return sum(path.read_text().count("arrived") for path in journals())


def wait_for_arrivals(count: int) -> None:
    """Wait until a journal shows that so many chunks have arrived."""
    for _ in range(2_000):
        if arrivals() >= count:
            return
        time.sleep(0.01)
    raise AssertionError(f"no {count} chunks have arrived")


def interrupted(model: af.Model, frame: pd.DataFrame, until: int = 4_800) -> None:
    with pytest.raises(Killed):
        model.files["things.csv"].write(parts(frame, until), chunk_bytes=CHUNK)


def test_what_has_arrived_is_not_sent_again(things_model: af.Model, chunks: LoggedChunks) -> None:
    frame = things()
    interrupted(things_model, frame)
    arrived = arrivals()
    assert arrived >= 2
    chunks.take_sent()
    things_model.files["things.csv"].write(parts(frame), chunk_bytes=CHUNK)
    after = chunks.take_sent()
    assert len(after) >= 2
    assert after == list(range(arrived, arrived + len(after)))
    assert holds(things_model, frame)


def test_an_import_reads_what_was_sent_in_two_runs(
    things_model: af.Model, chunks: LoggedChunks
) -> None:
    frame = things()
    interrupted(things_model, frame)
    result = af.to_anaplan(parts(frame), "Load things", things_model, chunk_bytes=CHUNK)
    assert (result.rows_created, result.rows_rejected) == (ROWS, 0)  # type: ignore[union-attr]


def test_all_is_sent_again_after_another_machine_has_begun_an_upload_of_one_chunk(
    things_model: af.Model, things_sandbox: Sandbox, chunks: LoggedChunks
) -> None:
    frame = things()
    interrupted(things_model, frame)
    [built] = things_sandbox.models.values()
    rival = in_model(Http(things_sandbox), built)
    file_id = things_model.files["things.csv"].id
    assert rival.post(f"/files/{file_id}", {"chunkCount": 1}).status_code == 200
    with pytest.raises(af.TransferError, match=r"There is no chunk .* Run it again: it will start"):
        things_model.files["things.csv"].write(parts(frame), chunk_bytes=CHUNK)
    chunks.take_sent()
    things_model.files["things.csv"].write(parts(frame), chunk_bytes=CHUNK)
    assert chunks.take_sent()[0] == 0
    assert holds(things_model, frame)


@pytest.mark.parametrize("options", [{"resume": False}, {"chunk_bytes": 2 * CHUNK}])
def test_all_is_sent_again_where_that_is_asked_or_the_chunks_are_others(
    things_model: af.Model, chunks: LoggedChunks, options: dict[str, int]
) -> None:
    frame = things()
    interrupted(things_model, frame)
    chunks.take_sent()
    things_model.files["things.csv"].write(parts(frame), **{"chunk_bytes": CHUNK, **options})
    assert chunks.take_sent()[0] == 0
    assert holds(things_model, frame)


def test_other_data_start_from_the_beginning(things_model: af.Model, chunks: LoggedChunks) -> None:
    interrupted(things_model, things())
    chunks.take_sent()
    other = things("something else")
    things_model.files["things.csv"].write(parts(other), chunk_bytes=CHUNK)
    assert chunks.take_sent()[0] == 0
    assert holds(things_model, other)


def test_data_that_differ_only_later_are_never_mixed(
    things_model: af.Model, chunks: LoggedChunks
) -> None:
    frame = things()
    interrupted(things_model, frame)
    changed = frame.copy()
    changed.loc[600, "Text"] = frame.loc[0, "Text"][::-1]
    with pytest.raises(DataChanged, match=r"file 'things.csv'.* it will start from the beginning"):
        things_model.files["things.csv"].write(parts(changed), chunk_bytes=CHUNK)
    chunks.take_sent()
    things_model.files["things.csv"].write(parts(changed), chunk_bytes=CHUNK)
    assert chunks.take_sent()[0] == 0
    assert holds(things_model, changed)


def test_data_in_memory_that_differ_only_later_are_sent_whole_at_once(
    things_model: af.Model, things_sandbox: Sandbox
) -> None:
    frame = things()
    things_sandbox.faults.add("500", path="*/complete", times=None)
    with pytest.raises(af.TransferError):
        things_model.files["things.csv"].write(frame, chunk_bytes=CHUNK)
    things_sandbox.faults.clear()
    changed = frame.copy()
    changed.loc[ROWS - 1, "Text"] = "changed"
    things_model.files["things.csv"].write(changed, chunk_bytes=CHUNK)
    assert holds(things_model, changed)


def test_fewer_rows_than_before_leave_no_end_of_the_old(things_model: af.Model) -> None:
    frame = things()
    interrupted(things_model, frame, 5_500)
    fewer = frame[:1_500]
    with pytest.raises(DataChanged):
        things_model.files["things.csv"].write(parts(fewer), chunk_bytes=CHUNK)
    things_model.files["things.csv"].write(parts(fewer), chunk_bytes=CHUNK)
    assert holds(things_model, fewer)


def test_after_two_days_all_is_sent_again(things_sandbox: Sandbox, chunks: LoggedChunks) -> None:
    clock = TurnedClock()
    frame = things()
    with things_sandbox.connect(clock=clock) as connection:
        model = connection.model("M")
        interrupted(model, frame)
        clock.turn(48 * 3600)
        chunks.take_sent()
        model.files["things.csv"].write(parts(frame), chunk_bytes=CHUNK)
    assert chunks.take_sent()[0] == 0


def test_another_user_starts_from_the_beginning(
    things_sandbox: Sandbox, things_model: af.Model, chunks: LoggedChunks
) -> None:
    frame = things()
    interrupted(things_model, frame)
    things_sandbox.add_user("other@example.com", "other")
    auth = af.BasicAuth("other@example.com", "other")
    chunks.take_sent()
    with things_sandbox.connect(auth=auth) as connection:
        theirs = connection.model("M")
        theirs.files["things.csv"].write(parts(frame), chunk_bytes=CHUNK)
        assert chunks.take_sent()[0] == 0
        assert holds(theirs, frame)


def test_bytes_of_a_path_are_resumed_too(
    things_sandbox: Sandbox, things_model: af.Model, tmp_path: Path, chunks: LoggedChunks
) -> None:
    path = tmp_path / "things.csv"
    things().to_csv(path, index=False)
    things_sandbox.faults.add("500", method="PUT", path="*/chunks/3", times=None)
    with pytest.raises(af.TransferError):
        things_model.files["things.csv"].upload(path, chunk_bytes=CHUNK)
    things_sandbox.faults.clear()
    chunks.take_sent()
    things_model.files["things.csv"].upload(path, chunk_bytes=CHUNK)
    assert 0 not in chunks.take_sent()
    assert holds(things_model, things())


def test_if_only_the_answer_to_the_completion_is_lost_the_file_shows_that_it_is_done(
    things_sandbox: Sandbox, things_model: af.Model, chunks: LoggedChunks
) -> None:
    frame = things()
    lost = things_sandbox.faults.add("lost answer", path="*/complete", times=None)
    things_model.files["things.csv"].write(frame, chunk_bytes=CHUNK)
    sent = chunks.take_sent()
    assert lost.hits == 1
    assert sorted(sent) == list(range(len(sent)))
    assert holds(things_model, frame)


def test_if_the_completion_never_arrives_all_is_sent_again(
    things_sandbox: Sandbox, things_model: af.Model, chunks: LoggedChunks
) -> None:
    frame = things()
    things_sandbox.faults.add("504", path="*/complete", times=None)
    with pytest.raises(af.TransferError, match="does not confirm that it is complete"):
        things_model.files["things.csv"].write(frame, chunk_bytes=CHUNK)
    things_sandbox.faults.clear()
    chunks.take_sent()
    things_model.files["things.csv"].write(frame, chunk_bytes=CHUNK)
    assert chunks.take_sent()[0] == 0
    assert holds(things_model, frame)


def test_where_all_was_sent_but_not_imported_only_the_import_runs(
    things_sandbox: Sandbox, things_model: af.Model, chunks: LoggedChunks
) -> None:
    frame = things()
    things_sandbox.faults.add("500", method="POST", path="*/tasks", times=None)
    with pytest.raises(af.AnaplanError):
        things_model.imports["Load things"].write(frame, chunk_bytes=CHUNK)
    things_sandbox.faults.clear()
    chunks.take_sent()
    result = things_model.imports["Load things"].write(frame, chunk_bytes=CHUNK)
    assert (chunks.take_sent(), result.rows_created) == ([], ROWS)


@pytest.mark.usefixtures("in_chunks")
def test_what_somebody_else_has_loaded_since_is_not_taken_for_ours(
    things_sandbox: Sandbox, things_model: af.Model, chunks: LoggedChunks
) -> None:
    frame = things(rows=20)
    things_sandbox.faults.add("500", method="POST", path="*/tasks", times=None)
    with pytest.raises(af.AnaplanError):
        things_model.imports["Load things"].write(frame)
    things_sandbox.faults.clear()
    elsewhere = in_model(Http(things_sandbox), things_sandbox.models[things_model.id])
    elsewhere.upload(b"Name,Text\nother,thing\n", things_model.files["things.csv"].id)
    elsewhere.run(f"imports/{things_model.imports['Load things'].id}")
    chunks.take_sent()
    result = things_model.imports["Load things"].write(frame)
    assert (chunks.take_sent(), result.rows_created) == ([0], 20)
    assert holds(things_model, frame)


def journals() -> list[Path]:
    return list(cache_folder().rglob("*.journal"))


def test_nothing_is_kept_of_an_upload_that_ended_well(things_model: af.Model) -> None:
    things_model.imports["Load things"].write(things(rows=10))
    assert journals() == []


def test_a_journal_is_private_and_holds_neither_data_nor_secrets(
    things_sandbox: Sandbox, things_model: af.Model
) -> None:
    interrupted(things_model, things("who may know this"))
    [kept] = journals()
    if os.name == "posix":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    text = kept.read_text()
    assert "who may know" not in text
    assert things_sandbox.password not in json.loads(text.splitlines()[0])["facts"].values()


def test_where_a_run_was_killed_during_its_import_only_the_import_runs_again(
    things_sandbox: Sandbox,
    things_model: af.Model,
    chunks: LoggedChunks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(self: object, *args: object) -> None:
        raise Killed

    frame = things()
    with monkeypatch.context() as patch:
        patch.setattr("anaplan_frames.progress.Progress.reach", killed)
        with pytest.raises(Killed):
            things_model.imports["Load things"].write(frame, chunk_bytes=CHUNK)
    chunks.take_sent()
    result = things_model.imports["Load things"].write(frame, chunk_bytes=CHUNK)
    assert (chunks.take_sent(), result.rows_sent, result.rows_rejected) == ([], ROWS, 0)
    assert len(things_model.imports["Load things"].tasks()) == 2


@pytest.mark.parametrize("damage", [b'{"arri', b'{"arri{"complete": true}\n', b"\xff\n"])
def test_a_journal_that_is_damaged_is_not_believed(
    things_model: af.Model, chunks: LoggedChunks, damage: bytes
) -> None:
    frame = things()
    interrupted(things_model, frame)
    [kept] = journals()
    with kept.open("ab") as file:
        file.write(damage)
    chunks.take_sent()
    things_model.files["things.csv"].write(parts(frame), chunk_bytes=CHUNK)
    assert chunks.take_sent()[0] == 0
    assert holds(things_model, frame)


@pytest.mark.parametrize("from_line", [0, 1, 4])
def test_a_full_disk_stops_no_upload_and_leaves_no_journal_without_one_of_its_lines(
    things_model: af.Model,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    from_line: int,
) -> None:
    written = 0

    def append(path: Path, entry: object, real: Any = journal._append) -> None:
        nonlocal written
        written += 1
        if written > from_line:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, entry)

    monkeypatch.setattr(journal, "_append", append)
    frame = things(rows=2_500)
    with caplog.at_level(logging.WARNING, "anaplan_frames"):
        things_model.files["things.csv"].write(frame, chunk_bytes=CHUNK)
    assert holds(things_model, frame)
    [warning] = caplog.messages
    assert "No space left on device" in warning
    assert journals() == []


@pytest.mark.parametrize("home", ["a file", "nowhere"])
def test_without_a_cache_folder_a_temporary_one_serves(
    things_model: af.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    (tmp_path / "a file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / home / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / home / "cache"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    if home == "nowhere":
        monkeypatch.setattr("anaplan_frames.folders.os.access", lambda path, mode: False)
    things_model.imports["Load things"].write(things(rows=10))
    [folder] = tmp_path.glob("anaplan-frames-*")
    suffixes = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert ".json" in suffixes <= {".lock", ".json"}  # the ids of models by name
    if os.name == "posix":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
