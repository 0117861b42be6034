"""The content of a file of a model, as a file that is written to: uploaded while it is written."""

from __future__ import annotations

import io
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import copy_context
from typing import Any

from anaplan_frames import cancellation

_BLOCK = 1_000_000  # bytes that are gathered before any is sent
_AHEAD = 4  # blocks that wait to be sent
_STEP = 0.5  # seconds of a wait, as an endless one cannot be interrupted on Windows
_LONGEST_END = 1.0  # seconds that a writer who gives up waits for the thread

Upload = Callable[[Any], object]


class ContentWriter(io.BufferedIOBase):
    """A file of a model, opened to be written to; its content is replaced when it is closed.

    A large content is uploaded while it is written, in memory that does not grow. If it is closed
    while an exception is handled, as at the end of a ``with`` block that fails, or is never closed,
    what was written is dropped: nothing is left half written. Anaplan drops the old content of a
    large file when its upload begins; it has none then until it is written again.

    Parameters
    ----------
    upload : callable
        Replaces the content by bytes, or by what an iterator of bytes yields.
    path : str
        Its path in the file system.
    autocommit : bool
        False: it is closed in a transaction of fsspec, which calls `commit` or `discard`.
    """

    def __init__(self, upload: Upload, path: str, *, autocommit: bool = True) -> None:
        super().__init__()
        self.path: str = path
        self.name: str = path
        self.mode: str = "wb"
        self._upload = upload
        self._autocommit = autocommit
        self._handled = sys.exc_info()[1]  # it may be opened where an exception is handled
        self._held: list[bytes] = []
        self._size = 0
        self._written = 0
        self._sender: _Sender | None = None
        self._done = False

    def writable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._written

    def write(self, data: Any, /) -> int:
        """Write bytes; raises what the upload raises."""
        if self.closed:
            raise ValueError("The file is closed. Open it again to write.")
        content = bytes(data)
        self._held.append(content)
        self._size += len(content)
        self._written += len(content)
        if self._size >= _BLOCK:
            if self._sender is None:
                self._sender = _Sender(self._upload)
            self._sender.send(self._taken())
        return len(content)

    def close(self) -> None:
        """End the upload; or drop what was written, if an exception is being handled."""
        if self.closed:
            return
        try:
            if sys.exc_info()[1] is not self._handled:
                self.discard()
            elif self._autocommit:
                self.commit()
        finally:
            self._handled = None
            super().close()

    def commit(self) -> None:
        """Replace the content by what was written."""
        if self._done:
            return
        self._done = True
        if self._sender is None:
            self._upload(self._taken())
        else:
            self._sender.finish(self._taken())

    def discard(self) -> None:
        """Drop what was written."""
        if self._done:
            return
        self._done = True
        self._held.clear()
        if self._sender is not None:
            self._sender.give_up()

    def __del__(self) -> None:
        if not self.closed:
            if not self._done:
                warnings.warn(
                    f"{self.path} was not closed, so what was written to it was dropped. Open it "
                    "with a `with` statement.",
                    ResourceWarning,
                    stacklevel=2,
                    source=self,
                )
            self.discard()
            super().close()

    def _taken(self) -> bytes:
        content = b"".join(self._held)
        self._held.clear()
        self._size = 0
        return content


class TextFile(io.TextIOWrapper):
    """The text of a file of a model; what was written is dropped, too, if it is never closed."""

    def __del__(self) -> None:
        with suppress(ValueError):  # it was detached
            if not self.closed and isinstance(self.buffer, ContentWriter):
                self.buffer.discard()


class _GivenUp(Exception):
    """The writer has dropped what was written."""


class _Sender:
    """The thread of an upload, to which the writer hands one block after the other."""

    def __init__(self, upload: Upload) -> None:
        self._signal = cancellation.Signal()
        self._blocks: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._complete = False
        self._given_up = False
        self._error: BaseException | None = None
        # A program that ends without closing the file does not wait for it.
        self._thread = threading.Thread(
            target=copy_context().run, args=[self._work, upload], name="anaplan-write", daemon=True
        )
        self._thread.start()

    def send(self, block: bytes) -> None:
        """Hand a block over as soon as there is room; raises what the upload has raised."""
        with cancellation.ends_with_caller(self._signal), self._changed:
            while self._error is None and len(self._blocks) >= _AHEAD:
                self._changed.wait(_STEP)
            self._blocks.append(block)
            self._changed.notify_all()
        self._check()

    def finish(self, last: bytes) -> None:
        """Hand the last block over, and wait for the end of the upload."""
        with cancellation.ends_with_caller(self._signal):
            self.send(last)
            with self._changed:
                self._complete = True
                self._changed.notify_all()
            while self._thread.is_alive():
                self._thread.join(_STEP)
        self._check()

    def give_up(self) -> None:
        """End the upload without completing it."""
        with self._changed:
            self._given_up = True
            self._changed.notify_all()
        self._signal.set(abort=True)
        self._thread.join(_LONGEST_END)

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self, upload: Upload) -> None:
        try:
            with cancellation.listening(self._signal):
                upload(self._taken())
        except BaseException as error:
            self._error = error
        finally:
            with self._changed:
                self._changed.notify_all()

    def _taken(self) -> Iterator[bytes]:
        """Yield the blocks as they come.

        Raises
        ------
        _GivenUp
            If the writer gives up: then the upload is not completed.
        """
        while True:
            with self._changed:
                while not (self._blocks or self._complete or self._given_up):
                    self._changed.wait(_STEP)
                if self._given_up or self._signal.is_set():
                    raise _GivenUp
                if not self._blocks:
                    return
                block = self._blocks.popleft()
                self._changed.notify_all()
            yield block
