"""Small files, which one request uploads whole and uncompressed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from anaplan_frames.threads import Ahead
from anaplan_frames.transfer.content_check import ContentCheck
from anaplan_frames.transfer.sent_content import SentContent
from anaplan_frames.transport import Transport

Block = Callable[[], Any]
_LIMIT = 999_999  # bytes; Anaplan advises one request for what is smaller than 1 MB
_GATHERED = 65_536  # bytes; what is longer is small only if no further block follows
_LOOKED_AT_EARLY = 32_768  # bytes; longer ones take more than one round trip to arrive
_HEAD_START = 0.02  # seconds that the upload has before the file is looked at
_log = logging.getLogger("anaplan_frames")


@dataclass(frozen=True, slots=True)
class SmallFile:
    """The whole new content of a file.

    Attributes
    ----------
    transport : Transport
    path, label : str
        Of the file.
    content : bytes
    rows : int or None
        For the log, if they are known.
    """

    transport: Transport
    path: str
    label: str
    content: bytes
    rows: int | None = None

    @property
    def sent(self) -> SentContent:
        """What the file has when this is sent."""
        return SentContent.of(self.content)

    def send(self) -> None:
        """Replace the content of the file, at once: nothing can read a part of it."""
        clock = self.transport.clock
        begin = clock.monotonic()
        self.transport.request(
            "PUT",
            self.path,
            label=self.label,
            data=self.content,
            headers={"Content-Type": "application/octet-stream"},
        )
        if self.rows is not None:
            _log.info(
                "%s: uploaded %s rows, %s bytes in %.1f s",
                self.label,
                f"{self.rows:,}",
                f"{len(self.content):,}",
                clock.monotonic() - begin,
            )

    def send_and_compare(self, check: ContentCheck) -> str:
        """Send it, and return how the file then differs from it, as `ContentCheck.before` does.

        The file is looked at while the answer is on its way. If it has this content by then, and
        the answer confirms the upload, no further look is needed; otherwise it is looked at again.
        """
        if len(self.content) > _LOOKED_AT_EARLY:
            self.send()
            return check.before()
        answered = threading.Event()

        def look() -> bool:
            answered.wait(_HEAD_START)
            return check.is_there()

        looking = Ahead(look, name="anaplan-check")
        try:
            self.send()
            answered.set()
            is_there = looking.result()
        finally:
            answered.set()
            looking.close()
        return "" if is_there else check.before()


def small_content(
    head: bytes, blocks: Iterator[Block], chunk_bytes: int | None, *, waits: bool
) -> tuple[bytes | None, Iterator[Block]]:
    """Return all of a content that is small, else None, and the blocks that are to be read.

    Parameters
    ----------
    head : bytes
        What the content begins with; not among the blocks.
    blocks : iterator of callables
        Each returns the next bytes, as anything with the buffer protocol.
    chunk_bytes : int or None
        The most bytes of a chunk; what is longer is not small.
    waits : bool
        Whether the next block may take its time, as one of a stream: what is there is then sent
        before, unless it is short.
    """
    limit = min(_LIMIT, chunk_bytes or _LIMIT)
    gathered = min(limit, _GATHERED)
    parts: list[bytes | memoryview] = [head]
    size, is_long = len(head), False
    ahead: list[Block] = []
    for block in blocks:
        if size > gathered:
            ahead.append(block)
            break
        parts.append(memoryview(block()).cast("B"))
        size += len(parts[-1])
        is_long = size > limit or (waits and size > gathered)
        if is_long:
            break
    if not ahead and not is_long and 0 < size <= limit:
        return b"".join(parts), iter(())
    return None, chain(map(_holding, parts[1:]), ahead, blocks)


def _holding(part: bytes | memoryview) -> Block:
    return lambda: part
