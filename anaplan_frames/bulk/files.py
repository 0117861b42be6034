"""Files: what imports read and exports write, down and up, as tables or as bytes."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import pyarrow as pa

from anaplan_frames.bulk.file_access import exclusive_access
from anaplan_frames.bulk.file_download import save_file
from anaplan_frames.bulk.file_parts import file_parts
from anaplan_frames.bulk.file_targets import target_of_file
from anaplan_frames.bulk.file_writer import UploadOptions, prepare_upload, send_rows
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.progress import Progress
from anaplan_frames.resources.parts import Parts
from anaplan_frames.resources.table_reader import Readable, TextTable
from anaplan_frames.transfer.upload import upload

_BLOCK_BYTES = 1_000_000


class File(Readable):
    """A file of a model.

    What a user uploads is private to that user, and dropped after 48 hours. Anaplan keeps no types
    for a file: read as a table, everything in it is text unless ``dtype`` says.
    """

    kind: ClassVar[str] = "file"
    plural: ClassVar[str] = "files"

    @property
    def dialect(self) -> Dialect:
        """How its text is written, as Anaplan has it."""
        return Dialect.of_file(self.info)

    def stream(self, *, progress: bool | None = None) -> Iterator[bytes]:
        """Yield its content as bytes, chunk by chunk, while later chunks are being fetched."""
        return (bytes(chunk) for chunk in self._chunks(self._file(self.path), progress=progress))

    def download(
        self,
        target: str | os.PathLike[str],
        *,
        resume: bool = True,
        progress: bool | None = None,
    ) -> Path:
        """Write its content to a path, byte for byte; the path holds all of it or is unchanged.

        Parameters
        ----------
        target : path
        resume : bool
            Where an earlier run was killed while it fetched the same, fetch only the rest.
        progress : bool, optional
            True shows a bar at once, False never.
        """
        return save_file(
            self._catalogue, self.id, target, label=self.label, resume=resume, progress=progress
        )

    def write(
        self,
        data: Any,
        *,
        mapping: Mapping[str, str] | None = None,
        index: bool = False,
        chunk_bytes: int | None = None,
        resume: bool = True,
        progress: bool | None = None,
    ) -> None:
        """Replace its content by data; the parameters are those of `anaplan_frames.to_anaplan`.

        The headers are those that an import of the file expects; where no import reads it, the
        data's own columns.
        """
        target = target_of_file(self._catalogue, self.info)
        options = UploadOptions(index, chunk_bytes, progress, resume)
        prepared = prepare_upload(target, data, mapping, options)
        with exclusive_access(self._catalogue, [self.id]) as access:
            send_rows(access, prepared, options).forget()

    def upload(
        self,
        content: str | os.PathLike[str] | bytes | BinaryIO,
        *,
        chunk_bytes: int | None = None,
        resume: bool = True,
        progress: bool | None = None,
    ) -> None:
        """Replace its content by bytes, as they are.

        Parameters
        ----------
        content : path, bytes or binary file object
            Must be in the file's own dialect and encoding.
        chunk_bytes : int, optional
            1,000,000 to 50,000,000, before compression; by default it follows the length.
        resume : bool
            Where an earlier run was killed while it sent the same, send only the rest.
        progress : bool, optional
            True shows a bar at once, False never.

        Raises
        ------
        TransferError
            If not every chunk was confirmed.
        """
        with ExitStack() as stack:
            access = stack.enter_context(exclusive_access(self._catalogue, [self.id]))
            journal = access.journal(self.path, {"chunk_bytes": chunk_bytes}, resume=resume)
            bar = stack.enter_context(Progress(f"Uploading {self.label}", unit="B", show=progress))
            upload(
                self._transport,
                self.path,
                _blocks(content, stack),
                label=self.label,
                chunk_bytes=chunk_bytes,
                progress=bar,
                journal=journal,
            )
            journal.forget()

    def delete(self) -> None:
        """Delete the user's private content; the default content and the file itself remain."""
        with exclusive_access(self._catalogue, [self.id]) as access:
            access.journal(self.path, {}, resume=False).forget()
            self._transport.request("DELETE", self.path, label=self.label)

    def _split(self, n: int) -> Parts:
        return file_parts(self, self._transport, self.path, n)

    def _table(self, *, progress: bool | None) -> TextTable:
        return TextTable(fetch=self._file(self.path), dialect=self.dialect, schema=pa.schema([]))


def _blocks(
    content: str | os.PathLike[str] | bytes | BinaryIO, stack: ExitStack
) -> Iterator[Callable[[], Any]]:
    """Read bytes in pieces from wherever they are, each wrapped as `upload` takes it."""
    if isinstance(content, bytes | bytearray | memoryview):
        content = io.BytesIO(content)
    elif isinstance(content, str | os.PathLike):
        content = stack.enter_context(Path(content).open("rb"))  # noqa: SIM115 the stack closes it
    read = content.read
    if isinstance(read(0), str):
        raise TypeError(
            "The file object gives text, not bytes. Open it in binary mode: open(path, 'rb')."
        )
    return (partial(bytes, block) for block in iter(lambda: read(_BLOCK_BYTES), b""))
