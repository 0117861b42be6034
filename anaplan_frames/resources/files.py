"""Files: what imports read and exports write, down and up, as tables or as bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import no_default

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.progress import Progress
from anaplan_frames.resources.reading import TextTable, read_arrow, read_frame
from anaplan_frames.resources.resource import Resource
from anaplan_frames.resources.targets import target_of_file
from anaplan_frames.resources.writing import write_file
from anaplan_frames.transfer.download import download, save
from anaplan_frames.transfer.upload import upload

_BLOCK_BYTES = 1_000_000


class File(Resource):
    """A file of a model. What a user uploads is private to that user, and dropped after 48 hours.

    Arrow's consumers can take it as a table in which everything is text.
    """

    kind: ClassVar[str] = "file"
    plural: ClassVar[str] = "files"

    @property
    def dialect(self) -> Dialect:
        """How its text is written, as Anaplan has it."""
        return Dialect.of_file(self.info)

    def read(
        self,
        *,
        columns: Sequence[str] | None = None,
        dtype: Any = None,
        dtype_backend: Any = no_default,
        index_col: str | Sequence[str] | None = None,
        chunksize: int | None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame | Iterator[pd.DataFrame]:
        """Return its content; the parameters are those of `anaplan_frames.read_anaplan`.

        Anaplan keeps no types for a file, so that everything is text unless `dtype` says.
        """
        return read_frame(
            self._transport,
            self._table(),
            columns=columns,
            dtype=dtype,
            dtype_backend=dtype_backend,
            index_col=index_col,
            chunksize=chunksize,
            show_progress=progress,
        )

    def read_arrow(
        self,
        *,
        columns: Sequence[str] | None = None,
        dtype: Any = None,
        progress: bool | None = None,
    ) -> pa.RecordBatchReader:
        """Stream its content; see `anaplan_frames.read_arrow`."""
        return read_arrow(
            self._transport, self._table(), columns=columns, dtype=dtype, show_progress=progress
        )

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Stream its content as text columns."""
        return self.read_arrow().__arrow_c_stream__(requested_schema)

    def stream(self, *, progress: bool | None = None) -> Iterator[bytes]:
        """Yield its content as bytes, chunk by chunk, while later chunks are being fetched."""
        with Progress(f"Downloading {self.what}", unit="B", show=progress) as bar:
            yield from download(self._transport, self.path, what=self.what, progress=bar)

    def download(self, target: str | os.PathLike[str], *, progress: bool | None = None) -> Path:
        """Write its content to a path, byte for byte; the path holds all of it or is unchanged."""
        return save(self.stream(progress=progress), target)

    def write(
        self,
        data: Any,
        *,
        mapping: Mapping[str, str] | None = None,
        index: bool = False,
        chunk_bytes: int | None = None,
        progress: bool | None = None,
    ) -> None:
        """Replace its content by data; the parameters are those of `anaplan_frames.to_anaplan`.

        The headers are those that an import of the file expects; where no import reads it, the
        data's own columns.
        """
        write_file(
            self._transport,
            target_of_file(self._catalogue, self.info),
            data,
            mapping=mapping,
            index=index,
            chunk_bytes=chunk_bytes,
            show_progress=progress,
        )

    def upload(
        self,
        content: str | os.PathLike[str] | bytes | BinaryIO,
        *,
        chunk_bytes: int | None = None,
        progress: bool | None = None,
    ) -> None:
        """Replace its content by bytes, as they are.

        Parameters
        ----------
        content : path, bytes or binary file object
            Must be in the file's own dialect and encoding.
        chunk_bytes : int, optional
            1,000,000 to 50,000,000, before compression; by default it follows the length.
        progress : bool, optional
            True shows a bar at once, False never.

        Raises
        ------
        TransferError
            If not every chunk was confirmed.
        """
        with ExitStack() as stack:
            bar = stack.enter_context(Progress(f"Uploading {self.what}", unit="B", show=progress))
            upload(
                self._transport,
                self.path,
                _blocks(content, stack),
                what=self.what,
                chunk_bytes=chunk_bytes,
                progress=bar,
            )

    def delete(self) -> None:
        """Delete the user's private content; the default content and the file itself remain."""
        self._transport.request("DELETE", self.path, what=self.what)

    def _table(self) -> TextTable:
        return TextTable(path=self.path, what=self.what, dialect=self.dialect, schema=pa.schema([]))


def _blocks(
    content: str | os.PathLike[str] | bytes | BinaryIO, stack: ExitStack
) -> Iterator[bytes]:
    """Read bytes in pieces from wherever they are."""
    if isinstance(content, bytes | bytearray | memoryview):
        return iter([bytes(content)])
    if isinstance(content, str | os.PathLike):
        content = stack.enter_context(Path(content).open("rb"))  # noqa: SIM115 the stack closes it
    read = content.read
    if isinstance(read(0), str):
        raise TypeError(
            "The file object gives text, not bytes. Open it in binary mode: open(path, 'rb')."
        )
    return iter(lambda: read(_BLOCK_BYTES), b"")
