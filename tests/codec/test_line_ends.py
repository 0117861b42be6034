"""Carriage returns alone as line ends."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.codec.decode import decode_stream
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.line_ends import LineEnds


def passed(text: bytes, cuts: list[int], quote: bytes = b'"') -> bytes:
    ends = LineEnds(quote)
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    parts = [text[start:stop] for start, stop in pairwise(places)]
    return b"".join([*(bytes(ends.feed(part)) for part in parts), ends.finish()])


def rows(text: bytes, cuts: list[int]) -> list[dict[str, str]]:
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    parts = [text[start:stop] for start, stop in pairwise(places)]
    batches = decode_stream(parts, Dialect())
    found: list[dict[str, str]] = pa.Table.from_batches(list(batches), batches.schema).to_pylist()
    return found


CUTS = st.lists(st.integers(0, 80), max_size=6)


@given(CUTS)
def test_each_carriage_return_ends_a_row(cuts: list[int]) -> None:
    assert rows(b"L,V\rA,1\rB,2\r", cuts) == [{"L": "A", "V": "1"}, {"L": "B", "V": "2"}]
    assert rows(b"L,V\rA,1\rB,2", cuts) == [{"L": "A", "V": "1"}, {"L": "B", "V": "2"}]


@given(CUTS)
def test_a_carriage_return_in_a_quoted_text_stays(cuts: list[int]) -> None:
    text = b'"L\rl",V\r"A\r""\r",1\rB,"\r"\r'
    assert rows(text, cuts) == [{"L\rl": 'A\r"\r', "V": "1"}, {"L\rl": "B", "V": "\r"}]


@given(st.lists(st.sampled_from(["a", ",", '"b\r"', '"\r\n"', "\n", "\r\n"]), max_size=20), CUTS)
def test_other_texts_are_passed_on_as_they_are(parts: list[str], cuts: list[int]) -> None:
    text = ("h\n" + "".join(parts)).encode()
    assert passed(text, cuts) == text
    text = ("h\r\n" + "".join(parts)).encode()
    assert passed(text, cuts) == text


@given(CUTS)
def test_a_newline_after_a_carriage_return_is_not_another_row(cuts: list[int]) -> None:
    assert passed(b"A\r1\r\n2\r3\n", cuts) == b"A\n1\r\n2\n3\n"


@pytest.mark.parametrize("quote", [b"", "»".encode()])
def test_other_text_delimiters(quote: bytes) -> None:
    assert passed(b'A"\r1\r2"\r', [3, 4], quote) == b'A"\n1\n2"\n'


def test_no_line_end_at_all() -> None:
    assert passed(b"A,B", [1]) == b"A,B"
    assert passed(b"", []) == b""
    assert passed(b"A\r", [1]) == b"A\n"
