"""An upload of which many processes send parts, and which one of them completes and imports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pyarrow as pa

from anaplan_frames.bulk.actions import Action
from anaplan_frames.bulk.content_watch import ContentWatch
from anaplan_frames.bulk.file_access import exclusive_access
from anaplan_frames.bulk.file_targets import FileTarget
from anaplan_frames.bulk.job_options import JobOptions
from anaplan_frames.bulk.sent_rows import SentCount
from anaplan_frames.bulk.upload_parts import SentPart, UploadPart, check_headers
from anaplan_frames.deadline import time_limit
from anaplan_frames.errors import TransferError
from anaplan_frames.outcomes import Outcome
from anaplan_frames.results import WriteResult
from anaplan_frames.transfer.completion import complete_upload
from anaplan_frames.transfer.content_check import ContentCheck
from anaplan_frames.transfer.sent_content import SentContent
from anaplan_frames.transfer.upload import MOST_CHUNKS, declare_upload
from anaplan_frames.transport import Transport
from anaplan_frames.writes.dump_folder import DumpFolder, open_dump
from anaplan_frames.writes.plan import SendOptions


@dataclass(frozen=True, slots=True)
class SharedUpload:
    """An upload to the file of an import or process; it can be pickled.

    Attributes
    ----------
    action : Action
        The import or process.
    target : FileTarget
    mapping : mapping of str to str
        ``{column of the data: header of the file}`` for names that differ.
    job : JobOptions
        How the import is started.
    """

    action: Action
    target: FileTarget
    mapping: Mapping[str, str]
    job: JobOptions

    def __post_init__(self) -> None:
        check_headers(self.target)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep the file to this process, once no import reads it; see `exclusive_access`."""
        with exclusive_access(self.action.catalogue, [self.target.id]):
            yield

    def declare(self) -> None:
        """Begin the upload in Anaplan; until it is complete nothing can read the file."""
        declare_upload(self._transport, self.target.path, self.target.label)

    def part(self, number: int, transport: Transport, advice: str) -> UploadPart:
        """Return a part, to be sent by `transport`.

        Parameters
        ----------
        number : int
            From 0. All numbers up to the last must be sent.
        transport : Transport
        advice : str
            As for `UploadPart`.

        Raises
        ------
        ValueError
            If Anaplan does not take so many parts.
        """
        if number >= MOST_CHUNKS:
            raise ValueError(
                f"An upload has at most {MOST_CHUNKS:,} parts, and these data have more. {advice}"
            )
        return UploadPart(transport, self.target, number, None, self.mapping, advice)

    def complete(self, sent: Sequence[SentPart | None], options: SendOptions) -> WriteResult:
        """Have Anaplan join the parts, and import them, once; in the time of the options.

        The caller has exclusive access. Before the start and after the end, the content of the file
        is compared with what was sent.

        Raises
        ------
        TransferError
            If a part was not sent, or the file has another content; nothing is imported.
        AnaplanError
            As for `Import.run`.
        """
        begun = self._transport.clock.monotonic()
        with time_limit(self._transport.clock, options.timeout):
            parts = self._all(sent)
            content = SentContent()
            content.add(part.content for part in parts)
            folder = open_dump(options.dump)
            complete_upload(self._transport, self.target.path, self.target.label, content)
            watch = ContentWatch([self._check(content)], [], {})
            rows = {self.target.id: SentCount(sum(part.rows for part in parts))}
            job = self.action.make_job(
                options,
                folder,
                begun,
                sent=rows,
                bytes_sent=content.size,
                judge=_Judge(watch, folder),
            )
            job = replace(job, on_complete=watch.at_the_end)
            return self.action.start_task(self.job, job, check=watch.before_start).result()

    @property
    def _transport(self) -> Transport:
        return self.action.catalogue.transport

    def _check(self, content: SentContent) -> ContentCheck:
        return ContentCheck(self._transport, self.target.path, self.target.label, content)

    def _all(self, sent: Sequence[SentPart | None]) -> list[SentPart]:
        """Return the parts in order, each once; of data without any, one with the header."""
        parts = sorted((part for part in sent if part is not None), key=lambda part: part.number)
        if len(parts) != len(sent) or [part.number for part in parts] != list(range(len(sent))):
            raise TransferError(
                f"Not every part of the upload to {self.target.label} was sent, so nothing was "
                "imported. Run the job again."
            )
        if parts:
            return parts
        nothing = pa.table({header: pa.array([], pa.string()) for header in self.target.headers})
        return [UploadPart(self._transport, self.target, 0).send(nothing)]


@dataclass(frozen=True, slots=True)
class _Judge:
    """Looks at the file after the end, and keeps the rejected rows, which no process here has."""

    watch: ContentWatch
    folder: DumpFolder | None

    def __call__(self, outcome: Outcome, result: WriteResult) -> WriteResult:
        if self.folder is not None:
            self.folder.keep_rejected(result.unmatched)
        return self.watch.judge(outcome, result)
