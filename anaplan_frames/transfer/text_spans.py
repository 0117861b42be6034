"""A text that Anaplan gives in chunks, cut between rows, so that processes can share its reading.

A span ends at the same byte at which the next one begins. Where that is, is found from the
beginning of a chunk. Each span decodes as a text of its own: if it does not end where a row ends,
that raises. So spans that can all be read are exactly the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.row_cuts import can_be_cut, first_row_end, text_head
from anaplan_frames.errors import NotFound, TransferError
from anaplan_frames.progress import Progress
from anaplan_frames.threads import in_order
from anaplan_frames.transfer.download import fetch_chunks
from anaplan_frames.transport import Content, Transport

_PIECE, _LEAST_LOOKED_AT, _MOST_LOOKED_AT = 1 << 16, 1 << 14, 1 << 20  # bytes
_FETCHERS = 4


@dataclass(frozen=True, slots=True)
class ChunkedText:
    """A text in chunks.

    Attributes
    ----------
    transport : Transport
    path : str
        The path that has ``/chunks`` or ``/pages`` below it.
    kind : str
        ``"chunk"`` or ``"page"``.
    count : int
        How many there are, numbered from 0.
    dialect : Dialect
        How the text is written.
    label : str
        The text in words.
    """

    transport: Transport
    path: str
    kind: str
    count: int
    dialect: Dialect
    label: str

    def peek(self, chunk: int, judge: Callable[[bytes], bytes | None]) -> bytes | None:
        """Return what `judge` makes of the beginning of a chunk, of which little is fetched."""
        response = self.transport.request(
            "GET",
            f"{self.path}/{self.kind}s/{chunk}",
            label=f"{self.kind} {chunk} of {self.label}",
            headers={"Accept": "*/*"},
            stream=True,
        )
        beginning = b""
        with closing(response):
            for piece in response.iter_content(_PIECE):
                beginning += piece
                found = judge(beginning)
                if found is not None or len(beginning) >= _MOST_LOOKED_AT:
                    return found
        return None


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Some rows of a text, below the text's own head.

    Attributes
    ----------
    text : ChunkedText
    head : bytes
        What stands above the first row of the text.
    chunks : range
        The chunks that are fetched.
    skipped : bytes
        What the first of them begins with, and the span before this one ends with.
    tail : bytes
        What follows the last of them, up to the end of a row.
    """

    text: ChunkedText
    head: bytes
    chunks: range
    skipped: bytes
    tail: bytes

    def __call__(self, progress: Progress) -> Iterator[Content]:
        """Yield the text of the span in pieces.

        Raises
        ------
        TransferError
            If the text is no longer there, or was changed since it was cut.
        """
        text, start = self.text, len(self.skipped)
        if self.chunks.start:
            yield self.head
        chunks = [str(chunk) for chunk in self.chunks]
        try:
            for content in fetch_chunks(
                text.transport,
                text.path,
                chunks,
                label=text.label,
                progress=progress,
                kind=text.kind,
            ):
                if content[:start] != self.skipped[:start]:
                    raise TransferError(
                        f"{text.label} was changed after it was divided into parts. Make the parts "
                        "again with .parts(n)."
                    )
                yield content[start:] if start else content
                start = 0
                del content  # not held while the next is waited for
        except NotFound as gone:
            raise TransferError(
                f"What the parts of {text.label} are read from is no longer there: Anaplan drops a "
                "large read that nobody uses for 30 minutes. Make the parts again with .parts(n)."
            ) from gone
        if self.tail:
            yield self.tail


def text_spans(text: ChunkedText, parts: int) -> list[TextSpan]:
    """Cut a text between rows, into as many spans as are asked for, or as there are chunks.

    Returns
    -------
    list of TextSpan
        Empty if the text cannot be cut.
    """
    parts = min(parts, text.count)
    if parts < 2 or not can_be_cut(text.dialect):
        return []
    head = text.peek(0, partial(text_head, dialect=text.dialect))
    if head is None:
        return []
    firsts = [part * text.count // parts for part in range(1, parts)]
    groups = [range(a, b) for a, b in zip(firsts, [*firsts[1:], text.count], strict=True)]
    find = partial(_find_cut, text)
    found = in_order(find, groups, threads=_FETCHERS, name="anaplan-download")
    cuts = [(0, b""), *(cut for cut in found if cut is not None)]
    if len(cuts) == 1:
        return []
    ends: Sequence[tuple[int, bytes]] = [*cuts[1:], (text.count, b"")]
    return [
        TextSpan(text, head, range(first, end), skipped, tail)
        for (first, skipped), (end, tail) in zip(cuts, ends, strict=True)
    ]


def _find_cut(text: ChunkedText, chunks: range) -> tuple[int, bytes] | None:
    """Return the first of the chunks that shows where a row ends, and its bytes up to there."""

    def judge(beginning: bytes) -> bytes | None:
        # Little text does not show whether it begins inside quotes.
        enough = len(beginning) >= _LEAST_LOOKED_AT
        end = first_row_end(beginning, text.dialect) if enough else None
        return None if end is None else beginning[:end]

    for chunk in chunks:
        before = text.peek(chunk, judge)
        if before is not None:
            return chunk, before
    return None
