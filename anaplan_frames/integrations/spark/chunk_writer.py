"""Writing: each task sends one chunk of a file, and the driver imports it, once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import pyarrow as pa

from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.shared_upload import SharedUpload
from anaplan_frames.bulk.upload_parts import PartTooLarge, SentPart
from anaplan_frames.integrations.spark.partition_sizes import ADVICE, check_sizes
from anaplan_frames.integrations.spark.source_options import SourceOptions
from anaplan_frames.integrations.spark.spark_types import (
    DataSourceArrowWriter,
    StructType,
    WriterCommitMessage,
    partition_number,
    to_arrow_schema,
)
from anaplan_frames.transport import Transport
from anaplan_frames.writes.columns import match_columns
from anaplan_frames.writes.plan import SendOptions
from anaplan_frames.writes.result_builder import check_result
from anaplan_frames.writes.send_options import send_options

TARGETS = ("imports", "processes")


@dataclass
class ChunkSent(WriterCommitMessage):
    """What a task has sent.

    Attributes
    ----------
    part : SentPart or None
        None: the rows are more than a chunk can have. That is not raised in the task, as Spark
        would try the task again.
    size : int
        The bytes that the rows have as text.
    """

    part: SentPart | None
    size: int


class ChunkSender:
    """Sends the rows of a partition as the chunk of its number; it is pickled for executors.

    A task that is tried again, or runs twice, sends the same chunk again.

    Parameters
    ----------
    upload : SharedUpload
    transport : Transport
        As `Transport.shared_by` makes it.
    schema : StructType
        Of the rows.
    """

    def __init__(self, upload: SharedUpload, transport: Transport, schema: StructType) -> None:
        self._upload = upload
        self._transport = transport
        self._schema = schema
        match_columns(
            schema.fieldNames(), upload.target.headers, upload.mapping or None, upload.target.label
        )

    @property
    def label(self) -> str:
        """The file, in words."""
        return self._upload.target.label

    def send(self, batches: Iterable[pa.RecordBatch]) -> SentPart:
        """Send the rows as the chunk of this task; the token is kept alive however long it takes.

        Raises
        ------
        PartTooLarge
            If they are more than a chunk can have.
        """
        part = self._upload.part(partition_number(), self._transport, ADVICE)
        with self._transport.keeping_token():
            return part.send(self._stream(batches))

    def measure(self, batches: Iterable[pa.RecordBatch]) -> int:
        """Return the number of bytes that the rows have as text."""
        part = self._upload.part(0, self._transport, ADVICE)
        return part.measure(self._stream(batches))

    def _stream(self, batches: Iterable[pa.RecordBatch]) -> pa.RecordBatchReader:
        """Return a stream that knows its columns, also without rows."""
        found = iter(batches)
        first = next(found, None)
        rest: Iterator[pa.RecordBatch] = iter(())
        if first is not None:
            rest = chain([first], found)
        schema = to_arrow_schema(self._schema) if first is None else first.schema
        return pa.RecordBatchReader.from_batches(schema, rest)


class ChunkWriter(DataSourceArrowWriter):
    """Declares the upload in the driver, has executors send chunks, and imports them once.

    Parameters
    ----------
    options : SourceOptions
        They stay in the driver.
    schema : StructType
        Of the rows.
    """

    def __init__(self, options: SourceOptions, schema: StructType) -> None:
        self._sending: SendOptions = send_options(
            on_rejected=options.get("on_rejected", "raise"),
            dump=options.get("dump"),
            timeout=options.get("timeout"),
            progress=False,
        )
        connection = options.connect()  # not closed: its token is for the executors
        found = options.resource(connection, "target", TARGETS, verb="written to")
        assert isinstance(found, Import)
        job = options.chosen(("mapping", "parameters", "locale", "restart_after"))
        self._upload = found.shared_upload(**job)
        transport = found.catalogue.transport
        self._sender = ChunkSender(self._upload, transport.shared_by(options.tasks), schema)
        with self._upload.exclusive():
            self._upload.declare()

    def write(self, iterator: Iterator[pa.RecordBatch]) -> ChunkSent:
        """Send the rows of this task."""
        try:
            part = self._sender.send(iterator)
        except PartTooLarge as error:
            return ChunkSent(None, error.size)
        return ChunkSent(part, part.content.size)

    def commit(self, messages: Sequence[WriterCommitMessage | None]) -> None:
        """Import what was sent, once.

        Raises
        ------
        DataError
            If a partition is more than a chunk can have; nothing is imported.
        RejectedRows
            If Anaplan rejected rows, and ``on_rejected`` is not ``warn`` or ``ignore``.
        """
        sent = [message for message in messages if isinstance(message, ChunkSent)]
        check_sizes([message.size for message in sent], self._upload.target.label)
        parts = [message.part if isinstance(message, ChunkSent) else None for message in messages]
        with self._upload.exclusive():
            result = self._upload.complete(parts, self._sending)
        check_result(result, self._sending.on_rejected)

    def abort(self, messages: Sequence[WriterCommitMessage | None]) -> None:
        """Do nothing: what is not completed is never imported."""
