"""How line items are shown at totals: their summary methods."""

from __future__ import annotations

from anaplan_frames.sandbox.planning.definitions import LineItem


def summary_method(item: LineItem) -> str:
    """Return the summary method as metadata call it.

    "Sum" adds up (by default what numbers do), "Formula" works the formula out from the totals of
    the line items that it uses, and "None" leaves totals blank.
    """
    return item.summary or ("Sum" if item.format.type == "NUMBER" else "None")
