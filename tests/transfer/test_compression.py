"""Pieces that were compressed by themselves, joined to what any reader of gzip takes."""

from __future__ import annotations

import gzip as standard_gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.transfer.compression import METHODS, Method, deflate, gzip

ANY_METHOD = st.sampled_from([*METHODS, Method(zlib, 0), Method(zlib, 1)])


@given(st.lists(st.tuples(st.binary(max_size=2000), ANY_METHOD), min_size=1, max_size=6))
def test_pieces_of_any_methods_are_one_gzip_member_of_their_sum(
    parts: list[tuple[bytes, Method]],
) -> None:
    packed = b"".join(gzip([deflate(content, method) for content, method in parts]))
    member = zlib.decompressobj(wbits=31)
    assert member.decompress(packed) == b"".join(content for content, _ in parts)
    assert member.eof
    assert member.unused_data == b""


@pytest.mark.parametrize("lengths", [[900_000, 900_000, 17], [1, 65_536, 3_000_000]])
def test_pieces_of_a_real_size_pass_the_reader_that_checks(lengths: list[int]) -> None:
    parts = [bytes([65 + number, 10]) * length for number, length in enumerate(lengths)]
    packed = b"".join(gzip([deflate(part, METHODS[0]) for part in parts]))
    assert standard_gzip.decompress(packed) == b"".join(parts)


def test_a_changed_piece_fails_the_check() -> None:
    one, other = deflate(b"one", METHODS[0]), deflate(b"other", METHODS[0])
    with pytest.raises(standard_gzip.BadGzipFile, match="CRC"):
        standard_gzip.decompress(b"".join([*gzip([one, other])][:-1] + [*gzip([other, one])][-1:]))


@pytest.mark.parametrize("method", METHODS)
def test_each_method_makes_text_much_shorter(method: Method) -> None:
    text = b"".join(b"%d,Department %d\n" % (number, number % 7) for number in range(10_000))
    piece = deflate(memoryview(text), method)
    assert piece.size == len(text)
    assert len(gzip([piece])) < len(text) / 3


@given(st.lists(st.binary(max_size=2000), min_size=1, max_size=6))
def test_the_length_is_that_of_all_parts_and_they_can_be_sent_again(contents: list[bytes]) -> None:
    packed = gzip([deflate(content, METHODS[0]) for content in contents])
    assert len(packed) == len(b"".join(packed))
    assert list(packed) == list(packed)
