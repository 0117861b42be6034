"""Compressed answers: whole, or tried again, and never without end."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.errors import TransferError
from anaplan_frames.transport import Transport
from anaplan_frames.transport.compressed_body import BrokenCompression, unpacked
from tests.transport.scripted import Answer, ScriptedServer, as_bytes

TEXT = b"".join(b"row %d,%d\n" % (number, number * 7) for number in range(30_000))


def packed(body: bytes, encoding: str = "gzip") -> Answer:
    kind = {"Content-Type": "application/octet-stream", "Content-Encoding": encoding}
    return Answer(body=body, headers=kind)


def in_pieces(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


@given(
    st.lists(st.binary(max_size=300), min_size=1, max_size=4),
    st.integers(1, 50),
    st.sampled_from([b"", b"\0" * 7]),
)
def test_members_in_pieces_of_any_size_come_back(
    members: list[bytes], size: int, padding: bytes
) -> None:
    body = b"".join(map(gzip.compress, members)) + padding
    assert b"".join(unpacked(iter(in_pieces(body, size)), "gzip")) == b"".join(members)


@given(st.binary(max_size=500), st.data())
def test_a_body_without_its_end_or_with_another_byte_is_never_taken_for_whole(
    content: bytes, data: st.DataObject
) -> None:
    body = gzip.compress(content, mtime=0)
    end = data.draw(st.integers(1, len(body) - 1))
    with pytest.raises(BrokenCompression):
        b"".join(unpacked(iter([body[:end]]), "gzip"))
    place = data.draw(st.integers(10, len(body) - 1))  # behind the head
    changed = bytearray(body)
    changed[place] ^= 0x55
    with pytest.raises(BrokenCompression):
        b"".join(unpacked(iter([bytes(changed)]), "gzip"))


@pytest.mark.parametrize("cut", [1, 8, 2_000])
def test_a_gzip_answer_without_its_end_but_of_fitting_length_is_asked_for_again(
    cut: int, server: ScriptedServer, transport: Transport
) -> None:
    whole = gzip.compress(TEXT)
    server.script = [packed(whole[:-cut]), packed(whole)]
    assert transport.download("/models/m/files/1/chunks/0", label="chunk 0") == TEXT
    assert len(server.calls) == 2
    server.script = [packed(whole[:-cut])] * 6
    with pytest.raises(TransferError, match=r"broke off .*its end is missing"):
        transport.download_large("/models/m/files/1/chunks/0", label="chunk 0")


def test_a_stream_without_its_end_raises_while_it_is_read(
    server: ScriptedServer, transport: Transport
) -> None:
    server.script = [packed(gzip.compress(TEXT)[:-4])]
    response = transport.request("GET", "/x", label="x", stream=True)
    with pytest.raises(TransferError, match="its end is missing"):
        list(response.iter_content(1000))


def test_only_gzip_is_asked_for_and_another_compression_is_not_an_answer(
    server: ScriptedServer, transport: Transport
) -> None:
    server.script = [packed(zlib.compress(TEXT), "deflate"), as_bytes(TEXT)]
    assert transport.download("/x", label="x") == TEXT
    assert {call.headers["Accept-Encoding"] for call in server.calls} == {"gzip"}


def test_json_may_be_compressed(server: ScriptedServer, transport: Transport) -> None:
    server.script = [packed(gzip.compress(b'{"a": 1}'), "GZip")]
    assert transport.get("/x", label="x") == {"a": 1}


def test_a_bomb_is_given_up_before_it_fills_the_memory() -> None:
    bomb = gzip.compress(bytes(1 << 20)) * 400  # 400 MiB
    seen: list[int] = []
    with pytest.raises(BrokenCompression, match="more in it than a text can have"):
        seen.extend(map(len, unpacked(iter(in_pieces(bomb, 65536)), "gzip")))
    assert 0 < sum(seen) <= 257 << 20


@pytest.mark.parametrize("size", [(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5 << 20])
def test_little_that_unpacks_to_much_comes_whole(size: int) -> None:
    body = gzip.compress(bytes(size))
    assert b"".join(unpacked(iter([body]), "gzip")) == bytes(size)
