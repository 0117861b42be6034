"""Exports: a module, view or list written to a file, and that file as a table."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import no_default

from anaplan_frames import tasks
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.types import export_schema
from anaplan_frames.errors import TransferError
from anaplan_frames.progress import Progress
from anaplan_frames.resources.reading import TextTable, read_arrow, read_frame
from anaplan_frames.resources.resource import Runnable
from anaplan_frames.resources.result import ImportResult
from anaplan_frames.transfer.download import download, save


class Export(Runnable):
    """An export of a model; Arrow's consumers can take it, and get what it last wrote."""

    kind: ClassVar[str] = "export"
    plural: ClassVar[str] = "exports"

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What Anaplan says of it: ``headerNames``, ``dataTypes``, ``separator``, ``layout`` ..."""
        answer = self._transport.get(self.path, what=self.what)
        metadata: Mapping[str, Any] = answer["exportMetadata"]
        return metadata

    def run(self, *, progress: bool | None = None) -> ImportResult:
        """Write the output anew.

        Parameters
        ----------
        progress : bool, optional
            True shows a bar at once, False never.

        Raises
        ------
        TaskFailed
            If it did not succeed, or was cancelled.
        TaskUncertain
            If it cannot be told whether it was started.
        """
        outcome = tasks.run(self._transport, self.path, what=self.what, show_progress=progress)
        return ImportResult.of(outcome, self.name).check("raise")

    def read(
        self,
        *,
        run: bool = True,
        columns: Sequence[str] | None = None,
        dtype: Any = None,
        dtype_backend: Any = no_default,
        index_col: str | Sequence[str] | None = None,
        chunksize: int | None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame | Iterator[pd.DataFrame]:
        """Run the export and return its output; parameters as in `anaplan_frames.read_anaplan`."""
        if run:
            self.run(progress=progress)
        return read_frame(
            self._transport,
            self._table(),
            columns=columns,
            dtype=dtype,
            dtype_backend=dtype_backend,
            index_col=index_col,
            chunksize=chunksize,
            show_progress=progress,
        )

    def read_arrow(
        self,
        *,
        run: bool = True,
        columns: Sequence[str] | None = None,
        dtype: Any = None,
        progress: bool | None = None,
    ) -> pa.RecordBatchReader:
        """Run the export and stream its output; see `anaplan_frames.read_arrow`."""
        if run:
            self.run(progress=progress)
        return read_arrow(
            self._transport, self._table(), columns=columns, dtype=dtype, show_progress=progress
        )

    def download(
        self, target: str | os.PathLike[str], *, run: bool = True, progress: bool | None = None
    ) -> Path:
        """Run the export and write its output to a path, byte for byte, whatever its format."""
        if run:
            self.run(progress=progress)
        with Progress(f"Downloading {self.what}", unit="B", show=progress) as bar:
            chunks = download(self._transport, self._output, what=self.what, progress=bar)
            return save(chunks, target)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Stream what the export last wrote, without running it."""
        return self.read_arrow(run=False).__arrow_c_stream__(requested_schema)

    @property
    def _output(self) -> str:
        """Path of the output file, which has the export's own id."""
        return f"{self._catalogue.path}/files/{self.id}"

    def _table(self) -> TextTable:
        metadata = self.metadata
        form = str(metadata.get("exportFormat") or "text/csv")
        if not form.startswith("text/"):
            raise TransferError(
                f"{self.what} writes {form}, and a table can be read from text only. Have it "
                "changed to a text format in Anaplan, or fetch the file with .download(path)."
            )
        layout = str(metadata.get("layout") or self.info.get("exportType") or "")
        return TextTable(
            path=self._output,
            what=self.what,
            dialect=Dialect.of_export(metadata),
            schema=export_schema(metadata),
            grid=layout.startswith("GRID"),
        )
