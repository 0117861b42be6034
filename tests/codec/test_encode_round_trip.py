"""Whatever a DataFrame holds, Python's own csv module reads it back, or it is refused rightly."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from itertools import product

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.dataframes.sources import open_source
from anaplan_frames.errors import EncodingError
from anaplan_frames.writes.columns import match_columns

DIALECTS = [
    Dialect(separator, delimiter, encoding)
    for separator, delimiter, encoding in product(
        [",", "\t", ";"], ['"', ""], ["UTF-8", "UTF-16LE", "ISO-8859-1"]
    )
]
texts = st.text(
    st.one_of(st.sampled_from("\"',;\t\n\r\0 0aé€😀\ufeff\u2028\ud800"), st.characters()),
    max_size=8,
)
days = st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1))
decimals = st.decimals(allow_nan=False, allow_infinity=False)
doubles = st.floats(allow_infinity=False)
int64s = st.integers(-(2**63), 2**63 - 1)


def optional(values):
    return st.one_of(values, st.none())


def valid(text):
    return "\ud800" not in text and text.encode("utf-8", "ignore").decode() == text


# For each kind of column: its values, and how pandas holds them.
KINDS = {
    "objects of text": (optional(texts), object),
    "string": (optional(texts.filter(valid)), "string"),
    "category of text": (optional(texts.filter(valid)), "category"),
    "int64": (int64s, "int64"),
    "uint64": (st.integers(0, 2**64 - 1), "uint64"),
    "Int64": (optional(int64s), "Int64"),
    "float64": (doubles, "float64"),
    "float32": (st.floats(width=32, allow_infinity=False), "float32"),
    "category of floats": (doubles, "category"),
    "objects of Decimal": (optional(decimals), object),
    "objects of date": (optional(days), object),
    "datetime64": (optional(days), "datetime64[ns]"),
    "datetime64 with a zone": (optional(days), "datetime64[us, Asia/Tokyo]"),
    "bool": (st.booleans(), "bool"),
    "boolean": (optional(st.booleans()), "boolean"),
    "objects of all kinds": (
        optional(st.one_of(texts, int64s, st.integers(), doubles, decimals, days, st.booleans())),
        object,
    ),
}


@st.composite
def frames(draw):
    rows = draw(st.integers(1, 8))
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=5))
    columns = {}
    for number, kind in enumerate(kinds):
        values, dtype = KINDS[kind]
        found = draw(st.lists(values, min_size=rows, max_size=rows))
        columns[f"{number} {kind}"] = pd.Series(found, dtype=dtype)
    return pd.DataFrame(columns)


def encode(frame, dialect, batch_rows):
    source = open_source(frame)
    encoder = Encoder(dialect, match_columns(source.columns, source.columns, None, "the file"))
    pieces, first_row = [encoder.preamble()], 0
    for batch in source.batches(batch_rows):
        pieces.append(bytes(encoder.encode(batch, first_row)))
        first_row += batch.num_rows
    return b"".join(pieces)


def refusal_or_content(frame, dialect, batch_rows):
    try:
        return None, encode(frame, dialect, batch_rows)
    except EncodingError as error:
        return error, b""


def read(content, dialect):
    text = io.StringIO(content.decode(dialect.encoding), newline="")
    quoting = {"quotechar": dialect.delimiter} if dialect.delimiter else {"quoting": csv.QUOTE_NONE}
    return list(csv.reader(text, delimiter=dialect.separator, strict=True, **quoting))


def is_missing(value):
    return value is None or value is pd.NA or value is pd.NaT or value != value


def stands_for(text, value):
    """Say whether a text is that value, written plainly."""
    if is_missing(value) or isinstance(value, str):
        return text == ("" if is_missing(value) else value)
    if isinstance(value, bool | np.bool_):
        return text == str(bool(value)).lower()
    if isinstance(value, dt.date):
        return text == value.strftime("%Y-%m-%d").rjust(10, "0")
    if isinstance(value, float | np.floating):
        return type(value)(text) == value and "e" not in text and digits(text) == digits(str(value))
    return Decimal(text) == Decimal(str(value)) and "e" not in text.lower()


def digits(number):
    return number.split("e")[0].replace(".", "").strip("-0")


def cannot_be_carried(value, dialect, alone):
    if not dialect.delimiter and alone and (is_missing(value) or value == ""):
        return True
    if isinstance(value, Decimal):
        return abs(value.adjusted()) > 308
    if not isinstance(value, str):
        return False
    try:
        value.encode(dialect.encoding)
    except UnicodeEncodeError:
        return True
    structure = "" if dialect.delimiter else dialect.separator + "\r\n"
    return any(mark in value for mark in "\0" + structure)


@given(frames(), st.sampled_from(DIALECTS), st.integers(1, 8))
def test_a_frame_is_read_back_or_refused_for_a_value_that_cannot_be_carried(
    frame, dialect, batch_rows
):
    alone = len(frame.columns) == 1
    before = frame.copy(deep=True)
    refused, content = refusal_or_content(frame, dialect, batch_rows)
    if refused:
        value = frame[refused.column].iloc[refused.row]
        assert cannot_be_carried(value, dialect, alone)
        assert refused.text == ("" if is_missing(value) else str(value))
        assert f"Column {refused.column!r}, row {refused.row}:" in str(refused)
        return
    header, *rows = read(content, dialect)
    assert header == list(frame.columns)
    assert len(rows) == len(frame)
    for column, name in enumerate(frame.columns):
        for row in range(len(frame)):
            value = frame[name].iloc[row]
            assert not cannot_be_carried(value, dialect, alone)
            assert stands_for(rows[row][column], value), (name, row, rows[row][column], value)
    pd.testing.assert_frame_equal(frame, before)


@given(frames(), st.sampled_from(DIALECTS), st.integers(1, 4))
def test_how_a_row_is_written_does_not_hang_on_where_batches_are_cut(frame, dialect, batch_rows):
    refused, whole = refusal_or_content(frame, dialect, len(frame))
    refused_in_parts, parts = refusal_or_content(frame, dialect, batch_rows)
    assert whole == parts
    assert (refused is None) == (refused_in_parts is None)
