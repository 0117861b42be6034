"""Arrow batches -> the bytes of Anaplan's CSV text, in the file's own dialect."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.types as pt

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.field_layout import FieldLayout
from anaplan_frames.codec.field_texts import Field, render
from anaplan_frames.codec.null_texts import without_blanks
from anaplan_frames.codec.text import (
    Charset,
    characters,
    check_first,
    check_nul,
    check_unquoted,
    quote,
)
from anaplan_frames.codec.text_views import byte_size
from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.errors import EncodingError

_TEXT = pa.large_string()
_LINE_END = "\n"
_WIDER_ENCODING = "Set the encoding to UTF-8 in Anaplan's settings of the file."
# Arrow's CSV writer works through a batch in steps, which should stay in the processor's cache
# if rows are short and in memory if a cell has megabytes.
_ROWS_PER_STEP, _BYTES_PER_STEP = 16_384, 64_000_000


class Encoder:
    """Writes rows as one file's dialect wants them; pure, and callable from several threads.

    A row's bytes depend on that row and its columns' types alone: batches may be cut anywhere.

    Parameters
    ----------
    dialect
        How the file is written.
    matching
        Which column of a batch goes to which header.

    Raises
    ------
    ConfigurationError
        If the dialect's encoding is not known.
    """

    def __init__(self, dialect: Dialect, layout: FieldLayout) -> None:
        self.dialect = dialect
        self.layout = layout
        self._charset = Charset(dialect)
        # Arrow's own CSV writer is the fastest way, but knows one dialect only.
        self._writes_csv = (
            dialect.delimiter == '"'
            and len(dialect.separator) == 1
            and dialect.separator.isascii()
            and dialect.separator not in "\r\n"
        )

    def preamble(self) -> bytes:
        """Return all that stands before the first row, in the file's encoding.

        Raises
        ------
        EncodingError
            If a header cannot be written in the file's dialect.
        """
        lines = [""] * (self.dialect.first_data_row - 1)
        if self.dialect.header_row:
            lines[self.dialect.header_row - 1] = self._header_line()
        text = "".join(line + _LINE_END for line in lines)
        encoded = self._charset.convert(pa.py_buffer(text.encode("utf-8", "surrogatepass")))
        if encoded is None:
            raise EncodingError(
                f"The headers {', '.join(map(repr, self.layout.headers))} cannot be written in "
                f"{self.dialect.encoding}, the file's encoding. {_WIDER_ENCODING}"
            )
        return bytes(encoded)

    def encode(self, batch: pa.RecordBatch, first_row: int) -> bytes | pa.Buffer:
        """Return the rows as text in the file's dialect and encoding.

        Parameters
        ----------
        batch : pa.RecordBatch
            With all of the caller's columns, in the caller's order.
        first_row : int
            Position of its first row in the whole data, counted from 0.

        Raises
        ------
        EncodingError
            If a value cannot be written in the file's dialect; names column, row and text.
        """
        if not batch.num_rows or not self.layout.headers:
            return b""
        locations = self._places(batch, first_row)
        fields = self._fields(batch, locations)
        if self._writes_csv and all(field.is_text or _is_native(field) for field in fields):
            rows = self._written(fields, batch)
        else:
            rows = self._joined(fields)
        encoded = self._charset.convert(rows)
        if encoded is None:
            self._charset.refuse([field.texts() for field in fields], locations)
            raise EncodingError(
                f"The rows cannot be written in {self.dialect.encoding}, the file's encoding. "
                f"{_WIDER_ENCODING}"
            )
        return encoded

    def texts(self, batch: pa.RecordBatch, first_row: int) -> list[pa.Array]:
        """Return, per header, the fields of the rows as they are sent, but before quoting.

        Returns
        -------
        list of pa.Array
            Of large_string, null if the field is empty.

        Raises
        ------
        EncodingError
            If a value cannot be written in the file's dialect.
        """
        locations = self._places(batch, first_row)
        texts = [field.texts() for field in self._fields(batch, locations)]
        for each, location in zip(texts, locations, strict=True):
            check_nul(each, location)
        return [without_blanks(each) for each in texts]

    def column_texts(self, batch: pa.RecordBatch, first_row: int, number: int) -> pa.Array:
        """Return the fields of one header as `texts` does, without a check of its characters."""
        position = self.layout.positions[number]
        if position is None:
            return pa.nulls(batch.num_rows, _TEXT)
        location = self._places(batch, first_row)[number]
        return without_blanks(render(batch.column(position), self.dialect, location).texts())

    def _places(self, batch: pa.RecordBatch, first_row: int) -> list[ValueLocation]:
        names = batch.schema.names
        return [
            ValueLocation(header if position is None else names[position], first_row)
            for header, position in zip(self.layout.headers, self.layout.positions, strict=True)
        ]

    def _fields(self, batch: pa.RecordBatch, locations: Sequence[ValueLocation]) -> list[Field]:
        fields = [
            Field(pa.nulls(batch.num_rows))
            if position is None
            else render(batch.column(position), self.dialect, location)
            for position, location in zip(self.layout.positions, locations, strict=True)
        ]
        if not self.dialect.delimiter:
            for field, location in zip(fields, locations, strict=True):
                if field.is_text:
                    check_unquoted(field.values, self.dialect, location)
            if locations[0].first_row == 0 and self.dialect.first_data_row == 1:
                check_first(fields[0].texts(), locations[0])
        if len(fields) == 1:
            return [self._alone(fields[0], locations[0])]
        return fields

    def _alone(self, field: Field, location: ValueLocation) -> Field:
        """Keep a lone missing value from being an empty line, which is not read as a row."""
        texts = field.texts()
        if self.dialect.delimiter:
            return Field(pc.fill_null(texts, ""), is_text=True)
        position = pc.index(pc.fill_null(pc.equal(texts, ""), True), True).as_py()
        if position >= 0:
            raise location.encoding_error(
                position,
                "",
                "would be an empty line, which is not read as a row in a file of one column "
                "without a text delimiter. Leave such rows out, for instance with .dropna().",
            )
        return field

    def _written(self, fields: Sequence[Field], batch: pa.RecordBatch) -> pa.Buffer:
        """Let Arrow's CSV writer assemble the rows: it quotes strings and nothing else."""
        sink = pa.BufferOutputStream()
        step = _BYTES_PER_STEP * batch.num_rows // max(byte_size(batch), 1)
        options = pv.WriteOptions(
            include_header=False,
            delimiter=self.dialect.separator,
            batch_size=max(1, min(_ROWS_PER_STEP, step)),
        )
        names = [str(number) for number in range(len(fields))]
        pv.write_csv(pa.record_batch([field.values for field in fields], names), sink, options)
        return sink.getvalue()

    def _joined(self, fields: Sequence[Field]) -> pa.Buffer:
        """Assemble the rows of any dialect as one column, whose data are then the file's."""
        cells = [
            quote(field.texts(), self.dialect.delimiter) if field.is_text else field.texts()
            for field in fields
        ]
        cells[-1] = _join([cells[-1], pa.scalar(_LINE_END, _TEXT)], "")
        # The characters of all rows stand one after the other: they are the file's.
        return pa.py_buffer(characters(_join(cells, self.dialect.separator)))

    def _header_line(self) -> str:
        mark = self.dialect.delimiter
        if mark:
            cells = [mark + name.replace(mark, mark * 2) + mark for name in self.layout.headers]
        else:
            cells = list(self.layout.headers)
            for name in cells:
                if any(part in name for part in (self.dialect.separator, "\r", "\n")):
                    raise EncodingError(
                        f"The header {name!r} holds the separator or a line end, and the file has "
                        "no text delimiter. Rename the column in Anaplan.",
                        column=name,
                        text=name,
                    )
        return self.dialect.separator.join(cells)


def _is_native(field: Field) -> bool:
    """Say whether Arrow's CSV writer leaves the field unquoted."""
    kind = field.values.type
    return not (pt.is_string(kind) or pt.is_large_string(kind))


def _join(cells: Sequence[pa.Array | pa.Scalar], separator: str) -> pa.Array:
    return pc.binary_join_element_wise(
        *cells,
        pa.scalar(separator, _TEXT),
        null_handling="replace",
        null_replacement="",
    )
