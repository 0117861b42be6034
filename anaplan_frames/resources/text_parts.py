"""Parts of a table that is text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from anaplan_frames.resources.parts import Parts, innermost
from anaplan_frames.resources.table_reader import Table
from anaplan_frames.resources.table_source import TableSource
from anaplan_frames.resources.text_tables import TextTable
from anaplan_frames.transfer.text_spans import ChunkedText, TextSpan, text_spans
from anaplan_frames.transport import Transport


@dataclass(frozen=True, slots=True)
class _TextPiece:
    """Takes a span out of a table that is text."""

    span: TextSpan

    def __call__(self, table: TableSource) -> TableSource:
        assert isinstance(table, TextTable)
        return replace(table, fetch=self.span)


def text_parts(
    owner: Table,
    transport: Transport,
    path: str,
    *,
    kind: str,
    count: int,
    parts: int,
    close: Callable[[], object] | None = None,
) -> Parts:
    """Divide the text of a resource between rows.

    Parameters
    ----------
    path, kind, count
        Where the chunks of the text are; see `ChunkedText`.
    parts : int
        How many parts are wanted. There are fewer if there are fewer chunks, and one if the text
        cannot be cut: a cross table, or text in an encoding such as UTF-16.
    close : callable, optional
        As for `Parts`.
    """
    table = innermost(owner._part_table())
    spans = []
    if isinstance(table, TextTable):
        text = ChunkedText(transport, path, kind, count, table.dialect, owner.label)
        spans = text_spans(text, parts)
    return Parts.of(owner, [_TextPiece(span) for span in spans], close)
