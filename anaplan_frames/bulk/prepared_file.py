"""Data for a file, planned: it is only uploaded, and nothing is run."""

from __future__ import annotations

from anaplan_frames.bulk.file_access import exclusive_access
from anaplan_frames.bulk.file_targets import FileTarget
from anaplan_frames.bulk.file_writer import PreparedUpload, UploadOptions, send_rows
from anaplan_frames.bulk.prepared_uploads import PreparedUploads
from anaplan_frames.resources.resource import Resource
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.plan import SendOptions
from anaplan_frames.writes.result_builder import build_result, timed


class PreparedFile(PreparedUploads):
    """Data for a file, ready to be uploaded.

    Parameters
    ----------
    file : Resource
    upload : PreparedUpload
    target : FileTarget
    options : UploadOptions
    """

    def __init__(
        self, file: Resource, upload: PreparedUpload, target: FileTarget, options: UploadOptions
    ) -> None:
        super().__init__(file, [upload], state=target)
        self._options = options

    def send(self, options: SendOptions) -> WriteResult:
        """Upload it."""
        (upload,) = self.uploads
        clock = self.clock()
        started = clock.time()
        with exclusive_access(self._resource.catalogue, [self._resource.id]) as access:
            file = send_rows(access, upload, self._options, progress=options.progress)
            if file.unsent is not None:
                file.unsent.send()
            if file.journal is not None:
                file.journal.forget()
        count = upload.sent.count
        result = build_result(
            self._resource.name,
            {"rows_sent": count, "rows_loaded": count},
            kind=self._resource.kind,
            target_id=self._resource.id,
            bytes_sent=file.content.size,
            **self._resource.catalogue.facts,
        )
        return timed(result, started, clock.monotonic() - self.begun)
