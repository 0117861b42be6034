"""Compressed bodies: unpacked up to the mark at their end, and only as far as is plausible.

`urllib3` takes a gzip body that stops before its end for a whole one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

ACCEPTED = "gzip"  # what requests ask for
_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 1 << 20  # bytes that are unpacked at once
# Text is seldom a hundredth of its size when compressed; a bomb is a thousandth.
_LARGE = 256 << 20
_MOST_TIMES = 200


class BrokenCompression(Exception):
    """A compressed body is damaged, has no end, or has more in it than a text can."""


def is_compressed(encoding: str) -> bool:
    """Whether a body with this Content-Encoding must be unpacked."""
    return encoding.strip().lower() not in ("", "identity")


def unpacked(packed: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Yield what is in a compressed body.

    Raises
    ------
    BrokenCompression
        It is not gzip, which alone is asked for, it is damaged, or its end is missing.
    """
    if encoding.strip().lower() not in ("gzip", "x-gzip"):
        raise BrokenCompression(f"its Content-Encoding is {encoding[:20]!r}, not gzip")
    work = _Unpacking()
    for piece in packed:
        yield from work.feed(piece)
    if not work.is_whole:
        raise BrokenCompression("its end is missing")


class _Unpacking:
    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._taken = self._given = 0
        self._begun = False

    @property
    def is_whole(self) -> bool:
        """Whether the last member has ended; a body without a byte has none."""
        return self._member.eof or not self._begun

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take the next bytes, and yield what is in them."""
        self._taken += len(piece)
        more = False  # whether there may be more in what was taken
        while piece or more:
            if self._member.eof:  # another member follows, or padding
                piece = piece.lstrip(b"\0")
                if not piece:
                    return
                self._member = zlib.decompressobj(_GZIP)
            self._begun = True
            try:
                content = self._member.decompress(piece, _PIECE)
            except zlib.error as error:
                raise BrokenCompression("it is damaged") from error
            self._given += len(content)
            if self._given > max(_LARGE, _MOST_TIMES * self._taken):
                raise BrokenCompression("it has more in it than a text can have")
            if content:
                yield content
            member = self._member
            piece = member.unused_data if member.eof else member.unconsumed_tail
            more = len(content) == _PIECE and not member.eof
