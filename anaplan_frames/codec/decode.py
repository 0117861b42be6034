"""A text that arrives in pieces, into Arrow record batches, parsed while the rest arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Protocol

import pyarrow as pa

from anaplan_frames.codec.block_decoder import BlockFault, Decoder
from anaplan_frames.codec.column_types import unique_names
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.pieces import Block, Piece
from anaplan_frames.codec.row_splitter import RowSplitter, first_rows, read_fields
from anaplan_frames.errors import ColumnMismatch, EncodingError
from anaplan_frames.messages import near_names
from anaplan_frames.threads import core_count, in_order

__all__ = ["DecodedBatches", "Decoder", "RowSplitter", "decode_stream"]

_MOST_NAMED = 10  # columns that do not fit

# Makes the schema to read with of the names in a text's header, and leaves out what not to read.
SchemaOfHeader = Callable[[list[str]], pa.Schema]


class BlockDecoder(Protocol):
    """Makes record batches of blocks, several threads at a time: `Decoder`, for one."""

    @property
    def schema(self) -> pa.Schema:
        """The schema of the batches."""

    def decode(self, block: Block, first_row: int) -> pa.RecordBatch:
        """Decode a block that begins at a known row; raises EncodingError."""

    def decode_block(self, block: Block) -> pa.RecordBatch:
        """Decode a block of which the first row is not known yet; raises BlockFault."""


class DecodedBatches(Iterator[pa.RecordBatch]):
    """Record batches of blocks of text, in order.

    Nothing is read before the first batch or the schema is asked for. Blocks are parsed by a few
    threads while the next pieces arrive; a few blocks, never the whole, are in memory.
    """

    def __init__(
        self,
        begin: Callable[[], tuple[BlockDecoder, Iterator[Block]]],
        threads: int | None = None,
    ) -> None:
        self._begin = begin
        self._threads = core_count() if threads is None else threads
        self._begun: tuple[BlockDecoder, Iterator[Block]] | None = None
        self._decoded: Iterator[pa.RecordBatch] | None = None

    @property
    def schema(self) -> pa.Schema:
        """The schema of the batches; reads up to the header if need be."""
        return self._open()[0].schema

    def __next__(self) -> pa.RecordBatch:
        if self._decoded is None:
            decoder, blocks = self._open()
            self._decoded = _decode_all(decoder, blocks, self._threads)
        return next(self._decoded)

    def close(self) -> None:
        """Stop reading; the threads end with the blocks they have."""
        blocks = self._begun[1] if self._begun else None
        for generator in (self._decoded, blocks):
            close = getattr(generator, "close", None)
            if close is not None:
                close()

    def _open(self) -> tuple[BlockDecoder, Iterator[Block]]:
        if self._begun is None:
            self._begun = self._begin()
        return self._begun


def decode_stream(
    chunks: Iterable[Piece],
    dialect: Dialect,
    schema: pa.Schema | SchemaOfHeader | None = None,
    columns: Sequence[str] | None = None,
    *,
    retype: Callable[[pa.Schema], pa.Schema] | None = None,
    threads: int | None = None,
) -> DecodedBatches:
    """Decode a text, piece by piece, under its schema.

    Parameters
    ----------
    chunks : iterable of bytes
        The text in any cut, in the dialect's encoding.
    dialect : Dialect
        How it is written; says where the header and the first row are.
    schema : pyarrow.Schema or callable, optional
        From `export_schema`. Without it (or empty) the header's names are taken, all as text.
        Or what makes a schema of them (each its own, as `unique_names` has it), which may leave
        some out, if the header is the first to show what there is.
    columns : sequence of str, optional
        Read only these, in this order; also the way around a header that has more columns than
        the schema.
    retype : callable, optional
        Given the whole schema, returns the one to parse with (other types, same names).
    threads : int, optional
        That parse; as many as there are processors by default, at most 8.

    Returns
    -------
    Batches
        An iterator of record batches, which also knows its `schema`.

    Raises
    ------
    ColumnMismatch
        If the header is not the schema's. The same names in another order are not a mismatch: the
        file's order is followed, and the batches have the schema's.
    EncodingError
        If the text is cut short or a row cannot be decoded; names column and row.
    """

    def begin() -> tuple[Decoder, Iterator[Block]]:
        header, blocks = _read_head(split(chunks, dialect), dialect)
        return _decoder_for(header, dialect, schema, columns, retype), blocks

    return DecodedBatches(begin, threads)


def split(chunks: Iterable[Piece], dialect: Dialect) -> Iterator[Block]:
    """Yield the text as UTF-8 blocks of whole rows."""
    splitter = RowSplitter(dialect)
    for chunk in chunks:
        yield from splitter.feed(chunk)
        del chunk  # not held while the next is waited for
    yield from splitter.finish()


def _read_head(
    blocks: Iterator[Block], dialect: Dialect
) -> tuple[list[str] | None, Iterator[Block]]:
    """Take what is above the first data row off the blocks; return the header and the rest."""
    count = dialect.first_data_row - 1
    block = b""
    found: tuple[list[bytes], bytes] | None = None
    for more in blocks:
        block += more
        found = first_rows(block, count, dialect.delimiter)
        if found:
            break
    if found is None:
        # The text ends above the first data row, perhaps without a newline after its header.
        found = first_rows(block + b"\n" * count, count, dialect.delimiter) or ([block], b"")
        found = (found[0], b"")
    rows, rest = found
    header = None
    if 0 < dialect.header_row <= len(rows) and block:
        header = _fields(rows[dialect.header_row - 1], dialect)
    elif not dialect.header_row and rest:
        # No names, but their number.
        header = [""] * len(_fields(rest[: rest.find(b"\n") + 1] or rest, dialect))
    return header, _chained(rest, blocks)


def _chained(first: Block, others: Iterator[Block]) -> Iterator[Block]:
    if first:
        yield first
    yield from others


def _fields(row: bytes, dialect: Dialect) -> list[str]:
    try:
        text = row.decode()
    except UnicodeDecodeError as error:
        raise EncodingError(
            f"The header is not {dialect.encoding}: {row[error.start : error.end]!r}. Set the "
            "encoding in Anaplan's settings of the file or export to that of its content."
        ) from None
    return next(iter(read_fields(text, dialect)), []) or [""]


def _decoder_for(
    header: list[str] | None,
    dialect: Dialect,
    expected: pa.Schema | SchemaOfHeader | None,
    columns: Sequence[str] | None,
    retype: Callable[[pa.Schema], pa.Schema] | None,
) -> Decoder:
    """Check the file's header against the schema, and choose how its rows are read."""
    if callable(expected):
        found = unique_names(header or [])
        chosen = expected(found)
        return Decoder(dialect, retype(chosen) if retype else chosen, columns, found or None)
    return _decoder_of_metadata(header, dialect, expected, columns, retype)


def _decoder_of_metadata(
    header: list[str] | None,
    dialect: Dialect,
    expected: pa.Schema | None,
    columns: Sequence[str] | None,
    retype: Callable[[pa.Schema], pa.Schema] | None,
) -> Decoder:
    named = bool(dialect.header_row) and header is not None
    if expected is None or not len(expected):
        expected = pa.schema([(name, pa.string()) for name in unique_names(header or [])])
    names = unique_names(header) if named and header is not None else list(expected.names)
    if names != expected.names:
        names = _agreed(names, expected.names, columns)
    if retype is not None:
        expected = retype(expected)
    return Decoder(dialect, expected, columns, names)


def _agreed(found: list[str], expected: list[str], columns: Sequence[str] | None) -> list[str]:
    """Return the file's names in its order, spelt as expected; or say how they differ."""
    by_stripped = {name.strip(): name for name in expected}
    spelt = [by_stripped.get(name.strip(), name) for name in found]
    if sorted(spelt) == sorted(expected):
        return spelt
    missing = [name for name in expected if name not in spelt]
    unused = [name for name in spelt if name not in expected]
    if columns is not None and not set(columns) & set(missing) and len(set(spelt)) == len(spelt):
        return spelt
    faults = [
        *(f"{name!r} is missing.{near_names(name, unused)}" for name in missing[:_MOST_NAMED]),
        *(f"{name!r} is not in the metadata." for name in unused[:_MOST_NAMED]),
    ]
    more = max(len(missing) - _MOST_NAMED, 0) + max(len(unused) - _MOST_NAMED, 0)
    if more:
        faults.append(f"The same is true of {more:,} more.")
    raise ColumnMismatch(
        "The header of the text is not the one that Anaplan's metadata names: "
        f"{' '.join(faults) or 'a name occurs twice.'} If the export was changed meanwhile, read "
        "again; or name the columns to read in `columns`."
    )


def _decode_all(
    decoder: BlockDecoder, blocks: Iterator[Block], threads: int
) -> Iterator[pa.RecordBatch]:
    """Decode blocks by several threads, in order, at most a few ahead."""
    first_row = 0
    first = next(blocks, None)
    if first is None:
        return
    # The first is decoded at once: a caller who waits for the first row gets it early.
    batch = decoder.decode(first, 0)
    first_row += batch.num_rows
    del first
    yield batch
    del batch
    batches = in_order(
        decoder.decode_block, blocks, threads=threads, name="anaplan-decode", promptly=True
    )
    with closing(batches):
        try:
            for batch in batches:
                first_row += batch.num_rows
                yield batch
                del batch
        except BlockFault as fault:
            raise fault.error(first_row) from None
