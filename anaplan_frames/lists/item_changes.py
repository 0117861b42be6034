"""The changes that a write makes to a list, one row per item; pure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.lists.item_matching import NEW
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, Positions, as_texts

_NOTHING, _MISSING = pa.scalar("", TEXT), pa.scalar(None, TEXT)
_BLANK = "(blank)"


def describe_changes(
    state: pa.Table, items: Positions, values: Mapping[str, pa.Array], changed: Mask, gone: Mask
) -> pa.Table:
    """Make one row per item that is added, changed or deleted.

    Parameters
    ----------
    state : pa.Table
        The items as they are.
    items : array of int64
        For each row of the caller the position of its item, or `NEW`.
    values : mapping of str to pa.Array
        By column what each row changes: texts, null if nothing.
    changed : array of bool
        Which rows change something, or are new.
    gone : array of bool
        Which items are deleted.

    Returns
    -------
    pa.Table
        ``row`` (int64, position of the caller's row, -1 for none), ``action``, ``id``, ``code``,
        ``name``, ``change`` (texts).
    """
    rows = np.flatnonzero(changed)
    chosen = {name: array.take(pa.array(rows)) for name, array in values.items()}
    row_of_item = np.full(state.num_rows, -1, dtype=np.int64)
    row_of_item[items[items >= 0]] = np.flatnonzero(items >= 0)
    deleted = np.flatnonzero(gone)
    return pa.concat_tables(
        [
            _written(state, items[rows], chosen).append_column("row", pa.array(rows)),
            _deleted(state, deleted).append_column("row", pa.array(row_of_item[deleted])),
        ]
    )


def _written(state: pa.Table, items: Positions, values: Mapping[str, pa.Array]) -> pa.Table:
    is_new = pa.array(items == NEW)
    now = {name: _texts(state, name, items) for name in ("id", "code", "name")}
    return pa.table(
        {
            "action": pc.if_else(is_new, pa.scalar("insert", TEXT), pa.scalar("update", TEXT)),
            "id": now["id"],
            "code": _coalesced(values.get("code"), now["code"]),
            "name": _coalesced(values.get("name"), now["name"]),
            "change": _differences(state, items, values),
        }
    )


def _differences(state: pa.Table, items: Positions, values: Mapping[str, pa.Array]) -> pa.Array:
    """Say of each item what of it changes; of a new one nothing."""
    changes = pa.repeat(_NOTHING, len(items))
    known = items != NEW
    if not known.any() or not values:
        return changes
    chosen = pa.array(known)
    parts = []
    for name, every in values.items():
        value, now = every.filter(chosen), _texts(state, name, items[known])
        arrow = pc.if_else(pc.is_valid(value), pa.scalar(" -> ", TEXT), _MISSING)
        start = pa.scalar(f"{name}: ", TEXT)
        parts.append(
            pc.binary_join_element_wise(start, _shown(now), arrow, _shown(value), _NOTHING)
        )
    joined = pc.binary_join_element_wise(*parts, pa.scalar(", ", TEXT), null_handling="skip")
    return pc.replace_with_mask(changes, chosen, joined)


def _deleted(state: pa.Table, items: Positions) -> pa.Table:
    known = {name: _texts(state, name, items) for name in ("id", "code", "name")}
    words = {"action": ["delete"] * len(items), "change": [""] * len(items)}
    table = pa.table({**known, **{name: pa.array(text, TEXT) for name, text in words.items()}})
    return table.select(["action", "id", "code", "name", "change"])


def _texts(state: pa.Table, name: str, items: Positions) -> pa.Array:
    """Return the present values of a column, for each position; null if it has no item."""
    if name not in state.column_names:  # not read, as there is nothing to compare
        return pa.nulls(len(items), TEXT)
    return as_texts(state[name]).take(pa.array(items, mask=items < 0))


def _shown(values: pa.Array) -> pa.Array:
    filled = pc.fill_null(values, _BLANK)
    return pc.if_else(pc.equal(filled, ""), pa.scalar(_BLANK, TEXT), filled)


def _coalesced(given: pa.Array | None, now: pa.Array) -> pa.Array:
    return now if given is None else pc.coalesce(given, now)
