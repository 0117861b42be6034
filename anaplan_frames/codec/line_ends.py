"""Texts whose lines end with carriage returns alone, as those of old spreadsheets do."""

from __future__ import annotations

import mmap
import re

import numpy as np

Piece = bytes | mmap.mmap  # of a text as it arrives

_CARRIAGE_RETURN, _NEWLINE = 13, 10


class LineEnds:
    """Puts newlines in the place of carriage returns, if the first line ends with one alone.

    A carriage return within a quoted text stays, and so does one before a newline. Other texts are
    passed on as they are.

    Parameters
    ----------
    quote : bytes
        The text delimiter; empty if there is none.
    """

    def __init__(self, quote: bytes) -> None:
        self._quote = quote
        self._first = re.compile(b"[\r\n]" + (b"|" + re.escape(quote) if quote else b""))
        self._alone: bool | None = None  # not known yet
        self._inside = False
        self._pending = b""

    def feed(self, text: Piece) -> Piece:
        """Take the next bytes of the text and return those whose line ends are known."""
        if self._alone is False:
            return text
        if self._pending:
            text, self._pending = self._pending + text[:], b""
        if self._alone is None:
            self._alone = self._first_line_end(text)
            if self._alone is False:
                return text
        if text[-1:] == b"\r" and not (self._alone is None and self._inside):
            text, self._pending = text[:-1], b"\r"  # a newline may follow
        return self._replaced(text) if self._alone else text

    def finish(self) -> bytes:
        """Return what is left of the text."""
        return b"\n" if self._pending else b""

    def _first_line_end(self, text: Piece) -> bool | None:
        """Return whether the first line ends with a carriage return alone; None if not here."""
        position, inside = 0, self._inside
        while found := self._first.search(text, position):
            position = found.end()
            if found[0] == self._quote:
                inside = not inside
            elif not inside and (found[0] == b"\n" or position < len(text)):
                # Quotes are counted again, from the beginning of this text.
                return found[0] == b"\r" and text[position : position + 1] != b"\n"
        self._inside = inside
        return None

    def _replaced(self, text: Piece) -> bytes:
        values = np.frombuffer(text, np.uint8).copy()
        ends = values == _CARRIAGE_RETURN
        ends[:-1] &= values[1:] != _NEWLINE
        if len(self._quote) == 1:
            quotes = np.cumsum(values == self._quote[0]) + self._inside
            ends &= quotes % 2 == 0
            self._inside = bool(quotes[-1] % 2) if len(quotes) else self._inside
        values[ends] = _NEWLINE
        return values.tobytes()
