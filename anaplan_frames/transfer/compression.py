"""Gzip for chunks, made of pieces that several threads compress at the same time."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, Protocol

from anaplan_frames.transfer import digests

try:
    from isal import isal_zlib as quick_zlib
except ImportError:  # no wheel for this machine
    import zlib as quick_zlib  # type: ignore[no-redef]

EDGE = 1 << 16  # bytes
_RAW = -15  # window bits; negative for a stream without header and checksum
_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"  # deflate, no name, no time, from an unknown system
_LAST_BLOCK = b"\x03\0"  # of a deflate stream; empty
_POLYNOMIAL = 0xEDB88320  # of CRC-32, lowest power first as in all of gzip
_ONE, _X_8 = 1 << 31, 1 << 23  # the polynomials 1 and x^8


@dataclass(frozen=True, slots=True)
class Method:
    """A library with zlib's interface, and one of its levels."""

    library: Any
    level: int


# From quick to strong. Levels between them, and the others of isal, gain next to nothing.
METHODS = (Method(quick_zlib, 1), Method(zlib, 4), Method(zlib, 6), Method(zlib, 9))


class KnownBytes(Protocol):
    """Bytes of which only these are kept; see `CompressedPiece`."""

    @property
    def size(self) -> int:
        """How many bytes they are."""

    @property
    def checksum(self) -> int:
        """Their CRC-32."""

    @property
    def first(self) -> bytes:
        """At most `EDGE` bytes of their beginning."""

    @property
    def last(self) -> bytes:
        """At most `EDGE` bytes of their end."""


@dataclass(frozen=True, slots=True)
class CompressedPiece:
    """Bytes compressed by themselves, which can stand anywhere in a gzip file.

    Attributes
    ----------
    deflated : tuple of bytes
        A part of a deflate stream that ends at a byte, and is not the stream's end.
    size, checksum : int
        Number of bytes before compression, and their CRC-32.
    digest : bytes
        Of the bytes before compression; empty if none is needed.
    first, last : bytes
        At most `EDGE` bytes of its beginning and of its end, before compression.
    """

    deflated: tuple[bytes, ...]
    size: int
    checksum: int
    digest: bytes = b""
    first: bytes = b""
    last: bytes = b""


def deflate(content: Any, method: Method, *, digest: bool = False) -> CompressedPiece:
    """Compress a piece; `content` is anything with the buffer protocol."""
    compressor = method.library.compressobj(method.level, zlib.DEFLATED, _RAW)
    deflated = (compressor.compress(content), compressor.flush(zlib.Z_SYNC_FLUSH))
    known_by = digests.digest(content) if digest else b""
    view = memoryview(content).cast("B")
    return CompressedPiece(
        deflated,
        view.nbytes,
        quick_zlib.crc32(content),
        known_by,
        first=bytes(view[:EDGE]),
        last=bytes(view[-EDGE:]),
    )


@dataclass(frozen=True, slots=True)
class Gzip:
    """A gzip file in parts, so that it can be sent without joining them: a copy less."""

    parts: Sequence[bytes]

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.parts)


def gzip(pieces: Sequence[CompressedPiece]) -> Gzip:
    """Join pieces to one gzip member, as there are readers that stop after the first."""
    size = checksum = 0
    for piece in pieces:
        size += piece.size
        checksum = joined_checksum(checksum, piece)
    trailer = struct.pack("<LL", checksum, size & 0xFFFFFFFF)
    deflated = chain.from_iterable(piece.deflated for piece in pieces)
    return Gzip([_HEADER, *deflated, _LAST_BLOCK + trailer])


def joined_checksum(before: int, piece: KnownBytes) -> int:
    """Return the CRC-32 of bytes whose checksum is `before`, with those of a piece behind them."""
    return _times(_x_to_the(piece.size), before) ^ piece.checksum


def _times(one: int, other: int) -> int:
    """Multiply two polynomials modulo that of CRC-32."""
    product = 0
    for power in range(31, -1, -1):
        if one >> power & 1:
            product ^= other
        other = other >> 1 ^ (_POLYNOMIAL if other & 1 else 0)
    return product


def _x_to_the(length: int) -> int:
    """Return what a checksum is multiplied by when `length` bytes follow: x to the 8 x length."""
    power = _ONE
    for bit in range(length.bit_length()):
        if length >> bit & 1:
            power = _times(power, _x_to_the_power_of_two(bit))
    return power


@cache
def _x_to_the_power_of_two(bit: int) -> int:
    """Return x to the 8 x 2^bit."""
    if not bit:
        return _X_8
    root = _x_to_the_power_of_two(bit - 1)
    return _times(root, root)
