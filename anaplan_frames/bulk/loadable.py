"""What data can be given to: imports, and processes of imports."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from anaplan_frames import tasks
from anaplan_frames.bulk.file_access import exclusive_access
from anaplan_frames.bulk.file_writer import PreparedUpload, UploadOptions, send_rows
from anaplan_frames.bulk.retained_rows import RetainedRows
from anaplan_frames.bulk.runnable import Runnable
from anaplan_frames.results import WriteResult
from anaplan_frames.tasks import Outcome
from anaplan_frames.writes.result_builder import OnRejected, check_on_rejected, check_result


class Loadable(Runnable):
    """An action that loads what was uploaded to one or more files."""

    @abstractmethod
    def _prepare(
        self, data: Any, mapping: Mapping[str, Any] | None, options: UploadOptions
    ) -> list[PreparedUpload]:
        """Match the data to the files that they are meant for, before any is sent."""

    @abstractmethod
    def _file_ids(self) -> list[str]:
        """Return the ids of the files that the action reads."""

    @abstractmethod
    def _result(self, outcome: Outcome, sent: Mapping[str, RetainedRows]) -> WriteResult:
        """Read the outcome, and match its failure dumps to what was sent to each file, by id."""

    def write(
        self,
        data: Any,
        *,
        mapping: Mapping[str, Any] | None = None,
        parameters: Mapping[str, str] | None = None,
        on_rejected: OnRejected = "raise",
        index: bool = False,
        chunk_bytes: int | None = None,
        resume: bool = True,
        progress: bool | None = None,
    ) -> WriteResult:
        """Upload data, run the action on it, and say what became of it.

        The parameters, the result and the errors are those of `anaplan_frames.to_anaplan`.
        """
        check_on_rejected(on_rejected)
        options = UploadOptions(index, chunk_bytes, progress, resume)
        uploads = self._prepare(data, mapping, options)
        sent = {prepared.target.id: prepared.sent for prepared in uploads}
        with exclusive_access(self._catalogue, [*sent, *self._file_ids()]) as access:
            journals = [send_rows(access, prepared, options) for prepared in uploads]

            def note(task_id: str) -> None:
                for journal in journals:
                    journal.started(self.id, task_id)

            outcome = self._run(parameters, progress=progress, on_start=note)
            for journal in journals:
                journal.forget()
        return check_result(self._result(outcome, sent), on_rejected)

    def run(
        self,
        parameters: Mapping[str, str] | None = None,
        *,
        on_rejected: OnRejected = "raise",
        progress: bool | None = None,
    ) -> WriteResult:
        """Run the action on what its files already hold.

        Parameters
        ----------
        parameters : mapping of str to str, optional
            What an import asks for at run time, e.g. ``{"Version": "Actual"}``.
        on_rejected : {"raise", "warn", "ignore"}
            As for `write`, but the rejected rows are in the result's ``unmatched``, as Anaplan
            sent them: the data is not known here.
        progress : bool, optional
            True shows a bar at once, False never.
        """
        check_on_rejected(on_rejected)
        with exclusive_access(self._catalogue, self._file_ids()):
            outcome = self._run(parameters, progress=progress)
        return check_result(self._result(outcome, {}), on_rejected)

    def _run(
        self,
        parameters: Mapping[str, str] | None,
        *,
        progress: bool | None,
        on_start: Callable[[str], None] | None = None,
    ) -> Outcome:
        return tasks.run(
            self._transport,
            self.path,
            label=self.label,
            parameters=parameters,
            show_progress=progress,
            on_start=on_start,
        )
