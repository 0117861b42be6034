"""Which rows of a table of cells have certain items, by the texts of the items."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.cells.total_items import TotalItems
from anaplan_frames.errors import AnaplanWarning, DataError, TransferError
from anaplan_frames.messages import warn
from anaplan_frames.resources.row_filters import ValueFilter


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
    are_shown : callable
        Asks Anaplan whether the view shows any of the items.
    """

    def __init__(
        self, column: str, labels: Collection[str], label: str, are_shown: Callable[[], bool]
    ) -> None:
        super().__init__(column, pa.array(sorted(labels), pa.string()).cast)
        self._labels = labels
        self._label = label
        self._are_shown = are_shown

    def end(self) -> None:
        """Raise if the text has none of the items, but others, though the view shows the items."""
        if self.some_received and not self.some_found and self._labels and self._are_shown():
            raise TransferError(
                f"No row of {self._label} is of {self.column} "
                f"{' or '.join(sorted(self._labels))}, though Anaplan has these items: its text "
                "has other names for them. Read without where= and select with pandas."
            )


class LeafFilter(ValueFilter):
    """Leaves out the rows of totals of a dimension.

    Parameters
    ----------
    column : str
        The dimension's column.
    totals : TotalItems
        What totals are called.
    label : str
        The table in words, for messages.
    """

    def __init__(self, column: str, totals: TotalItems, label: str) -> None:
        super().__init__(column, totals.names.cast, kept=False)
        self._totals = totals
        self._label = label

    def mask(self, batch: pa.RecordBatch) -> pa.Array | None:
        """Return which rows are kept."""
        if len(self._totals.ambiguous):
            names = pc.unique(batch.column(self.column)).cast(pa.string())
            both = names.filter(pc.is_in(names, value_set=self._totals.ambiguous))
            if len(both):
                raise DataError(
                    f"{both[0].as_py()!r} is the name of a total and of another item of "
                    f"{self.column!r} in {self._label}, whose text does not say which of the two a "
                    "row is of. Read it with totals=True."
                )
        return super().mask(batch)

    def end(self) -> None:
        """Warn if there was no total of a numbered list, whose items may have other names."""
        if self._totals.numbered and self.some_received and not self.some_found:
            warn(
                f"{self._label} has no total of {self.column!r} by its name or code. If it shows "
                "the items of numbered lists by other names, totals may be among the rows: check "
                "that before you add up.",
                AnaplanWarning,
            )
