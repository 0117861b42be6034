"""Encode columns for a test, and read the fields back or the refusal."""

from __future__ import annotations

import pyarrow as pa
import pytest

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.errors import EncodingError
from anaplan_frames.writes.columns import match_columns

UNQUOTED = Dialect(separator="\t", delimiter="")


def encoder_of(batch, dialect):
    names = batch.schema.names
    return Encoder(dialect, match_columns(names, names, None, "the file"))


def encoded(dialect=None, /, *, first_row=0, **columns):
    arrays = [
        pa.array(values) if isinstance(values, list) else values for values in columns.values()
    ]
    batch = pa.RecordBatch.from_arrays(arrays, list(columns))
    return bytes(encoder_of(batch, dialect or Dialect()).encode(batch, first_row))


def lines(values, dialect=None):
    """Encode one column together with another, and return its fields."""
    dialect = dialect or Dialect()
    rows = encoded(dialect, key=pa.array(["k"] * len(values)), value=values)
    start = len(f"{dialect.delimiter}k{dialect.delimiter}{dialect.separator}")
    return [line[start:] for line in rows.decode(dialect.codec).split("\n")[:-1]]


def refusal(dialect=None, /, *, first_row=0, **columns):
    with pytest.raises(EncodingError) as caught:
        encoded(dialect, first_row=first_row, **columns)
    return caught.value
