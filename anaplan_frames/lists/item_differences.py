"""What must change so that a list's items are as the caller's rows say; pure, in Arrow.

A row's values are texts, as they are sent; an item's are typed, as they are read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, Positions, as_mask, mask_of, one_array

NEW, UNKNOWN = -1, -2
"""In place of an item's position: the row's item is to be added; it cannot be found."""

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_SHOWN = 5


def match_items(state: pa.Table, rows: pa.Table, keys: Sequence[str]) -> Positions:
    """Find the item of each row.

    Parameters
    ----------
    state : pa.Table
        The items, with ``id``, ``code`` and ``name``.
    rows : pa.Table
        The caller's rows, as texts.
    keys : sequence of {"id", "code", "name"}
        The columns by which an item is found: the first for which a row has a value. If ``code``
        comes before ``name``, a row with a code also finds an item without a code by its name,
        and gives it that code.

    Returns
    -------
    array of int64
        For each row the position of its item, `NEW`, or `UNKNOWN` if it has an id that no item
        has.
    """
    items = np.full(rows.num_rows, NEW, dtype=np.int64)
    for key in keys:
        values = one_array(rows[key])
        known = one_array(state[key])
        if key == "name" and "code" in keys[: keys.index(key)]:
            coded = as_mask(pc.is_valid(one_array(rows["code"])))
            uncoded = as_mask(pc.is_null(one_array(state["code"])))
            _fill(items, coded, values, _where(uncoded & _unmatched(items, len(known)), known))
            _fill(items, ~coded, values, _where(_unmatched(items, len(known)), known))
        else:
            _fill(items, np.ones(len(items), dtype=bool), values, known)
        if key == "id":
            items[(items == NEW) & as_mask(pc.is_valid(values))] = UNKNOWN
    return items


def check_unique(rows: pa.Table, items: Positions, keys: Sequence[str], label: str) -> None:
    """Refuse rows of which several are of one item.

    Raises
    ------
    ColumnMismatch
        Names the values and the rows, counted from 0.
    """
    left = np.ones(rows.num_rows, dtype=bool)
    for key in keys:
        values = _where(left, one_array(rows[key]))
        _refuse_repeated(values, key, label)
        left &= ~as_mask(pc.is_valid(values))
    matched = pa.array(items, mask=items < 0)
    names = one_array(rows[keys[-1]])
    repeated = _repeated(matched)
    if len(repeated):
        first = int(repeated[0].as_py())
        places = np.flatnonzero(items == first)[:2]
        raise ColumnMismatch(
            f"Rows {places[0]} and {places[1]} are about the same item of {label} "
            f"({names[int(places[0])].as_py()!r}), one by its code and one by its name. Keep one."
        )


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
    nothing = pa.scalar(None, TEXT)
    found = {}
    for name in columns:
        new = one_array(rows[name])
        old = pc.take(one_array(state[name]), places)
        if blank:
            new = pc.fill_null(new, _blank(old.type))
        same = pc.fill_null(equal_values(old, new), fill_value=False)
        kept = pc.if_else(same, nothing, new)
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
    numbers = pc.cast(pc.if_else(are, values, pa.scalar(None, TEXT)), pa.float64())
    return pc.if_else(are, pc.cast(pc.add(numbers, 0.0), TEXT), values)


def _fill(items: Positions, rows: Mask, values: pa.Array, known: pa.Array) -> None:
    """Give the rows that have no item yet the item with the same value."""
    hits = pc.index_in(values, value_set=known, skip_nulls=True)
    found = pc.fill_null(hits, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    take = rows & (items == NEW) & (found >= 0)
    items[take] = found[take]


def _unmatched(items: Positions, count: int) -> Mask:
    return ~mask_of(items[items >= 0], count)


def _where(mask: Mask, values: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(mask), values, pa.scalar(None, values.type))


def _repeated(values: pa.Array) -> pa.Array:
    counts = pc.value_counts(pc.drop_null(values))
    return counts.field(0).filter(pc.greater(counts.field(1), 1))


def _refuse_repeated(values: pa.Array, key: str, label: str) -> None:
    repeated = _repeated(values)
    if not len(repeated):
        return
    shown = []
    for value in repeated[:_SHOWN]:
        places = np.flatnonzero(as_mask(pc.fill_null(pc.equal(values, value), fill_value=False)))[
            :3
        ]
        shown.append(f"{value.as_py()!r} (rows {', '.join(map(str, places))})")
    more = len(repeated) - len(shown)
    raise ColumnMismatch(
        f"Column {key!r} says which item of {label} each row is, and names {len(repeated):,} more "
        f"than once: {'; '.join(shown)}{f' and {more:,} more' if more else ''}. Keep one row of "
        f"each, for instance with df.drop_duplicates({key!r})."
    )
