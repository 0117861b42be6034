"""How each format of tables is written to an open file."""

from __future__ import annotations

import codecs
import json
from abc import ABC, abstractmethod
from typing import IO, Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from anaplan_frames.cli.table_formats import TableFormat
from anaplan_frames.errors import DataError


class TableWriter(ABC):
    """Writes Arrow batches.

    Parameters
    ----------
    file : binary file
    schema : pyarrow.Schema
        Of all batches.
    form : TableFormat
    """

    def __init__(self, file: IO[bytes], schema: pa.Schema, form: TableFormat) -> None:
        self.file = file
        self.schema = schema
        self.form = form
        self.rows = 0
        self._encoder = codecs.getincrementalencoder(form.encoding)()  # one mark, at the beginning
        self._is_utf8 = codecs.lookup(form.encoding).name == "utf-8"

    @abstractmethod
    def begin(self) -> None:
        """Write what comes before the rows."""

    @abstractmethod
    def write(self, batch: pa.RecordBatch) -> None:
        """Write the rows of a batch."""

    @abstractmethod
    def end(self) -> None:
        """Write what comes after the rows."""

    def put(self, text: bytes) -> None:
        """Write UTF-8 in the encoding that is asked for.

        Raises
        ------
        DataError
            If the encoding does not have a character.
        """
        if self._is_utf8:
            self.file.write(text)
            return
        try:
            self.file.write(self._encoder.encode(text.decode()))
        except UnicodeEncodeError as error:
            raise DataError(
                f"The character {error.object[error.start]!r} cannot be written in "
                f"{self.form.encoding}. Choose another --encoding, such as utf-8."
            ) from None


class ParquetWriter(TableWriter):
    """Parquet."""

    def begin(self) -> None:
        """Open the writer."""
        self._out = pq.ParquetWriter(self.file, self.schema)

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows."""
        self._out.write_batch(batch)

    def end(self) -> None:
        """Write the footer."""
        self._out.close()


class ArrowFileWriter(TableWriter):
    """Arrow's IPC as a file, which can be mapped into memory."""

    def begin(self) -> None:
        """Open the writer."""
        self._out = self._opened()

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows."""
        self._out.write_batch(batch)

    def end(self) -> None:
        """Write the footer."""
        self._out.close()

    def _opened(self) -> Any:
        return pa.ipc.new_file(self.file, self.schema)


class ArrowStreamWriter(ArrowFileWriter):
    """Arrow's IPC as a stream, which can be piped."""

    def _opened(self) -> Any:
        return pa.ipc.new_stream(self.file, self.schema)


class JsonLinesWriter(TableWriter):
    """One JSON object a line."""

    before: ClassVar[bytes] = b""
    between: ClassVar[bytes] = b"\n"
    after: ClassVar[bytes] = b""

    def begin(self) -> None:
        """Write what opens the document."""
        self.put(self.before)

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows."""
        lines = [self._line(row) for row in batch.to_pylist()]
        self.put(self.between * bool(self.rows) + self.between.join(lines))
        self.rows += batch.num_rows

    def end(self) -> None:
        """Write what closes the document."""
        self.put(self.after if self.after or not self.rows else b"\n")

    def _line(self, row: dict[str, Any]) -> bytes:
        values = {name: None if value != value else value for name, value in row.items()}
        return json.dumps(values, ensure_ascii=False, default=str).encode()


class JsonWriter(JsonLinesWriter):
    """One JSON array of objects."""

    before: ClassVar[bytes] = b"[\n"
    between: ClassVar[bytes] = b",\n"
    after: ClassVar[bytes] = b"\n]\n"
