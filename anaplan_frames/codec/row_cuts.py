"""Where a text can be cut between two rows, found from a piece out of its middle."""

from __future__ import annotations

import codecs

import numpy as np

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.row_splitter import first_rows

_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_ONE_BYTE = ("ascii", "iso8859", "cp125", "koi8")


def can_be_cut(dialect: Dialect) -> bool:
    """Whether line ends and marks are single bytes, which are not a part of other characters."""
    marks = dialect.separator + dialect.delimiter
    codec = dialect.codec
    return (
        (codec == "utf-8" or codec.startswith(_ONE_BYTE))
        and marks.isascii()
        and len(dialect.separator) == 1
        and len(dialect.delimiter) < 2
    )


def text_head(beginning: bytes, dialect: Dialect) -> bytes | None:
    """Return what is above the first data row; None if `beginning` does not hold all of it."""
    if beginning.startswith(_WIDE_MARKS):
        return None
    found = first_rows(beginning, dialect.first_data_row - 1, dialect.delimiter)
    return None if found is None else beginning[: len(beginning) - len(found[1])]


def first_row_end(piece: bytes, dialect: Dialect) -> int | None:
    """Return where the first row ends that ends in `piece`, which may begin within a row.

    Whether the piece begins inside a quoted text is found by trying both: its text delimiters must
    open at the beginning of a field and close at its end. If the answer is not clear, or no row
    ends in the piece, None is returned. A piece without text delimiters is taken to begin outside;
    the decoder of what comes before it finds out if that is wrong, as its text is then cut short.
    """
    view = np.frombuffer(piece, np.uint8)
    line_ends = np.flatnonzero(view == ord("\n"))
    if not dialect.delimiter:
        return int(line_ends[0]) + 1 if len(line_ends) else None
    marks = np.flatnonzero(view == ord(dialect.delimiter))
    possible = [inside for inside in (0, 1) if _fits(view, marks, inside, dialect)]
    if not len(marks):
        possible = [0]
    if len(possible) != 1:
        return None
    outside = (np.searchsorted(marks, line_ends) + possible[0]) % 2 == 0
    ends = line_ends[outside]
    return int(ends[0]) + 1 if len(ends) else None


def _fits(
    view: np.ndarray[tuple[int], np.dtype[np.uint8]],
    marks: np.ndarray[tuple[int], np.dtype[np.intp]],
    inside: int,
    dialect: Dialect,
) -> bool:
    """Whether the text delimiters can be read so; `inside` is 1 if the first one closes."""
    may_stand_next = np.zeros(256, dtype=bool)
    may_stand_next[[*b"\r\n", ord(dialect.separator), ord(dialect.delimiter)]] = True
    opening, closing = marks[inside::2], marks[1 - inside :: 2]
    before, after = opening[opening > 0] - 1, closing[closing + 1 < len(view)] + 1
    return bool(may_stand_next[view[before]].all() and may_stand_next[view[after]].all())
