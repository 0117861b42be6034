"""Texts in a file's dialect: what they may hold, how they are quoted, and in which bytes."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.value_location import ValueLocation

_TEXT = pa.large_string()
_NUL = "holds a NUL character, which a file in Anaplan cannot hold. Remove it."
# In these Python writes nothing that it does not read back as it was.
_FAITHFUL = ("utf", "iso8859", "cp125", "ascii")


def quote(texts: pa.Array, delimiter: str) -> pa.Array:
    """Put texts between delimiters, which are doubled inside; missing ones stay missing."""
    if not delimiter:
        return texts
    doubled = texts
    if _holds(texts, delimiter):
        doubled = pc.replace_substring(texts, delimiter, delimiter * 2)
    mark = pa.scalar(delimiter, texts.type)
    return pc.binary_join_element_wise(mark, doubled, mark, pa.scalar("", texts.type))


def check_unquoted(texts: pa.Array, dialect: Dialect, location: ValueLocation) -> None:
    """Refuse texts that would read as several fields or rows, as nothing here quotes them."""
    for mark, called in ((dialect.separator, "separator"), ("\n", "line end"), ("\r", "line end")):
        if not _holds(texts, mark):
            continue
        position = pc.index(pc.match_substring(texts, mark), True).as_py()
        if position >= 0:
            raise location.encoding_error(
                position,
                texts[position].as_py(),
                f"holds the {called} {mark!r}, and the file has no text delimiter to enclose "
                "it. Remove it, or set a text delimiter in Anaplan's settings of the file.",
            )


def check_first(texts: pa.Array, location: ValueLocation) -> None:
    """Refuse a text at the very start of a file that would read as the mark of its encoding."""
    first = texts[0].as_py()
    if first and first.startswith(codecs.BOM_UTF8.decode()):
        raise location.encoding_error(
            0,
            first,
            "begins with a byte order mark, which is not read as text at the start of a file. "
            "Remove it.",
        )


def check_nul(texts: pa.Array, location: ValueLocation) -> None:
    """Refuse NULs in what is sent otherwise than in a file, too: no file could bring it back."""
    if len(texts) and (characters(texts) == 0).any():
        position = pc.index(pc.match_substring(texts, "\0"), True).as_py()
        raise location.encoding_error(position, texts[position].as_py(), _NUL)


def _holds(texts: pa.Array, mark: str) -> bool:
    """Say whether the mark may occur anywhere, from one look at all bytes."""
    if len(mark) > 1 or not mark.isascii():
        return True
    return bool((characters(texts) == ord(mark)).any())


def characters(texts: pa.Array) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the bytes of all texts, one after the other, without copying them."""
    _, bounds, data = texts.buffers()
    if not len(texts) or data is None or not data.size:
        return np.empty(0, np.uint8)
    ends = np.frombuffer(bounds, np.int64 if texts.type == _TEXT else np.int32)
    first, last = ends[texts.offset], ends[texts.offset + len(texts)]
    return np.frombuffer(data, np.uint8)[first:last]


class Charset:
    """Turns the UTF-8 of assembled rows into the file's own encoding, or says what stops it."""

    def __init__(self, dialect: Dialect) -> None:
        self.codec: str = dialect.codec
        self.encoding: str = dialect.encoding
        self._utf8 = self.codec == "utf-8"
        self._faithful = self.codec.startswith(_FAITHFUL)
        ascii_text = "".join(map(chr, range(128)))
        self._holds_ascii = _encoded(ascii_text, self.codec) == ascii_text.encode()

    def convert(self, rows: pa.Buffer) -> bytes | pa.Buffer | None:
        """Return the rows in the file's encoding, or None if one of their texts prevents it."""
        if not rows.size:
            return b""
        data = np.frombuffer(rows, np.uint8)
        if data.min() == 0:
            return None
        is_ascii = data.max() < 0x80
        if is_ascii and self._holds_ascii:
            return rows
        if not is_ascii and not is_utf8(rows):
            return None
        if self._utf8:
            return rows
        return self._encode(str(rows, "utf-8"))

    def _encode(self, text: str) -> bytes | None:
        encoded = _encoded(text, self.codec)
        if encoded is None or self._faithful:
            return encoded
        # Shift_JIS writes "¥" as a backslash, and says nothing.
        return encoded if encoded.decode(self.codec, "replace") == text else None

    def refuse(self, fields: Sequence[pa.Array], locations: Sequence[ValueLocation]) -> None:
        """Raise for the first text, by rows, that keeps `convert` from its work."""
        found = [
            (position, number, text)
            for number, texts in enumerate(fields)
            if (at_fault := self._first_fault(texts)) is not None
            for position, text in [at_fault]
        ]
        if found:
            position, number, text = min(found)
            raise locations[number].encoding_error(position, text, self._why(text))

    def _first_fault(self, texts: pa.Array) -> tuple[int, str] | None:
        for position, raw in enumerate(pc.cast(texts, pa.large_binary()).to_pylist()):
            if raw is None:
                continue
            text = raw.decode("utf-8", "backslashreplace")
            if text.encode() != raw or "\0" in text or self._encode(text) is None:
                return position, text
        return None

    def _why(self, text: str) -> str:
        if "\0" in text:
            return _NUL
        if self._utf8:
            return "is not valid UTF-8. Decode it with the encoding that it is really in."
        return (
            f"cannot be written in {self.encoding}, the file's encoding. Replace the characters, "
            "or set the encoding to UTF-8 in Anaplan's settings of the file."
        )


def _encoded(text: str, codec: str) -> bytes | None:
    try:
        return codecs.encode(text, codec)
    except UnicodeError:
        return None


def is_utf8(rows: pa.Buffer) -> bool:
    """Check bytes that came from elsewhere; Arrow does so without the GIL."""
    bounds = pa.py_buffer(np.array([0, rows.size], dtype=np.int64))
    try:
        pa.Array.from_buffers(_TEXT, 1, [None, bounds, rows]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
