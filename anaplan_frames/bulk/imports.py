"""Imports: a file's rows into a list, a module or the users."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any, ClassVar, Literal, overload

from anaplan_frames.bulk.actions import Action
from anaplan_frames.bulk.file_access import exclusive_access, expect_access
from anaplan_frames.bulk.file_targets import FileTarget, import_metadata, target_of_import
from anaplan_frames.bulk.file_writer import PreparedUpload, prepare_upload
from anaplan_frames.bulk.import_results import result_of_import
from anaplan_frames.bulk.job_options import (
    LOCALE,
    JobOptions,
    Parameters,
    checked_columns,
    job_options,
)
from anaplan_frames.bulk.prepared_load import PreparedLoad
from anaplan_frames.bulk.rejected_rows import collect_rejects
from anaplan_frames.bulk.sent_rows import Sent
from anaplan_frames.bulk.shared_upload import SharedUpload
from anaplan_frames.bulk.upload_parts import (
    UploadParts,
    check_upload_parts,
    target_of_parts,
)
from anaplan_frames.dataframes.spool import open_kept
from anaplan_frames.deadline import time_limit
from anaplan_frames.outcomes import Outcome
from anaplan_frames.results import WriteResult
from anaplan_frames.tasks import Task
from anaplan_frames.writes.dump_folder import DumpFolder, open_dump
from anaplan_frames.writes.plan import SendOptions, WritePlan, plan_of
from anaplan_frames.writes.result_builder import OnRejected, check_result
from anaplan_frames.writes.send_options import send_options

DataMapping = Mapping[Hashable, str] | Mapping[str, Mapping[Hashable, str]]


class Import(Action):
    """An import of a model, to which data can be given if it reads a file."""

    kind: ClassVar[str] = "import"
    plural: ClassVar[str] = "imports"
    _id_prefix: ClassVar[str] = "112"
    _answer: ClassVar[str] = "importMetadata"
    # Only the listing says which file it reads, and which other imports read it.
    _needs_listing: ClassVar[bool] = True

    def metadata(self) -> Mapping[str, Any]:
        """Ask what Anaplan knows of it: ``name``, ``type``, ``source`` with the file's dialect.

        Returns
        -------
        mapping
            By Anaplan's names.

        Examples
        --------
        >>> model.imports["Load flights"].metadata()["source"]["headerNames"]  # doctest: +SKIP
        """
        return import_metadata(self._catalogue, self.id, self.label)

    @overload
    def write(
        self,
        data: Any,
        *,
        dry_run: Literal[False] = False,
        mapping: DataMapping | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
        parameters: Parameters | None = None,
        check: Mapping[str, str] | None = None,
        locale: str = LOCALE,
        chunk_bytes: int | None = None,
        resume: bool = True,
        restart_after: float | None = None,
    ) -> WriteResult: ...

    @overload
    def write(
        self,
        data: Any,
        *,
        dry_run: Literal[True],
        mapping: DataMapping | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
        parameters: Parameters | None = None,
        check: Mapping[str, str] | None = None,
        locale: str = LOCALE,
        chunk_bytes: int | None = None,
        resume: bool = True,
        restart_after: float | None = None,
    ) -> WritePlan: ...

    def write(
        self,
        data: Any,
        *,
        dry_run: bool = False,
        mapping: DataMapping | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
        parameters: Parameters | None = None,
        check: Mapping[str, str] | None = None,
        locale: str = LOCALE,
        chunk_bytes: int | None = None,
        resume: bool = True,
        restart_after: float | None = None,
    ) -> WriteResult | WritePlan:
        """Upload data, run the import or process on it, and return what was loaded and rejected.

        Parameters
        ----------
        data : DataFrame, Arrow data, iterator, or dict
            As for `anaplan_frames.to_anaplan`.
        dry_run : bool
            True sends nothing, and returns a plan whose ``.send()`` does it.
        mapping : dict of str to str, optional
            ``{column of the data: header of the file}`` for names that differ. For a dict of data,
            ``{its key: {column: header}}``.
        index : bool
            Send the index of a DataFrame too, as columns.
        on_rejected : {"raise", "warn", "ignore"}
            What to do about rejected rows.
        dump : path, optional
            A folder for rejected rows (``rejected.csv``) and failure dumps.
        timeout : float, optional
            Seconds for the whole call.
        progress : bool, optional
            True shows a bar at once, False never; by default it appears in a terminal or notebook
            when the work takes longer than a moment.
        parameters : mapping of str to str, optional
            What the import asks for at run time, e.g. ``{"Version": "Actual"}``; for a process also
            ``{import: {name: value}}``.
        check : dict of str to str, optional
            For a dry run: what columns hold whose header does not show it, because the API does not
            show how the import maps them. By header, a dimension such as ``"Airports"`` or
            ``"Time"``, a property ``"Airports.Capacity"``, a line item ``"Flights.Delay"``, or of
            the list that is loaded ``"Airports.Code"``, ``"Airports.Name"`` or
            ``"Airports.Parent"``.
        locale : str
            Language and country of dates and numbers.
        chunk_bytes : int, optional
            1,000,000 to 50,000,000, before compression; by default it follows the size of the job.
        resume : bool
            If an earlier run was killed within 48 hours while it uploaded the same data to the
            same file, upload only the rest.
        restart_after : float, optional
            Instead of the connection's; see `anaplan_frames.connect`.

        Returns
        -------
        WriteResult or WritePlan

        Raises
        ------
        TypeError, ValueError, NotFound
            If `check` is not such a dict, is given without `dry_run`, or names what there is not.
        ColumnMismatch
            If columns are missing; names them and their near names. Nothing is sent then.
        EncodingError
            If a value cannot be written in the file's dialect; names column and row.
        RejectedRows
            If Anaplan rejected rows; the error's ``.result.rejected`` holds them.
        TaskFailed, TaskCancelled
            If the import did not succeed, or was cancelled.
        TransferTimeout, TaskTimeout
            If the time ended before it was started, or while it was running.
        TaskUncertain
            If it is not known whether it was started, or how it ended.

        Examples
        --------
        >>> result = model.imports["Load flights"].write(df)  # doctest: +SKIP
        >>> plan = model.imports["Load flights"].write(df, dry_run=True)  # doctest: +SKIP
        """
        options = send_options(
            on_rejected=on_rejected, dump=dump, timeout=timeout, progress=progress
        )
        checked_columns(check, dry_run=dry_run)
        with time_limit(self._transport.clock, timeout):
            job = self._job_options(
                parameters, locale, chunk_bytes, resume=resume, restart_after=restart_after
            )
            source = self._opened(data, index=index, keep=dry_run)
            prepared = self._prepare(source, mapping, job, check, sends=not dry_run)
            prepared.warn_of_unused()
            if dry_run:
                prepared.check_values()
                again = partial(self._prepare_again, source, mapping, job)
                return plan_of(prepared, again, options)
            return check_result(prepared.send(options), options.on_rejected)

    def start(
        self,
        data: Any = None,
        *,
        mapping: DataMapping | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
        parameters: Parameters | None = None,
        check: Mapping[str, str] | None = None,
        locale: str = LOCALE,
        chunk_bytes: int | None = None,
        resume: bool = True,
        restart_after: float | None = None,
    ) -> Task[WriteResult]:
        """Upload data, start the import or process on it, and do not wait for its end.

        The files that it reads stay locked on this machine until the end of the task was seen.

        Parameters
        ----------
        data : DataFrame, Arrow data, iterator, or dict, optional
            Without, it runs on what its files hold.
        mapping, index, parameters, locale, chunk_bytes, resume, restart_after
            As for `write`.
        on_rejected, dump, progress
            As for `write`; they count when the task's result is read.
        check : None
            Only a plan has a use for it, so anything else is an error; see `write`.
        timeout : float, optional
            Seconds for this call; the task's ``result`` has a time of its own.

        Returns
        -------
        Task
            Its ``.result()`` waits for the end.

        Raises
        ------
        ValueError
            If `check` is given: nothing is planned here.
        ColumnMismatch, EncodingError, TransferTimeout, TaskUncertain
            As for `write`.

        Examples
        --------
        >>> task = model.imports["Load flights"].start(df)  # doctest: +SKIP
        >>> task.result().rows_loaded  # doctest: +SKIP
        2
        """
        options = send_options(
            on_rejected=on_rejected, dump=dump, timeout=timeout, progress=progress
        )
        checked_columns(check, dry_run=False)
        with time_limit(self._transport.clock, timeout):
            job = self._job_options(
                parameters, locale, chunk_bytes, resume=resume, restart_after=restart_after
            )
            if data is None:
                return self._begin(job, options)
            source = self._opened(data, index=index, keep=False)
            prepared = self._prepare(source, mapping, job, None, sends=True)
            prepared.warn_of_unused()
            return prepared.start(options)

    def upload_parts(self, n: int) -> UploadParts[WriteResult]:
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
            If the import reads no file, if a process reads several, or if Anaplan does not say
            which columns the file has.

        Examples
        --------
        >>> with model.imports["Load flights"].upload_parts(8) as parts:  # doctest: +SKIP
        ...     with ProcessPoolExecutor() as pool:
        ...         jobs = [pool.submit(part.write, df) for part, df in zip(parts, frames)]
        ...         result = parts.complete([job.result() for job in jobs])
        """
        check_upload_parts(n)
        target = target_of_parts(self._targets(writes=True), self.label)
        return UploadParts(self._catalogue, target, n, self._run_uploaded)

    def shared_upload(
        self,
        *,
        mapping: Mapping[str, str] | None = None,
        parameters: Parameters | None = None,
        locale: str = LOCALE,
        restart_after: float | None = None,
    ) -> SharedUpload:
        """Describe an upload whose parts other processes send; nothing is sent.

        The parameters and errors are those of `write` and `upload_parts`.
        """
        job = self._job_options(parameters, locale, None, resume=False, restart_after=restart_after)
        target = target_of_parts(self._targets(writes=True), self.label)
        return SharedUpload(self, target, dict(mapping or {}), job)

    def only_file(self) -> FileTarget:
        """Return the one file that it reads.

        Raises
        ------
        ColumnMismatch
            If it reads none, or several, as a process may.
        """
        return target_of_parts(self._targets(writes=True), self.label)

    def import_ids(self) -> list[str]:
        """Return the ids of the imports that it runs, whatever they read."""
        return [self.id]

    def _run_uploaded(
        self,
        *,
        parameters: Parameters | None,
        on_rejected: OnRejected,
        progress: bool | None,
    ) -> WriteResult:
        """Run the import on what was uploaded; its file is already held for this run."""
        options = SendOptions(on_rejected=on_rejected, progress=progress)
        job = self._job_options(parameters, LOCALE, None, resume=False)
        begun = self._transport.clock.monotonic()
        return self.start_task(job, self.make_job(options, None, begun)).result()

    def read_outcome(
        self, outcome: Outcome, sent: Mapping[str, Sent], folder: DumpFolder | None
    ) -> WriteResult:
        """Make the result of a task of it, with the rejected rows of what was sent to each file."""
        dump = f"{self.path}/tasks/{outcome.task_id}/dump"
        file = sent.get(str(self.info.get("importDataSourceId"))) if sent else None
        rejects = collect_rejects(self._catalogue, self.identity, outcome, dump, file, folder)
        return result_of_import(outcome, self.title, rejects, file, **self._facts)

    def _job_options(
        self,
        parameters: Parameters | None,
        locale: str,
        chunk_bytes: int | None,
        *,
        resume: bool,
        restart_after: float | None = None,
    ) -> JobOptions:
        return job_options(
            parameters=parameters,
            locale=locale,
            import_id=self._import_id,
            restart_after=restart_after,
            chunk_bytes=chunk_bytes,
            resume=resume,
        )

    def _opened(self, data: Any, *, index: bool, keep: bool) -> Any:
        """Look at the data; for a plan, a stream is kept in a file until it is sent."""
        return open_kept(data, index=index, keep=keep)

    def _prepare(
        self,
        source: Any,
        mapping: DataMapping | None,
        job: JobOptions,
        check: Mapping[str, str] | None,
        *,
        sends: bool,
    ) -> PreparedLoad:
        """Match the data to the files that they are meant for, before any is sent.

        Parameters
        ----------
        check : mapping of str to str or None
            What columns hold, for a plan.
        sends : bool
            Whether they are sent next.
        """
        targets = self._targets(writes=sends)
        self._catalogue.early.keep()
        uploads = self._uploads(source, mapping, targets)
        return PreparedLoad(self, uploads, targets, job, check or {})

    def _prepare_again(
        self, source: Any, mapping: DataMapping | None, job: JobOptions
    ) -> PreparedLoad:
        """Read the target again, which may have changed since it was planned for."""
        for kind in ("imports", "files"):
            self._catalogue.forget(kind)
        return self._prepare(source, mapping, job, None, sends=True)

    def _targets(self, *, writes: bool) -> dict[str, FileTarget]:
        """Return the file of each import that reads one, by the import's id.

        Parameters
        ----------
        writes : bool
            Whether the files are written to next.
        """
        self._catalogue.read_all(["imports", "files"])
        info = self._catalogue.records("imports").get(self.id, self.info)
        if writes:
            expect_access(self._catalogue, self._file_ids())
        return {self.id: target_of_import(self._catalogue, info)}

    def _uploads(
        self, source: Any, mapping: Any, targets: Mapping[str, FileTarget]
    ) -> list[PreparedUpload]:
        """Pair the data with the files."""
        return [prepare_upload(targets[self.id], source, mapping)]

    def _file_ids(self) -> list[str]:
        """Return the ids of the files that it reads."""
        file_id = str(self.info.get("importDataSourceId"))
        return [file_id] if file_id in self._catalogue.records("files") else []

    def _begin(self, job: JobOptions, options: SendOptions) -> Task[WriteResult]:
        begun = self._transport.clock.monotonic()
        folder = open_dump(options.dump)
        its_job = self.make_job(options, folder, begun)
        with ExitStack() as stack:
            access = stack.enter_context(exclusive_access(self._catalogue, self._file_ids()))
            task = self.start_task(job, its_job)
            access.hold(task)
            its_job.held.push(stack.pop_all())
        return task
