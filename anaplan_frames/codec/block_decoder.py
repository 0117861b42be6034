"""One block of whole rows into one Arrow record batch, typed by the schema, nothing guessed."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.lenient_parsing import ParseError, to_type
from anaplan_frames.codec.pieces import Block
from anaplan_frames.codec.row_splitter import read_fields
from anaplan_frames.errors import ColumnMismatch, EncodingError
from anaplan_frames.messages import listed, near_names

_SHOWN = 80

# Python's writer quotes what holds a part of it; a carriage return alone ends a row, too.
QUOTING_LINE_END = "\r\n"


class BlockFault(Exception):
    """What is wrong in a block; becomes an `EncodingError` once the block's first row is known."""

    def __init__(self, reason: str, row: int, column: str | None = None, text: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.row = row
        self.column = column
        self.text = text

    def error(self, first_row: int) -> EncodingError:
        """Return the error with the row's position in the whole text."""
        row = first_row + self.row
        where = f"Row {row}" if self.column is None else f"Column {self.column!r}, row {row}"
        return EncodingError(f"{where}: {self.reason}", column=self.column, row=row, text=self.text)


class Decoder:
    """Decode blocks of whole rows; pure, so several threads may share one.

    Only an empty field is missing: ``NA``, ``null`` and blanks are text, ``00123`` stays text. In
    a column of numbers ``NaN`` and ``Infinity`` are floats, and in one of booleans ``true`` and
    ``1`` in any case are true, ``false`` and ``0`` false. Empty lines are skipped, but in a table
    of one column each is a row with a missing value.

    Parameters
    ----------
    dialect : Dialect
        How the fields are written. Header and first data row do not matter here.
    schema : pyarrow.Schema
        Name and type of each field that a row has.
    columns : sequence of str, optional
        Read only these, in this order.
    header : sequence of str, optional
        The names in the order in which the rows have them, if that is not the schema's; may have
        more names than the schema.

    Raises
    ------
    ColumnMismatch
        If `columns` names one that is not there.
    """

    def __init__(
        self,
        dialect: Dialect,
        schema: pa.Schema,
        columns: Sequence[str] | None = None,
        header: Sequence[str] | None = None,
    ) -> None:
        self._dialect = dialect
        self.schema: Any = select(schema, columns)
        header = list(schema.names if header is None else header)
        # Names of our own: the file's may be empty, or repeated.
        self._names = [f"f{position}" for position in range(len(header))]
        positions_by_name = dict(zip(header, self._names, strict=True))
        self._positions = [positions_by_name[name] for name in self.schema.names]
        marks = dialect.separator + dialect.delimiter
        self._pool = memory_pool()
        self._plain = marks.isascii() and len(dialect.separator) == 1 and len(dialect.delimiter) < 2

    def decode(self, block: Block, first_row: int) -> pa.RecordBatch:
        """Decode UTF-8 rows.

        Parameters
        ----------
        block : bytes or memoryview
            Whole rows, as `RowSplitter` cuts them.
        first_row : int
            Position of the block's first row in the data, counted from 0, for errors.

        Raises
        ------
        EncodingError
            If a text is not of its column's type beyond doubt, a row has too few or too many
            fields, or the bytes are not UTF-8; names column, row and text.
        """
        try:
            return self.decode_block(block)
        except BlockFault as fault:
            raise fault.error(first_row) from None

    def decode_block(self, block: Block) -> pa.RecordBatch:
        """Decode like `decode`, if the position of the first row is not known yet.

        Raises
        ------
        BlockFault
            With the position in the block.
        """
        if not self._plain:
            block = self._rewritten(block)
        try:
            arrays = self._read(block, list(self.schema.types))
        except pa.ArrowInvalid:
            arrays = self._read_text(block)
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _read(
        self,
        block: Block,
        types: list[pa.DataType],
        on_wrong_width: Callable[[pa_csv.InvalidRow], str] | None = None,
    ) -> list[pa.Array]:
        """Let Arrow parse the whole block in this thread, in one piece."""
        if not block:
            return [pa.array([], kind) for kind in types]
        if block[: len(codecs.BOM_UTF8)] == codecs.BOM_UTF8:
            # Arrow drops it, but here it is the beginning of a text.
            block = codecs.BOM_UTF8 + block
        dialect = self._dialect
        table = pa_csv.read_csv(
            pa.BufferReader(block),
            read_options=pa_csv.ReadOptions(
                use_threads=False, column_names=self._names, block_size=len(block) + 1
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=dialect.separator if self._plain else ",",
                quote_char=(dialect.delimiter or False) if self._plain else '"',
                # Quoted newlines are read all the same: this only asks for a second look at
                # where rows end, and a block holds whole rows.
                newlines_in_values=False,
                ignore_empty_lines=len(self._names) > 1,
                invalid_row_handler=on_wrong_width,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict(zip(self._positions, types, strict=True)),
                include_columns=self._positions,
                null_values=[""],
                strings_can_be_null=True,
                true_values=["true", "True", "TRUE", "1"],
                false_values=["false", "False", "FALSE", "0"],
                decimal_point=dialect.decimal_separator,
            ),
            memory_pool=self._pool,
        )
        return [_one_array(column) for column in table.columns]

    def _read_text(self, block: Block) -> list[pa.Array]:
        """Parse the block again as text, and convert column by column."""
        try:
            arrays = self._read(block, [pa.string()] * len(self.schema))
        except pa.ArrowInvalid as error:
            raise self._unreadable(block, error) from None
        converted = []
        for field, texts in zip(self.schema, arrays, strict=True):
            try:
                converted.append(to_type(texts, field.type, self._dialect.decimal_separator))
            except ParseError as doubt:
                raise type_fault(field, doubt) from None
        return converted

    def _unreadable(self, content: Block, error: pa.ArrowInvalid) -> BlockFault:
        block = bytes(content)
        try:
            block.decode()
        except UnicodeDecodeError as found:
            before = block[: found.start].decode()
            rows = [row for row in read_fields(before + "x", self._dialect) if row]
            column = len(rows[-1]) - 1
            name = f" (field {column + 1})"
            return BlockFault(
                f"the bytes {block[found.start : found.end]!r}{name} are not UTF-8. Set the "
                "encoding in Anaplan's settings of the file or export to that of its content.",
                len(rows) - 1,
            )
        return self._wrong_width(block) or BlockFault(
            f"the rows from here on cannot be read: {_first_line(error)}.", 0
        )

    def _wrong_width(self, block: Block) -> BlockFault | None:
        """Read once more to find the first row of too few or too many fields; None if all fit."""
        faults: list[pa_csv.InvalidRow] = []

        # Not asked for in the first place: Arrow cannot hand over a row that is not UTF-8.
        def note(row: pa_csv.InvalidRow) -> str:
            faults.append(row)
            return "error"

        with contextlib.suppress(pa.ArrowInvalid):
            self._read(block, [pa.string()] * len(self.schema), note)
        return _width_fault(faults[0], len(self._names)) if faults else None

    def _rewritten(self, block: Block) -> bytes:
        """Write the block with a comma and quotes, if Arrow cannot take its separator."""
        try:
            text = str(block, "utf-8")
        except UnicodeDecodeError as error:
            raise self._unreadable(block, pa.ArrowInvalid(str(error))) from None
        written = io.StringIO()
        rows = read_fields(text, self._dialect)
        csv.writer(written, lineterminator=QUOTING_LINE_END).writerows(rows)
        return written.getvalue().encode()


def select(schema: pa.Schema, columns: Sequence[str] | None) -> pa.Schema:
    """Return the schema of only these columns, in their order.

    Raises
    ------
    ColumnMismatch
        If one is not there; names the near names.
    """
    if columns is None:
        return schema
    wanted = [columns] if isinstance(columns, str) else list(dict.fromkeys(columns))
    if not wanted:
        raise ColumnMismatch("No columns asked for. Name at least one, or leave out `columns`.")
    for name in wanted:
        if name not in schema.names:
            raise ColumnMismatch(
                f"There is no column {name!r}.{near_names(str(name), schema.names)} "
                f"Columns are: {listed(schema.names, 50)}."
            )
    return pa.schema([schema.field(name) for name in wanted])


def memory_pool() -> pa.MemoryPool:
    """Return the pool that gives memory back soonest, measured with threads that come and go.

    Over 16 million rows, what Arrow's usual one holds on to beyond what is in use is 80 MB more.
    """
    try:
        return pa.jemalloc_memory_pool()
    except NotImplementedError:  # not on every system
        return pa.default_memory_pool()


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _width_fault(row: pa_csv.InvalidRow, expected: int) -> BlockFault:
    text = row.text[:_SHOWN]
    return BlockFault(
        f"{row.actual_columns} fields where {expected} are expected: {text!r}. The separator or "
        "the text delimiter may not be those in Anaplan's settings, or the text was cut short.",
        max((row.number or 1) - 1, 0),
        text=row.text,
    )


def type_fault(field: pa.Field, doubt: ParseError) -> BlockFault:
    """Word a text that is not of its column's type."""
    text = doubt.text[:_SHOWN]
    return BlockFault(
        f"{text!r} cannot be read with certainty as a value of type {field.type}. Read the "
        f'column as text: dtype={{{field.name!r}: "string"}}.',
        doubt.index,
        field.name,
        doubt.text,
    )


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0][:_SHOWN].rstrip(".")
