"""Memory in mappings of its own: in large pages, and the system's again as soon as it is released.

Of blocks of some megabytes that come and go, the C library keeps some for each thread; and memory
in large pages is filled several times as fast as in those of 4 kB.
"""

from __future__ import annotations

import mmap
import sys
from contextlib import suppress

LARGE_PAGE = 1 << 21
"""Bytes; a mapping is in large pages as far as it covers whole ones."""

CAN_GROW = sys.platform == "linux"
"""Whether `mmap.resize` moves a mapping without a copy."""


def mapping(length: int) -> mmap.mmap:
    """Return so many bytes, all zero."""
    if not hasattr(mmap, "MAP_PRIVATE"):  # Windows
        return mmap.mmap(-1, length)
    content = mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        with suppress(OSError):  # a kernel built without them
            content.madvise(mmap.MADV_HUGEPAGE)
    return content
