"""Exports: a module, view or list written to a file, and that file as a table."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, ClassVar, Final, overload

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import no_default

from anaplan_frames.bulk.actions import Action
from anaplan_frames.bulk.export_columns import HISTORY, ExportColumns, check_options
from anaplan_frames.bulk.export_runs import Runs, fetch_output, once_more, states_of
from anaplan_frames.bulk.file_download import save_file
from anaplan_frames.bulk.file_parts import file_parts
from anaplan_frames.bulk.job_options import LOCALE, job_options
from anaplan_frames.bulk.sent_rows import Sent
from anaplan_frames.calendar.dated_table import Periods, dated
from anaplan_frames.calendar.model_calendar import period_names
from anaplan_frames.cells.cell_options import CellOptions, Layout
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.dataframes.frame_chunks import Frames
from anaplan_frames.deadline import time_limit
from anaplan_frames.errors import TransferError
from anaplan_frames.outcomes import COMPLETE, Outcome
from anaplan_frames.resources.parts import Parts
from anaplan_frames.resources.read_options import Backend, ReadOptions
from anaplan_frames.resources.row_filters import FilteredTable
from anaplan_frames.resources.table_reader import Table
from anaplan_frames.resources.table_source import TableSource
from anaplan_frames.resources.text_tables import GridTable, RaggedTable, TextTable, not_empty
from anaplan_frames.resources.where import Where
from anaplan_frames.results import WriteResult
from anaplan_frames.transfer.path_download import check_target
from anaplan_frames.writes.dump_folder import DumpFolder
from anaplan_frames.writes.plan import SendOptions
from anaplan_frames.writes.result_builder import doubted

_AS_IT_IS: Final = CellOptions()
_PERHAPS_ANOTHERS = (
    "The answer to its start was lost. The one new task may be another user's, which would leave "
    "your output as it was. Run it again, which changes nothing in the model."
)
_HISTORY_NOTE = (
    "Anaplan does not describe the columns of a model's history: all of it is text, and rows with "
    "fewer fields than others are filled with missing values."
)


class Export(Action, Table):
    """An export of a model; Arrow's consumers can take it, and get what it last wrote."""

    kind: ClassVar[str] = "export"
    plural: ClassVar[str] = "exports"
    _id_prefix: ClassVar[str] = "116"
    _answer: ClassVar[str] = "exportMetadata"
    takes: ClassVar[frozenset[str]] = frozenset({"run", "periods", "totals", "omit_empty"})

    def read_outcome(
        self, outcome: Outcome, sent: Mapping[str, Sent], folder: DumpFolder | None
    ) -> WriteResult:
        """Make the result of a task of it; one that may be another user's is uncertain.

        Each user has an output of their own, which only their own runs write.
        """
        result = super().read_outcome(outcome, sent, folder)
        return doubted(result, _PERHAPS_ANOTHERS) if outcome.adopted else result

    def metadata(self) -> Mapping[str, Any]:
        """Ask what Anaplan says of it.

        Returns
        -------
        mapping
            ``headerNames``, ``dataTypes``, ``separator``, ``layout`` ..., by Anaplan's names.

        Examples
        --------
        >>> model.exports["Flights export"].metadata()["rowCount"]  # doctest: +SKIP
        """
        answer = self._catalogue.described(self._key, self.label)
        metadata: Mapping[str, Any] = answer["exportMetadata"]
        return metadata

    @overload
    def read(
        self,
        *,
        run: bool = True,
        chunksize: None = None,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        dtype_backend: Backend = ...,
        index_col: str | Sequence[str] | None = None,
        layout: Layout = "table",
        periods: Periods = "name",
        totals: bool | None = None,
        omit_empty: bool = False,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame: ...

    @overload
    def read(
        self,
        *,
        run: bool = True,
        chunksize: int,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        dtype_backend: Backend = ...,
        index_col: str | Sequence[str] | None = None,
        layout: Layout = "table",
        periods: Periods = "name",
        totals: bool | None = None,
        omit_empty: bool = False,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> Frames: ...

    def read(
        self,
        *,
        run: bool = True,
        chunksize: int | None = None,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        dtype_backend: Any = no_default,
        index_col: str | Sequence[str] | None = None,
        layout: Layout = "table",
        periods: Periods = "name",
        totals: bool | None = None,
        omit_empty: bool = False,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame | Frames:
        """Run the export, and return what it wrote.

        Parameters
        ----------
        run : bool
            False reads what it last wrote.
        chunksize : int, optional
            Return DataFrames of so many rows, one after the other.
        columns : sequence of str, optional
            Read only these, in this order.
        where : dict of str to value or list of values, optional
            Only the rows in which a column has one of these values, e.g. ``{"Region": ["West",
            "East"]}``; the columns need not be among `columns`.
        nrows : int, optional
            Read so many rows at most, after `where`, `totals` and `omit_empty`.
        dtype, dtype_backend, index_col
            As in `pandas.read_csv`.
        layout : {"table"}
            Only views and modules can be read as a grid.
        periods : {"name", "start", "end"}
            The name of a period, or its first or last day (datetime64) by the model's calendar.
        totals : bool, optional
            False leaves out the rows of totals: items that have others below them in a hierarchy,
            and periods that are not of the line items' time scale; only of a tabular layout. By
            default, and with True, all that the export has is read.
        omit_empty : bool
            Leave out rows in which every line item read is missing, 0, False or an empty text;
            only of a tabular layout.
        timeout : float, optional
            Seconds for the whole call, running the export included.
        progress : bool, optional
            True shows a bar at once, False never.

        Returns
        -------
        pandas.DataFrame or Frames
            Typed by Anaplan's metadata. ``attrs["anaplan"]`` says what was read, from where and
            when.

        Raises
        ------
        ColumnMismatch
            If it does not have a column; suggests near names. The export is not run then.
        TaskFailed
            If the export did not succeed.
        EmptyContent, NotFound
            If it wrote nothing at all, or was never run.
        EncodingError
            If a text is not of the type that the metadata give; names column and row.
        DataError
            If it is not known what is a total.
        TransferError, TransferTimeout, TaskTimeout
            If not all of it arrived, or the time ended before.

        Examples
        --------
        >>> model.exports["Flights export"].read(where={"Airlines": "Delta"})  # doctest: +SKIP
        """
        options = ReadOptions(
            chunksize=chunksize,
            columns=columns,
            where=where,
            nrows=nrows,
            dtype=dtype,
            dtype_backend=dtype_backend,
            index_col=index_col,
            timeout=timeout,
            progress=progress,
        )
        if layout != "table":
            raise ValueError(
                f"{self.label} has no layout=, which is an option of views and modules. Leave it "
                "out: an export is read in the layout that it has."
            )
        cells = CellOptions(periods=periods, totals=totals, omit_empty=omit_empty)

        def rows(*, run_it: bool) -> pd.DataFrame | Frames:
            facts: dict[str, Any] = {"totals": totals}
            table = partial(self._table, cells=cells, run=run_it, facts=facts)
            return self._read(options, table, facts)

        if chunksize is not None:
            return rows(run_it=run)
        with time_limit(self._transport.clock, timeout):
            return once_more(lambda: rows(run_it=run), lambda: rows(run_it=False), self.requests)

    def read_arrow(
        self,
        *,
        run: bool = True,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        periods: Periods = "name",
        totals: bool | None = None,
        omit_empty: bool = False,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> pa.RecordBatchReader:
        """Run the export, and stream what it wrote as Arrow batches.

        The parameters and errors are those of `read`; `dtype` decides the columns' Arrow types.

        Returns
        -------
        pyarrow.RecordBatchReader

        Examples
        --------
        >>> polars.from_arrow(model.exports["Flights export"].read_arrow())  # doctest: +SKIP
        """
        options = ReadOptions(
            columns=columns,
            where=where,
            nrows=nrows,
            dtype=dtype,
            timeout=timeout,
            progress=progress,
        )
        cells = CellOptions(periods=periods, totals=totals, omit_empty=omit_empty)
        return self._read_arrow(options, partial(self._table, cells=cells, run=run))

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Stream what it last wrote, for whatever takes Arrow: it is not run."""
        return self.read_arrow(run=False).__arrow_c_stream__(requested_schema)

    def download(
        self,
        path: str | os.PathLike[str],
        *,
        run: bool = True,
        resume: bool = True,
        progress: bool | None = None,
    ) -> Path:
        """Run the export and write its output to a path, byte for byte, whatever its format.

        Parameters
        ----------
        path : path
            Holds all of it or, after an error, what it held before.
        run : bool
            False fetches what it last wrote.
        resume : bool
            If an earlier run was killed while it fetched the same, fetch only the rest.
        progress : bool, optional
            True shows a bar at once, False never.
        """
        check_target(path)
        if run:
            self.run(progress=progress)
        save = partial(save_file, self._catalogue, self.id, path, requests=self.requests)
        return once_more(
            lambda: save(label=self.label, resume=resume, progress=progress),
            lambda: save(label=self.label, resume=False, progress=progress),
            self.requests,
        )

    @property
    def _key(self) -> str:
        return f"{self.plural}/{self.id}"

    def _run_to_read(self, *, progress: bool | None) -> Runs:
        """Run it; return its runs up to this one, everyone's."""
        seen: dict[str, str] = {}

        def latest() -> list[dict[str, Any]]:
            (tasks,) = self._catalogue.latest_tasks({self._key: self.label})
            seen.update(states_of(tasks))
            return tasks

        begun = self._transport.clock.monotonic()
        job = self.make_job(SendOptions(progress=progress), None, begun)
        options = job_options(
            parameters=None, locale=LOCALE, import_id=self._import_id, restart_after=None
        )
        result = self.start_task(options, job, latest=latest).result()
        return {**seen, result.task_id: COMPLETE}

    @property
    def output_path(self) -> str:
        """Path of the output file below the API's root; it has the export's own id."""
        return f"{self._catalogue.path}/files/{self.id}"

    def _split(self, n: int) -> Parts:
        return file_parts(self, self._transport, self.output_path, n)

    def _part_table(self) -> TableSource:
        return self._table(ReadOptions(progress=False), run=False)

    def _history(
        self, metadata: Mapping[str, Any], options: ReadOptions, cells: CellOptions, *, run: bool
    ) -> TableSource:
        """Return the output of an export of the model's history: all text, short rows filled."""
        check_options(self.label, HISTORY, cells)
        runs = self._run_to_read(progress=options.progress) if run else None
        fetch = not_empty(partial(fetch_output, self.requests, self.output_path, runs), self.label)
        table = RaggedTable(fetch, Dialect.of_export(metadata))
        return self._where_columns(table, options)

    def _table(
        self,
        options: ReadOptions,
        *,
        cells: CellOptions = _AS_IT_IS,
        run: bool = True,
        facts: dict[str, Any] | None = None,
    ) -> TableSource:
        """Return its output; `facts` gets what a frame says of it in addition."""
        if run:
            self._catalogue.ask_early([f"{self._key}/tasks"])
        metadata = self.metadata()
        self._catalogue.early.keep()
        form = str(metadata.get("exportFormat") or "text/csv")
        if not form.startswith("text/"):
            raise TransferError(
                f"{self.label} writes {form}, and a table can be read from text only. Have it "
                "changed to a text format in Anaplan, or fetch the file with .download(path)."
            )
        layout = str(metadata.get("layout") or self.info.get("exportType") or "")
        if layout == HISTORY:
            if facts is not None:
                facts["note"] = _HISTORY_NOTE
            return self._history(metadata, options, cells, run=run)
        described = ExportColumns.of(self._catalogue, self.label, layout, metadata)
        described.check(options, cells)
        filters = described.filters(options.names, options.asked, cells)
        names = cache(partial(period_names, self._catalogue))
        runs = self._run_to_read(progress=options.progress) if run else None
        make = GridTable if described.is_grid else TextTable
        fetch = not_empty(partial(fetch_output, self.requests, self.output_path, runs), self.label)
        table: TableSource = make(fetch, Dialect.of_export(metadata), described.schema)
        if filters:
            table = FilteredTable(table, filters, f"The output of {self.label}")
        return dated(table, described.periods, cells.periods, names)
