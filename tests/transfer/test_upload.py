"""Blocks cut to chunks, and chunks on their way through real HTTP."""

from __future__ import annotations

import gzip as standard_gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.transfer.compress import gzip
from anaplan_frames.transfer.upload import LARGEST_CHUNK, SMALLEST_CHUNK, cut

MB = 1_000_000


def _sizes(chunks: list[list[memoryview]]) -> list[int]:
    return [sum(part.nbytes for part in chunk) for chunk in chunks]


@given(st.lists(st.integers(0, 2_500_000), max_size=6))
def test_chunks_hold_every_byte_in_order_and_have_the_asked_size(lengths: list[int]) -> None:
    blocks = [bytes([number]) * length for number, length in enumerate(lengths)]
    chunks = list(cut(blocks, MB))
    assert b"".join(bytes(part) for chunk in chunks for part in chunk) == b"".join(blocks)
    assert all(size == MB for size in _sizes(chunks)[:-1])
    assert _sizes(chunks)[-1] <= MB


def test_an_empty_file_is_one_empty_chunk() -> None:
    assert list(cut([], None)) == [[]]
    assert list(cut([b""], None)) == [[]]


def test_chunks_grow_with_the_length_of_the_file_up_to_the_largest() -> None:
    block = bytes(LARGEST_CHUNK)
    sizes = []
    for chunk in cut((block for _ in range(120)), None):
        sizes += _sizes([chunk])
    assert sizes[0] == SMALLEST_CHUNK
    assert sizes == sorted(sizes[:-1]) + sizes[-1:]
    assert max(sizes) == LARGEST_CHUNK


def test_more_chunks_than_anaplan_takes_are_refused() -> None:
    block = bytes(MB)
    with pytest.raises(af.TransferError, match="1,000 chunks"):
        for _ in cut((block for _ in range(1_002)), MB):
            pass


@pytest.mark.parametrize("size", [999_999, 50_000_001])
def test_a_chunk_size_out_of_bounds_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="from 1,000,000 to 50,000,000"):
        next(cut([b"x"], size))


@given(st.lists(st.binary(max_size=2000), max_size=5))
def test_compressed_blocks_are_one_gzip_member_of_their_sum(blocks: list[bytes]) -> None:
    assert standard_gzip.decompress(gzip(blocks)) == b"".join(blocks)


@pytest.mark.parametrize("given_as", ["bytes", "path", "file object"])
def test_bytes_go_up_in_several_chunks_and_come_down_equal(
    model: af.Model, tmp_path: Path, given_as: str
) -> None:
    content = b"carrier,name\n" + b"".join(b"%07d,someone\n" % n for n in range(220_000))
    path = tmp_path / "airlines.csv"
    path.write_bytes(content)
    file = model.files["airlines.csv"]
    file.upload({"bytes": content, "path": path, "file object": io.BytesIO(content)}[given_as])
    assert b"".join(file.stream()) == content
    target = file.download(tmp_path / "down.csv")
    assert target.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path, target] or set(tmp_path.iterdir()) == {path, target}


def test_a_text_file_object_is_refused_with_the_way_out(model: af.Model) -> None:
    with pytest.raises(TypeError, match=r"open\(path, 'rb'\)"):
        model.files["airlines.csv"].upload(io.StringIO("carrier,name\n"))


def test_deleting_takes_the_private_content_away(model: af.Model) -> None:
    file = model.files["airlines.csv"]
    file.upload(b"carrier,name\nAA,American\n")
    file.delete()
    with pytest.raises(af.NotFound, match="has no content for this user"):
        file.read()


def test_a_failed_download_leaves_the_old_file_as_it_was(model: af.Model, tmp_path: Path) -> None:
    path = tmp_path / "airlines.csv"
    path.write_text("precious")
    with pytest.raises(af.NotFound):
        model.files["airlines.csv"].download(path)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_broken_iterator_leaves_a_file_that_nothing_can_read(model: af.Model) -> None:
    file = model.files["airlines.csv"]

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
