"""Downloads to a path that were interrupted go on where they were, and never mix two contents."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import anaplan_frames as af
from anaplan_frames.bulk.exports import Export
from anaplan_frames.folders import cache_folder
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transport import Transport
from tests.faults.logged import LoggedChunks
from tests.transport.scripted import TurnedClock

CHUNK = 1_000  # bytes, of a download
CONTENT = b"carrier,name\n" + b"".join(b"%07d,%07d\n" % (n, n) for n in range(600))


@pytest.fixture
def downloads_sandbox() -> Iterator[Sandbox]:
    with Sandbox.demo(rate_limit=None, export_chunk_size=CHUNK, task_pause=0) as running:
        yield running


@pytest.fixture
def downloads_model(downloads_sandbox: Sandbox) -> Iterator[af.Model]:
    with downloads_sandbox.connect(clock=TurnedClock()) as connection:
        model = connection.model("Flight Planning")
        model.files["airlines.csv"].upload(CONTENT)
        yield model


@pytest.fixture
def export(downloads_sandbox: Sandbox, downloads_model: af.Model) -> Export:
    downloads_model.imports["Load airlines"].run()
    airlines = next(iter(downloads_sandbox.models[downloads_model.id].lists.values()))
    made = downloads_sandbox.models[downloads_model.id].export("Airlines out", of=airlines)
    downloads_model.exports.refresh()
    found = downloads_model.exports[made.id]
    found.run()
    return found


@pytest.fixture
def output(export: Export, tmp_path: Path) -> bytes:
    return export.download(tmp_path / "whole", run=False).read_bytes()


@pytest.fixture
def download_path(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder" / "airlines é.csv"


def interrupted(sandbox: Sandbox, export: Export, target: Path) -> Path:
    """Break a download off, and return the file in which it has gathered."""
    sandbox.faults.add("500", path="*/chunks/5", times=None)
    with pytest.raises(af.TransferError):
        export.download(target, run=False)
    assert not target.exists()
    sandbox.faults.clear()
    [part] = target.parent.glob(".*.part")
    return part


def numbers(content: bytes) -> list[int]:
    return list(range(-(-len(content) // CHUNK)))


def test_what_was_fetched_is_not_fetched_again_but_for_the_first_and_the_last(
    downloads_sandbox: Sandbox,
    export: Export,
    output: bytes,
    download_path: Path,
    chunks: LoggedChunks,
) -> None:
    interrupted(downloads_sandbox, export, download_path)
    chunks.take_fetched()
    assert export.download(download_path, run=False) == download_path
    assert download_path.read_bytes() == output
    assert sorted(chunks.take_fetched()) == [0, *numbers(output)[4:]]
    assert list(download_path.parent.iterdir()) == [download_path]
    kept = {path for path in cache_folder().rglob("*") if path.is_file()}
    assert {path.name for path in kept if path.parent.name != "ids"} == {"guard.lock"}


def test_all_is_fetched_where_that_is_asked(
    downloads_sandbox: Sandbox,
    export: Export,
    output: bytes,
    download_path: Path,
    chunks: LoggedChunks,
) -> None:
    interrupted(downloads_sandbox, export, download_path)
    chunks.take_fetched()
    export.download(download_path, run=False, resume=False)
    assert sorted(chunks.take_fetched()) == numbers(output)
    assert download_path.read_bytes() == output
    assert list(download_path.parent.iterdir()) == [download_path]


def test_a_plain_file_is_fetched_from_the_beginning_as_a_middle_chunk_may_have_changed(
    downloads_sandbox: Sandbox, downloads_model: af.Model, download_path: Path
) -> None:
    downloads_sandbox.faults.add("500", path="*/chunks/5", times=None)
    with pytest.raises(af.TransferError):
        downloads_model.files["airlines.csv"].download(download_path)
    downloads_sandbox.faults.clear()
    assert list(download_path.parent.iterdir()) == []
    changed = CONTENT[:2_500] + b"x" + CONTENT[2_501:]
    downloads_model.files["airlines.csv"].upload(changed)
    downloads_model.files["airlines.csv"].download(download_path)
    assert download_path.read_bytes() == changed


@pytest.mark.parametrize("damage", [b"", b"x", CONTENT[:2_500], b"x" * 5_000])
def test_a_part_that_is_damaged_is_used_only_as_far_as_it_is_whole(
    downloads_sandbox: Sandbox, export: Export, output: bytes, download_path: Path, damage: bytes
) -> None:
    interrupted(downloads_sandbox, export, download_path).write_bytes(damage)
    export.download(download_path, run=False)
    assert download_path.read_bytes() == output


@pytest.mark.skipif(os.name != "posix", reason="links as on POSIX")
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_part_that_somebody_else_has_put_there_is_not_written_to(
    downloads_sandbox: Sandbox,
    export: Export,
    output: bytes,
    download_path: Path,
    tmp_path: Path,
    link: Callable[[Path, Path], None],
) -> None:
    part = interrupted(downloads_sandbox, export, download_path)
    foreign = tmp_path / "foreign"
    foreign.write_bytes(part.read_bytes())
    kept = foreign.read_bytes()
    part.unlink()
    link(foreign, part)
    export.download(download_path, run=False)
    assert (download_path.read_bytes(), foreign.read_bytes()) == (output, kept)


def test_an_export_that_ran_since_is_fetched_whole(
    downloads_sandbox: Sandbox, export: Export, download_path: Path, chunks: LoggedChunks
) -> None:
    interrupted(downloads_sandbox, export, download_path)
    chunks.take_fetched()
    export.download(download_path)
    assert 1 in chunks.take_fetched()
    assert list(download_path.parent.iterdir()) == [download_path]


@pytest.mark.skipif(os.name != "posix", reason="modes as on POSIX")
def test_a_download_keeps_the_mode_of_its_target_and_follows_a_link(
    downloads_model: af.Model, download_path: Path, tmp_path: Path
) -> None:
    download_path.write_bytes(b"old")
    download_path.chmod(0o644)
    link = tmp_path / "link.csv"
    link.symlink_to(download_path)
    assert downloads_model.files["airlines.csv"].download(link) == link
    assert link.is_symlink()
    assert download_path.read_bytes() == CONTENT
    assert stat.S_IMODE(download_path.stat().st_mode) == 0o644
    fresh = download_path.with_name("fresh.csv")
    downloads_model.files["airlines.csv"].download(fresh)
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o600


def test_a_folder_as_the_target_is_refused_before_the_export_runs(
    downloads_model: af.Model, export: Export, tmp_path: Path
) -> None:
    tasks = len(export.tasks())
    for resource in (downloads_model.files["airlines.csv"], export):
        with pytest.raises(IsADirectoryError, match=r"path of a file.*data\.csv"):
            resource.download(tmp_path)
    assert len(export.tasks()) == tasks


def test_an_output_that_changes_while_it_is_read_is_read_once_more_and_then_an_error(
    export: Export, output: bytes, download_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = 1
    real = Transport.download_large

    def download(self: Transport, path: str, **options: Any) -> Any:
        nonlocal times
        if times and path.endswith("/chunks/3"):
            times -= 1
            export.run()
        return real(self, path, **options)

    monkeypatch.setattr(Transport, "download_large", download)
    assert len(export.read(run=False)) == 600
    assert len(export.tasks()) == 2
    times = 1
    assert export.download(download_path, run=False).read_bytes() == output
    times = 2
    with pytest.raises(af.DataChanged, match="run again twice"):
        export.read(run=False)
    times = 2
    with pytest.raises(af.DataChanged, match="run again twice"):
        export.download(download_path)
    assert list(download_path.parent.iterdir()) == [download_path]
    times = 1
    with pytest.raises(af.DataChanged, match="may be a mixture"):
        export.read_arrow(run=False).read_all()
    times = 1
    with pytest.raises(af.DataChanged, match="may be a mixture"):
        list(export.read(run=False, chunksize=100))
