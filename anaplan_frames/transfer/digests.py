"""By what bytes are known again: 128 bits that change by accident with the bytes, fast to make.

They guard against other data and against damage, not against an attacker: who can change a journal
can change the data, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import xxhash


def digest(content: Any) -> bytes:
    """Return the digest of anything with the buffer protocol."""
    return xxhash.xxh3_128_digest(content)


def joined(digests: Iterable[bytes]) -> str:
    """Return one digest for several pieces of bytes, one after the other."""
    return xxhash.xxh3_128_hexdigest(b"".join(digests))
