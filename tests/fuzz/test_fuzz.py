"""Any bytes are read or refused with an error of ours; what our encoder wrote is read as it was."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from anaplan_frames.codec.decode import Decoder, RowSplitter, decode_stream
from tests.fuzz.drawn import in_pieces
from tests.fuzz.targets import TARGETS
from tests.fuzz.texts import INPUTS, Table, tables

_SLOW = [HealthCheck.too_slow]
_SHORT = settings(suppress_health_check=_SLOW)
_LONG = settings(max_examples=1_200, suppress_health_check=_SLOW)
_CUTS = st.lists(st.integers(0, 60), max_size=8)

# Found by atheris.
STRAY = b"\x05\x01" + b"\0" * 2 + b'\0\x19","x""\n,yc\n5 p,"z"\n'
MARK = b"\0\0\0\0" + b'"z"\na\n\xef\xbb\xbf\x01\n(\x01\n'


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_any_bytes_are_read_in_any_pieces_alike_or_refused(
    target: Callable[[bytes], None],
) -> None:
    _SHORT(given(INPUTS)(example(STRAY)(example(MARK)(target))))()


@pytest.mark.long
@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_very_many_bytes_are_read_in_any_pieces_alike_or_refused(
    target: Callable[[bytes], None],
) -> None:
    _LONG(given(INPUTS)(target))()


def read_as_written(table: Table, cuts: list[int], size: int) -> None:
    dialect, rows, content = table
    width = len(rows[0]) if rows else 1
    schema = pa.schema([(f"c{number}", pa.string()) for number in range(width)])
    expected = [tuple(text or None for text in row) for row in rows]
    batches = decode_stream(in_pieces(content, cuts), dialect, schema if rows else None, threads=1)
    assert [tuple(row.values()) for batch in batches for row in batch.to_pylist()] == expected
    # The same in many small blocks.
    splitter = RowSplitter(dialect, size)
    blocks = [block for piece in in_pieces(content, cuts) for block in splitter.feed(piece)]
    blocks += splitter.finish()
    decoder = Decoder(dialect, schema)
    if width > 1 and not dialect.header_row:  # empty lines are not rows then
        found = [row for block in blocks for row in decoder.decode(block, 0).to_pylist()]
        assert [tuple(row.values()) for row in found] == expected


@_SHORT
@given(tables(), _CUTS, st.integers(1, 40))
def test_what_the_encoder_wrote_is_read_as_it_was(table: Table, cuts: list[int], size: int) -> None:
    read_as_written(table, cuts, size)


@pytest.mark.long
@_LONG
@given(tables(), _CUTS, st.integers(1, 40))
def test_very_much_that_the_encoder_wrote_is_read_as_it_was(
    table: Table, cuts: list[int], size: int
) -> None:
    read_as_written(table, cuts, size)
