"""Parts of an upload: processes send one chunk each, and one of them completes and imports it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, TypeVar, overload

from anaplan_frames.bulk.file_access import exclusive_access
from anaplan_frames.bulk.file_targets import FileTarget
from anaplan_frames.bulk.job_options import Parameters
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.dataframes.sources import open_source
from anaplan_frames.errors import AnaplanError, ColumnMismatch
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.parts import Part, check_parts
from anaplan_frames.transfer.completion import complete_upload
from anaplan_frames.transfer.compression import METHODS, CompressedPiece, deflate, gzip
from anaplan_frames.transfer.upload import (
    LARGEST_CHUNK,
    MOST_CHUNKS,
    declare_upload,
    put_chunk,
)
from anaplan_frames.transport import Transport
from anaplan_frames.writes.columns import match_columns, warn_of_unused_columns
from anaplan_frames.writes.result_builder import OnRejected, check_on_rejected

Result = TypeVar("Result")
_BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class UploadPart(Part):
    """One chunk of an upload; it can be pickled, and is written in any process.

    Attributes
    ----------
    transport : Transport
    target : FileTarget
        The file.
    number : int
        Of the chunk, from 0. The first one has the file's header, too.
    count : int
        How many parts there are.
    """

    transport: Transport
    target: FileTarget
    number: int
    count: int

    def write(self, data: Any) -> int:
        """Send data as this part; to send it again replaces what was sent.

        Parameters
        ----------
        data : DataFrame, Arrow data, or iterator
            As `anaplan_frames.to_anaplan` takes it. The columns are matched by name. It may have
            no rows.

        Returns
        -------
        int
            The number of bytes before compression, which `UploadParts.complete` asks for.

        Raises
        ------
        ColumnMismatch
            If columns are missing.
        EncodingError
            If a value cannot be written in the file's dialect.
        ValueError
            If the data are more than a chunk can have, 50,000,000 bytes before compression.
        """
        pieces = []
        size = 0
        for piece in self._pieces(data):
            size += piece.size
            if size > LARGEST_CHUNK:
                raise ValueError(
                    f"{self!r} has more than {LARGEST_CHUNK:,} bytes as text, and Anaplan takes no "
                    "more in one part. Divide the data into more parts: .upload_parts(n)."
                )
            pieces.append(piece)
        put_chunk(self.transport, self.target.path, self.number, gzip(pieces), self.target.label)
        return size

    def __repr__(self) -> str:
        return f"<part {self.number + 1} of {self.count} of an upload to {self.target.label}>"

    def _pieces(self, data: Any) -> Iterator[CompressedPiece]:
        """Encode and compress the data, and before the first part the header."""
        source = open_source(data, index=False)
        matching = match_columns(source.columns, self.target.headers, None, self.target.label)
        warn_of_unused_columns(self.target.label, matching.unused, ())
        encoder = Encoder(self.target.dialect, matching)
        if not self.number:
            yield deflate(encoder.preamble(), METHODS[0])
        row = 0
        for batch in source.batches(_BATCH_ROWS):
            yield deflate(encoder.encode(batch, row), METHODS[0])
            row += batch.num_rows


def check_upload_parts(n: int) -> None:
    """Refuse a number of parts that an upload cannot have, before anything is sent.

    Raises
    ------
    TypeError, ValueError
        If it is not a whole number from 1 to 1,000.
    """
    check_parts(n)
    if n > MOST_CHUNKS:
        raise ValueError(f"An upload has at most {MOST_CHUNKS:,} parts, not {n:,}.")


class UploadParts(
    Sequence[UploadPart], AbstractContextManager["UploadParts[Any]"], Generic[Result]
):
    """The parts of an upload to the file of an import; made by `Import.upload_parts`.

    A part is sent by its ``write``, in any process and as often as needed. When all are sent,
    `complete` imports them, once. If it is not called, nothing is imported. As a context manager it
    ends the upload, and lets other runs on this machine write to the file.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        target: FileTarget,
        n: int,
        run: Callable[..., Result],
    ) -> None:
        if not target.headers:
            raise ColumnMismatch(
                f"Anaplan does not say which columns {target.label} has, so parts of it cannot be "
                "matched to them. Write the data as a whole, with .write(data)."
            )
        self._transport = catalogue.transport
        self._target = target
        self._run = run
        self._parts = [UploadPart(catalogue.transport, target, k, n) for k in range(n)]
        self._held = ExitStack()
        self._open = True
        self._held.enter_context(exclusive_access(catalogue, [target.id]))
        try:
            declare_upload(self._transport, target.path, target.label)
        except BaseException:
            self.abort()
            raise

    def complete(
        self,
        sizes: Sequence[int],
        *,
        parameters: Parameters | None = None,
        on_rejected: OnRejected = "raise",
        progress: bool | None = None,
    ) -> Result:
        """Have Anaplan join the parts, and import them.

        Parameters
        ----------
        sizes : sequence of int
            What ``write`` has returned for each part, in order. It shows that each was sent: what
            Anaplan does about a part that is missing is not known.
        parameters, on_rejected, progress
            As for `Import.run`.

        Returns
        -------
        WriteResult
            Rejected rows are in ``unmatched``, as Anaplan sends them.

        Raises
        ------
        ValueError
            If a part was not sent; nothing is imported.
        AnaplanError
            If the upload was completed or ended before. All else as for `Import.run`.
        """
        if not self._open:
            raise AnaplanError(
                f"The upload to {self._target.label} was completed or ended before. Begin another "
                "one with .upload_parts(n)."
            )
        check_on_rejected(on_rejected)
        self._check_sent(sizes)
        try:
            complete_upload(self._transport, self._target.path, self._target.label)
            return self._run(parameters=parameters, on_rejected=on_rejected, progress=progress)
        finally:
            self.abort()

    def abort(self) -> None:
        """End the upload; what was sent is not imported. After `complete`, nothing is done."""
        self._open = False
        self._held.close()

    def _check_sent(self, sizes: Sequence[int]) -> None:
        """Raise ValueError unless every part was sent."""
        given = list(sizes)
        if len(given) != len(self._parts):
            raise ValueError(
                f"The upload to {self._target.label} has {len(self._parts)} parts, and the sizes "
                f"of {len(given)} were given. Write each part, also those without rows."
            )
        for part, size in zip(self._parts, given, strict=True):
            if isinstance(size, bool) or not isinstance(size, int) or size < 0:
                raise ValueError(
                    f"{part!r} was not written: its size is {size!r}. Pass what .write() returned."
                )

    @overload
    def __getitem__(self, index: int) -> UploadPart: ...

    @overload
    def __getitem__(self, index: slice) -> list[UploadPart]: ...

    def __getitem__(self, index: int | slice) -> UploadPart | list[UploadPart]:
        return self._parts[index]

    def __len__(self) -> int:
        return len(self._parts)

    def __repr__(self) -> str:
        return repr(self._parts)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("The parts of an upload are pickled each by itself, not all together.")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.abort()
