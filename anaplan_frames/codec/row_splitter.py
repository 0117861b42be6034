"""Bytes as they arrive, in any cut, into UTF-8 blocks of whole rows; rows into fields."""

from __future__ import annotations

import codecs
import csv
import io
import re
import threading
from collections.abc import Iterator

import numpy as np

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.line_ends import LineEnds
from anaplan_frames.codec.pieces import Block, Piece
from anaplan_frames.errors import EncodingError

# A mark at the start of a text says its encoding more surely than any setting. UTF-32 comes
# first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LONGEST_MARK = 4
# A row longer than this is not a row: some text delimiter was never closed.
_LONGEST_ROW = 256_000_000
_COUNTED_AT_ONCE = 1 << 18
_FIRST_BLOCK = 1 << 18

_field_limit = threading.Lock()


class RowSplitter:
    """Cut a text that arrives in pieces into UTF-8 blocks of whole rows.

    A newline inside a quoted text does not end a row. If the first line ends with a carriage return
    alone, so do the others. A byte order mark is dropped, and decides
    the encoding if it differs from the dialect's. NUL is a character like any other. UTF-8 is
    passed on unchecked: the decoder, which can name the row, checks it. Blocks are views of the
    pieces; only what lies across two pieces is copied.

    Parameters
    ----------
    dialect : Dialect
        For its encoding, separator and text delimiter.
    block_bytes : int
        Blocks have at most about this size, more only if one row is longer. They are smaller at
        the beginning and the end, and where two pieces meet.
    """

    def __init__(self, dialect: Dialect, block_bytes: int = 1_500_000) -> None:
        self._dialect = dialect
        self._block_bytes = block_bytes
        self._quote = dialect.delimiter.encode()
        self._separator = dialect.separator.encode()
        self._bounds = (b"\r", b"\n", self._separator)  # next to a field
        self._head: bytes | None = b""  # the first bytes, until they can show a byte order mark
        self._decoder: codecs.IncrementalDecoder | None = None
        self._received = 0
        self._parts: list[Block] = []  # whole rows, and the beginning of one
        self._size = 0
        self._ends = LineEnds(self._quote)
        self._inside = False  # do the parts end inside a quoted text?
        # The first blocks are small: a caller who waits for the first row should not wait long.
        self._enough = min(block_bytes, _FIRST_BLOCK)

    def feed(self, chunk: Piece) -> Iterator[Block]:
        """Take the next bytes and yield the blocks that are now whole.

        Raises
        ------
        EncodingError
            If the bytes are not of the encoding (names the byte), or a row has no end.
        """
        if self._head is not None:
            self._head += chunk
            if len(self._head) < _LONGEST_MARK:
                return
            chunk = self._begin()
        yield from self._take(self._ends.feed(self._utf8(chunk)))

    def finish(self) -> Iterator[Block]:
        """Yield the last block: its last row need not end with a newline.

        Raises
        ------
        EncodingError
            If the text ends inside a quoted text or in the middle of a character.
        """
        if self._head is not None:
            yield from self._take(self._ends.feed(self._utf8(self._begin())))
        yield from self._take(self._ends.feed(self._utf8(b"", final=True)))
        yield from self._take(self._ends.finish())
        rest = b"".join(self._parts)
        self._parts, self._size = [], 0
        if not rest:
            return
        if self._inside and self._is_open(rest):
            raise EncodingError(
                "The text is cut short: it ends inside a quoted text. Download it again; if it "
                "stays so, its text delimiter is not the one in Anaplan's settings of the file."
            )
        yield rest

    def _begin(self) -> bytes:
        """Choose how to decode, from the first bytes, and return them without their mark."""
        head, self._head = self._head or b"", None
        codec = self._dialect.codec
        for mark, marked in _MARKS:
            if head.startswith(mark):
                codec, head = marked, head[len(mark) :]
                self._received = len(mark)
                break
        if codec != "utf-8" or not self._dialect.delimiter.isascii():
            self._decoder = codecs.getincrementaldecoder(codec)()
        return head

    def _utf8(self, chunk: Piece, *, final: bool = False) -> Piece:
        if self._decoder is None:
            return chunk
        pending = self._decoder.getstate()[0]
        try:
            text = self._decoder.decode(chunk, final)
            self._received += len(chunk)
            return text.encode()
        except UnicodeError as error:
            at = self._received - len(pending) + getattr(error, "start", 0)
            raise EncodingError(
                f"The text is not {self._dialect.encoding}: byte {at} cannot be decoded. Set the "
                "encoding in Anaplan's settings of the file to that of its content."
            ) from None

    def _take(self, text: Piece) -> Iterator[Block]:
        """Cut blocks off what is there; keep the rest until more comes."""
        start = 0
        enough = self._enough
        while start < len(text) and self._size + len(text) - start >= enough:
            stop = min(start + self._next_size(len(text) - start), len(text))
            while len(self._quote) > 1 and stop < len(text) and text[stop] & 0xC0 == 0x80:
                stop += 1  # not within a text delimiter of several bytes
            end = _last_row_end(text, self._quote, start, stop, inside=self._inside)
            if end < 0:
                self._keep(text, start, stop)
                start = stop
                continue
            yield self._block(text, start, end)
            self._parts, self._size, self._inside = [], 0, False
            self._enough = min(self._enough * 2, self._block_bytes)
            start = end
            # What is left of the piece goes too, unless it is hardly worth a block.
            enough = self._enough // 4
        if start < len(text):
            self._keep(text, start, len(text))

    def _block(self, text: Piece, start: int, end: int) -> Block:
        """Return the parts and what follows them as one block."""
        block: Block = memoryview(text)[start:end]
        if self._parts:
            block = text = b"".join([*self._parts, block])
            start, end = 0, len(text)
        if (
            self._is_doubtful(text, start, end)
            and not self._is_regular(text, start, end)
            and self._is_open(text[start:end])
        ):
            raise EncodingError(
                f"A row holds a text delimiter {self._dialect.delimiter!r} that is not doubled, so "
                "the ends of the rows are not clear. Have the program that writes the text double "
                "it."
            )
        return block

    def _is_doubtful(self, text: Piece, start: int, end: int) -> bool:
        """Whether the first text delimiter seems not to open, or the last one not to close.

        A block ends after an even number of them, and so outside of a quoted text, unless one
        stands for itself in a plain text.
        """
        first = text.find(self._quote, start, end) if self._quote else -1
        if first < 0:
            return False
        last = text.rfind(self._quote, start, end)
        before = text[max(first - len(self._separator), start) : first]
        if before and not before.endswith(self._bounds):
            return True
        behind = last + len(self._quote)
        after = text[behind : min(behind + len(self._separator), end)]
        if after and not after.startswith(self._bounds):
            return True
        # It may as well open, or be the second half of a doubled one.
        before = text[max(last - len(self._separator), start) : last]
        return before.endswith((*self._bounds, self._quote))

    def _is_regular(self, text: Piece, start: int, end: int) -> bool:
        """Whether every second text delimiter stands where a field begins, or after another one.

        Then none stands for itself. Faster than `_is_open`, and not for marks of several bytes.
        """
        if len(self._quote) != 1 or len(self._separator) != 1:
            return False
        view = np.frombuffer(text, np.uint8, end - start, start)
        opening = np.flatnonzero(view == self._quote[0])[::2]
        before = view[opening[opening > 0] - 1]
        may_precede = np.zeros(256, dtype=bool)
        may_precede[[*b"\r\n", *self._separator, *self._quote]] = True
        return bool(may_precede[before].all())

    def _next_size(self, left: int) -> int:
        """Return the size of the next block, of which `left` bytes are there in one piece."""
        if self._parts:
            # Short, because it is copied; growing, so that a long row comes in few parts.
            return max(self._enough // 16, self._size // 4) + 1
        blocks = -(-left // self._enough)
        return -(-left // blocks)

    def _keep(self, text: Piece, start: int, stop: int) -> None:
        """Set aside the beginning of a row, until its end comes."""
        # A copy of a part does not hold on to the whole piece.
        self._parts.append(text[start:stop])
        self._size += stop - start
        if self._quote:
            self._inside ^= _count(text, self._quote, start, stop) % 2 == 1
        if self._size > _LONGEST_ROW:
            raise EncodingError(
                f"A row is longer than {_LONGEST_ROW // 1_000_000} MB: a text delimiter "
                f"{self._dialect.delimiter!r} was opened and never closed. Check the text "
                "delimiter in Anaplan's settings of the file."
            )

    def _is_open(self, text: bytes) -> bool:
        """Whether a quoted text has no end; a delimiter inside a plain text opens none."""
        quote = re.escape(self._quote)
        separator = re.escape(self._separator)
        opening = re.compile(rb"(?:\A|\r|\n|" + separator + rb")" + quote)
        # Possessive, so that half of a doubled delimiter is not taken for the end.
        rest = re.compile(rb"(?:(?!" + quote + rb").|" + quote * 2 + rb")*+" + quote, re.DOTALL)
        position = 0
        while found := opening.search(text, position):
            closed = rest.match(text, found.end())
            if closed is None:
                return True
            # A separator may follow at once and open the next: it must not be skipped.
            position = closed.end()
        return False


def first_rows(block: bytes, count: int, delimiter: str) -> tuple[list[bytes], bytes] | None:
    """Split the first `count` rows off a block; None if it does not hold so many whole rows."""
    quote = delimiter.encode()
    rows: list[bytes] = []
    start = searched = 0
    while len(rows) < count:
        end = block.find(b"\n", searched) + 1
        if not end:
            return None
        searched = end
        if quote and block.count(quote, start, end) % 2:
            continue
        rows.append(block[start:end])
        start = end
    return rows, block[start:]


def read_fields(text: str, dialect: Dialect) -> Iterator[list[str]]:
    """Yield the fields of each row, ragged as they are; a stray quote is taken as it stands.

    Meant for what is small: headers, grids, failure dumps.
    """
    if len(dialect.separator) != 1 or len(dialect.delimiter) > 1:
        raise EncodingError(
            f"Separator {dialect.separator!r} and text delimiter {dialect.delimiter!r} must be one "
            "character each. Change them in Anaplan's settings of the file."
        )
    with _field_limit:
        # The limit belongs to the process; a cell may be longer than Python's cautious default.
        if csv.field_size_limit() < len(text):
            csv.field_size_limit(len(text))
    source = io.StringIO(text, newline="")
    try:
        if dialect.delimiter:
            yield from csv.reader(
                source, delimiter=dialect.separator, quotechar=dialect.delimiter, strict=False
            )
        else:
            yield from csv.reader(source, delimiter=dialect.separator, quoting=csv.QUOTE_NONE)
    except (csv.Error, TypeError, ValueError) as error:
        raise EncodingError(f"The text cannot be read as rows and fields: {error}.") from None


def _last_row_end(buffer: Piece, quote: bytes, start: int, stop: int, *, inside: bool) -> int:
    """Return the end of the last whole row in ``buffer[start:stop]``, -1 if none ends there.

    `inside` says whether a quoted text is open at `start`.
    """
    newline = buffer.rfind(b"\n", start, stop)
    if newline < 0 or not quote:
        return newline + 1 or -1
    quotes = _count(buffer, quote, start, newline) + inside
    while newline >= 0:
        if quotes % 2 == 0:
            return newline + 1
        # Inside a quoted text: go back to before the quote that opened it.
        opened = buffer.rfind(quote, start, newline)
        if opened < 0:
            return -1
        newline = buffer.rfind(b"\n", start, opened)
        if newline >= 0:
            quotes -= 1 + buffer[newline:opened].count(quote)
    return -1


def _count(buffer: Piece, quote: bytes, start: int, stop: int) -> int:
    """Count quotes; for one byte numpy is four times as fast as `bytes.count` where many are."""
    if len(quote) != 1:
        return buffer[start:stop].count(quote)
    view = np.frombuffer(buffer, np.uint8, stop - start, start)
    return sum(
        int(np.count_nonzero(view[at : at + _COUNTED_AT_ONCE] == quote[0]))
        for at in range(0, len(view), _COUNTED_AT_ONCE)
    )
