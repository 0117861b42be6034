"""Files that go up in one request: which they are, and that no byte is lost or doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transfer import small_file
from anaplan_frames.transfer.content_check import ContentCheck
from anaplan_frames.transfer.sent_content import SentContent
from anaplan_frames.transfer.small_file import SmallFile, small_content
from tests.transport.scripted import TurnedClock

AIRLINES = pd.DataFrame({"carrier": ["AA", "UA"], "name": ["American", "United"]})
CONTENT = b"carrier,name\nAA,American\n"


def blocks(parts: Sequence[bytes], read: list[int]) -> Iterator[Callable[[], Any]]:
    """Yield the parts as an upload takes them, and note which are read."""

    def block(number: int) -> bytes:
        read.append(number)
        return parts[number]

    for number in range(len(parts)):
        yield partial(block, number)


@given(
    st.binary(max_size=60),
    st.lists(st.binary(max_size=120), max_size=6),
    st.integers(1, 400),
    st.booleans(),
)
def test_content_is_whole_and_in_order_whether_it_is_small_or_not(
    head: bytes, parts: list[bytes], limit: int, waits: bool
) -> None:
    read: list[int] = []
    content, rest = small_content(head, blocks(parts, read), limit, waits=waits)
    whole = head + b"".join(parts)
    if content is not None:
        assert content == whole
        assert 0 < len(content) <= limit
        assert list(rest) == []
    else:
        assert head + b"".join(bytes(block()) for block in rest) == whole
        assert not 0 < len(whole) <= limit
    assert read == list(range(len(parts)))  # each once, so that an iterator can be read


def test_a_long_content_is_not_read_beyond_its_first_block() -> None:
    read: list[int] = []
    parts = [b"x" * 65_537, b"y", b"z"]
    content, _ = small_content(b"", blocks(parts, read), None, waits=False)
    assert content is None
    assert read == [0]


def test_a_stream_is_not_waited_for_once_there_is_something_to_send() -> None:
    def stream() -> Iterator[Callable[[], Any]]:
        yield lambda: b"x" * 65_537
        raise AssertionError("the next block is not there yet")

    content, rest = small_content(b"head", stream(), None, waits=True)
    assert content is None
    assert len(next(rest)()) == 65_537


@given(st.binary(min_size=1, max_size=200_000))
def test_what_was_sent_is_described_as_the_sum_of_its_pieces_would_be(content: bytes) -> None:
    from anaplan_frames.transfer.compression import METHODS, deflate

    added = SentContent()
    middle = len(content) // 2
    added.add([deflate(content[:middle], METHODS[0]), deflate(content[middle:], METHODS[0])])
    assert vars(SentContent.of(content)) == vars(added)


@pytest.fixture
def quick_model(demo_sandbox: Sandbox) -> Iterator[af.Model]:
    """Connect with a clock that does not wait."""
    with demo_sandbox.connect(clock=TurnedClock()) as connection:
        yield connection.model("Flight Planning")


@pytest.fixture
def small(quick_model: af.Model) -> SmallFile:
    file = quick_model.files["airlines.csv"]
    return SmallFile(file.catalogue.transport, file.path, file.label, CONTENT)


def check_of(small: SmallFile) -> ContentCheck:
    return ContentCheck(small.transport, small.path, small.label, small.sent)


@pytest.mark.parametrize("head_start", [0.0, 60.0])
def test_it_is_sent_and_compared_whenever_the_look_comes(
    small: SmallFile, monkeypatch: pytest.MonkeyPatch, head_start: float
) -> None:
    """The look comes at once, perhaps too early, or after the answer."""
    monkeypatch.setattr(small_file, "_HEAD_START", head_start)
    assert small.send_and_compare(check_of(small)) == ""
    assert check_of(small).is_whole()


def test_an_early_look_that_finds_other_content_is_repeated(
    small: SmallFile, demo_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = threading.Event()
    send, is_there = SmallFile.send, ContentCheck.is_there

    def look(self: ContentCheck) -> bool:
        found = is_there(self)
        looked.set()
        return found

    def send_late(self: SmallFile) -> None:
        assert looked.wait(10)
        send(self)

    monkeypatch.setattr(small_file, "_HEAD_START", 0)
    monkeypatch.setattr(ContentCheck, "is_there", look)
    monkeypatch.setattr(SmallFile, "send", send_late)
    assert small.send_and_compare(check_of(small)) == ""


def test_an_early_look_alone_confirms_nothing_if_the_upload_is_refused(
    small: SmallFile, demo_sandbox: Sandbox
) -> None:
    small.send()  # the file has this content already
    demo_sandbox.faults.add("500", method="PUT", path="*/files/*", times=None)
    with pytest.raises(af.AnaplanError):
        small.send_and_compare(check_of(small))


def test_an_answer_that_claims_an_upload_which_did_not_happen_starts_nothing(
    demo_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway may answer 204 by itself; the file then still has its former content."""
    demo_model.files["airlines.csv"].upload(b"carrier,name\nZZ,of yesterday\n")
    monkeypatch.setattr(SmallFile, "send", lambda self: None)
    with pytest.raises(af.TransferError, match="has another content than was sent"):
        af.to_anaplan(AIRLINES, "Load airlines", demo_model)
    assert demo_model.imports["Load airlines"].tasks().empty


def test_no_more_of_a_long_former_content_is_read_than_was_sent(
    small: SmallFile, demo_model: af.Model
) -> None:
    demo_model.files["airlines.csv"].upload(CONTENT + b"x" * 5_000_000)
    assert not check_of(small).is_there()
    small.send()
    assert check_of(small).is_there()


def test_a_small_upload_forgets_what_an_earlier_run_has_sent_in_chunks(
    demo_sandbox: Sandbox, quick_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a later run would take the chunks of the former upload for those of the file."""
    monkeypatch.setattr("anaplan_frames.transfer.upload.SMALLEST_CHUNK", 20)
    file = quick_model.files["airlines.csv"]
    long = b"".join(b"%05d,name\n" % number for number in range(20))
    fault = demo_sandbox.faults.add("500", method="PUT", path="*/chunks/*", after=3, times=None)
    with pytest.raises(af.AnaplanError):
        file.upload(long, chunk_bytes=20)
    assert fault.hits
    demo_sandbox.faults.clear()
    file.upload(CONTENT)
    file.upload(long, chunk_bytes=20)
    assert b"".join(file.stream()) == long
