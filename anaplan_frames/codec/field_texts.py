"""One column of a batch -> its fields in the file, by the column's Arrow type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from anaplan_frames.codec.dates import render_dates
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.mixed_columns import MIXED, NUMBER
from anaplan_frames.codec.numbers import render_decimals, render_floats, with_decimal_mark
from anaplan_frames.codec.text_views import without_views
from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.errors import EncodingError

_TEXT = pa.large_string()
# All that numbers, dates and booleans are written with, but the decimal mark.
_PLAIN_CHARACTERS = frozenset("0123456789-truefals")

# What to do about the types that have no counterpart in Anaplan, by words of Arrow's type name.
_ADVICE = {
    "pandas.period": "Name the periods as Anaplan does, for instance with "
    ".dt.strftime('%b %y') for months, or take their first days with .dt.start_time.",
    "pandas.interval": "Send its bounds as columns of their own.",
    "duration": "Make it a number, for instance with .dt.total_seconds().",
    "time": "Make it a text with .astype(str).",
    "list": "Put each element into a row of its own with .explode(), or join them to a text.",
    "struct": "Make each of its parts a column.",
    "map": "Make each of its keys a column.",
    "binary": "Decode it to text with .str.decode('utf-8').",
}


@dataclass(frozen=True, slots=True)
class Field:
    """The fields of one column.

    Attributes
    ----------
    values : pa.Array
        Strings, or any type whose cast to strings is what the file is to hold; null is empty.
    is_text : bool
        Strings that are to be quoted if the file has a text delimiter.
    """

    values: pa.Array
    is_text: bool = False

    def texts(self) -> pa.Array:
        """Return the fields as they are before quoting."""
        return pc.cast(self.values, _TEXT)


def render(column: pa.Array, dialect: Dialect, location: ValueLocation) -> Field:
    """Render one column of a batch.

    How a value is written depends on itself and its column's type alone, not on its neighbors.

    Raises
    ------
    EncodingError
        If the type has no counterpart in Anaplan, or a value none in the file.
    """
    column = unwrapped(column)
    kind = column.type
    if column.null_count == len(column) and not pt.is_union(kind):
        return Field(pa.nulls(len(column)))
    if pt.is_string(kind) or pt.is_large_string(kind):
        return Field(column, is_text=True)
    if kind == MIXED:
        return Field(_mixed_texts(column, dialect), is_text=True)
    if pt.is_floating(kind):
        return _number(render_floats(column, location), dialect)
    if pt.is_decimal(kind):
        return _number(render_decimals(column), dialect)
    if pt.is_integer(kind) or pt.is_boolean(kind):
        return _plain(column, dialect)
    if pt.is_date(kind) or pt.is_timestamp(kind):
        return _plain(render_dates(column, location), dialect)
    raise _unknown_type(column, location)


# Arrow's own extensions whose storage is the value.
_EXTENSIONS = {"arrow.json": _TEXT, "arrow.bool8": pa.bool_()}


def unwrapped(column: pa.Array) -> pa.Array:
    """Take off what says nothing about the values: dictionaries, views, run lengths, extensions."""
    kind = column.type
    if pt.is_dictionary(kind):
        return pc.take(unwrapped(column.dictionary), column.indices)
    if pt.is_run_end_encoded(kind):
        return unwrapped(pc.run_end_decode(column))
    if pt.is_string_view(kind):
        return without_views(column)
    if isinstance(kind, pa.BaseExtensionType) and kind.extension_name in _EXTENSIONS:
        return pc.cast(column.storage, _EXTENSIONS[kind.extension_name])
    return column


def _number(numbers: pa.Array, dialect: Dialect) -> Field:
    """Write numbers with the file's decimal mark, quoted if that mark means something else."""
    mark = dialect.decimal_separator
    if mark != ".":
        numbers = with_decimal_mark(numbers, mark)
    collides = mark in dialect.separator + dialect.delimiter
    return _as_text(numbers) if collides else _plain(numbers, dialect)


def _plain(values: pa.Array, dialect: Dialect) -> Field:
    """Write values without quotes, except in a dialect that separates fields by what they hold."""
    collides = not _PLAIN_CHARACTERS.isdisjoint(dialect.separator + dialect.delimiter)
    return _as_text(values) if collides else Field(values)


def _as_text(values: pa.Array) -> Field:
    return Field(pc.cast(values, _TEXT), is_text=True)


def _mixed_texts(column: pa.Array, dialect: Dialect) -> pa.Array:
    texts, numbers = column.field(0), column.field(1)
    if dialect.decimal_separator != ".":
        numbers = with_decimal_mark(numbers, dialect.decimal_separator)
    codes = column.type_codes.to_numpy(zero_copy_only=False)
    offsets = column.offsets.to_numpy(zero_copy_only=False)
    positions = offsets.astype(np.int64) + np.where(codes == NUMBER, len(texts), 0)
    return pc.take(pa.concat_arrays([texts, numbers]), pa.array(positions))


def _unknown_type(column: pa.Array, location: ValueLocation) -> EncodingError:
    kind = column.type
    name = kind.extension_name if isinstance(kind, pa.BaseExtensionType) else str(kind)
    advice = next((words for part, words in _ADVICE.items() if part in name), None)
    position = pc.index(pc.is_valid(column), True).as_py()
    row = location.first_row + position
    return EncodingError(
        f"Column {location.column!r} is of type {name}, which Anaplan has no counterpart for "
        f"(first in row {row}). {advice or 'Make it text, numbers, dates or booleans.'}",
        column=location.column,
        row=row,
        text=str(column[position]),
    )
