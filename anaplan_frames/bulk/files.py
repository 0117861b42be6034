"""Files: what imports read and exports write, down and up, as tables or as bytes."""

from __future__ import annotations

import logging
import os
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, Any, ClassVar, Literal, overload

import pyarrow as pa

from anaplan_frames.bulk.file_access import exclusive_access
from anaplan_frames.bulk.file_content import check_content, content_blocks
from anaplan_frames.bulk.file_download import save_file
from anaplan_frames.bulk.file_parts import file_parts
from anaplan_frames.bulk.file_targets import target_of_file
from anaplan_frames.bulk.file_writer import UploadOptions, prepare_upload
from anaplan_frames.bulk.job_options import upload_options
from anaplan_frames.bulk.prepared_file import PreparedFile
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.dataframes.spool import open_kept
from anaplan_frames.deadline import time_limit
from anaplan_frames.progress import Progress
from anaplan_frames.resources.parts import Parts
from anaplan_frames.resources.read_options import ReadOptions
from anaplan_frames.resources.table_reader import Table
from anaplan_frames.resources.table_source import TableSource
from anaplan_frames.resources.text_tables import TextTable, not_empty
from anaplan_frames.results import WriteResult
from anaplan_frames.transfer.small_file import SmallFile, small_content
from anaplan_frames.transfer.upload import upload
from anaplan_frames.writes.plan import WritePlan, plan_of
from anaplan_frames.writes.result_builder import OnRejected, build_result, timed
from anaplan_frames.writes.send_options import send_options

_log = logging.getLogger("anaplan_frames")


class File(Table):
    """A file of a model.

    What a user uploads is private to that user, and dropped after 48 hours. Anaplan keeps no types
    for a file: read as a table, everything in it is text unless ``dtype`` says otherwise.
    """

    kind: ClassVar[str] = "file"
    plural: ClassVar[str] = "files"
    _id_prefix: ClassVar[str] = "113"
    # Only the listing shows that there is one, how it is written, and how many chunks it has.
    _needs_listing: ClassVar[bool] = True

    @property
    def dialect(self) -> Dialect:
        """How its text is written, as Anaplan has it."""
        return Dialect.of_file(self.info)

    def stream(self, *, progress: bool | None = None) -> Iterator[bytes]:
        """Yield its content as bytes, chunk by chunk, while later chunks are being fetched."""
        return (bytes(chunk) for chunk in self._chunks(self._file(self.path), progress=progress))

    def download(
        self,
        path: str | os.PathLike[str],
        *,
        resume: bool = True,
        progress: bool | None = None,
    ) -> Path:
        """Write its content to a path, byte for byte; the path holds all of it or is unchanged.

        Parameters
        ----------
        path : path
        resume : bool
            If an earlier run was killed while it fetched the same, fetch only the rest.
        progress : bool, optional
            True shows a bar at once, False never.
        """
        return save_file(
            self._catalogue, self.id, path, label=self.label, resume=resume, progress=progress
        )

    @overload
    def write(
        self,
        data: Any,
        *,
        dry_run: Literal[False] = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
        chunk_bytes: int | None = None,
        resume: bool = True,
    ) -> WriteResult: ...

    @overload
    def write(
        self,
        data: Any,
        *,
        dry_run: Literal[True],
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
        chunk_bytes: int | None = None,
        resume: bool = True,
    ) -> WritePlan: ...

    def write(
        self,
        data: Any,
        *,
        dry_run: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
        chunk_bytes: int | None = None,
        resume: bool = True,
    ) -> WriteResult | WritePlan:
        """Replace its content by data, in its own dialect.

        The headers are those that an import of the file expects; if no import reads it, the data's
        own columns.

        Parameters
        ----------
        data : DataFrame, Arrow data or iterator
            As for `anaplan_frames.to_anaplan`.
        dry_run : bool
            True sends nothing, and returns a plan whose ``.send()`` does it.
        mapping : dict of str to str, optional
            ``{column of the data: header of the file}`` for names that differ.
        index : bool
            Send the index of a DataFrame too, as columns.
        on_rejected, dump
            As for an import; a file rejects no rows, so that there is nothing to do or to keep.
        timeout : float, optional
            Seconds for the whole call.
        progress : bool, optional
            True shows a bar at once, False never.
        chunk_bytes, resume
            As for `upload`.

        Returns
        -------
        WriteResult or WritePlan

        Raises
        ------
        ColumnMismatch
            If columns are missing; names them and their near names. Nothing is sent then.
        EncodingError
            If a value cannot be written in the file's dialect; names column and row.
        TransferError, TransferTimeout
            If not every chunk was confirmed, or the time ended before.

        Examples
        --------
        >>> model.files["flights.csv"].write(df)  # doctest: +SKIP
        """
        sending = send_options(
            on_rejected=on_rejected, dump=dump, timeout=timeout, progress=progress
        )
        options = upload_options(chunk_bytes=chunk_bytes, resume=resume)
        with time_limit(self._transport.clock, timeout):
            source = open_kept(data, index=index, keep=dry_run)
            prepared = self._prepare(source, mapping, options)
            prepared.warn_of_unused()
            if dry_run:
                prepared.check_values()
                again = partial(self._prepare_again, source, mapping, options)
                return plan_of(prepared, again, sending)
            return prepared.send(sending)

    def upload(
        self,
        content: str | os.PathLike[str] | bytes | IO[Any] | Iterable[bytes] | Iterable[str],
        *,
        chunk_bytes: int | None = None,
        resume: bool = True,
        progress: bool | None = None,
    ) -> WriteResult:
        """Replace its content by bytes, as they are.

        Parameters
        ----------
        content : path, bytes, file object, or iterator of bytes or str
            Must be in the file's own dialect. Text is encoded as the file is; bytes must be
            already.
        chunk_bytes : int, optional
            1,000,000 to 50,000,000, before compression; by default it follows the length.
        resume : bool
            If an earlier run was killed while it sent the same, send only the rest.
        progress : bool, optional
            True shows a bar at once, False never.

        Returns
        -------
        WriteResult
            ``bytes_sent`` counts the bytes; rows are not counted.

        Raises
        ------
        TransferError
            If not every chunk was confirmed.
        ValueError
            If a text is not a path, but seems to be the content.

        Examples
        --------
        >>> model.files["flights.csv"].upload("flights.csv")  # doctest: +SKIP
        >>> model.files["flights.csv"].upload(line for line in lines)  # doctest: +SKIP
        """
        check_content(content, self.dialect)
        options = upload_options(chunk_bytes=chunk_bytes, resume=resume)
        clock = self._transport.clock
        begun, started = clock.monotonic(), clock.time()
        with ExitStack() as stack:
            blocks, total = content_blocks(content, self.dialect, stack)
            access = stack.enter_context(exclusive_access(self._catalogue, [self.id]))
            facts = {"chunk_bytes": options.chunk_bytes}
            journal = access.journal(self.path, facts, resume=options.resume)
            bar = Progress(f"Uploading {self.label}", unit="B", total=total, show=progress)
            showing = stack.enter_context(bar)
            small, blocks = small_content(b"", blocks, options.chunk_bytes, waits=total is None)
            if small is not None:
                journal.forget()
                SmallFile(self._transport, self.path, self.label, small).send()
                size = len(small)
                showing.advance(size)
            else:
                size = upload(
                    self._transport,
                    self.path,
                    blocks,
                    label=self.label,
                    chunk_bytes=options.chunk_bytes,
                    progress=showing,
                    journal=journal,
                ).size
                journal.forget()
        seconds = clock.monotonic() - begun
        _log.info("%s: uploaded %s bytes in %.1f s", self.label, f"{size:,}", seconds)
        result = build_result(
            self.name,
            {},
            kind=self.kind,
            target_id=self.id,
            bytes_sent=size,
            **self._catalogue.facts,
        )
        return timed(result, started, seconds)

    def delete(self) -> None:
        """Delete the user's private content; the default content and the file itself remain."""
        with exclusive_access(self._catalogue, [self.id]) as access:
            access.journal(self.path, {}, resume=False).forget()
            self._transport.request("DELETE", self.path, label=self.label)

    def _split(self, n: int) -> Parts:
        return file_parts(self, self._transport, self.path, n)

    def _prepare(
        self, source: Source, mapping: Mapping[Hashable, str] | None, options: UploadOptions
    ) -> PreparedFile:
        info = self._catalogue.records("files").get(self.id, self.info)
        target = target_of_file(self._catalogue, info)
        return PreparedFile(self, prepare_upload(target, source, mapping), target, options)

    def _prepare_again(
        self, source: Source, mapping: Mapping[Hashable, str] | None, options: UploadOptions
    ) -> PreparedFile:
        """Read the target again, which may have changed since it was planned for."""
        for kind in ("imports", "files"):
            self._catalogue.forget(kind)
        return self._prepare(source, mapping, options)

    def _table(self, options: ReadOptions) -> TableSource:
        fetch = not_empty(self._file(self.path), self.label)
        table = TextTable(fetch, self.dialect, pa.schema([]))
        return self._where_columns(table, options)
