"""Imports: a file's rows into a list, a module or the users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from anaplan_frames.bulk.file_targets import import_metadata, target_of_import
from anaplan_frames.bulk.file_writer import PreparedUpload, UploadOptions, prepare_upload
from anaplan_frames.bulk.loadable import Loadable
from anaplan_frames.bulk.rejected_rows import collect_rejects
from anaplan_frames.bulk.retained_rows import RetainedRows
from anaplan_frames.bulk.upload_parts import UploadParts
from anaplan_frames.errors import TaskUncertain
from anaplan_frames.results import ImportResult
from anaplan_frames.tasks import Outcome
from anaplan_frames.writes.result_builder import (
    OnRejected,
    check_result,
    result_of_task,
)


class Import(Loadable):
    """An import action of a model."""

    kind: ClassVar[str] = "import"
    plural: ClassVar[str] = "imports"

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What Anaplan says of the import: ``name``, ``type``, ``source`` with its dialect."""
        return import_metadata(self._catalogue, self.id, self.label)

    def upload_parts(self, n: int) -> UploadParts[ImportResult]:
        """Begin an upload that several processes share, such as the tasks of a Spark job.

        Each part is one chunk of the file, of at most 50,000,000 bytes before compression. It can
        be pickled, and ``part.write(data)`` sends it from any process; a task that is tried again
        sends it again. In the end ``parts.complete(sizes)`` imports all of them, once. If that is
        not called, nothing is imported.

        Parameters
        ----------
        n : int
            How many parts there are, at most 1,000. Each must be written, also one without rows.

        Returns
        -------
        sequence of Part
            With ``complete`` and ``abort``. Until then, and until the import has ended, other runs
            on this machine wait before they write to the file. What other machines and clients
            write to it is not seen: no other upload to the file may be under way.

        Raises
        ------
        ColumnMismatch
            If the import reads no file, or Anaplan does not say which columns the file has.

        Examples
        --------
        >>> with model.imports["Load flights"].upload_parts(8) as parts:  # doctest: +SKIP
        ...     with ProcessPoolExecutor() as pool:
        ...         jobs = [pool.submit(part.write, df) for part, df in zip(parts, frames)]
        ...         result = parts.complete([job.result() for job in jobs])
        """
        target = target_of_import(self._catalogue, self.info)
        return UploadParts(self._catalogue, target, n, self._run_uploaded)

    def _run_uploaded(
        self,
        parameters: Mapping[str, str] | None,
        *,
        on_rejected: OnRejected,
        progress: bool | None,
    ) -> ImportResult:
        """Run the import on what was uploaded; its file is already held for this run."""
        outcome = self._run(parameters, progress=progress)
        return check_result(self._result(outcome, {}), on_rejected)

    def _prepare(
        self, data: Any, mapping: Mapping[str, Any] | None, options: UploadOptions
    ) -> list[PreparedUpload]:
        return [
            prepare_upload(target_of_import(self._catalogue, self.info), data, mapping, options)
        ]

    def _file_ids(self) -> list[str]:
        file_id = str(self.info.get("importDataSourceId"))
        return [file_id] if file_id in self._catalogue.records("files") else []

    def _result(self, outcome: Outcome, sent: Mapping[str, RetainedRows]) -> ImportResult:
        dump = f"{self.path}/tasks/{outcome.task_id}/dump"
        file = sent.get(str(self.info.get("importDataSourceId")))
        if outcome.adopted and file is not None:
            self._check_ours(outcome, file)
        rejects = collect_rejects(self._catalogue, self.info, outcome, dump, file)
        return result_of_task(outcome, self.name, rejects)

    def _check_ours(self, outcome: Outcome, file: RetainedRows) -> None:
        """Raise TaskUncertain for a task that was taken up and has read another file than ours."""
        read, rows = outcome.counts.get("totalRowCount"), file.source.rows
        if None not in (read, rows) and read != rows:
            raise TaskUncertain(
                f"The answer to the start of {self.label} was lost. The one new task, "
                f"{outcome.task_id}, read {read:,} rows where {rows:,} were sent, so somebody else "
                "seems to have started it. Look at its tasks before you run it again."
            )
