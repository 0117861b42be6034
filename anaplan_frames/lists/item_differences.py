"""What must change for a list's items to be as the caller's rows say; pure, in Arrow.

A row's values are texts, as they are sent; an item's are typed, as they are read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from anaplan_frames.errors import ColumnMismatch

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NEW, UNKNOWN = -1, -2
"""In place of an item's position: the row's item is to be added; it cannot be found."""

_TEXT = pa.large_string()
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_SHOWN = 5


def match_items(state: pa.Table, rows: pa.Table, keys: Sequence[str]) -> Positions:
    """Find the item that each row speaks of.

    Parameters
    ----------
    state : pa.Table
        The items, with ``id``, ``code`` and ``name``.
    rows : pa.Table
        The caller's rows, as texts.
    keys : sequence of {"id", "code", "name"}
        By what an item is known, the first that a row has a value for. An item without a code is
        found by its name also by rows that have one, if ``code`` comes before ``name``: they
        give it that code.

    Returns
    -------
    array of int64
        For each row the position of its item, `NEW`, or `UNKNOWN` where it has an id that no
        item has.
    """
    items = np.full(rows.num_rows, NEW, dtype=np.int64)
    for key in keys:
        values = _one(rows[key])
        known = _one(state[key])
        if key == "name" and "code" in keys[: keys.index(key)]:
            coded = _mask(pc.is_valid(_one(rows["code"])))
            uncoded = _mask(pc.is_null(_one(state["code"])))
            _fill(items, coded, values, _where(uncoded & _unmatched(items, len(known)), known))
            _fill(items, ~coded, values, _where(_unmatched(items, len(known)), known))
        else:
            _fill(items, np.full(len(items), True), values, known)
        if key == "id":
            items[(items == NEW) & _mask(pc.is_valid(values))] = UNKNOWN
    return items


def check_unique(rows: pa.Table, items: Positions, keys: Sequence[str], label: str) -> None:
    """Refuse rows of which several speak of one item.

    Raises
    ------
    ColumnMismatch
        Names the values and the rows, counted from 0.
    """
    left = np.full(rows.num_rows, True)
    for key in keys:
        values = _where(left, _one(rows[key]))
        _refuse_repeated(values, key, label)
        left &= ~_mask(pc.is_valid(values))
    matched = pa.array(items, mask=items < 0)
    names = _one(rows[keys[-1]])
    repeated = _repeated(matched)
    if len(repeated):
        first = int(repeated[0].as_py())
        places = np.flatnonzero(items == first)[:2]
        raise ColumnMismatch(
            f"Rows {places[0]} and {places[1]} speak of the same item of {label} "
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
    """Say for each column what must be sent.

    Parameters
    ----------
    state, rows, items
        As `match_items` has them.
    columns : collection of str
        The columns to compare.
    blank : bool
        Whether a missing value blanks the item's; else it leaves it alone.

    Returns
    -------
    dict of str to pa.Array
        By column, of large_string: null where nothing is to be sent. A text is blanked by ``""``,
        a number is set to 0 and a boolean to false, as Anaplan has no missing ones. For a row
        without an item, all its values.
    """
    places = pa.array(items, mask=items < 0)
    is_new = pa.array(items < 0)
    nothing = pa.scalar(None, _TEXT)
    found = {}
    for name in columns:
        new = _one(rows[name])
        old = pc.take(_one(state[name]), places)
        if blank:
            new = pc.fill_null(new, _blank(old.type))
        same = pc.fill_null(equal_values(old, new), False)
        kept = pc.if_else(same, nothing, new)
        found[name] = pc.if_else(is_new, _one(rows[name]), kept)
    return found


def equal_values(old: pa.Array, new: pa.Array) -> pa.Array:
    """Compare values as read with texts as sent; null for a null text.

    What is missing equals a blank: an empty text, 0 or false.
    """
    blank = pa.scalar(_blank(old.type), _TEXT)
    texts = pc.if_else(pc.equal(new, ""), blank, new)
    return pc.equal(pc.fill_null(_canonical(old, old.type), blank), _canonical(texts, old.type))


def _blank(kind: pa.DataType) -> str:
    if pt.is_floating(kind):
        return "0"
    return "false" if pt.is_boolean(kind) else ""


def _canonical(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """Write values of one kind in one way, so that equal ones are equal texts."""
    if pt.is_floating(kind):
        return _numbers(values)
    texts = pc.cast(values, _TEXT)
    if pt.is_boolean(kind):
        lower = pc.utf8_lower(texts)
        lower = pc.if_else(pc.equal(lower, "1"), pa.scalar("true", _TEXT), lower)
        return pc.if_else(pc.equal(lower, "0"), pa.scalar("false", _TEXT), lower)
    return texts


def _numbers(values: pa.Array) -> pa.Array:
    if pt.is_floating(values.type):
        return pc.cast(pc.add(values, 0.0), _TEXT)  # a negative zero is zero
    are = pc.match_substring_regex(values, _NUMBER)
    numbers = pc.cast(pc.if_else(are, values, pa.scalar(None, _TEXT)), pa.float64())
    return pc.if_else(are, pc.cast(pc.add(numbers, 0.0), _TEXT), values)


def one_array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return a column of a table as one array; texts as large_string, which any number fit in."""
    if pt.is_string(column.type):
        column = pc.cast(column, _TEXT)
    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column


_one = one_array


def _fill(items: Positions, rows: Mask, values: pa.Array, known: pa.Array) -> None:
    """Give the rows that have no item yet the item whose value is theirs."""
    hits = pc.index_in(values, value_set=known, skip_nulls=True)
    found = pc.fill_null(hits, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    take = rows & (items == NEW) & (found >= 0)
    items[take] = found[take]


def _unmatched(items: Positions, count: int) -> Mask:
    left = np.full(count, True)
    left[items[items >= 0]] = False
    return left


def _where(mask: Mask, values: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(mask), values, pa.scalar(None, values.type))


def _mask(values: pa.Array) -> Mask:
    mask: Mask = values.to_numpy(zero_copy_only=False)
    return mask


def _repeated(values: pa.Array) -> pa.Array:
    counts = pc.value_counts(pc.drop_null(values))
    return counts.field(0).filter(pc.greater(counts.field(1), 1))


def _refuse_repeated(values: pa.Array, key: str, label: str) -> None:
    repeated = _repeated(values)
    if not len(repeated):
        return
    shown = []
    for value in repeated[:_SHOWN]:
        places = np.flatnonzero(_mask(pc.fill_null(pc.equal(values, value), False)))[:3]
        shown.append(f"{value.as_py()!r} (rows {', '.join(map(str, places))})")
    more = len(repeated) - len(shown)
    raise ColumnMismatch(
        f"Column {key!r} says of each row which item of {label} it is, and names {len(repeated):,} "
        f"more than once: {'; '.join(shown)}{f' and {more:,} more' if more else ''}. Keep one row "
        f"of each, for instance with df.drop_duplicates({key!r})."
    )
