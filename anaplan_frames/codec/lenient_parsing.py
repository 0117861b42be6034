"""Text that is not written as Arrow reads it, into its column's type if there is no doubt."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_NO_NUMBER = {
    "nan": float("nan"),
    "inf": float("inf"),
    "infinity": float("inf"),
    "-inf": float("-inf"),
    "-infinity": float("-inf"),
}
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
# Year first leaves no doubt which is the month; a time of day is accepted only if it is midnight.
_DATE = re.compile(r"([0-9]{4})([-/.]?)([0-9]{2})\2([0-9]{2})(?:[T ]00:00(?::00(?:\.0*)?)?Z?)?")


class ParseError(Exception):
    """A text that is not surely of the type; `index` is its position in the array."""

    def __init__(self, index: int, text: str) -> None:
        super().__init__(text)
        self.index = index
        self.text = text


def to_type(texts: pa.Array, wanted: pa.DataType, decimal_separator: str = ".") -> pa.Array:
    """Convert texts, accepting blanks around them and other spellings of the same value.

    Parameters
    ----------
    texts : pyarrow.Array
        Strings; null and blank ones become null.
    wanted : pyarrow.DataType
        The type of the result. Strings are returned as they are.
    decimal_separator : str
        Of numbers. Thousands separators are never guessed.

    Raises
    ------
    Doubt
        At the first text that is not of the type beyond doubt.
    """
    if pa.types.is_string(wanted) or pa.types.is_large_string(wanted):
        return texts.cast(wanted)
    read = _reader(wanted, decimal_separator)
    # Each different text is looked at once; most columns repeat few values.
    encoded = texts.dictionary_encode()
    values: list[Any] = []
    for number, text in enumerate(encoded.dictionary.to_pylist()):
        stripped = text.strip()
        try:
            values.append(read(stripped) if stripped else None)
        except (ValueError, ArithmeticError, pa.ArrowException):
            index = pc.index(encoded.indices, pa.scalar(number, encoded.indices.type)).as_py()
            raise ParseError(index, text) from None
    return pa.array(values, wanted).take(encoded.indices)


def read_number(text: str, decimal_separator: str = ".") -> Decimal:
    """Return the number that a text surely is, exactly; else ValueError."""
    if decimal_separator != ".":
        if "." in text:
            raise ValueError(text)
        text = text.replace(decimal_separator, ".")
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def read_date(text: str) -> date:
    """Return the day that a text with the year first surely is; else ValueError."""
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError(text)
    return date(int(found[1]), int(found[3]), int(found[4]))


def _reader(wanted: pa.DataType, decimal_separator: str) -> Callable[[str], Any]:
    """Return what reads one stripped, non-empty text as the type, or raises ValueError."""

    def whole(text: str) -> int:
        number = read_number(text, decimal_separator)
        if number.adjusted() > 20 or number != number.to_integral_value():
            raise ValueError(text)
        return int(pa.scalar(int(number), wanted).as_py())  # raises if out of range

    def broken(text: str) -> float:
        special = _NO_NUMBER.get(text.lower())
        return float(read_number(text, decimal_separator)) if special is None else special

    def truth(text: str) -> bool:
        try:
            return _TRUTH[text.lower()]
        except KeyError:
            raise ValueError(text) from None

    if pa.types.is_integer(wanted):
        return whole
    if pa.types.is_floating(wanted):
        return broken
    if pa.types.is_boolean(wanted):
        return truth
    if pa.types.is_date32(wanted):
        return read_date
    if pa.types.is_decimal(wanted):
        return lambda text: pa.scalar(read_number(text, decimal_separator), wanted).as_py()
    return lambda text: pa.scalar(text).cast(wanted).as_py()
