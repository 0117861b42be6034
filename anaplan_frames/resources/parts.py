"""Parts of a table, which processes read or write by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from types import TracebackType
from typing import Any, Protocol, overload

import pandas as pd
import pyarrow as pa

from anaplan_frames.resources.read_options import ReadOptions

PartTable = Any  # a `TableSource`, whose module imports this one
Piece = Callable[[PartTable], PartTable]  # takes a part out of a table; can be pickled


class Part:
    """A part of a table; it can be pickled, and is read or written in any process."""

    def read(self) -> pd.DataFrame:
        """Return its rows as a DataFrame; raises TypeError for a part of an upload."""
        raise TypeError(f"{self!r} is written, not read.")

    def read_arrow(self) -> pa.RecordBatchReader:
        """Stream its rows as Arrow batches; raises TypeError for a part of an upload."""
        raise TypeError(f"{self!r} is written, not read.")

    def write(self, data: Any) -> int:
        """Send data and return the number of bytes; raises TypeError for a part of a table."""
        raise TypeError(f"{self!r} is read, not written.")


class _Owner(Protocol):
    """The resource that is read."""

    def _part_table(self) -> PartTable: ...

    def _read(self, options: ReadOptions, table: Callable[[ReadOptions], PartTable]) -> Any: ...

    def _read_arrow(
        self, options: ReadOptions, table: Callable[[ReadOptions], PartTable]
    ) -> pa.RecordBatchReader: ...


class TablePart(Part):
    """Some rows of a resource.

    Parameters
    ----------
    owner : Readable
    piece : callable or None
        Takes the rows out of the owner's table; None: all of them.
    place : str
        Which part it is, in words: ``"part 2 of 8"``.
    """

    def __init__(self, owner: _Owner, piece: Piece | None, place: str) -> None:
        self._owner = owner
        self._piece = piece
        self._place = place

    def read(self) -> pd.DataFrame:
        """Return its rows, with the columns and types of the whole table."""
        frame: pd.DataFrame = self._owner._read(ReadOptions(progress=False), self._table)
        return frame

    def read_arrow(self) -> pa.RecordBatchReader:
        """Stream its rows, with the schema of the whole table."""
        return self._owner._read_arrow(ReadOptions(progress=False), self._table)

    def __repr__(self) -> str:
        return f"<{self._place} of {self._owner!r}>"

    def _table(self, options: ReadOptions) -> PartTable:
        table = self._owner._part_table()
        return table if self._piece is None else changed(table, self._piece)


class Parts(Sequence[Part], AbstractContextManager["Parts"]):
    """The parts of a table, in its order; together they are exactly the table.

    Parameters
    ----------
    parts : iterable of Part
    close : callable, optional
        Gives back what Anaplan keeps for them.
    """

    def __init__(self, parts: Iterable[Part], close: Callable[[], object] | None = None) -> None:
        self._parts = list(parts)
        self._close = close

    @classmethod
    def of(
        cls, owner: _Owner, pieces: Sequence[Piece], close: Callable[[], object] | None = None
    ) -> Parts:
        """Return the parts of a resource; one part if there are no pieces."""
        found: Sequence[Piece | None] = pieces or [None]
        places = [f"part {number} of {len(found)}" for number in range(1, len(found) + 1)]
        return cls(map(TablePart, [owner] * len(found), found, places), close)

    def close(self) -> None:
        """Give back what Anaplan keeps for the parts, once all are read.

        A large read of a view takes room in Anaplan until it is closed, or is not used for
        30 minutes.
        """
        if self._close is not None:
            self._close()
            self._close = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Parts, (self._parts,)  # who made them closes them

    @overload
    def __getitem__(self, index: int) -> Part: ...

    @overload
    def __getitem__(self, index: slice) -> list[Part]: ...

    def __getitem__(self, index: int | slice) -> Part | list[Part]:
        return self._parts[index]

    def __len__(self) -> int:
        return len(self._parts)

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts)

    def __repr__(self) -> str:
        return repr(self._parts)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def changed(table: PartTable, piece: Piece) -> PartTable:
    """Apply a piece to the table that others, such as one with dates for periods, are made of."""
    inner = getattr(table, "table", None)
    return piece(table) if inner is None else replace(table, table=changed(inner, piece))


def innermost(table: PartTable) -> PartTable:
    """Return the table that the others are made of."""
    inner = getattr(table, "table", None)
    return table if inner is None else innermost(inner)


def check_parts(n: object) -> None:
    """Raise TypeError or ValueError unless `n` is a number of parts."""
    if isinstance(n, bool) or not isinstance(n, int):
        raise TypeError(f"parts must be asked for by a whole number, not {n!r}")
    if n < 1:
        raise ValueError(f"parts must be asked for by a number from 1, not {n!r}")
