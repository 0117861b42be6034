"""What was sent to a file, by its size, checksum, beginning and end."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from anaplan_frames.transfer.compression import EDGE, KnownBytes, joined_checksum


class SentContent:
    """The content of a file as it was sent, of which only some bytes are kept.

    Attributes
    ----------
    size, checksum : int
        Number of bytes before compression, and their CRC-32.
    first, last : bytes
        At most `EDGE` bytes of its beginning and of its end.
    """

    def __init__(self) -> None:
        self.size: int = 0
        self.checksum: int = 0
        self.first: bytes = b""
        self.last: bytes = b""

    @classmethod
    def of(cls, content: bytes) -> SentContent:
        """Describe a whole content."""
        made = cls()
        made.size, made.checksum = len(content), zlib.crc32(content)
        made.first, made.last = content[:EDGE], content[-EDGE:]
        return made

    def add(self, pieces: Iterable[KnownBytes]) -> None:
        """Note what comes next; before all is noted, nothing of it can be compared."""
        for piece in pieces:
            self.size += piece.size
            self.checksum = joined_checksum(self.checksum, piece)
            self.first = (self.first + piece.first)[:EDGE] if len(self.first) < EDGE else self.first
            self.last = (self.last + piece.last)[-EDGE:]
