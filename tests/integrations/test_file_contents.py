"""Contents that are read and written as files: by any steps, and never half of them."""

from __future__ import annotations

import gc
import io
import random
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.errors import DataChanged
from anaplan_frames.integrations.filesystem import content_writer
from anaplan_frames.integrations.filesystem.content_reader import ContentReader, _Content
from anaplan_frames.integrations.filesystem.content_writer import ContentWriter, TextFile

CONTENT = random.Random(1).randbytes(3000) + b"\n" + b"a line\n" * 100
STEPS = st.one_of(
    st.tuples(st.just("read"), st.tuples(st.integers(0, 2000))),
    st.tuples(st.just("readline"), st.just(())),
    st.tuples(st.just("seek"), st.tuples(st.integers(0, 4500), st.just(io.SEEK_SET))),
    st.tuples(st.just("seek"), st.tuples(st.integers(-3000, 0), st.just(io.SEEK_END))),
)


def cut(content: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(content) + 1) for place in places), len(content)]
    return [content[a:b] for a, b in pairwise(edges)]


@given(st.lists(st.integers(0, 5000), max_size=6), st.lists(STEPS, max_size=8))
def test_a_content_is_read_as_a_file_in_memory_is(places: list[int], steps: list[Any]) -> None:
    # With a small buffer, so that most steps ask for something.
    pieces = cut(CONTENT, places)
    file = io.BufferedReader(_Content(lambda: iter(pieces), "path", "file 'x'"), 7)
    expected = io.BytesIO(CONTENT)
    for step, argument in steps:
        assert getattr(file, step)(*argument) == getattr(expected, step)(*argument)
        assert file.tell() == expected.tell()
    assert file.read() == expected.read()
    file.close()


def test_a_content_is_fetched_once_if_it_is_only_read() -> None:
    fetched: list[int] = []

    def fetch() -> Iterator[bytes]:
        fetched.append(1)
        yield from (b"ab", b"", b"cd")

    with ContentReader(fetch, "path", "file 'x'") as file:
        assert file.size is None
        assert file.read(3) == b"abc"
        assert file.seek(0) == 0  # still in the buffer, as after a look at the header
        assert file.read() == b"abcd"
        assert file.size == 4
    assert fetched == [1]


def test_the_size_is_known_when_all_is_fetched() -> None:
    with ContentReader(lambda: iter([b"ab", b"cd"]), "path", "file 'x'") as file:
        assert file.read(1) == b"a"
        assert (file.fetch_size(), file.size) == (4, 4)
        assert file.read() == b"bcd"


def test_closing_ends_what_is_being_fetched() -> None:
    ended = []

    def fetch() -> Iterator[bytes]:
        try:
            while True:
                yield b"x" * 2_000_000
        finally:
            ended.append(True)

    with ContentReader(fetch, "path", "file 'x'") as file:
        assert file.read(1) == b"x"
    assert ended == [True]


def test_a_content_that_changes_before_it_is_read_by_position_is_an_error() -> None:
    contents = iter([[b"old content" * 200_000], [b"new content" * 200_000]])
    with ContentReader(lambda: iter(next(contents)), "path", "file 'x'") as file:
        file.read(10)
        with pytest.raises(DataChanged, match="file 'x' has changed while it was read"):
            file.seek(0, io.SEEK_END)


class Uploaded:
    """Takes contents as a file does, and keeps them."""

    def __init__(self) -> None:
        self.contents: list[bytes] = []
        self.pieces = 0

    def __call__(self, content: Any) -> None:
        if isinstance(content, bytes):
            self.contents.append(content)
        else:
            pieces = list(content)
            self.pieces += len(pieces)
            self.contents.append(b"".join(pieces))


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_writer, "_BLOCK", 10)


@given(st.lists(st.binary(max_size=30), max_size=12))
def test_what_is_written_is_uploaded(pieces: list[bytes]) -> None:
    uploaded = Uploaded()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content_writer, "_BLOCK", 10)
        with ContentWriter(uploaded, "path") as file:
            assert [file.write(piece) for piece in pieces] == list(map(len, pieces))
            assert file.tell() == len(b"".join(pieces))
    assert uploaded.contents == [b"".join(pieces)]


@pytest.mark.parametrize("content", [b"small", b"as long as a block"])
def test_nothing_is_uploaded_if_the_writer_raises(content: bytes, small_blocks: None) -> None:
    uploaded = Uploaded()
    with suppress(ZeroDivisionError), ContentWriter(uploaded, "path") as file:
        file.write(content)
        raise ZeroDivisionError
    assert uploaded.contents == []
    file = ContentWriter(uploaded, "path")
    try:
        file.write(content)
        raise ZeroDivisionError
    except ZeroDivisionError:
        file.close()  # as pandas does
    assert uploaded.contents == []


def test_a_file_that_is_written_where_an_exception_is_handled_is_kept(small_blocks: None) -> None:
    uploaded = Uploaded()
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        with ContentWriter(uploaded, "path") as file:
            file.write(b"what went wrong")
    assert uploaded.contents == [b"what went wrong"]


@pytest.mark.parametrize("content", ["small", "as long as a block"])
def test_a_file_that_is_never_closed_is_dropped_with_a_warning(
    content: str, small_blocks: None
) -> None:
    uploaded = Uploaded()
    file = ContentWriter(uploaded, "path")
    file.write(content.encode())
    with pytest.warns(ResourceWarning, match="path was not closed"):
        file = None  # type: ignore[assignment]
    text = TextFile(ContentWriter(uploaded, "path"), "utf-8")
    text.write(content)
    del text
    gc.collect()
    assert uploaded.contents == []


def test_a_transaction_uploads_at_its_end(small_blocks: None) -> None:
    uploaded = Uploaded()
    files = [ContentWriter(uploaded, "path", autocommit=False) for _ in range(2)]
    for file in files:
        file.write(b"as long as a block")
        file.close()
    assert uploaded.contents == []
    files[0].commit()
    files[1].discard()
    assert uploaded.contents == [b"as long as a block"]


def test_an_upload_that_fails_raises_in_the_writer_and_again_at_its_end(
    small_blocks: None,
) -> None:
    def fail(content: Any) -> None:
        next(content)
        raise PermissionError("not yours")

    file = ContentWriter(fail, "path")
    file.write(b"as long as a block")
    while not file._sender._error:  # type: ignore[union-attr]
        time.sleep(0.001)
    with pytest.raises(PermissionError, match="not yours"):
        file.write(b"as long as a block")
    with pytest.raises(PermissionError, match="not yours"):
        file.close()
    assert file.closed
    assert not [t for t in threading.enumerate() if t.name == "anaplan-write"]


def test_a_writer_that_is_faster_than_the_upload_waits(small_blocks: None) -> None:
    gate, most = threading.Event(), []

    def slow(content: Iterator[bytes]) -> None:
        gate.wait(20)
        assert sum(map(len, content)) == 200 * 10

    with ContentWriter(slow, "path") as file:
        file.write(b"0123456789")
        sender = file._sender
        assert sender is not None
        threading.Timer(0.05, gate.set).start()
        for _ in range(199):
            file.write(b"0123456789")
            most.append(len(sender._blocks))
    assert max(most) <= content_writer._AHEAD


def test_a_closed_file_takes_nothing() -> None:
    file = ContentWriter(Uploaded(), "path")
    file.close()
    file.close()
    with pytest.raises(ValueError, match="closed"):
        file.write(b"more")
