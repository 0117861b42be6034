"""Data on its way into a file: matched to its headers, encoded in its dialect, sent in chunks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from typing import Any

import pyarrow as pa

from anaplan_frames.bulk.file_access import FileAccess
from anaplan_frames.bulk.file_targets import FileTarget
from anaplan_frames.bulk.row_progress import RowProgress
from anaplan_frames.bulk.sent_rows import SentRows
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.errors import ColumnMismatch, DataChanged
from anaplan_frames.transfer.journal import Journal
from anaplan_frames.transfer.sent_content import SentContent
from anaplan_frames.transfer.small_file import SmallFile, small_content
from anaplan_frames.transfer.upload import upload
from anaplan_frames.writes.columns import Matching, match_columns, warn_of_unused_columns

_BLOCK_ROWS = 65_536
_STREAM_ROWS = 24_576  # who streams wants little memory used
_BLOCK_BYTES = 8_000_000
_BLOCKS_AT_ONCE = 4
_OPENING_BYTES = 500_000
_log = logging.getLogger("anaplan_frames")


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """How data is sent; `anaplan_frames.to_anaplan` says what the options mean."""

    chunk_bytes: int | None = None
    resume: bool = True


@dataclass(frozen=True, slots=True)
class PreparedUpload:
    """Data that fits a file, ready to be sent to it."""

    target: FileTarget
    sent: SentRows
    matching: Matching

    def warn_of_unused(self) -> None:
        """Warn of columns that are left out."""
        # Every header has its column, or `match_columns` would have raised.
        warn_of_unused_columns(self.target.label, self.matching.unused, ())

    def check_values(self, look: Callable[[pa.RecordBatch, int], None] | None = None) -> None:
        """Write all rows as text, for a plan, and send nothing.

        Parameters
        ----------
        look : callable, optional
            Called with each batch, and the position of its first row.

        Raises
        ------
        EncodingError
            If a value cannot be written in the file's dialect; names column and row.
        """
        first = 0
        self.sent.encoder.preamble()
        for batch in self.sent.batches(_BLOCK_ROWS):
            self.sent.encoder.encode(batch, first)
            if look is not None:
                look(batch, first)
            first += batch.num_rows


def prepare_upload(
    target: FileTarget, source: Source, mapping: Mapping[Hashable, str] | None
) -> PreparedUpload:
    """Match data to a file's headers; whatever is wrong with its columns is raised here.

    Raises
    ------
    ColumnMismatch
        If columns are missing, or there are none.
    """
    headers = target.headers or tuple(source.columns)
    if not headers:
        raise ColumnMismatch(
            f"The data has no columns to write to {target.label}. If they are in the index, pass "
            "index=True."
        )
    names = {str(column): header for column, header in (mapping or {}).items()}
    matching = match_columns(source.columns, headers, names, target.label)
    return PreparedUpload(target, SentRows(source, Encoder(target.dialect, matching)), matching)


@dataclass(frozen=True, slots=True)
class SentFile:
    """Data that were sent to a file, or are ready to be sent in one request.

    Attributes
    ----------
    content : SentContent
        What the file has, or is going to have.
    journal : Journal or None
        What an earlier run may have sent, and this one has; to be forgotten once the data are
        imported.
    unsent : SmallFile or None
        What the caller must send; of a large file there is nothing.
    """

    content: SentContent
    journal: Journal | None = None
    unsent: SmallFile | None = None


def send_rows(
    access: FileAccess, prepared: PreparedUpload, options: UploadOptions, *, progress: bool | None
) -> SentFile:
    """Replace a file's content by data, with exclusive access to it, unless the data are few.

    Raises
    ------
    EncodingError
        If a value cannot be written in the file's dialect; if some of the data was sent by
        then, the upload is left incomplete, so that nothing reads it.
    """
    clock = access.transport.clock
    begin = clock.monotonic()
    try:
        file = _send_rows(access, prepared, options, progress=progress)
    except DataChanged:
        if prepared.sent.source.one_shot:
            raise
        file = _send_rows(access, prepared, options, progress=progress)
    if file.unsent is None:
        _log.info(
            "%s: uploaded %s rows, %s bytes in %.1f s",
            prepared.target.label,
            f"{prepared.sent.count:,}",
            f"{file.content.size:,}",
            clock.monotonic() - begin,
        )
    return file


def _send_rows(
    access: FileAccess, prepared: PreparedUpload, options: UploadOptions, *, progress: bool | None
) -> SentFile:
    target, source, encoder = prepared.target, prepared.sent.source, prepared.sent.encoder
    facts = {
        "headers": encoder.layout.headers,
        "dialect": asdict(encoder.dialect),
        "columns": source.columns,
        "rows": source.rows,
        "chunk_bytes": options.chunk_bytes,
    }
    journal = access.journal(target.path, facts, resume=options.resume)
    block_rows = _block_rows(source.rows, source.nbytes)
    # Taking rows over costs time for each batch, hardly for each row, and mostly no memory.
    batches = prepared.sent.batches(_BLOCKS_AT_ONCE * block_rows)
    with RowProgress(f"Uploading {target.label}", rows=source.rows, show=progress) as bar:
        head = encoder.preamble()
        encoded = _blocks(iter(batches), partial(bar.encode, encoder), block_rows)
        small, blocks = small_content(head, encoded, options.chunk_bytes, waits=source.one_shot)
        if small is not None:
            journal.forget()
            bar.advance(len(small))
            rows = prepared.sent.count
            unsent = SmallFile(access.transport, target.path, target.label, small, rows)
            return SentFile(unsent.sent, unsent=unsent)
        content = upload(
            access.transport,
            target.path,
            blocks,
            head=head,
            label=target.label,
            chunk_bytes=options.chunk_bytes,
            progress=bar,
            journal=journal,
        )
    return SentFile(content, journal)


def _blocks(
    batches: Iterator[pa.RecordBatch],
    encode: Callable[[pa.RecordBatch, int], Any],
    block_rows: int,
) -> Iterator[Callable[[], Any]]:
    """Say of each block of rows how it becomes bytes, which is done later and by other threads."""
    first_row = 0
    for batch in _short_first(batches):
        for start in range(0, batch.num_rows, block_rows):
            yield partial(encode, batch.slice(start, block_rows), first_row + start)
        first_row += batch.num_rows


def _short_first(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Take a short batch off the first, as `upload` holds the others back until it is sent."""
    for first in islice(batches, 1):
        rows = _whole_power(_OPENING_BYTES * first.num_rows // max(first.nbytes, 1))
        yield from (first.slice(0, rows), first.slice(rows))
    yield from batches


def _block_rows(rows: int | None, nbytes: int | None) -> int:
    """As many rows as make some megabytes, so that wide and narrow data cost the same memory."""
    if not rows or not nbytes:
        return _STREAM_ROWS
    return min(_BLOCK_ROWS, _whole_power(_BLOCK_BYTES * rows // nbytes))


def _whole_power(rows: int) -> int:
    """Round down to a power of two.

    The same data may take a little more or less memory in the next run, and the cuts must be at
    the same rows for what was sent already to be known again.
    """
    return 1 << max(rows, 1).bit_length() - 1
