"""Rows of texts written as blocks of plain CSV, for the decoder that reads all tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice

from anaplan_frames.codec.block_decoder import QUOTING_LINE_END

_ROWS_PER_BLOCK = 10_000


def written_rows(rows: Iterator[Sequence[str]]) -> Iterator[bytes]:
    """Write the flat rows as blocks for the decoder."""
    while some := list(islice(rows, _ROWS_PER_BLOCK)):
        text = io.StringIO()
        csv.writer(text, lineterminator=QUOTING_LINE_END).writerows(some)
        yield text.getvalue().encode()
