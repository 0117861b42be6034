"""Rows as Anaplan reads them: named cases of text and layout, each against the bytes themselves."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.errors import EncodingError
from anaplan_frames.writes.columns import Matching
from tests.codec.encoding import UNQUOTED, encoded, encoder_of, lines, refusal


def test_text_is_quoted_and_quotes_are_doubled():
    assert encoded(a=['say "x", y', "", None, "00123 ", "a\nb", "😀"]) == (
        '"say ""x"", y"\n""\n""\n"00123 "\n"a\nb"\n"😀"\n'.encode()
    )


def test_another_delimiter_quotes_as_well():
    assert encoded(Dialect(";", "'"), a=["it's"], b=[1]) == b"'it''s';1\n"


def test_without_a_delimiter_text_stands_as_it_is():
    assert encoded(UNQUOTED, a=['"x", y'], b=[None]) == b'"x", y\t\n'


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\rb"])
def test_without_a_delimiter_structure_in_a_text_is_refused(text):
    error = refusal(UNQUOTED, a=["x", text], b=[1, 2], first_row=10)
    assert (error.column, error.row, error.text) == ("a", 11, text)
    assert "set a text delimiter" in str(error)


def test_a_byte_order_mark_is_text_except_at_the_start_of_a_file():
    without_traceback = Dialect("\t", "", header_row=0, first_data_row=1)
    assert refusal(without_traceback, a=["\ufeffx"], b=[1]).row == 0
    assert encoded(without_traceback, first_row=1, a=["\ufeffx"], b=[1]) == "\ufeffx\t1\n".encode()
    assert encoded(UNQUOTED, a=["\ufeffx"], b=[1]) == "\ufeffx\t1\n".encode()


def test_a_separator_that_numbers_are_written_with_is_not_mistaken():
    assert (
        encoded(Dialect(separator="-"), a=[-5], b=[dt.date(2020, 1, 1)]) == b'"-5"-"2020-01-01"\n'
    )
    assert refusal(Dialect(separator="-", delimiter=""), a=[-5], b=[1]).text == "-5"


def test_separators_of_several_or_odd_characters_are_written():
    assert encoded(Dialect(separator="¦"), a=["x"], b=[1]) == '"x"¦1\n'.encode()
    assert encoded(Dialect(separator="||", delimiter=""), a=["x"], b=[1]) == b"x||1\n"


@pytest.mark.parametrize("dialect", [Dialect(), UNQUOTED, Dialect(encoding="UTF-16LE")])
def test_nul_is_refused(dialect):
    error = refusal(dialect, a=["x", "a\0b"], b=["é", "c"], first_row=3)
    assert (error.column, error.row, error.text) == ("a", 4, "a\0b")
    assert "NUL" in str(error)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("ISO-8859-1", "10 €"),
        ("US-ASCII", "café"),
        ("windows-1252", "😀"),
        ("Shift_JIS", "¥"),
        ("Shift_JIS", "é"),
    ],
)
def test_text_that_the_encoding_does_not_have_is_refused_by_name(encoding, text):
    error = refusal(Dialect(encoding=encoding), a=["x", "y", text], b=["z"] * 3, first_row=100)
    assert (error.column, error.row, error.text) == ("a", 102, text)
    assert encoding in str(error)


def test_the_first_row_at_fault_is_named_not_the_first_column():
    error = refusal(Dialect(encoding="US-ASCII"), a=["x", "é"], b=["ü", "y"])
    assert (error.column, error.row) == ("b", 0)


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16LE", "ISO-8859-1"])
def test_bytes_that_are_not_text_are_refused(encoding):
    offsets, data = pa.py_buffer(np.array([0, 1, 3], np.int32)), pa.py_buffer(b"a\xff\xfe")
    broken = pa.StringArray.from_buffers(2, offsets, data)
    error = refusal(Dialect(encoding=encoding), a=broken, b=[1, 2])
    assert (error.column, error.row) == ("a", 1)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("UTF-8", '"é"\n'.encode()),
        ("ISO-8859-1", b'"\xe9"\n'),
        ("UTF-16LE", b'"\0\xe9\0"\0\n\0'),
        ("UTF-16BE", b'\0"\0\xe9\0"\0\n'),
    ],
)
def test_rows_are_in_the_encoding_of_the_file_without_a_mark(encoding, expected):
    assert encoded(Dialect(encoding=encoding), a=["é"]) == expected


def test_a_long_text_is_shortened_in_the_message_only():
    text = "é" * 2_000_000
    error = refusal(Dialect(encoding="US-ASCII"), a=[text])
    assert error.text == text
    assert len(str(error)) < 400


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["x", None, "y"]).dictionary_encode(),
        pa.array(["x", None, "y"], pa.large_string()),
        pa.array(["x", None, "y"], pa.string_view()),
        pa.DictionaryArray.from_arrays([0, 1, 2], pa.array(["x", None, "y"])),
        pa.DictionaryArray.from_arrays(
            pa.array([0, None, 1]), pa.array(["x", "y"], pa.string_view())
        ),
    ],
    ids=["category", "large", "view", "null in dictionary", "views in dictionary"],
)
def test_text_is_written_alike_however_it_is_stored(column):
    assert lines(column) == ['"x"', "", '"y"']


def test_categories_of_other_types_are_written_as_those_types():
    assert lines(pa.array([1e16, 0.5, 1e16]).dictionary_encode()) == [
        "10000000000000000",
        "0.5",
        "10000000000000000",
    ]


def test_a_column_without_values_is_empty_whatever_its_type():
    assert lines(pa.nulls(2)) == ["", ""]
    assert lines(pa.nulls(2, pa.list_(pa.int8()))) == ["", ""]


@pytest.mark.parametrize(
    ("column", "advice"),
    [
        (pa.array([None, [1]]), ".explode()"),
        (pa.array([None, {"a": 1}]), "each of its parts a column"),
        (pa.array([None, b"x"]), ".str.decode('utf-8')"),
        (pa.array([None, dt.timedelta(1)]), ".dt.total_seconds()"),
        (pa.array([None, dt.time(1)]), ".astype(str)"),
        (pa.array(pd.Series(pd.PeriodIndex([None, "2013-01"], freq="M"))), "%b %y"),
        (pa.array(pd.Series(pd.arrays.IntervalArray.from_tuples([None, (0, 1)]))), "bounds"),
    ],
)
def test_types_without_counterpart_are_refused_with_advice(column, advice):
    error = refusal(value=column, first_row=5)
    assert (error.column, error.row) == ("value", 6)
    assert advice in str(error)


def test_a_missing_value_alone_in_its_row_is_not_an_empty_line():
    assert encoded(a=[1, None, 3]) == b'"1"\n""\n"3"\n'
    error = refusal(UNQUOTED, a=["x", None])
    assert (error.column, error.row) == ("a", 1)
    assert ".dropna()" in str(error)


def test_columns_go_to_their_headers_and_empty_headers_stay_empty():
    batch = pa.RecordBatch.from_pydict({"n": [1, 2], "extra": [[1], [2]], "t": ["x", "y"]})
    encoder = Encoder(Dialect(), Matching(("Text", "", "Number"), (2, None, 0), ("extra",)))
    assert encoder.preamble() == b'"Text","","Number"\n'
    assert bytes(encoder.encode(batch, 0)) == b'"x",,1\n"y",,2\n'


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        (Dialect(), b'"a","b ""x"""\n'),
        (Dialect("\t", ""), b'a\tb "x"\n'),
        (Dialect(header_row=2, first_data_row=4), b'\n"a","b ""x"""\n\n'),
        (Dialect(header_row=0, first_data_row=1), b""),
        (Dialect(header_row=0, first_data_row=3), b"\n\n"),
        (Dialect("\t", "", "UTF-16LE"), 'a\tb "x"\n'.encode("utf-16-le")),
    ],
)
def test_the_preamble_puts_the_header_into_its_line(dialect, expected):
    assert Encoder(dialect, Matching(("a", 'b "x"'), (0, 1), ())).preamble() == expected


@pytest.mark.parametrize("dialect", [Dialect("\t", ""), Dialect(encoding="US-ASCII")])
def test_a_header_that_the_file_cannot_hold_is_refused(dialect):
    with pytest.raises(EncodingError, match="é"):
        Encoder(dialect, Matching(("é\t",), (0,), ())).preamble()


def test_no_rows_give_no_bytes():
    assert encoded(a=pa.array([], pa.string())) == b""


def test_the_texts_are_what_is_sent_before_quoting():
    batch = pa.RecordBatch.from_pydict(
        {"t": ['a "b"', "", None], "f": [1e16, 0.5, None], "d": [dt.date(2020, 1, 2), None, None]}
    )
    dialect = Dialect(separator=";", decimal_separator=",")
    texts = encoder_of(batch, dialect).texts(batch, 0)
    assert [column.to_pylist() for column in texts] == [
        ['a "b"', None, None],
        ["10000000000000000", "0,5", None],
        ["2020-01-02", None, None],
    ]


def test_a_cell_of_megabytes_and_ten_thousand_columns_pass():
    assert len(encoded(a=["x" * 2_000_000] * 3, b=[1, 2, 3])) == 3 * 2_000_005
    wide = encoded(**{f"c{number}": [number, None] for number in range(10_000)})
    first, second = wide.decode().splitlines()
    assert first.split(",") == [str(number) for number in range(10_000)]
    assert second == "," * 9_999


def test_threads_may_share_an_encoder():
    frame = pd.DataFrame({"i": range(20_000), "f": np.arange(20_000) / 7e9, "t": "a,b"})
    whole = pa.RecordBatch.from_pandas(frame, preserve_index=False)
    encoder = encoder_of(whole, Dialect())
    parts = [whole.slice(start, 1_000) for start in range(0, 20_000, 1_000)]
    with ThreadPoolExecutor(4) as threads:
        pieces = list(threads.map(lambda part: bytes(encoder.encode(part, 0)), parts))
    assert b"".join(pieces) == bytes(encoder.encode(whole, 0))
