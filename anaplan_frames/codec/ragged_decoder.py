"""A text whose rows have different numbers of fields, such as a model's history, as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from anaplan_frames.codec.block_decoder import Decoder
from anaplan_frames.codec.column_types import unique_names
from anaplan_frames.codec.decode import DecodedBatches, split
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.pieces import Block, Piece
from anaplan_frames.codec.row_splitter import read_fields
from anaplan_frames.codec.written_rows import written_rows


def decode_ragged(
    chunks: Iterable[Piece],
    dialect: Dialect,
    columns: Sequence[str] | None = None,
    *,
    retype: Callable[[pa.Schema], pa.Schema] | None = None,
) -> DecodedBatches:
    """Decode a text of which not even the number of columns is known before.

    All is text. The first row has the names; short rows are filled with missing values, and fields
    beyond the names get columns ``"Column 7"`` and so on. The whole text is in memory, as the last
    row may be the longest.

    Parameters
    ----------
    chunks, columns, retype
        As for `decode_stream`.
    dialect : Dialect
        How it is written; if its separator does not occur in the first row, and tabs do, it is tab
        separated.
    """

    def begin() -> tuple[Decoder, Iterator[Block]]:
        texts = [bytes(block).decode() for block in split(chunks, dialect)]
        written = _tab_separated(dialect) if _has_tabs(texts, dialect) else dialect
        width = max((len(row) for row in _rows(texts, written)), default=0)
        rows = _rows(texts, written)
        header = next(rows, [])
        names = [
            name or f"Column {number}"
            for number, name in enumerate([*header, *[""] * (width - len(header))], start=1)
        ]
        schema = pa.schema([(name, pa.string()) for name in unique_names(names)])
        padded = ([*row, *[""] * (width - len(row))] for row in rows)
        plain = replace(Dialect(), decimal_separator=dialect.decimal_separator)
        decoder = Decoder(plain, retype(schema) if retype else schema, columns)
        return decoder, written_rows(padded)

    return DecodedBatches(begin)


def _rows(texts: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    """Yield the rows that are not blank."""
    return (row for text in texts for row in read_fields(text, dialect) if any(row))


def _has_tabs(texts: Sequence[str], dialect: Dialect) -> bool:
    first = texts[0].partition("\n")[0] if texts else ""
    return dialect.separator not in first and "\t" in first


def _tab_separated(dialect: Dialect) -> Dialect:
    return replace(dialect, separator="\t")
