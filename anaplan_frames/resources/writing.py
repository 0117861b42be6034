"""Data on its way into a file: matched to its headers, encoded in its dialect, sent in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import pyarrow as pa

from anaplan_frames.codec.columns import match_columns
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.errors import warn
from anaplan_frames.progress import Progress
from anaplan_frames.resources.sent import Sent, remember
from anaplan_frames.resources.targets import FileTarget
from anaplan_frames.tables.incoming import open_source
from anaplan_frames.transfer.pipeline import in_order
from anaplan_frames.transfer.upload import upload
from anaplan_frames.transport import Transport

_BATCH_ROWS = 65_536
_BATCH_BYTES = 8_000_000
_ENCODERS = 4


@dataclass(frozen=True, slots=True)
class SendOptions:
    """How data is sent; `anaplan_frames.to_anaplan` says what the options mean."""

    index: bool = False
    chunk_bytes: int | None = None
    progress: bool | None = None


def write_file(
    transport: Transport,
    target: FileTarget,
    data: Any,
    mapping: Mapping[str, str] | None,
    options: SendOptions,
) -> Sent:
    """Replace a file's content by data, and return what a failure dump can be matched against.

    Everything that can be known to be wrong before a byte is sent is raised before.

    Raises
    ------
    ColumnMismatch
        If columns are missing.
    EncodingError
        If a value cannot be carried; the upload is then left incomplete, so nothing reads it.
    """
    source = open_source(data, index=options.index)
    headers = target.headers or tuple(source.columns)
    matching = match_columns(source.columns, headers, mapping, target.what)
    if matching.surplus:
        surplus = ", ".join(map(repr, matching.surplus))
        warn(f"{target.what} does not take the columns {surplus}; they are left out.")
    encoder = Encoder(target.dialect, matching)
    sent = remember(source, encoder)
    encoded = in_order(
        lambda numbered: encoder.encode(numbered[1], numbered[0]),
        _numbered(sent.batches(_batch_rows(source.rows, source.nbytes))),
        threads=_ENCODERS,
        name="anaplan-encode",
    )
    with Progress(f"Uploading {target.what}", unit="B", show=options.progress) as bar:
        upload(
            transport,
            target.path,
            chain([encoder.preamble()], encoded),
            what=target.what,
            chunk_bytes=options.chunk_bytes,
            progress=bar,
        )
    return sent


def _numbered(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Give each batch the position of its first row in the data."""
    first = 0
    for batch in batches:
        yield first, batch
        first += batch.num_rows


def _batch_rows(rows: int | None, nbytes: int | None) -> int:
    """As many rows as make some megabytes, so that wide and narrow data cost the same memory."""
    if not rows or not nbytes:
        return _BATCH_ROWS
    return max(1, min(_BATCH_ROWS, _BATCH_BYTES * rows // nbytes))
