"""What is fuzzed: each target takes any bytes, and fails if they do what none should do.

An `AnaplanError` is an answer; every other exception is a fault, and so is an answer that depends
on how the bytes were cut on their way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pyarrow as pa

from anaplan_frames.bulk.dump_matching import match_rows
from anaplan_frames.bulk.failure_dump import parse_dump
from anaplan_frames.codec.block_decoder import Decoder
from anaplan_frames.codec.decode import DecodedBatches, RowSplitter, decode_stream
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.grid_decoder import decode_grid
from anaplan_frames.codec.item_blocks import BrokenItems, ItemSplitter
from anaplan_frames.codec.item_columns import item_columns
from anaplan_frames.codec.item_decoder import ItemDecoder
from anaplan_frames.codec.pieces import Block
from anaplan_frames.errors import AnaplanError
from tests.fuzz.drawn import Drawn, in_pieces

LIST = {
    "properties": [
        {"name": "Owner", "format": "TEXT"},
        {"name": "Amount", "format": "NUMBER"},
        {"name": "Start", "format": "DATE"},
        {"name": "Open", "format": "BOOLEAN"},
    ],
    "subsets": [{"id": "109000000001", "name": "Active"}],
}
ITEM_DECODER = ItemDecoder(item_columns(LIST))

Answer = tuple[str, Any]


def decoder(data: bytes) -> None:
    """Decode a text whole and in pieces: the same rows, or refused both times."""
    _same_in_pieces(Drawn(data), decode_stream)


def grid(data: bytes) -> None:
    """Decode a cross table whole and in pieces: the same rows, or refused both times."""
    _same_in_pieces(Drawn(data), decode_grid)


def blocks(data: bytes) -> None:
    """Decode a text in one block and in small ones: the same rows, or one of both is refused."""
    drawn = Drawn(data)
    size = drawn.number(255) + 1
    names = [f"c{n}" for n in range(drawn.number(3) + 1)]
    dialect = Dialect(drawn.choice((",", "\t", ";")), drawn.choice(('"', "'", "")))
    reader = Decoder(dialect, pa.schema([(name, pa.string()) for name in names]))
    content = drawn.rest()
    whole = _answer(lambda: _block_rows(content, dialect, reader, 1 << 20))
    small = _answer(lambda: _block_rows(content, dialect, reader, size))
    if "refused" not in (whole[0], small[0]):
        assert whole == small, (content, whole, small)


def dump(data: bytes) -> None:
    """Read a failure dump and match it: every line is reported, no row is found twice."""
    drawn = Drawn(data)
    try:
        dialect = drawn.dialect()
    except AnaplanError:
        return
    headers = drawn.headers()
    content = drawn.rest()
    try:
        rows = parse_dump(content, headers, dialect)
    except AnaplanError:
        return
    assert all(len(row.values) == len(headers) and any(row.text) for row in rows)
    sent = SentTexts([tuple(value or "" for value in row.values) for row in rows][::2])
    found = [place for place in match_rows(rows, sent, dialect) if place is not None]
    assert len(found) == len(set(found))
    assert all(0 <= place < sent.rows for place in found)


def items(data: bytes) -> None:
    """Decode list items whole and in pieces: the same rows, or one of both is refused."""
    drawn = Drawn(data)
    size, cuts = drawn.number(255) + 1, drawn.cuts()
    content = drawn.rest()
    if drawn.number(1) or not content.startswith(b"{"):
        content = b'{"listItems":[' + content + b'],"meta":{}}'
    whole = _answer(lambda: _item_rows([content], 1 << 20))
    cut = _answer(lambda: _item_rows(in_pieces(content, cuts), size))
    if "refused" not in (whole[0], cut[0]):
        assert whole == cut, (content, whole, cut)


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each for each in (decoder, grid, blocks, dump, items)
}


def _same_in_pieces(drawn: Drawn, decode: Callable[..., DecodedBatches]) -> None:
    try:
        dialect = drawn.dialect()
    except AnaplanError:
        return
    schema, cuts = drawn.schema(), drawn.cuts()
    content = drawn.rest()

    def rows(pieces: Iterable[bytes]) -> list[Any]:
        batches = decode(pieces, dialect, schema, threads=1)
        table = pa.Table.from_batches(list(batches), batches.schema)
        table.validate(full=True)
        return [table.schema, *table.to_pylist()]

    whole = _answer(lambda: rows([content]))
    cut = _answer(lambda: rows(in_pieces(content, cuts)))
    assert whole == cut, (content, whole, cut)


def _block_rows(content: bytes, dialect: Dialect, reader: Decoder, size: int) -> list[Any]:
    splitter = RowSplitter(dialect, size)
    found: list[Block] = [*splitter.feed(content), *splitter.finish()]
    rows: list[Any] = []
    for block in found:
        rows += reader.decode(block, len(rows)).to_pylist()
    return rows


def _item_rows(pieces: Iterable[bytes], size: int) -> list[Any]:
    splitter = ItemSplitter(size)
    rows: list[Any] = []

    def add(found: Iterable[bytes]) -> None:
        for block in found:
            rows.extend(ITEM_DECODER.decode(block, len(rows)).to_pylist())

    for piece in pieces:
        add(splitter.feed(piece))
    add(splitter.finish())
    return rows


def _answer(ask: Callable[[], Any]) -> Answer:
    """Return the rows as text, in which NaN equals itself, or that they are refused."""
    try:
        return "rows", repr(ask())
    except (AnaplanError, BrokenItems):
        return "refused", None


class SentTexts:
    """Rows that were sent."""

    def __init__(self, texts: Sequence[tuple[str, ...]]) -> None:
        self._texts = texts
        self.rows = len(texts)

    def take(self, positions: Sequence[int]) -> list[tuple[str, ...]]:
        return [self._texts[position] for position in positions]

    def scan(self) -> Iterable[list[tuple[str, ...]]]:
        return iter([list(self._texts)])
