"""A cross table (``GRID_CURRENT_PAGE``, ``GRID_ALL_PAGES``) into one flat table.

A page is a line of page items, one header line per column dimension, then the rows, each beginning
with one item per row dimension. The page items become leading columns, so that all pages are one
table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import pyarrow as pa

from anaplan_frames.codec.block_decoder import Decoder
from anaplan_frames.codec.column_types import unique_names
from anaplan_frames.codec.decode import DecodedBatches, split
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.pieces import Block, Piece
from anaplan_frames.codec.row_splitter import read_fields
from anaplan_frames.codec.written_rows import written_rows
from anaplan_frames.errors import ColumnMismatch, EncodingError
from anaplan_frames.messages import near_names

_JOINED = " | "
# There are at most as many column dimensions as this; above the rows nothing else is looked for.
_TOP_ROWS = 50

Row = list[str]


def decode_grid(
    chunks: Iterable[Piece],
    dialect: Dialect,
    schema: pa.Schema | None = None,
    columns: Sequence[str] | None = None,
    *,
    retype: Callable[[pa.Schema], pa.Schema] | None = None,
    threads: int | None = None,
) -> DecodedBatches:
    """Decode a cross table, piece by piece, as a flat one.

    The columns are: one per page dimension (``"Page 1"``, ...), constant within a page, if there is
    a line of page items; one per row dimension, named by the metadata or ``"Row 1"``, ...; then
    one per column, named by its labels, which are joined by ``" | "`` where several dimensions
    are on the columns. A label or item that is left blank is that of its neighbor to the left
    or above. Values are text if the metadata does not type them.

    Parameters
    ----------
    chunks, dialect, columns, retype, threads
        As for `decode_stream`.
    schema : pyarrow.Schema, optional
        From `export_schema`: row dimensions, then the columns.

    Raises
    ------
    ColumnMismatch
        If a later page has columns that the first does not have.
    EncodingError
        If the text is cut short or a row cannot be decoded.
    """

    def begin() -> tuple[Decoder, Iterator[Block]]:
        rows = _rows(split(chunks, dialect), dialect)
        top, rows = _read_top(rows, list(schema.names) if schema else [])
        plain = Dialect(decimal_separator=dialect.decimal_separator)
        expected = pa.schema([]) if schema is None else schema
        flat = top.schema(expected) if top else expected
        if retype is not None:
            flat = retype(flat)
        decoder = Decoder(plain, flat, columns)
        return decoder, written_rows(_flattened(rows, top)) if top else iter(())

    return DecodedBatches(begin, threads)


@dataclass(frozen=True, slots=True)
class _Top:
    """What stands above the rows of a page.

    If the header names the row dimensions itself (`corner` is not blank), they are columns like
    the others.
    """

    pages: tuple[str, ...]  # items of the page, one per dimension
    page_lines: int
    header: tuple[tuple[str, ...], ...]  # the header lines
    rows: int  # how many row dimensions

    @property
    def labels(self) -> list[str]:
        """One label per column."""
        width = max(len(line) for line in self.header)
        lines = [_filled(line[self.rows :], width - self.rows) for line in self.header[:-1]]
        last = self.header[-1][self.rows :]
        lines.append([*last, *[""] * (width - self.rows - len(last))])
        return [_JOINED.join(filter(None, parts)) for parts in zip(*lines, strict=True)]

    def is_header(self, row: Row) -> bool:
        """Whether a row further down is the first header line of a new page."""
        if not any(self.header[0][: self.rows]) and self.rows:
            return len(row) > self.rows and not any(row[: self.rows]) and any(row)
        return tuple(row) == self.header[0]

    def schema(self, metadata: pa.Schema) -> pa.Schema:
        """Name and type the columns; the metadata knows row dimensions and columns."""
        labels = self.labels
        named = len(metadata) in (self.rows, self.rows + len(labels)) and len(metadata)
        first = metadata.names[: self.rows]
        rows = first if named else [f"Row {n}" for n in range(1, self.rows + 1)]
        pages = [f"Page {n}" for n in range(1, len(self.pages) + 1)]
        types = dict(zip(metadata.names, metadata.types, strict=True))
        corner = self.header[-1][: self.rows]
        if any(corner):
            rows = list(corner)
        return pa.schema(
            [
                (name, types.get(name, pa.string()))
                for name in unique_names([*pages, *rows, *labels])
            ]
        )


def _rows(blocks: Iterator[Block], dialect: Dialect) -> Iterator[Row]:
    """Yield the fields of the rows, without empty lines."""
    for block in blocks:
        try:
            text = str(block, "utf-8")
        except UnicodeDecodeError as error:
            raise EncodingError(
                f"The text is not {dialect.encoding}: {error.object[error.start : error.end]!r}. "
                "Set the encoding in Anaplan's settings of the export to that of its content."
            ) from None
        yield from (row for row in read_fields(text, dialect) if any(row))


def _read_top(rows: Iterator[Row], names: Sequence[str]) -> tuple[_Top | None, Iterator[Row]]:
    """Read what stands above the first row of cells."""
    first = list(islice(rows, _TOP_ROWS))
    if not first:
        return None, rows
    top = _top_of(first, names)
    seen = first[top.page_lines + len(top.header) :]
    return top, _chained(seen, rows)


def _chained(first: Iterable[Row], others: Iterator[Row]) -> Iterator[Row]:
    yield from first
    yield from others


def _top_of(rows: Sequence[Row], names: Sequence[str]) -> _Top:
    """Find page line and header lines among the first rows, by the blank corner."""
    start = next((n for n, row in enumerate(rows) if len(row) > 1 and not row[0]), None)
    if start is None or start > 2:
        return _top_with_corner(rows, names)
    header = list(rows[start : _end_of_blank(rows, start)])
    count = min(next(n for n, field in enumerate(row) if field) for row in header)
    following = rows[start + len(header)] if start + len(header) < len(rows) else []
    # The row dimensions may be named in the last header line.
    if names and following[:count] == list(names[:count]):
        header.append(following)
    if start and names and rows[0][:count] == list(names[:count]):
        start, header = start - 1, [rows[start - 1], *header]
    pages = tuple(field for row in rows[:start] for field in _stripped(row))
    return _Top(pages, start, tuple(map(tuple, header)), count)


def _end_of_blank(rows: Sequence[Row], start: int) -> int:
    end = start
    while end < len(rows) and len(rows[end]) > 1 and not rows[end][0]:
        end += 1
    return end


def _top_with_corner(rows: Sequence[Row], names: Sequence[str]) -> _Top:
    """One header line that names the row dimensions too; above it perhaps the page items."""
    start = 0
    if names and list(names) in rows[:2]:
        start = list(rows[:2]).index(list(names))
    elif len(rows) > 1 and len(rows[0]) != len(rows[1]):
        following = rows[2] if len(rows) > 2 else rows[1]
        start = int(len(rows[1]) == len(following))
    pages = tuple(field for row in rows[:start] for field in _stripped(row))
    return _Top(pages, start, (tuple(rows[start]),), 0)


def _flattened(rows: Iterator[Row], top: _Top) -> Iterator[Row]:
    """Yield the rows of cells, each with the items of its page, in the first page's columns."""
    pages: Sequence[str] = top.pages
    order: list[int | None] | None = None
    above: Row = []
    held: list[Row] = []  # the last rows may turn out to be the next page's line of items
    for row in rows:
        if top.is_header(row):
            lines = [row, *islice(rows, len(top.header) - 1)]
            found = [field for line in held for field in _stripped(line)]
            pages = _paged(found, len(top.pages))
            held, above = [], []
            order = _order(top, replace(top, header=tuple(map(tuple, lines))), pages)
            continue
        held.append(row)
        if len(held) > top.page_lines:
            above = _completed(held.pop(0), above, top.rows)
            yield [*pages, *_ordered(above, order, top.rows)]
    for row in held:
        above = _completed(row, above, top.rows)
        yield [*pages, *_ordered(above, order, top.rows)]


def _paged(found: Sequence[str], count: int) -> Sequence[str]:
    if len(found) != count:
        raise EncodingError(
            f"A page has {len(found)} page items {list(found)}, the first one {count}. Export in a "
            "tabular layout instead."
        )
    return found


def _order(top: _Top, page: _Top, items: Sequence[str]) -> list[int | None] | None:
    """Return where a page has the first page's columns; None if in the same places."""
    labels, here = top.labels, page.labels
    if labels == here:
        return None
    for label in here:
        if label not in labels:
            raise ColumnMismatch(
                f"Page {' | '.join(items)!r} has a column {label!r} that the first page does not "
                f"have.{near_names(label, labels)} Export in a tabular layout instead."
            )
    positions = {label: position for position, label in enumerate(here)}
    return [positions.get(label) for label in labels]


def _ordered(row: Row, order: list[int | None] | None, count: int) -> Row:
    if order is None:
        return row
    cells = row[count:]
    return row[:count] + [
        "" if position is None or position >= len(cells) else cells[position] for position in order
    ]


def _completed(row: Row, above: Row, count: int) -> Row:
    """Repeat the items that are left blank because the row above has them."""
    if count < 2 or row[0] or not above:
        return row
    blank = next((n for n, field in enumerate(row[:count]) if field), 0)
    return above[:blank] + row[blank:]


def _filled(labels: Sequence[str], width: int) -> Row:
    """Repeat a label over the blanks that follow it."""
    filled: Row = []
    for label in labels:
        filled.append(label or (filled[-1] if filled else ""))
    return filled + [filled[-1] if filled else ""] * (width - len(filled))


def _stripped(row: Row) -> Row:
    """Return the items of a page line, without the blanks that fill it up."""
    last = max((n for n, field in enumerate(row) if field), default=-1)
    return row[: last + 1]
