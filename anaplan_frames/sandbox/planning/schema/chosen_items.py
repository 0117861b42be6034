"""What a view shows of its module, if that is not everything; `view_choices` parses it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, TypeVar

from anaplan_frames.sandbox.planning.schema import object_ids

Comparison: TypeAlias = Literal["=", "<>", "<", "<=", ">", ">="]


class Named(Protocol):
    """What has a name: a line item."""

    @property
    def name(self) -> str:
        """The name."""


NamedT = TypeVar("NamedT", bound=Named)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the values of a line item.

    Attributes
    ----------
    item : str
        The line item's name.
    comparison : str
    value : number, bool, str, date or None
        What the values are compared with, an item of a list by its name; None is a blank.
    """

    item: str
    comparison: Comparison
    value: float | bool | str | datetime.date | None


@dataclass(frozen=True, slots=True)
class ViewChoices:
    """The chosen items, levels, conditions and pages of a view.

    Attributes
    ----------
    shown : dict of str to tuple of str
        The names or codes of the only items of a dimension that are shown, by its id.
    hidden : dict of str to tuple of str
        Those of items that are not shown.
    levels : dict of str to tuple of str
        The only levels that are shown: names of lists, or kinds of periods.
    conditions : tuple of Condition
        A row is shown if all of them are met in one of its columns.
    omit_empty : bool
        Whether rows are left out in which all cells are empty.
    chosen : dict of str to str
        The items of the pages that are shown first.
    """

    shown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    hidden: dict[str, tuple[str, ...]] = field(default_factory=dict)
    levels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    omit_empty: bool = False
    chosen: dict[str, str] = field(default_factory=dict)

    @property
    def filters_rows(self) -> bool:
        """Whether it depends on the cells which rows are shown."""
        return self.omit_empty or bool(self.conditions)

    def line_items(self, every: Sequence[NamedT]) -> tuple[NamedT, ...]:
        """Return the line items that are shown, of all."""
        shown = self.shown.get(object_ids.LINE_ITEMS)
        hidden = self.hidden.get(object_ids.LINE_ITEMS, ())
        return tuple(
            item
            for item in every
            if (shown is None or item.name in shown) and item.name not in hidden
        )


EVERYTHING = ViewChoices()
