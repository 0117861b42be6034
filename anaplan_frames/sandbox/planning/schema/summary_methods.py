"""Summary methods: how the totals of a line item are calculated.

"Sum" adds up the values of the leaf items, calculated ones too. "Formula" applies the formula to
the totals of the line items that it uses, so that the total of a quotient is the quotient of the
totals. "None" gives no total.
"""

from __future__ import annotations

from anaplan_frames.sandbox.planning.schema.definitions import LineItem, ModuleDefinition
from anaplan_frames.sandbox.planning.schema.formulas import formula_sql


def summary_method(item: LineItem) -> str:
    """Return the summary method in the words of the metadata; the default for numbers is "Sum"."""
    return item.summary or ("Sum" if item.format.type == "NUMBER" else "None")


def has_formula_summary(item: LineItem) -> bool:
    """Return whether the totals of the line item are calculated by its formula."""
    return summary_method(item) == "Formula" and item.given == "none"


def summed_items(module: ModuleDefinition, items: tuple[LineItem, ...]) -> tuple[LineItem, ...]:
    """Return the line items whose leaf values are enough to calculate all totals of `items`.

    Line items with the summary "Formula" are replaced by the ones that their formulas use.
    """
    found = dict.fromkeys(item for item in items if not has_formula_summary(item))

    def note(used: LineItem) -> str:
        found[used] = None
        return "0"

    for item in items:
        if has_formula_summary(item):
            formula_sql(
                module.line_items, item, note, given=lambda used: not has_formula_summary(used)
            )
    return tuple(found)
