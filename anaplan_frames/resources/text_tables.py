"""Tables that are text: fetched ahead, and parsed as they arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from anaplan_frames.codec.decode import SchemaOfHeader, decode_stream
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.grid_decoder import decode_grid
from anaplan_frames.codec.ragged_decoder import decode_ragged
from anaplan_frames.errors import EmptyContent
from anaplan_frames.progress import Progress
from anaplan_frames.resources.table_source import Retype, RowBatches
from anaplan_frames.transport import Content

_LOOKED_AT = 1000
_BLANK = b"\r\n \x00\xff\xfe\xef\xbb\xbf"  # and marks of encodings

Fetch = Callable[[Progress], Iterator[Content]]


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table as text.

    Attributes
    ----------
    fetch : callable
        Yields the text in pieces, in order; informs the bar how many bytes have come.
    dialect : Dialect
        How its text is written.
    schema : pyarrow.Schema or callable
        Its columns; empty if Anaplan does not name them: then the header does, and all is text.
        Or what makes a schema of the names in the header.
    """

    fetch: Fetch
    dialect: Dialect
    schema: pa.Schema | SchemaOfHeader

    def open(
        self, columns: Sequence[str] | None, retype: Retype, new_bar: Callable[[], Progress]
    ) -> RowBatches:
        """Begin to read, as `TableSource` says."""
        chunks = fetched(self.fetch, new_bar)
        return decode_stream(chunks, self.dialect, self.schema, columns, retype=retype)


@dataclass(frozen=True, slots=True)
class GridTable:
    """A cross table as text; see `TextTable` for its attributes."""

    fetch: Fetch
    dialect: Dialect
    schema: pa.Schema

    def open(
        self, columns: Sequence[str] | None, retype: Retype, new_bar: Callable[[], Progress]
    ) -> RowBatches:
        """Begin to read, as `TableSource` says."""
        chunks = fetched(self.fetch, new_bar)
        return decode_grid(chunks, self.dialect, self.schema, columns, retype=retype)


@dataclass(frozen=True, slots=True)
class RaggedTable:
    """A text whose rows have different numbers of fields; see `TextTable` for its attributes."""

    fetch: Fetch
    dialect: Dialect

    def open(
        self, columns: Sequence[str] | None, retype: Retype, new_bar: Callable[[], Progress]
    ) -> RowBatches:
        """Begin to read, as `TableSource` says."""
        return decode_ragged(fetched(self.fetch, new_bar), self.dialect, columns, retype=retype)


def fetched(fetch: Fetch, new_bar: Callable[[], Progress]) -> Iterator[Content]:
    """Fetch, and show a bar from the first piece that is asked for to the last."""
    with new_bar() as bar:
        yield from fetch(bar)


def not_empty(fetch: Fetch, label: str) -> Fetch:
    """Return what fetches the same, and raises if there is not even a header.

    Raises
    ------
    EmptyContent
        When the text is fetched, if it has nothing but blanks.
    """

    def fetch_all(progress: Progress) -> Iterator[Content]:
        found = False
        for content in fetch(progress):
            found = found or len(content) > _LOOKED_AT or bool(bytes(content[:]).strip(_BLANK))
            yield content
            del content  # not held while the next is waited for
        if not found:
            raise EmptyContent(
                f"{label} has no content at all, not even a header, which a table without rows "
                "has. Perhaps it is for administrators only, was never run or loaded, or your "
                "user may not see it."
            )

    return fetch_all
