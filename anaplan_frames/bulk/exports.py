"""Exports: a module, view or list written to a file, and that file as a table."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Unpack

import pandas as pd
import pyarrow as pa

from anaplan_frames.bulk.actions import Action
from anaplan_frames.bulk.file_download import save_file
from anaplan_frames.bulk.file_parts import file_parts
from anaplan_frames.calendar.dated_table import Periods, dated
from anaplan_frames.calendar.model_calendar import period_names
from anaplan_frames.codec.column_types import export_schema, period_columns
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.errors import TransferError
from anaplan_frames.resources.parts import Parts
from anaplan_frames.resources.table_reader import (
    ArrowOptions,
    GridTable,
    Readable,
    ReadOptions,
    TableSource,
    TextTable,
)


class Export(Action, Readable):
    """An export of a model; Arrow's consumers can take it, and get what it last wrote."""

    kind: ClassVar[str] = "export"
    plural: ClassVar[str] = "exports"
    takes: ClassVar[frozenset[str]] = frozenset({"run", "periods"})

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What Anaplan says of it: ``headerNames``, ``dataTypes``, ``separator``, ``layout`` ..."""
        answer = self._transport.get(self.path, label=self.label)
        metadata: Mapping[str, Any] = answer["exportMetadata"]
        return metadata

    def read(
        self, *, run: bool = True, periods: Periods = None, **options: Unpack[ReadOptions]
    ) -> pd.DataFrame | Iterator[pd.DataFrame]:
        """Run the export, and return what it wrote, as `anaplan_frames.read_anaplan` does."""
        return self._read(
            self._table(progress=options.get("progress"), run=run, periods=periods), **options
        )

    def read_arrow(
        self, *, run: bool = True, periods: Periods = None, **options: Unpack[ArrowOptions]
    ) -> pa.RecordBatchReader:
        """Run the export, and stream what it wrote, as `anaplan_frames.read_arrow` does."""
        return self._read_arrow(
            self._table(progress=options.get("progress"), run=run, periods=periods), **options
        )

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Stream what it last wrote, for whatever takes Arrow: it is not run."""
        return self.read_arrow(run=False).__arrow_c_stream__(requested_schema)

    def download(
        self,
        target: str | os.PathLike[str],
        *,
        run: bool = True,
        resume: bool = True,
        progress: bool | None = None,
    ) -> Path:
        """Run the export and write its output to a path, byte for byte, whatever its format.

        Parameters
        ----------
        target : path
            Holds all of it or, after an error, what it held before.
        run : bool
            False fetches what it last wrote.
        resume : bool
            Where an earlier run was killed while it fetched the same, fetch only the rest.
        progress : bool, optional
            True shows a bar at once, False never.
        """
        if run:
            self.run(progress=progress)
        return save_file(
            self._catalogue, self.id, target, label=self.label, resume=resume, progress=progress
        )

    @property
    def _output(self) -> str:
        """Path of the output file, which has the export's own id."""
        return f"{self._catalogue.path}/files/{self.id}"

    def _split(self, n: int) -> Parts:
        return file_parts(self, self._transport, self._output, n)

    def _part_table(self) -> TableSource:
        return self._table(progress=False, run=False)

    def _table(
        self, *, progress: bool | None, run: bool = True, periods: Periods = None
    ) -> TableSource:
        metadata = self.metadata
        form = str(metadata.get("exportFormat") or "text/csv")
        if not form.startswith("text/"):
            raise TransferError(
                f"{self.label} writes {form}, and a table can be read from text only. Have it "
                "changed to a text format in Anaplan, or fetch the file with .download(path)."
            )
        if run:
            self.run(progress=progress)
        layout = str(metadata.get("layout") or self.info.get("exportType") or "")
        make = GridTable if layout.startswith("GRID") else TextTable
        schema = export_schema(metadata)
        table = make(self._file(self._output), Dialect.of_export(metadata), schema)
        of_periods = period_columns(schema, metadata)
        return dated(table, of_periods, periods, lambda: period_names(self._catalogue))
