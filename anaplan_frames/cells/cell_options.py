"""What tables of cells can be asked for, checked before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from anaplan_frames.calendar.dated_table import Periods, check_periods

Layout: TypeAlias = Literal["table", "grid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellOptions:
    """The options of one read of cells; `anaplan_frames.read_anaplan` says what they mean.

    Raises
    ------
    TypeError, ValueError
        If one of them cannot be right.
    """

    layout: Layout = "table"
    periods: Periods = "name"
    totals: bool | None = None
    omit_empty: bool = False

    def __post_init__(self) -> None:
        if self.layout not in get_args(Layout):
            raise ValueError(f"layout={self.layout!r} is not known; use 'table' or 'grid'.")
        check_periods(self.periods)
        if not isinstance(self.totals, bool | None):
            raise TypeError(f"totals must be True, False or None, not {self.totals!r}")
        if not isinstance(self.omit_empty, bool):
            raise TypeError(f"omit_empty must be True or False, not {self.omit_empty!r}")
