"""A load that is planned: its files are uploaded, and the import or process is started."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace

import pandas as pd

from anaplan_frames.bulk.actions import Action
from anaplan_frames.bulk.content_watch import ContentWatch
from anaplan_frames.bulk.file_access import exclusive_access
from anaplan_frames.bulk.file_targets import FileTarget
from anaplan_frames.bulk.file_writer import PreparedUpload, SentFile, send_rows
from anaplan_frames.bulk.import_checks import INTO_LIST, ImportChecks, ImportColumns
from anaplan_frames.bulk.job_options import JobOptions
from anaplan_frames.bulk.load_forecast import LoadForecast
from anaplan_frames.bulk.prepared_uploads import PreparedUploads
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.lookup import not_found
from anaplan_frames.results import Report, WriteResult
from anaplan_frames.tasks import Task
from anaplan_frames.transfer.content_check import ContentCheck
from anaplan_frames.writes.dump_folder import open_dump
from anaplan_frames.writes.plan import SendOptions
from anaplan_frames.writes.result_builder import OnRejected, stacked

_UNCHECKED = {"subject": Field("subject"), "reason": Field("reason")}


_NOT_SENT = "No data is given for its file, so it loads what was uploaded before."


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
    check : mapping of str to str
        What columns hold, by header, as the caller says for a plan.
    """

    def __init__(
        self,
        action: Action,
        uploads: Sequence[PreparedUpload],
        targets: Mapping[str, FileTarget],
        options: JobOptions,
        check: Mapping[str, str],
    ) -> None:
        super().__init__(action, uploads, state=dict(targets))
        self._action = action
        self._targets = targets
        self._options = options
        self._check = check

    def check_values(self) -> None:
        """Look at all values for a plan: at what cannot be sent, and at what will be rejected.

        Raises
        ------
        EncodingError
            If a value cannot be written in the file's dialect.
        NotFound, AmbiguousName
            If ``check=`` names a column or thing that there is not, or several.
        """
        checks = ImportChecks(self._action.catalogue, self._named())
        imports = self._action.catalogue.records("imports")
        rejected: dict[str, pd.DataFrame] = {}
        unchecked: list[Mapping[str, str]] = []
        of_imports: dict[str, str] = dict.fromkeys(self._targets, "")
        count = 0
        for upload in self.uploads:
            readers = [id_ for id_, target in self._targets.items() if target == upload.target]
            columns = self._columns_for(upload, readers, checks)
            of_imports |= {id_: its.reason for id_, its in columns.items()}
            with closing(_forecast(upload, list(columns.values()))) as forecast:
                upload.check_values(forecast.look)
                reasons = forecast.reasons()
                unchecked += forecast.unchecked()
            count += len(reasons)
            rejected[str(imports[readers[0]]["name"])] = upload.sent.with_reasons(reasons)
        unchecked += [
            {"subject": f"import {imports[import_id]['name']!r}", "reason": reason or _NOT_SENT}
            for import_id, reason in of_imports.items()
        ]
        self.unchecked: pd.DataFrame = frame_of_fields(unchecked, _UNCHECKED)
        self.expected: Report = replace(
            self.expected, rows_rejected=count, rejected=stacked(rejected)
        )

    def _columns_for(
        self, upload: PreparedUpload, readers: Sequence[str], checks: ImportChecks
    ) -> dict[str, ImportColumns]:
        """Return what is known of the columns of one file for each import that reads it."""
        records = self._action.catalogue.records("imports")
        encoder = upload.sent.encoder
        fed = [
            header if position is not None else ""
            for header, position in zip(
                encoder.layout.headers, encoder.layout.positions, strict=True
            )
        ]

        def load_lists(ids: Iterable[str]) -> list[str]:
            return [id_ for id_ in ids if records.get(id_, {}).get("importType") == INTO_LIST]

        of_lists = load_lists(readers)
        everywhere = load_lists(self._action.import_ids())
        return {
            import_id: checks.of(
                records[import_id],
                fed,
                encoder.dialect.decimal_separator,
                lists_change=any(each != import_id for each in everywhere),
                alone=len(of_lists) == 1,
            )
            for import_id in readers
        }

    def _named(self) -> dict[str, str]:
        """Return ``check=`` by the headers of the files; it may name the data's columns, too."""
        headers: dict[str, str] = {}
        for upload in self.uploads:
            layout = upload.sent.encoder.layout
            for header, position in zip(layout.headers, layout.positions, strict=True):
                if position is not None and header:
                    headers.setdefault(str(upload.sent.source.columns[position]), header)
        headers |= {header: header for header in headers.values()}
        for name in self._check:
            if name not in headers:
                raise not_found(
                    str(name), headers, kind="columns that are sent", owner=f"to {self.label}"
                )
        return {headers[name]: what for name, what in self._check.items()}

    @property
    def label(self) -> str:
        """The import or process in words."""
        return self._action.label

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


def _forecast(upload: PreparedUpload, columns: Sequence[ImportColumns]) -> LoadForecast:
    """Return what is going to look at the rows of one file for all imports that read it."""
    keys = next((each.keys for each in columns if each.keys is not None), None)
    return LoadForecast(
        upload.sent.encoder,
        [check for each in columns for check in each.checks],
        [record for each in columns for record in each.unknown],
        keys,
    )
