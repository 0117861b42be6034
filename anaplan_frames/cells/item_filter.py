"""Which rows of a table of cells have certain items, by the texts of the items."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.errors import DataError, TransferError
from anaplan_frames.resources.row_filters import Keep, ValueFilter


class ItemFilter(ValueFilter):
    """Keeps the rows of certain items of a dimension.

    Anaplan is asked for these alone if possible; further rows that it gives are left out here.

    Parameters
    ----------
    column : str
        The dimension's column.
    labels : collection of str
        The texts that it has in the rows that are kept.
    label : str
        The table in words, for messages.
    """

    def __init__(self, column: str, labels: Collection[str], label: str) -> None:
        super().__init__(column, partial(_kept_labels, labels))
        self._labels = labels
        self._label = label

    def end(self) -> None:
        """Raise if the text has none of the items, but others: it may call them otherwise."""
        if self.received and not self.kept and self._labels:
            raise TransferError(
                f"No row of {self._label} is of {self.column} "
                f"{' or '.join(sorted(self._labels))}, though Anaplan knows these items: it does "
                "not show them, or has other names for them there. Read without where= and select "
                "with pandas."
            )


def _kept_labels(labels: Collection[str], kind: pa.DataType) -> Keep:
    return partial(pc.is_in, value_set=pa.array(sorted(labels), pa.string()).cast(kind))


class LeafFilter(ValueFilter):
    """Leaves out the rows of totals of a dimension.

    Parameters
    ----------
    column : str
        The dimension's column.
    totals : pyarrow.Array of string
        What totals are called.
    ambiguous : pyarrow.Array of string
        What both a total and a leaf item are called.
    label : str
        The table in words, for messages.
    """

    def __init__(self, column: str, totals: pa.Array, ambiguous: pa.Array, label: str) -> None:
        super().__init__(column, lambda kind: self._leaves, missing=True)
        self._totals = totals
        self._ambiguous = ambiguous
        self._label = label

    def _leaves(self, names: pa.Array) -> pa.Array:
        names = names.cast(pa.string())
        if len(self._ambiguous):
            both = names.filter(pc.is_in(names, value_set=self._ambiguous))
            if len(both):
                raise DataError(
                    f"{both[0].as_py()!r} is the name of a total and of another item of "
                    f"{self.column!r} in {self._label}, whose text does not say which of the two a "
                    "row is of. Read it with totals=True."
                )
        return pc.invert(pc.is_in(names, value_set=self._totals))
