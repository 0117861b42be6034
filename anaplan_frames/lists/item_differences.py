"""What must change so that a list's items are as the caller's rows say; pure, in Arrow.

A row's values are texts, as they are sent; an item's are typed, as they are read.
"""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from anaplan_frames.codec.null_texts import texts_if, texts_unless
from anaplan_frames.writes.arrow_arrays import TEXT, Positions, one_array

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def changed_values(
    state: pa.Table,
    rows: pa.Table,
    items: Positions,
    *,
    columns: Collection[str],
    blank: bool = False,
) -> dict[str, pa.Array]:
    """Return for each column what must be sent.

    Parameters
    ----------
    state, rows, items
        As `match_items` has them.
    columns : collection of str
        The columns to compare.
    blank : bool
        Whether a missing value blanks the item's; otherwise the item's value stays.

    Returns
    -------
    dict of str to pa.Array
        By column, of large_string: null if nothing is to be sent. A text is blanked by ``""``,
        a number is set to 0 and a boolean to false, because Anaplan has no missing ones. For a
        row without an item, all its values.
    """
    places = pa.array(items, mask=items < 0)
    is_new = pa.array(items < 0)
    found = {}
    for name in columns:
        new = one_array(rows[name])
        old = pc.take(one_array(state[name]), places)
        if blank:
            new = pc.fill_null(new, _blank(old.type))
        same = pc.fill_null(equal_values(old, new), fill_value=False)
        kept = texts_unless(same, new)
        found[name] = pc.if_else(is_new, one_array(rows[name]), kept)
    return found


def equal_values(old: pa.Array, new: pa.Array) -> pa.Array:
    """Compare values as read with texts as sent; null for a null text.

    A missing value equals a blank one: an empty text, 0 or false.
    """
    blank = pa.scalar(_blank(old.type), TEXT)
    texts = pc.if_else(pc.equal(new, ""), blank, new)
    return pc.equal(pc.fill_null(_canonical(old, old.type), blank), _canonical(texts, old.type))


def _blank(kind: pa.DataType) -> str:
    if pt.is_floating(kind):
        return "0"
    return "false" if pt.is_boolean(kind) else ""


def _canonical(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """Write values of one type in one way, so that equal values are equal texts."""
    if pt.is_floating(kind):
        return _numbers(values)
    texts = pc.cast(values, TEXT)
    if pt.is_boolean(kind):
        lower = pc.utf8_lower(texts)
        lower = pc.if_else(pc.equal(lower, "1"), pa.scalar("true", TEXT), lower)
        return pc.if_else(pc.equal(lower, "0"), pa.scalar("false", TEXT), lower)
    return texts


def _numbers(values: pa.Array) -> pa.Array:
    if pt.is_floating(values.type):
        return pc.cast(pc.add(values, 0.0), TEXT)  # a negative zero is zero
    are = pc.match_substring_regex(values, _NUMBER)
    numbers = pc.cast(texts_if(are, values), pa.float64())
    return pc.if_else(are, pc.cast(pc.add(numbers, 0.0), TEXT), values)
