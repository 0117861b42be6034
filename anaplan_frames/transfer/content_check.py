"""Whether a file still has the content that was sent to it: another machine may have written to it.

Anaplan takes no lock on a file, and what a user uploads is one content for all machines on which
that user works.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing

from anaplan_frames.errors import (
    AnaplanError,
    AuthenticationError,
    ModelUnavailable,
    NotFound,
    PermissionDenied,
    RateLimited,
    RequestRefused,
)
from anaplan_frames.threads import in_order
from anaplan_frames.transfer.chunk_list import list_chunks
from anaplan_frames.transfer.sent_content import SentContent
from anaplan_frames.transport import Content, Transport

_WHOLE = 1_000_000  # bytes; what is longer is compared by its first and its last chunk
_THREADS = 4
_NO_CONTENT = "has no content"
_OTHER_CONTENT = "has another content than was sent"
_log = logging.getLogger("anaplan_frames")


class ContentCheck:
    """Compares what Anaplan has of one file with what was sent.

    A small file is read whole. Of a large one, the number of chunks, the first and the last one are
    compared: another content with the same beginning, end and number of chunks is not noticed.

    Parameters
    ----------
    transport : Transport
    path, label : str
        Of the file.
    sent : SentContent
        What was sent to it.
    """

    def __init__(self, transport: Transport, path: str, label: str, sent: SentContent) -> None:
        self.label: str = label
        self._transport = transport
        self._path = path
        self._sent = sent
        self._count: int | None = None  # of chunks, when it was first looked at
        self._readable = sent.size > 0

    def before(self) -> str:
        """Return how the content differs from what was sent; empty if it does not.

        If Anaplan does not let the user read the file, nothing can be compared.

        Raises
        ------
        AnaplanError
            If it cannot be read now.
        """
        try:
            return self._difference()
        except (RateLimited, ModelUnavailable):
            raise
        except (RequestRefused, AuthenticationError, PermissionDenied) as refused:
            _log.info("%s: its content cannot be compared: %s", self.label, refused)
            self._readable = False
            return ""

    def is_there(self) -> bool:
        """Return whether the file, a small one, was read and is what was sent.

        False if that is not known. No more is read than was sent.
        """
        label = f"chunk 0 of {self.label}"
        try:
            response = self._transport.request(
                "GET",
                f"{self._path}/chunks/0",
                label=label,
                headers={"Accept": "*/*"},
                stream=True,
            )
            with closing(response):
                content = next(response.iter_content(self._sent.size + 1), b"")
        except AnaplanError as error:
            _log.debug("%s: %s", label, error)
            return False
        return len(content) == self._sent.size and zlib.crc32(content) == self._sent.checksum

    def after(self) -> str:
        """Return the same after the file was read; that it cannot be compared is a difference."""
        try:
            return self._difference()
        except AnaplanError as error:
            return f"cannot be read any more ({error})"

    def is_whole(self) -> bool:
        """Read all of a file of any size, and return whether it is what was sent.

        Raises
        ------
        AnaplanError
            If it cannot be read.
        """
        chunks = list_chunks(self._transport, self._path, label=self.label)
        size = checksum = 0
        for content in in_order(self._chunk, chunks, threads=_THREADS, name="anaplan-check"):
            size += len(content)
            checksum = zlib.crc32(content, checksum)
        return size == self._sent.size and checksum == self._sent.checksum

    def _difference(self) -> str:
        if not self._readable:
            return ""
        try:
            same = self._is_small() if self._sent.size <= _WHOLE else self._has_its_ends()
        except NotFound:
            return _NO_CONTENT
        return "" if same else _OTHER_CONTENT

    def _is_small(self) -> bool:
        # One request for nearly all files: Anaplan's chunks have about 10 MB.
        content = self._chunk("0")
        if len(content) < self._sent.size:
            return self.is_whole()
        return len(content) == self._sent.size and zlib.crc32(content) == self._sent.checksum

    def _has_its_ends(self) -> bool:
        chunks = list_chunks(self._transport, self._path, label=self.label)
        if self._count is None:
            self._count = len(chunks)
        if self._count != len(chunks):
            return False
        ends = [chunks[0], chunks[-1]]
        first, last = in_order(self._chunk, ends, threads=2, name="anaplan-check")
        start = min(len(first), len(self._sent.first))
        end = min(len(last), len(self._sent.last))
        if not start or not end:
            return False
        return first[:start] == self._sent.first[:start] and last[-end:] == self._sent.last[-end:]

    def _chunk(self, chunk: str) -> Content:
        label = f"chunk {chunk} of {self.label}"
        return self._transport.download_large(f"{self._path}/chunks/{chunk}", label=label)


def differences(checks: Sequence[ContentCheck], look: Callable[[ContentCheck], str]) -> list[str]:
    """Compare several files at the same time, and say of each that differs how it does."""
    found = in_order(look, checks, threads=_THREADS, name="anaplan-check")
    return [f"{check.label} {what}" for check, what in zip(checks, found, strict=True) if what]
