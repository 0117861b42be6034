"""Parts of an upload: processes send one chunk each, and one of them completes and imports it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
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
from anaplan_frames.transfer.sent_content import SentContent
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
_ADVICE = "Divide the data into more parts: .upload_parts(n)."


class PartTooLarge(ValueError):
    """The data of a part are more than a chunk can have; nothing of them was sent.

    Parameters
    ----------
    label : str
        Which part it is, in words.
    size : int
        The bytes that the data have as text.
    advice : str
        What to do about it, as a sentence.
    """

    def __init__(self, label: str, size: int, advice: str) -> None:
        super().__init__(label, size, advice)  # so that it can be pickled
        self.size: int = size

    def __str__(self) -> str:
        label, size, advice = self.args
        return (
            f"{label} has {size:,} bytes as text, and Anaplan takes at most {LARGEST_CHUNK:,} in "
            f"one chunk. {advice}"
        )


@dataclass(frozen=True, slots=True)
class SentPart:
    """A part that was sent; it can be pickled.

    Attributes
    ----------
    number : int
        Of the chunk, from 0.
    rows : int
    content : SentContent
        Its size, checksum, beginning and end.
    """

    number: int
    rows: int
    content: SentContent


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
    count : int, optional
        How many parts there are, if that is known.
    mapping : mapping of str to str
        ``{column of the data: header of the file}`` for names that differ.
    advice : str
        What to do about data that is too large, as a sentence.
    """

    transport: Transport
    target: FileTarget
    number: int
    count: int | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    advice: str = _ADVICE

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
        return self.send(data).content.size

    def send(self, data: Any) -> SentPart:
        """Send data as `write` does, and return what shows later that it is there."""
        pieces: list[CompressedPiece] = []
        content = SentContent()
        rows = 0
        texts = self._texts(data)
        for text, count in texts:
            piece = deflate(text, METHODS[0])
            content.add([piece])
            if content.size > LARGEST_CHUNK:
                size = content.size + sum(len(more) for more, _ in texts)
                raise PartTooLarge(f"{self!r}", size, self.advice)
            pieces.append(piece)
            rows += count
        put_chunk(self.transport, self.target.path, self.number, gzip(pieces), self.target.label)
        return SentPart(self.number, rows, content)

    def measure(self, data: Any) -> int:
        """Return the number of bytes that data has as text, without sending it."""
        return sum(len(text) for text, _ in self._texts(data))

    def __repr__(self) -> str:
        of = "" if self.count is None else f" of {self.count}"
        return f"<part {self.number + 1}{of} of an upload to {self.target.label}>"

    def _texts(self, data: Any) -> Iterator[tuple[Any, int]]:
        """Yield the encoded data with its numbers of rows, and before the first part the header."""
        source = open_source(data, index=False)
        headers, label = self.target.headers, self.target.label
        matching = match_columns(source.columns, headers, self.mapping or None, label)
        warn_of_unused_columns(label, matching.unused, ())
        encoder = Encoder(self.target.dialect, matching)
        if not self.number:
            yield encoder.preamble(), 0
        row = 0
        for batch in source.batches(_BATCH_ROWS):
            yield memoryview(encoder.encode(batch, row)).cast("B"), batch.num_rows
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


def check_headers(target: FileTarget) -> None:
    """Raise ColumnMismatch if Anaplan does not give the columns of a file."""
    if not target.headers:
        raise ColumnMismatch(
            f"Anaplan does not say which columns {target.label} has, so parts of it cannot be "
            "matched to them. Write the data as a whole, with .write(data)."
        )


def target_of_parts(targets: Mapping[str, FileTarget], label: str) -> FileTarget:
    """Return the one file that an import or process reads.

    Raises
    ------
    ColumnMismatch
        If it reads none or several.
    """
    files = {target.id: target for target in targets.values()}
    if len(files) == 1:
        return next(iter(files.values()))
    names = ", ".join(target.label for target in files.values())
    raise ColumnMismatch(
        f"{label} reads {len(files)} files{names and f' ({names})'}, and parts are of "
        "one. Use upload_parts(n) of one of its imports, or write all data at "
        "once, with .write({import or file name: data})."
    )


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
        check_headers(target)
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
