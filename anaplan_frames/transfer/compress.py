"""Gzip for chunks: isal where there is a wheel for it, else the standard library's zlib."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

try:
    from isal import isal_zlib as _zlib
except ImportError:  # no wheel for this machine
    import zlib as _zlib  # type: ignore[no-redef]

_LEVEL = 1  # both libraries' quick level: a chunk should not wait for its compression
_GZIP = 31  # window bits of 15, plus 16 for a gzip header


def gzip(blocks: Iterable[Any]) -> bytes:
    """Compress the blocks, taken as one run of bytes, to one gzip member.

    Parameters
    ----------
    blocks : iterable of bytes-like
        Anything with the buffer protocol, such as bytes or a ``pyarrow.Buffer``.
    """
    compressor = _zlib.compressobj(_LEVEL, _zlib.DEFLATED, _GZIP)
    parts = [compressor.compress(block) for block in blocks]
    parts.append(compressor.flush())
    return b"".join(parts)
