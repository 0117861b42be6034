"""Which cells Anaplan is sure to reject although their items exist: totals, and wrong values; pure.

A plan makes these checks. They take more requests than a write, which leaves them to Anaplan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from anaplan_frames.cells.item_keys import DimensionItems
from anaplan_frames.writes.arrow_arrays import Mask, Positions
from anaplan_frames.writes.row_messages import add_message
from anaplan_frames.writes.value_checks import UnclearValues, ValueCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChecks:
    """What is known of cells before they are sent.

    Attributes
    ----------
    totals : sequence of array of bool or None
        For each dimension of the plan which of its items are totals; None if none is.
    periods : mapping of str to array of bool
        By the line item's id: which periods are not of its time scale, so that they are totals.
    time : int or None
        Which of the dimensions is Time.
    scales : mapping of str to str
        By the line item's id, the time scale of one whose periods are longer than those of another.
    values : mapping of str to ValueCheck
        By the line item's id: how its values are judged.
    unknown : tuple of mapping of str to str
        What cannot be checked, as a plan shows it.
    unclear : UnclearValues
        The values so far that may be wrong.
    """

    totals: Sequence[Mask | None]
    periods: Mapping[str, Mask]
    time: int | None
    values: Mapping[str, ValueCheck]
    scales: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[Mapping[str, str], ...] = ()
    unclear: UnclearValues = field(default_factory=UnclearValues)

    def on_totals(self, rows: Positions, places: Sequence[Positions], line_item_id: str) -> Mask:
        """Return which of some rows are of a total, for one line item.

        Parameters
        ----------
        rows : array of int64
            Rows of the batch that have an item of each dimension.
        places : sequence of array of int64
            For each dimension the positions of all rows' items.
        """
        found = np.zeros(len(rows), dtype=bool)
        for at, mask in zip(places, self._masks(line_item_id), strict=True):
            if mask is not None:
                found |= mask[at[rows]]
        return found

    def add_totals(
        self,
        rows: Positions,
        places: Sequence[Positions],
        line_item_id: str,
        items: Sequence[DimensionItems],
        first_row: int,
        refused: dict[int, str],
    ) -> None:
        """Say which items of rows are totals.

        Parameters
        ----------
        rows : array of int64
            Rows of the batch that are of a total.
        items : sequence of DimensionItems
            Of each dimension.
        refused : dict of int to str
            Gets the reasons.
        """
        masks = self._masks(line_item_id)
        for number, (at, mask, its) in enumerate(zip(places, masks, items, strict=True)):
            if mask is None:
                continue
            name = its.dimension.name
            scale = self.scales.get(line_item_id) if number == self.time else None
            is_total = f"of {name!r} is a total, and Anaplan calculates it."
            wrong = is_total if scale is None else f"is not a period of the time scale {scale!r}."
            reasons: dict[int, str] = {}
            for row in rows[mask[at[rows]]].tolist():
                place = int(at[row])
                if place not in reasons:
                    reasons[place] = f"{its.name(place)!r} {wrong}"
                if reasons[place] not in refused.get(first_row + row, ""):
                    add_message(refused, first_row + row, reasons[place])

    def wrong_values(
        self,
        texts: pa.Array,
        kind: pa.DataType,
        line_item_id: str,
        rows: Positions,
        refused: dict[int, str],
    ) -> Mask:
        """Return which values Anaplan is sure to reject, and add why.

        Parameters
        ----------
        texts : pa.Array of large_string
            The values as they are sent, null if they are not.
        kind : pa.DataType
            The type of the caller's column.
        rows : array of int64
            The positions of their rows in the whole data.
        refused : dict of int to str
            Gets the reasons.
        """
        check = self.values.get(line_item_id)
        if check is None or texts.null_count == len(texts) or check.fits(kind):
            return np.zeros(len(texts), dtype=bool)
        judged = check.look_at(texts)
        self.unclear.add(judged)
        for at, reason in judged.reasons().items():
            add_message(refused, int(rows[at]), f"{reason}.")
        return judged.wrong

    def _masks(self, line_item_id: str) -> list[Mask | None]:
        masks = list(self.totals)
        if self.time is not None and line_item_id in self.periods:
            masks[self.time] = self.periods[line_item_id]
        return masks
