"""Rejected rows are found again among those that were sent, and no other rows are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.bulk.dump_matching import match_rows
from anaplan_frames.bulk.failure_dump import DumpRow, parse_dump
from anaplan_frames.codec.dialect import Dialect

Texts = tuple[str, ...]


class RetainedRows:
    """Rows in a list; counts how many were looked at."""

    def __init__(self, rows: Sequence[Texts]) -> None:
        self._texts = rows
        self.rows = len(rows)
        self.scans = 0

    def take(self, positions: Sequence[int]) -> list[Texts]:
        assert list(positions) == sorted(set(positions))
        return [self._texts[position] for position in positions]

    def scan(self) -> Iterator[list[Texts]]:
        self.scans += 1
        for start in range(0, self.rows, 7):
            yield list(self._texts[start : start + 7])


def row(values: Sequence[str | None], line: int | None = None) -> DumpRow:
    return DumpRow(tuple(values), line, ("bad",), ())


@pytest.mark.parametrize("base", [0, 1, 2, 3, 4])
def test_the_base_of_the_line_numbers_is_found_by_the_values(base: int) -> None:
    sent = RetainedRows([(str(n), "same") for n in range(50)])
    dump = [row(("7", "same"), 7 + base), row(("31", "same"), 31 + base)]
    assert match_rows(dump, sent, Dialect(header_row=3, first_data_row=4)) == [7, 31]
    assert sent.scans == 0


def test_a_row_whose_line_shows_other_values_goes_by_its_values() -> None:
    sent = RetainedRows([("a", "1"), ("b", "2"), ("c", "3")])
    dump = [row(("a", "1"), 2), row(("c", "3"), 3)]
    assert match_rows(dump, sent, Dialect()) == [0, 2]


def test_of_equal_rows_the_last_ones_are_meant_and_none_twice() -> None:
    sent = RetainedRows([("a",), ("b",), ("a",), ("a",), ("b",)])
    assert match_rows([row(("a",)), row(("a",)), row(("b",))], sent, Dialect()) == [2, 3, 4]
    assert match_rows([row(("b",))] * 3, sent, Dialect()) == [1, 4, None]


def test_equal_rows_with_line_numbers_are_distinguished() -> None:
    sent = RetainedRows([("a",), ("b",), ("a",), ("a",)])
    dump = [row(("a",), 2), row(("b",), 3), row(("a",), 5), row(("a",))]
    assert match_rows(dump, sent, Dialect()) == [0, 1, 3, 2]


def test_the_same_texts_show_the_base_before_the_same_numbers_do() -> None:
    sent = RetainedRows([("1",), ("1.0",)])
    assert match_rows([row(("1",), 2)], sent, Dialect(header_row=2, first_data_row=3)) == [0]


def test_what_was_never_sent_is_not_matched() -> None:
    sent = RetainedRows([("a", "1")])
    assert match_rows([row(("a", "2"), 2), row(("z", "1"))], sent, Dialect()) == [None, None]


def test_columns_that_are_not_in_the_dump_are_not_compared() -> None:
    sent = RetainedRows([("a", "1"), ("b", "2")])
    dump = [row((None, "2"), 3), row(("a", None)), row((None, None), 2)]
    assert match_rows(dump, sent, Dialect()) == [1, 0, None]


@pytest.mark.parametrize(
    ("dumped", "sent_text"),
    [
        ("1.50", "1.5"),
        ("1E3", "1000"),
        ("0.1", "0,1"),
        ("0,10", "0,1"),
        ("2013-01-31T00:00:00", "2013-01-31"),
        ("TRUE", "true"),
        (" padded", "padded  "),
    ],
)
def test_values_written_another_way_are_the_same(dumped: str, sent_text: str) -> None:
    sent = RetainedRows([("x", "0"), ("x", sent_text)])
    dialect = Dialect(decimal_separator=",")
    assert match_rows([row(("x", dumped), 3), row(("x", dumped))], sent, dialect) == [1, None]
    assert match_rows([row(("x", dumped))], sent, dialect) == [1]


def test_the_same_text_goes_before_the_same_number() -> None:
    sent = RetainedRows([("1",), ("01",), ("1.0",)])
    assert match_rows([row(("01",)), row(("1",))], sent, Dialect()) == [1, 0]


def test_nothing_rejected_asks_nothing() -> None:
    sent = RetainedRows([("a",)])
    assert match_rows([], sent, Dialect()) == []
    assert sent.scans == 0


def test_many_rejected_rows_of_many_more_are_found_without_a_scan() -> None:
    class Counted:
        rows = 5_000_000
        taken = 0

        def take(self, positions: Sequence[int]) -> list[Texts]:
            self.taken += len(positions)
            return [(f"item {position}", str(position % 7)) for position in positions]

        def scan(self) -> Iterator[list[Texts]]:
            raise AssertionError("line numbers identify all")

    places = range(13, 5_000_000, 50)
    dump = [row((f"item {place}", str(place % 7)), place + 2) for place in places]
    sent = Counted()
    assert match_rows(dump, sent, Dialect()) == list(places)
    assert sent.taken < 110_000


VALUES = st.one_of(
    st.sampled_from(["", "a", "b", "1", "1.0", "x,y", 'q"q', "two\nlines", "é"]),
    st.text("ab01,;", max_size=3),
)


@st.composite
def rejections(draw: st.DrawFn) -> tuple[bytes, list[str], list[Texts], list[int], Dialect]:
    """A dump in a random layout, what was sent, and which rows were rejected."""
    width = draw(st.integers(1, 4))
    headers = [f"h{n}" for n in range(width)]
    texts = st.tuples(*[VALUES] * width).filter(lambda values: any(map(str.strip, values)))
    sent = draw(st.lists(texts, min_size=1, max_size=12))
    rejected = draw(st.lists(st.integers(0, len(sent) - 1), unique=True, max_size=8))
    with_line = draw(st.booleans())
    if not with_line:
        # By values alone equal rows cannot be distinguished: the last of them are meant.
        rejected = [place for place in rejected if sent.count(sent[place]) == 1]
    header_row = draw(st.sampled_from([1, 2]))
    base = draw(st.sampled_from([0, 1, 2, header_row + 1]))
    parts = ["values", "line"] if with_line else ["values"]
    if draw(st.booleans()):
        parts.insert(0, "status")
    named = draw(st.integers(1, 3))
    parts.insert(draw(st.integers(0, len(parts))), "messages")
    head = {
        "values": headers,
        "line": ["_Line_"],
        "status": ["_Status_"],
        "messages": [f"_Error_{n}_" for n in range(1, named + 1)],
    }
    lines = [[field for part in parts for field in head[part]]]
    for place in rejected:
        faults = draw(st.integers(1, 4))
        messages = [f"message {n}, of row {place}" for n in range(faults)]
        if draw(st.booleans()):
            messages += [""] * (named - faults)
        body = {
            "values": list(sent[place]),
            "line": [str(place + base)],
            "status": ["Failed"],
            "messages": messages,
        }
        lines.append([field for part in parts for field in body[part]])
    out = io.StringIO(newline="")
    separator = draw(st.sampled_from([",", ";"]))
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows(lines)
    mark = draw(st.sampled_from(["", "\ufeff"]))
    dialect = Dialect(separator=separator, header_row=header_row, first_data_row=header_row + 1)
    return (mark + out.getvalue()).encode(), headers, sent, rejected, dialect


@given(rejections())
def test_in_any_layout_exactly_the_rejected_rows_are_found(
    rejection: tuple[bytes, list[str], list[Texts], list[int], Dialect],
) -> None:
    content, headers, texts, rejected, dialect = rejection
    dump = parse_dump(content, headers, dialect)
    assert [found.values for found in dump] == [texts[place] for place in rejected]
    for found, place in zip(dump, rejected, strict=True):
        assert found.messages
        assert all(message.endswith(f", of row {place}") for message in found.messages)
    matched = match_rows(dump, RetainedRows(texts), dialect)
    assert [texts[place] for place in matched if place is not None] == [
        texts[place] for place in rejected
    ]
    assert len(set(matched)) == len(rejected)
    if len(set(texts)) == len(texts):
        assert matched == rejected
