"""CSV with quotation marks only if they are needed, and numbers and dates as Anaplan takes them."""

from __future__ import annotations

import re
from contextlib import suppress

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from anaplan_frames.cli.table_writers import TableWriter
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.field_texts import render
from anaplan_frames.codec.value_location import ValueLocation

_TEXT = pa.large_string()
_IN_NUMBERS = frozenset("0123456789-.truefals")


class CsvWriter(TableWriter):
    """CSV; a cell's text depends on the cell alone."""

    def begin(self) -> None:
        """Write the header."""
        self.put(self._joined([pa.array([name], _TEXT) for name in self.schema.names]))

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows."""
        fields = [
            render(column, Dialect(), ValueLocation(name, self.rows))
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        ]
        self.rows += batch.num_rows
        if len(fields) > 1 and self.form.separator not in _IN_NUMBERS:
            with suppress(pa.ArrowInvalid):  # a text needs quotation marks
                self.put(self._plain([field.values for field in fields]))
                return
        self.put(self._joined([field.texts() for field in fields]))

    def end(self) -> None:
        """Write nothing: the last row ends as the others do."""

    def _plain(self, columns: list[pa.Array]) -> bytes:
        """Return rows without quotation marks, fast; Arrow raises if a text needs some."""
        sink = pa.BufferOutputStream()
        options = pv.WriteOptions(
            include_header=False, delimiter=self.form.separator, quoting_style="none"
        )
        names = [str(number) for number in range(len(columns))]
        pv.write_csv(pa.record_batch(columns, names), sink, options)
        return bytes(sink.getvalue())

    def _joined(self, cells: list[pa.Array]) -> bytes:
        """Return rows in which each text that needs quotation marks has them."""
        pattern = f'["\r\n]|{re.escape(self.form.separator)}'
        if len(cells) == 1:  # an empty line would not be read as a row
            cells = [pc.fill_null(cells[0], "")]
            pattern += "|^$"
        quoted = [
            pc.if_else(pc.match_substring_regex(cell, pattern), _quoted(cell), cell)
            for cell in cells
        ]
        lines = pc.binary_join_element_wise(
            *quoted,
            pa.scalar(self.form.separator, _TEXT),
            null_handling="replace",
            null_replacement="",
        )
        return "".join(f"{line}\n" for line in lines.to_pylist()).encode()


def _quoted(cells: pa.Array) -> pa.Array:
    mark = pa.scalar('"', _TEXT)
    doubled = pc.replace_substring(cells, '"', '""')
    return pc.binary_join_element_wise(mark, doubled, mark, pa.scalar("", _TEXT))
