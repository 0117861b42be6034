"""Any table that an independent writer writes comes back equal; any bytes end in AnaplanError."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from anaplan_frames.bulk.failure_dump import parse_dump
from anaplan_frames.codec.decode import DecodedBatches, RowSplitter, decode_stream
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.grid_decoder import decode_grid
from anaplan_frames.errors import AnaplanError
from tests.fuzz.drawn import in_pieces

_MANY = settings(max_examples=5 * settings.default.max_examples // 2)
LATIN = st.characters(min_codepoint=1, max_codepoint=255)
ANY = st.characters(exclude_categories=("Cs",), exclude_characters="\ufeff")
AWKWARD = st.sampled_from(['"', '""', ",", ";", "\t", "\n", "\r\n", "\r", " ", "NA", "0", "é"])


@st.composite
def tables(draw: st.DrawFn) -> tuple[Dialect, list[list[str]], list[int]]:
    """A dialect, the texts of a table, and where its bytes are cut."""
    encoding = draw(st.sampled_from(["UTF-8", "UTF-16LE", "ISO-8859-1"]))
    separator = draw(st.sampled_from([",", "\t", ";"]))
    delimiter = draw(st.sampled_from(['"', "'", ""]))
    letters = LATIN if encoding == "ISO-8859-1" else ANY
    texts = st.lists(st.one_of(st.text(letters, max_size=4), AWKWARD), max_size=4).map("".join)
    if not delimiter:
        # Without quotes the format has no way to carry these.
        forbidden = f'{separator}\r\n"'
        texts = texts.map(lambda text: "".join(c for c in text if c not in forbidden))
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(texts, min_size=width, max_size=width), max_size=12))
    if width == 1:
        rows = [row for row in rows if row[0]]  # an empty line, tested by itself
    cuts = draw(st.lists(st.integers(0, 200), max_size=12))
    return Dialect(separator, delimiter, encoding), rows, cuts


def written(rows: Iterable[Iterable[str]], dialect: Dialect, line_end: str) -> bytes:
    """Write with Python's own writer."""
    out = io.StringIO(newline="")
    if dialect.delimiter:
        writer = csv.writer(
            out,
            delimiter=dialect.separator,
            quotechar=dialect.delimiter,
            lineterminator=line_end,
            # A bare carriage return, which older writers leave, is a row's end to every reader.
            quoting=csv.QUOTE_ALL if _has_return(rows) else csv.QUOTE_MINIMAL,
        )
        writer.writerows(rows)
    else:
        out.writelines(dialect.separator.join(row) + line_end for row in rows)
    return out.getvalue().encode(dialect.codec)


def _has_return(rows: Iterable[Iterable[str]]) -> bool:
    return any("\r" in text for row in rows for text in row)


@given(tables(), st.sampled_from(["\n", "\r\n"]))
def test_any_table_in_any_dialect_and_any_cut_comes_back_equal(
    table: tuple[Dialect, list[list[str]], list[int]], line_end: str
) -> None:
    dialect, rows, cuts = table
    width = len(rows[0]) if rows else 2
    names = [f"c{n}" for n in range(width)]
    content = written([names, *rows], dialect, line_end)
    schema = pa.schema([(name, pa.string()) for name in names])
    batches = decode_stream(in_pieces(content, cuts), dialect, schema, threads=1)
    found = [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
    assert found == [tuple(text or None for text in row) for row in rows if any(row) or width > 1]


@given(tables(), st.integers(1, 60))
def test_blocks_end_at_rows_however_small_they_are(
    table: tuple[Dialect, list[list[str]], list[int]], size: int
) -> None:
    dialect, rows, cuts = table
    content = b"".join(written([row], dialect, "\n") for row in rows)
    splitter = RowSplitter(dialect, block_bytes=size)
    blocks = [block for piece in in_pieces(content, cuts) for block in splitter.feed(piece)]
    blocks += splitter.finish()
    assert b"".join(blocks).decode() == content.decode(dialect.codec)
    plain = Dialect(dialect.separator, dialect.delimiter)
    ends = {0}
    for row in rows:
        ends.add(max(ends) + len(written([row], plain, "\n")))
    end = 0
    for block in blocks:
        end += len(block)
        assert end in ends


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(allow_nan=False)),
            st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
            st.one_of(st.none(), st.booleans()),
            st.one_of(st.none(), st.dates()),
        ),
        max_size=20,
    ),
    st.lists(st.integers(0, 50), max_size=5),
)
def test_typed_values_come_back_exactly(rows: list[tuple[Any, ...]], cuts: list[int]) -> None:
    schema = pa.schema(
        [("f", pa.float64()), ("i", pa.int64()), ("b", pa.bool_()), ("d", pa.date32())]
    )
    texts = [["" if value is None else str(value) for value in row] for row in rows]
    content = written([schema.names, *texts], Dialect(), "\n")
    batches = decode_stream(in_pieces(content, cuts), Dialect(), schema, threads=1)
    found = [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
    # A row without any value is still a row: its line has separators.
    assert found == rows


HOSTILE = st.one_of(
    st.binary(max_size=120),
    st.lists(
        st.sampled_from([b"a", b'"', b'""', b",", b"\n", b"\r", b"\0", b"\xff", b"1", b"_Line_"]),
        max_size=40,
    ).map(b"".join),
    st.text(max_size=60).map(
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le", "replace")
    ),
)
DIALECTS = st.builds(
    Dialect,
    separator=st.sampled_from([",", "\t", "¦"]),
    delimiter=st.sampled_from(['"', "'", "", "“"]),
    encoding=st.sampled_from(
        ["UTF-8", "UTF-16LE", "UTF-16", "ISO-8859-1", "windows-1252", "UTF-32"]
    ),
    header_row=st.integers(0, 2),
    first_data_row=st.integers(3, 4),
)
SCHEMAS = st.sampled_from(
    [
        None,
        pa.schema([("a", pa.string())]),
        pa.schema([("a", pa.float64()), ("1", pa.bool_()), ("_Line_", pa.date32())]),
    ]
)
Decode = Callable[..., DecodedBatches]


@_MANY
@given(HOSTILE, DIALECTS, SCHEMAS, st.sampled_from([decode_stream, decode_grid]))
@example(b'a\n"', Dialect(), None, decode_stream)
@example(b"\0'", Dialect(",", "'", header_row=2, first_data_row=3), None, decode_stream)
def test_any_bytes_are_decoded_or_refused_with_an_error_of_ours(
    content: bytes, dialect: Dialect, schema: pa.Schema | None, decode: Decode
) -> None:
    try:
        batches = decode([content[:7], content[7:]], dialect, schema, threads=1)
        rows = pa.Table.from_batches(list(batches), batches.schema)
    except AnaplanError:
        return
    rows.validate(full=True)


@_MANY
@given(HOSTILE, DIALECTS, st.lists(st.sampled_from(["a", "1", "", "_Line_"]), max_size=4))
def test_any_bytes_are_read_as_a_dump_and_nothing_of_them_is_dropped(
    content: bytes, dialect: Dialect, headers: list[str]
) -> None:
    for row in parse_dump(content, headers, dialect):
        assert len(row.values) == len(headers)
        assert any(row.text)
