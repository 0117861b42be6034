"""The content of a file of a model, as a file that is read: streamed, or by any position."""

from __future__ import annotations

import io
import tempfile
import threading
from collections.abc import Callable, Iterator
from typing import IO, Any

import xxhash

from anaplan_frames.errors import DataChanged

_BUFFER = 1 << 20  # bytes
_IN_MEMORY = 1 << 24  # bytes of content that is read by position; more goes to a temporary file


class ContentReader(io.BufferedReader):
    """A file of a model, opened to be read.

    It is fetched as it is read, in memory that does not grow. If it is read by position (`seek`),
    it is fetched whole into a temporary file, since Anaplan gives content only from the beginning.

    Parameters
    ----------
    fetch : callable
        Yields the content in pieces, from the beginning.
    path : str
        Its path in the file system.
    label : str
        The file in words, for error messages.
    """

    def __init__(self, fetch: Callable[[], Iterator[Any]], path: str, label: str) -> None:
        self._content = _Content(fetch, path, label)
        super().__init__(self._content, _BUFFER)
        self.path = path

    @property
    def size(self) -> int | None:
        """The number of bytes; None as long as it is not known: Anaplan does not give it."""
        return self._content.size

    def fetch_size(self) -> int:
        """Return the number of bytes, for which all of them are fetched."""
        place = self.tell()
        size = self.seek(0, io.SEEK_END)
        self.seek(place)
        return size


class _Content(io.RawIOBase):
    """What is behind a `ContentReader`: pieces that come one after the other, or a file of them."""

    def __init__(self, fetch: Callable[[], Iterator[Any]], path: str, label: str) -> None:
        super().__init__()
        self.name, self.mode = path, "rb"
        self.size: int | None = None
        self._fetch = fetch
        self._label = label
        self._pieces: Iterator[Any] = iter(())
        self._begun = False
        self._piece = memoryview(b"")
        self._position = 0
        self._digest = xxhash.xxh3_128()
        self._whole: IO[bytes] | None = None
        self._lock = threading.RLock()  # threads of Arrow read, one after the other

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with self._lock:
            if self._whole is not None:
                count: int = self._whole.readinto(buffer)  # type: ignore[attr-defined]
                return count
            return self._take(memoryview(buffer).cast("B"))

    def tell(self) -> int:
        return self._position if self._whole is None else self._whole.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        with self._lock:
            if whence == io.SEEK_CUR:
                offset, whence = self.tell() + offset, io.SEEK_SET
            if whence == io.SEEK_SET and offset == self.tell():
                return offset
            if self._whole is None:
                self._whole = self._fetch_whole()
            return self._whole.seek(offset, whence)

    def close(self) -> None:
        if not self.closed:
            self._end_pieces()
            if self._whole is not None:
                self._whole.close()
        super().close()

    def _take(self, goal: memoryview) -> int:
        """Fill a buffer from the pieces that come."""
        while not self._piece:
            piece = next(self._begin(), None)
            if piece is None:
                self.size = self._position
                return 0
            self._piece = memoryview(piece).cast("B")
        count = min(len(goal), len(self._piece))
        goal[:count], self._piece = self._piece[:count], self._piece[count:]
        self._digest.update(goal[:count])
        self._position += count
        return count

    def _begin(self) -> Iterator[Any]:
        if not self._begun:
            self._pieces, self._begun = self._fetch(), True
        return self._pieces

    def _fetch_whole(self) -> IO[bytes]:
        """Fetch all into a temporary file; what was read already must be its beginning.

        Raises
        ------
        DataChanged
            If it is not.
        """
        whole = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 `close` closes it
        if self._position or self._piece:
            self._end_pieces()
            self._begun = False
        for piece in self._begin():
            whole.write(memoryview(piece).cast("B"))
        self.size = whole.tell()
        whole.seek(0)
        digest, left = xxhash.xxh3_128(), self._position
        while left and (read := whole.read(min(left, _BUFFER))):
            digest.update(read)
            left -= len(read)
        if left or digest.digest() != self._digest.digest():
            whole.close()
            raise DataChanged(f"{self._label} has changed while it was read. Read it again.")
        return whole

    def _end_pieces(self) -> None:
        """End the requests."""
        self._piece = memoryview(b"")
        close = getattr(self._pieces, "close", None)
        if close is not None:
            close()
        self._pieces = iter(())
