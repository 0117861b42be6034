"""Blocks cut to chunks, and chunks on their way through real HTTP."""

from __future__ import annotations

import io
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.transfer.compression import CompressedPiece
from anaplan_frames.transfer.upload import LARGEST_CHUNK, chunk_sizes, gather

MB = 1_000_000


def _pieces(*lengths: int) -> list[CompressedPiece]:
    return [CompressedPiece((), length, number) for number, length in enumerate(lengths)]


@given(st.lists(st.integers(0, 900_000), max_size=20), st.integers(MB, 3 * MB))
def test_chunks_hold_every_piece_in_order_and_as_many_as_fit(
    lengths: list[int], chunk_bytes: int
) -> None:
    pieces = _pieces(*lengths)
    chunks = list(gather(pieces, chunk_sizes(chunk_bytes)))
    assert [piece for chunk in chunks for piece in chunk] == pieces
    sizes = [sum(piece.size for piece in chunk) for chunk in chunks]
    assert all(size <= chunk_bytes for size in sizes)
    for size, following in zip(sizes, chunks[1:], strict=False):
        assert size + following[0].size > chunk_bytes


def test_nothing_gives_no_chunk() -> None:
    assert list(gather([], chunk_sizes(None))) == []


def test_chunks_grow_with_the_length_of_the_file_up_to_the_largest() -> None:
    sizes = list(islice(chunk_sizes(None), 1_000))
    assert sizes[0] < sizes[100] < LARGEST_CHUNK
    assert sizes == sorted(sizes)
    assert sizes[-1] == LARGEST_CHUNK


def test_chunks_of_their_own_size_hold_30_gb_and_10_gb_in_a_minute_of_requests() -> None:
    sizes = list(islice(chunk_sizes(None), 1_000))
    lost = sizes[0]  # of a chunk at most, where the next piece does not fit
    assert sum(sizes) - 1_000 * lost > 30_000 * MB
    assert sum(sizes[:580]) - 580 * lost > 10_000 * MB


def test_more_chunks_than_anaplan_takes_are_refused() -> None:
    with pytest.raises(af.TransferError, match="1,000 chunks"):
        for _ in gather(_pieces(*[900_000] * 1_001), chunk_sizes(MB)):
            pass


@pytest.mark.parametrize("size", [999_999, 50_000_001])
def test_a_chunk_size_out_of_bounds_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="from 1,000,000 to 50,000,000"):
        next(chunk_sizes(size))


def test_an_upload_of_nothing_replaces_the_old_content(demo_model: af.Model) -> None:
    file = demo_model.files["airlines.csv"]
    file.upload(b"carrier,name\nAA,American\n")
    file.upload(b"")
    assert b"".join(file.stream()) == b""


@pytest.mark.parametrize("given_as", ["bytes", "path", "file object"])
def test_bytes_go_up_in_several_chunks_and_come_down_equal(
    demo_model: af.Model, tmp_path: Path, given_as: str
) -> None:
    content = b"carrier,name\n" + b"".join(b"%07d,someone\n" % n for n in range(220_000))
    path = tmp_path / "airlines.csv"
    path.write_bytes(content)
    file = demo_model.files["airlines.csv"]
    file.upload({"bytes": content, "path": path, "file object": io.BytesIO(content)}[given_as])
    assert b"".join(file.stream()) == content
    target = file.download(tmp_path / "down.csv")
    assert target.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path, target] or set(tmp_path.iterdir()) == {path, target}


def test_a_text_file_object_is_encoded_as_the_file_is(demo_model: af.Model) -> None:
    demo_model.files["airlines.csv"].upload(io.StringIO("carrier,name\n"))
    assert b"".join(demo_model.files["airlines.csv"].stream()) == b"carrier,name\n"


def test_deleting_takes_the_private_content_away(demo_model: af.Model) -> None:
    file = demo_model.files["airlines.csv"]
    file.upload(b"carrier,name\nAA,American\n")
    file.delete()
    with pytest.raises(af.NotFound, match="has no content for this user"):
        file.read()


def test_a_failed_download_leaves_the_old_file_as_it_was(
    demo_model: af.Model, tmp_path: Path
) -> None:
    path = tmp_path / "airlines.csv"
    path.write_text("precious")
    with pytest.raises(af.NotFound):
        demo_model.files["airlines.csv"].download(path)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_broken_iterator_leaves_a_file_that_nothing_can_read(demo_model: af.Model) -> None:
    file = demo_model.files["airlines.csv"]

    def blocks():
        yield b"carrier,name\n"
        raise RuntimeError("the caller's own")

    class Broken(io.RawIOBase):
        def __init__(self) -> None:
            self.parts = blocks()

        def read(self, size: int = -1) -> bytes:
            return b"" if size == 0 else next(self.parts)

    with pytest.raises(RuntimeError, match="the caller's own"):
        file.upload(Broken())
    with pytest.raises(af.NotFound):
        file.read()
