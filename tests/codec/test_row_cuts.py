"""Cuts of a text between rows, found from its middle: right, or none."""

from __future__ import annotations

import codecs
import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.row_cuts import can_be_cut, first_row_end, text_head

FIELDS = st.text(st.sampled_from('ab"\n,; é'), max_size=6)
ROWS = st.lists(st.tuples(FIELDS, FIELDS, FIELDS), min_size=1, max_size=12)


def written(rows: list[tuple[str, ...]], quoting: int) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()


def row_ends(rows: list[tuple[str, ...]], quoting: int) -> set[int]:
    """Return where the rows end, in bytes."""
    return {len(written(rows[:count], quoting).encode()) for count in range(1, len(rows) + 1)}


@given(rows=ROWS, quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), data=st.data())
def test_a_cut_within_a_text_with_quotes_is_where_a_row_ends(
    rows: list[tuple[str, ...]], quoting: int, data: st.DataObject
) -> None:
    content = written(rows, quoting).encode()
    start = data.draw(st.integers(0, len(content)))
    end = first_row_end(content[start:], Dialect())
    if end is not None and b'"' in content[start:]:
        assert start + end in row_ends(rows, quoting)


@given(rows=st.lists(st.lists(st.text(st.sampled_from("ab ;"), min_size=1), min_size=2)))
@example(rows=[["a", 'b"']])
def test_without_a_text_delimiter_each_line_end_ends_a_row(rows: list[list[str]]) -> None:
    content = "".join(";".join(row) + "\n" for row in rows).encode()
    dialect = Dialect(separator=";", delimiter="")
    for start in range(len(content)):
        assert first_row_end(content[start:], dialect) == content.index(b"\n", start) + 1 - start


@pytest.mark.parametrize(
    ("piece", "end"),
    [
        (b'k","a\nb","c"\n"d"', 13),
        (b'"\n"a\nb","c"\n', 2),
        (b',"a\nb"\n"c"\n', 7),
        (b'","\n","\n","', None),  # as likely outside as inside
        (b'5" pipe\nb\n', None),  # a mark that stands for itself
        (b"a,b\nc", 4),
        (b"a,b", None),
        (b"", None),
    ],
)
def test_the_first_end_of_a_row_is_found_or_nothing(piece: bytes, end: int | None) -> None:
    assert first_row_end(piece, Dialect()) == end


@pytest.mark.parametrize(
    ("encoding", "possible"),
    [
        ("UTF-8", True),
        ("ISO-8859-1", True),
        ("windows-1252", True),
        ("US-ASCII", True),
        ("UTF-16LE", False),
        ("UTF-16", False),
        ("Shift_JIS", False),
        ("GBK", False),
    ],
)
def test_a_text_can_be_cut_if_its_marks_are_bytes(encoding: str, possible: bool) -> None:
    assert can_be_cut(Dialect(encoding=encoding)) is possible
    assert not can_be_cut(Dialect(separator="||", encoding=encoding))
    assert not can_be_cut(Dialect(delimiter="«", encoding=encoding))


def test_the_head_is_what_stands_above_the_first_row() -> None:
    text = b'"L\nL",V\na,1\n'
    assert text_head(text, Dialect()) == b'"L\nL",V\n'
    assert text_head(codecs.BOM_UTF8 + text, Dialect()) == codecs.BOM_UTF8 + b'"L\nL",V\n'
    assert text_head(text, Dialect(header_row=0, first_data_row=1)) == b""
    assert text_head(b'"L\nL"', Dialect()) is None
    assert text_head("\ufeffL,V\n".encode("utf-16-le"), Dialect()) is None
