"""What a fuzzer's bytes mean: numbers and choices from the front, content from the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import pyarrow as pa

from anaplan_frames.codec.dialect import Dialect

T = TypeVar("T")

_SEPARATORS = (",", "\t", ";", "|", "¦", "\n", " ", "a", "||")
_DELIMITERS = ('"', "'", "", "“", "\n")
_ENCODINGS = ("UTF-8", "UTF-16LE", "UTF-16", "ISO-8859-1", "windows-1252", "UTF-32", "Shift_JIS")
_TYPES = (
    pa.string(),
    pa.float64(),
    pa.bool_(),
    pa.date32(),
    pa.int64(),
    pa.large_string(),
    pa.timestamp("s"),
    pa.decimal128(20, 3),
    pa.int8(),
)
_NAMES = ("a", "b", "", " a", "Column 3", "é", "a.1", "Jan | Plan")


class Drawn:
    """Bytes that a fuzzer made, used up from the front; noughts when they are at their end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, most: int) -> int:
        """Return a number from 0 to `most`, which is at most 255."""
        self._at += 1
        return self._data[self._at - 1] % (most + 1) if self._at <= len(self._data) else 0

    def choice(self, options: Sequence[T]) -> T:
        """Return one of them; the first is the likeliest, as it needs no byte."""
        return options[self.number(len(options) - 1)]

    def rest(self) -> bytes:
        """Return what is left."""
        rest, self._at = self._data[self._at :], len(self._data)
        return rest

    def cuts(self) -> list[int]:
        """Return lengths of a few pieces."""
        return [self.number(255) for _ in range(self.number(5))]

    def dialect(self) -> Dialect:
        """Return a dialect, likely the usual one; ConfigurationError if its marks are the same."""
        header_row = self.choice((1, 1, 0, 2))
        return Dialect(
            self.choice(_SEPARATORS),
            self.choice(_DELIMITERS),
            self.choice(_ENCODINGS),
            header_row,
            header_row + self.choice((1, 1, 2)),
            self.choice((".", ",", ";")),
        )

    def schema(self) -> pa.Schema | None:
        """Return a schema of a few columns, or None."""
        count = self.number(4)
        names = dict.fromkeys(self.choice(_NAMES) for _ in range(count))
        return pa.schema([(name, self.choice(_TYPES)) for name in names]) if count else None

    def headers(self) -> list[str]:
        """Return the headers of a file."""
        return [self.choice(_NAMES) for _ in range(self.number(4))]


def in_pieces(content: bytes, cuts: Sequence[int]) -> Iterator[bytes]:
    """Cut content into pieces of these lengths, and what is left."""
    start = 0
    for cut in cuts:
        yield content[start : start + cut]
        start += cut
    yield content[start:]
