"""How line items are shown at totals: their summary methods.

"Sum" adds the leaf items' values up, those of formulas too. "Formula" works the formula out from
the totals of what it uses, so that the total of a quotient is the quotient of the totals. "None"
makes no total.
"""

from __future__ import annotations

from anaplan_frames.sandbox.planning.building import formula_sql
from anaplan_frames.sandbox.planning.definitions import LineItem, ModuleDefinition


def summary_method(item: LineItem) -> str:
    """Return the summary method as metadata call it; by default numbers are added up."""
    return item.summary or ("Sum" if item.format.type == "NUMBER" else "None")


def is_worked_out(item: LineItem) -> bool:
    """Tell whether the line item's totals come from its formula."""
    return summary_method(item) == "Formula"


def added_up(module: ModuleDefinition, items: tuple[LineItem, ...]) -> tuple[LineItem, ...]:
    """Return the line items from whose leaf values all totals of `items` can be made.

    These are `items` without those that are worked out, and with what their formulas use.
    """
    found = dict.fromkeys(item for item in items if not is_worked_out(item))

    def note(used: LineItem) -> str:
        found[used] = None
        return "0"

    for item in items:
        if is_worked_out(item):
            formula_sql(module.line_items, item, note, given=lambda used: not is_worked_out(used))
    return tuple(found)
