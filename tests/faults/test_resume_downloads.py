"""Downloads to a path that were interrupted go on where they were, and never mix two contents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import anaplan_frames as af
from anaplan_frames.folders import cache_folder
from anaplan_frames.sandbox import Sandbox
from tests.faults.logged import LoggedChunks
from tests.transport.scripted import TurnedClock

CHUNK = 1_000  # bytes, of a download
CONTENT = b"carrier,name\n" + b"".join(b"%07d,%07d\n" % (n, n) for n in range(600))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.demo(rate_limit=None, export_chunk_size=CHUNK, task_pause=0) as running:
        yield running


@pytest.fixture
def model(sandbox: Sandbox) -> Iterator[af.Model]:
    with sandbox.connect(clock=TurnedClock()) as connection:
        model = connection.model("Flight Planning")
        model.files["airlines.csv"].upload(CONTENT)
        yield model


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "airlines é.csv"


def interrupted(sandbox: Sandbox, model: af.Model, target: Path) -> None:
    sandbox.faults.add("500", path="*/chunks/5", times=None)
    with pytest.raises(af.TransferError):
        model.files["airlines.csv"].download(target)
    assert not target.exists()
    sandbox.faults.clear()


def test_what_was_fetched_is_not_fetched_again_but_for_the_first_and_the_last(
    sandbox: Sandbox, model: af.Model, target: Path, chunks: LoggedChunks
) -> None:
    interrupted(sandbox, model, target)
    chunks.take_fetched()
    assert model.files["airlines.csv"].download(target) == target
    assert target.read_bytes() == CONTENT
    assert sorted(chunks.take_fetched()) == [0, 4, *range(5, len(CONTENT) // CHUNK + 1)]
    assert list(target.parent.iterdir()) == [target]
    assert not list(cache_folder().rglob("*.journal"))


def test_all_is_fetched_where_that_is_asked(
    sandbox: Sandbox, model: af.Model, target: Path, chunks: LoggedChunks
) -> None:
    interrupted(sandbox, model, target)
    chunks.take_fetched()
    model.files["airlines.csv"].download(target, resume=False)
    assert sorted(chunks.take_fetched()) == list(range(len(CONTENT) // CHUNK + 1))
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("place", [100, 4_500, len(CONTENT) - 2])
def test_other_content_is_fetched_whole(
    sandbox: Sandbox, model: af.Model, target: Path, place: int
) -> None:
    interrupted(sandbox, model, target)
    changed = CONTENT[:place] + b"x" + CONTENT[place + 1 :]
    model.files["airlines.csv"].upload(changed)
    model.files["airlines.csv"].download(target)
    assert target.read_bytes() == changed


@pytest.mark.parametrize("damage", [b"", b"x", CONTENT[:2_500], b"x" * 5_000])
def test_a_part_that_is_damaged_is_used_only_as_far_as_it_is_whole(
    sandbox: Sandbox, model: af.Model, target: Path, damage: bytes
) -> None:
    interrupted(sandbox, model, target)
    target.with_name(f".{target.name}.part").write_bytes(damage)
    model.files["airlines.csv"].download(target)
    assert target.read_bytes() == CONTENT


def test_an_export_that_ran_since_is_fetched_whole(
    sandbox: Sandbox, model: af.Model, target: Path, chunks: LoggedChunks
) -> None:
    model.imports["Load airlines"].run()
    export = sandbox.models[model.id].export("Airlines out", of=_airlines(sandbox, model))
    model.exports.refresh()
    sandbox.faults.add("500", path="*/chunks/5", times=None)
    with pytest.raises(af.TransferError):
        model.exports[export.id].download(target)
    sandbox.faults.clear()
    chunks.take_fetched()
    model.exports[export.id].download(target, run=False)
    assert 1 not in chunks.take_fetched()
    sandbox.faults.add("500", path="*/chunks/5", times=None)
    with pytest.raises(af.TransferError):
        model.exports[export.id].download(target, run=False)
    sandbox.faults.clear()
    chunks.take_fetched()
    model.exports[export.id].download(target)
    assert 1 in chunks.take_fetched()


def _airlines(sandbox: Sandbox, model: af.Model) -> object:
    return next(iter(sandbox.models[model.id].lists.values()))
