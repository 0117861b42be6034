"""A DataFrame goes out as Anaplan's text and comes back equal, or is refused by row and column."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import product

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.codec.decode import decode_stream
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.dataframes.frame_output import to_pandas, with_dtypes
from anaplan_frames.dataframes.sources import open_source
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.writes.columns import match_columns

DIALECTS = [
    Dialect(separator, delimiter, encoding)
    for separator, delimiter, encoding in product(
        [",", "\t", ";"], ['"', ""], ["UTF-8", "UTF-16LE", "ISO-8859-1"]
    )
]
TEXTS = st.text(
    st.one_of(
        st.sampled_from("\"',;\t\n\r 0aé€😀\ufeff\u2028"), st.characters(exclude_categories=["Cs"])
    ),
    max_size=8,
)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2200, 1, 1))
DECIMALS = st.decimals(-(10**20), 10**20, places=6)
TEXT = pd.Series(["a"], dtype=pd.StringDtype("pyarrow")).dtype

# For each kind of column: its values, and its dtype.
KINDS = {
    "text": (st.none() | TEXTS, TEXT),
    "codes": (st.text("0123456789", min_size=1, max_size=6), TEXT),
    "category": (st.none() | TEXTS, "category"),
    "int64": (st.integers(-(2**63), 2**63 - 1), "int64"),
    "Int64": (st.none() | st.integers(-(2**63), 2**63 - 1), "Int64"),
    "float64": (st.floats(allow_infinity=False), "float64"),
    "decimal": (st.none() | DECIMALS, pd.ArrowDtype(pa.decimal128(28, 6))),
    "date": (st.none() | DAYS, "datetime64[s]"),
    "boolean": (st.none() | st.booleans(), "boolean"),
}


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(0, 6))
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), min_size=2, max_size=5))
    columns = {}
    for number, kind in enumerate(kinds):
        values, dtype = KINDS[kind]
        found = draw(st.lists(values, min_size=rows, max_size=rows))
        columns[f"{number} {kind}"] = pd.Series(found, dtype=dtype)
    return pd.DataFrame(columns)


def without_empty_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """The format has no empty text: it is a missing value."""
    result = frame.copy()
    for name in frame:
        if isinstance(frame[name].dtype, pd.CategoricalDtype):
            result[name] = frame[name].astype(TEXT)
        if pd.api.types.is_string_dtype(result[name]):
            result[name] = result[name].where(result[name] != "", pd.NA)
    return result


def through_text(frame: pd.DataFrame, dialect: Dialect, cut: int) -> pd.DataFrame:
    source = open_source(frame)
    encoder = Encoder(dialect, match_columns(source.columns, source.columns, None, "the file"))
    pieces, first_row = [encoder.preamble()], 0
    for batch in source.batches(4):
        pieces.append(bytes(encoder.encode(batch, first_row)))
        first_row += batch.num_rows
    content = b"".join(pieces)
    chunks = [content[at : at + cut] for at in range(0, len(content), cut)]
    dtype = {
        name: TEXT if isinstance(kind, pd.CategoricalDtype) else kind
        for name, kind in frame.dtypes.items()
    }
    batches = decode_stream(chunks, dialect, retype=lambda schema: with_dtypes(schema, dtype))
    return to_pandas(batches, batches.schema, dtype=dtype)


def is_carried(value: object, dialect: Dialect) -> bool:
    if not isinstance(value, str):
        return True
    try:
        value.encode(dialect.encoding)
    except UnicodeEncodeError:
        return False
    structure = "\0" if dialect.delimiter else "\0\r\n" + dialect.separator
    return not any(mark in value for mark in structure)


@given(frames(), st.sampled_from(DIALECTS), st.integers(1, 40))
@example(
    pd.DataFrame({"n": [2**63 - 1, -(2**63)], "t": pd.Series(["00123", ' "'], dtype=TEXT)}),
    DIALECTS[0],
    3,
)
def test_a_frame_comes_back_equal_or_is_refused(
    frame: pd.DataFrame, dialect: Dialect, cut: int
) -> None:
    if not all(is_carried(value, dialect) for name in frame for value in frame[name]):
        with pytest.raises(af.EncodingError) as refusal_message:
            through_text(frame, dialect, cut)
        value = frame[refusal_message.value.column].iloc[refusal_message.value.row]
        assert not is_carried(value, dialect)
        return
    back = through_text(frame, dialect, cut)
    pd.testing.assert_frame_equal(
        back, without_empty_texts(frame), check_exact=True, check_index_type=False
    )


@pytest.mark.sampled(8)
@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_a_file_comes_back_through_the_service_in_its_dialect(
    tenant: Sandbox, dialect: Dialect
) -> None:
    builder = tenant.workspace("W").model("M")
    columns = ["text", "whole", "broken", "day", "flag"]
    builder.file(
        "f",
        columns=columns,
        separator=dialect.separator,
        delimiter=dialect.delimiter,
        encoding=dialect.encoding,
    )
    frame = pd.DataFrame(
        {
            "text": pd.Series(["00123", "Müller", None], dtype=TEXT),
            "whole": pd.Series([2**62, None, -1], dtype="Int64"),
            "broken": [0.1, 1e16, np.nan],
            "day": pd.Series(pd.to_datetime(["2020-02-29", None, "1999-12-31"])).astype(
                "datetime64[s]"
            ),
            "flag": pd.Series([True, False, None], dtype="boolean"),
        }
    )
    model = tenant.connect().model("M")
    model.files["f"].write(frame)
    back = model.files["f"].read(dtype=frame.dtypes.to_dict())
    pd.testing.assert_frame_equal(back, frame, check_exact=True)


def test_a_decimal_keeps_all_its_digits() -> None:
    digits = Decimal("12345678901234567890.123456")
    frame = pd.DataFrame({"d": pd.Series([digits], dtype=KINDS["decimal"][1]), "x": [1]})
    assert through_text(frame, DIALECTS[0], 7)["d"][0] == digits
