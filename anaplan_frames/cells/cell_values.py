"""The values of cells as JSON, by the format of their line item; pure."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from anaplan_frames.cells.period_texts import Names, with_period_names
from anaplan_frames.codec.column_types import is_period
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.field_texts import render, unwrapped
from anaplan_frames.codec.json_records import json_values
from anaplan_frames.codec.null_texts import without_blanks
from anaplan_frames.codec.text import check_nul
from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.writes.arrow_arrays import TEXT

_DIALECT = Dialect()
_BLANKS = {"NUMBER": "0", "BOOLEAN": "false"}
_FLAGS = {"true": "true", "false": "false", "1": "true", "0": "false"}


def cell_texts(
    column: pa.Array,
    format_: str,
    location: ValueLocation,
    *,
    names: Names,
    scale: str | None,
) -> pa.Array:
    """Return the values as texts, a missing one as null.

    Parameters
    ----------
    column : pa.Array
        As the caller has it.
    format_ : str
        The line item's: ``NUMBER``, ``BOOLEAN``, ``TEXT``, ``DATE``, ``LIST``, ``TIME PERIOD``.
    location : ValueLocation
        The column and first row, for messages.
    names : callable
        Returns the names of the model's periods.
    scale : str or None
        The time scale of those periods.

    Returns
    -------
    pa.Array of large_string

    Raises
    ------
    EncodingError
        If a value has no counterpart in Anaplan; names column and row.
    """
    column = unwrapped(column)
    if not is_period(_kind(format_)):
        return value_texts(column, location)
    if pt.is_temporal(column.type):
        return value_texts(names().names(column, scale, location), location)
    return with_period_names(value_texts(column, location), names, scale)


def json_of_texts(texts: pa.Array, format_: str, *, is_number: bool, blank: bool) -> pa.Array:
    """Return values as JSON, of their texts.

    Parameters
    ----------
    texts : pa.Array of large_string
        As `cell_texts` returns them.
    format_ : str
        The line item's.
    is_number : bool
        Whether the caller has them as numbers.
    blank : bool
        Whether a missing value becomes the blank one of its format. Otherwise it is null, and
        not written.
    """
    kind = _kind(format_)
    if kind == "BOOLEAN":
        values = _flags(texts)
    elif kind == "NUMBER" and is_number:
        values = texts
    else:
        values = json_values(texts)
    if blank:
        return pc.fill_null(values, pa.scalar(_BLANKS.get(kind, '""'), TEXT))
    return values


def value_texts(column: pa.Array, location: ValueLocation) -> pa.Array:
    """Return values as texts, as in a file; an empty one is missing.

    Returns
    -------
    pa.Array of large_string
    """
    texts = render(column, _DIALECT, location).texts()
    check_nul(texts, location)
    return without_blanks(texts)


def is_number(kind: pa.DataType) -> bool:
    """Whether values of this type are numbers."""
    return bool(pt.is_integer(kind) or pt.is_floating(kind) or pt.is_decimal(kind))


def _kind(format_: str) -> str:
    return format_.strip().upper()


def _flags(texts: pa.Array) -> pa.Array:
    """Make JSON's booleans of words and numbers; Anaplan refuses other texts."""
    words, flags = pa.array(list(_FLAGS), TEXT), pa.array(list(_FLAGS.values()), TEXT)
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(texts))
    return pc.coalesce(flags.take(pc.index_in(plain, words)), json_values(texts))
