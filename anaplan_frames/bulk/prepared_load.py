"""A load that is planned: its files are uploaded, and the import or process is started."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace

import pandas as pd

from anaplan_frames.bulk.actions import Action
from anaplan_frames.bulk.content_watch import ContentWatch
from anaplan_frames.bulk.file_access import exclusive_access
from anaplan_frames.bulk.file_targets import FileTarget
from anaplan_frames.bulk.file_writer import PreparedUpload, SentFile, send_rows
from anaplan_frames.bulk.job_options import JobOptions
from anaplan_frames.bulk.prepared_uploads import PreparedUploads
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.results import WriteResult
from anaplan_frames.tasks import Task
from anaplan_frames.transfer.content_check import ContentCheck
from anaplan_frames.writes.dump_folder import open_dump
from anaplan_frames.writes.plan import SendOptions
from anaplan_frames.writes.result_builder import OnRejected

_UNCHECKED = {"subject": Field("subject"), "reason": Field("reason")}
_REASON = (
    "The API does not show how the import maps its columns, so which rows Anaplan will reject is "
    "not known before they are sent."
)


class PreparedLoad(PreparedUploads):
    """Data for an import, or for imports of a process, ready to be uploaded and loaded.

    Parameters
    ----------
    action : Action
        The import or process.
    uploads : sequence of PreparedUpload
    targets : mapping of str to FileTarget
        By the import's id, the file that each import of the action reads.
    options : JobOptions
    """

    def __init__(
        self,
        action: Action,
        uploads: Sequence[PreparedUpload],
        targets: Mapping[str, FileTarget],
        options: JobOptions,
    ) -> None:
        super().__init__(action, uploads, state=dict(targets))
        self._action = action
        self._targets = targets
        self._options = options
        imports = action.catalogue.records("imports")
        self.unchecked: pd.DataFrame = frame_of_fields(
            [
                {"subject": f"import {imports[import_id]['name']!r}", "reason": _REASON}
                for import_id in targets
            ],
            _UNCHECKED,
        )

    def start(self, options: SendOptions) -> Task[WriteResult]:
        """Upload, and start; the files stay locked until the end of the task was seen."""
        catalogue = self._action.catalogue
        folder = open_dump(options.dump)
        file_ids = {target.id for target in self._targets.values()}
        sent = {upload.target.id: upload.sent for upload in self.uploads}
        with ExitStack() as stack:
            access = stack.enter_context(exclusive_access(catalogue, file_ids))
            files = [
                send_rows(access, upload, self._options.upload, progress=options.progress)
                for upload in self.uploads
            ]
            watch = self._watch(files)
            held = ExitStack()
            job = self._action.make_job(
                options,
                folder,
                self.begun,
                sent=sent,
                bytes_sent=sum(file.content.size for file in files),
                judge=watch.judge,
            )
            job = replace(job, held=held, on_complete=watch.at_the_end)
            task = self._action.start_task(self._options, job, check=watch.before_start)
            for file in files:
                if file.journal is not None:
                    file.journal.started(self._action.id, task.id)
            access.hold(task)
            held.push(stack.pop_all())
        return task

    def _watch(self, files: Sequence[SentFile]) -> ContentWatch:
        """Watch the files; those that are small are sent while the tasks are listed."""
        transport = self._action.catalogue.transport
        checks = {
            ContentCheck(transport, upload.target.path, upload.target.label, file.content): file
            for upload, file in zip(self.uploads, files, strict=True)
        }
        unsent = {check: file.unsent for check, file in checks.items() if file.unsent is not None}
        journals = [file.journal for file in files if file.journal is not None]
        return ContentWatch(list(checks), journals, unsent)

    def send(self, options: SendOptions) -> WriteResult:
        """Upload, start, and wait for the end; see `PreparedWrite`."""
        # What else is to be done about rejected rows is for the caller of this.
        on_rejected: OnRejected = "raise" if options.on_rejected == "raise" else "ignore"
        return self.start(options).result(on_rejected=on_rejected)
