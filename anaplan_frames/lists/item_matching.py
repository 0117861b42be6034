"""Which of the caller's rows is of which item of a list; pure, in Arrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.null_texts import texts_if
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.key_folding import visible
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, Positions, as_mask, mask_of, one_array
from anaplan_frames.writes.folded_keys import (
    NOT_FOUND,
    FoldedColumns,
    FoldedMatches,
    find_exactly,
    find_folded,
    repeated,
)

NEW, UNKNOWN, SEVERAL = -1, -2, -3
"""In place of an item's position: the row's item is to be added; it cannot be found; several items
have the row's key, and none has exactly this."""

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class KeyedTable:
    """Rows with their keys as they are and folded.

    Attributes
    ----------
    table : pa.Table
        With the columns of the keys.
    folded : FoldedColumns
        The same columns, folded.
    """

    table: pa.Table
    folded: FoldedColumns

    @classmethod
    def of(cls, table: pa.Table) -> KeyedTable:
        """Add the folded keys, each made when it is first needed."""
        return cls(table, FoldedColumns(table))

    def __getitem__(self, name: str) -> pa.Array:
        return one_array(self.table[name])


@dataclass(frozen=True, slots=True)
class ItemMatches:
    """The item of each row, and how it was found.

    Attributes
    ----------
    items : array of int64
        For each row the position of its item, `NEW`, `SEVERAL`, or `UNKNOWN` if it has an id that
        no item has.
    exact, folded : dict of str to array of bool
        By key: the rows whose item has exactly this key, and those whose item only has the same
        key when both are folded.
    """

    items: Positions
    exact: dict[str, Mask] = field(default_factory=dict)
    folded: dict[str, Mask] = field(default_factory=dict)

    def count_folded(self, state: KeyedTable, rows: KeyedTable) -> FoldedMatches:
        """Return how many rows were found by a folded key."""
        found = FoldedMatches()
        for key, mask in self.folded.items():
            if mask.any():
                chosen = pa.array(self.items[mask])
                found.add(rows[key].filter(pa.array(mask)), state[key].take(chosen))
        return found


def match_items(state: KeyedTable, rows: KeyedTable, keys: Sequence[str]) -> ItemMatches:
    """Find the item of each row.

    Parameters
    ----------
    state : KeyedTable
        The items, with ``id``, ``code`` and ``name``.
    rows : KeyedTable
        The caller's rows, as texts.
    keys : sequence of {"id", "code", "name"}
        The columns by which an item is found: the first for which a row has a value. If ``code``
        comes before ``name``, a row with a code also finds an item without a code by its name,
        and gives it that code. An id must be equal, a code or name at least the same key.
    """
    items = np.full(rows.table.num_rows, NEW, dtype=np.int64)
    matches = ItemMatches(items)
    for key in keys:
        for name in (matches.exact, matches.folded):
            name[key] = np.zeros(len(items), dtype=bool)
        every = np.ones(len(items), dtype=bool)
        if key == "id":
            _fill(matches, key, every, state, rows, None)
            items[(items == NEW) & as_mask(pc.is_valid(rows[key]))] = UNKNOWN
        elif key == "name" and "code" in keys[: keys.index(key)]:
            coded = as_mask(pc.is_valid(rows["code"]))
            uncoded = as_mask(pc.is_null(state["code"]))
            _fill(matches, key, coded, state, rows, uncoded & _unmatched(items, len(uncoded)))
            _fill(matches, key, ~coded, state, rows, _unmatched(items, len(uncoded)))
        else:
            _fill(matches, key, every, state, rows, None)
    return matches


def _fill(
    matches: ItemMatches,
    key: str,
    rows_of_key: Mask,
    state: KeyedTable,
    rows: KeyedTable,
    among: Mask | None,
) -> None:
    """Give the rows that have no item yet the item with the same key, of some items or of all."""
    items = matches.items
    if among is not None and not among.any():
        return
    left = rows_of_key & (items == NEW)
    found = find_exactly(rows[key], _where(among, state[key]))
    take = left & (found >= 0)
    items[take] = found[take]
    matches.exact[key] |= take
    left &= ~take & as_mask(pc.is_valid(rows[key]))
    if key == "id" or not left.any() or not state.table.num_rows:
        return
    wanted = rows.folded[key].filter(pa.array(left))
    places = find_folded(wanted, _where(among, state.folded[key]))
    places[places < NOT_FOUND] = SEVERAL
    items[left] = places
    matches.folded[key][left] = places >= 0


def twins_in_data(state: KeyedTable, rows: KeyedTable, keys: Sequence[str], items: Mask) -> Mask:
    """Return which of some items have the same key as a row, though no row is of them.

    Parameters
    ----------
    items : array of bool
        The items.
    """
    found = np.zeros(len(items), dtype=bool)
    left = np.ones(rows.table.num_rows, dtype=bool)
    for key in keys:
        if key == "id" or not items.any():
            continue
        chosen = pa.array(items)
        known = state.folded[key].filter(chosen)
        named = rows.folded[key]
        same = as_mask(pc.is_in(known, value_set=_where(left, named), skip_nulls=True))
        if key == "name":  # rows with a code find items without one by name
            uncoded = as_mask(pc.is_null(state["code"].filter(chosen)))
            if uncoded.any():
                same |= uncoded & as_mask(pc.is_in(known, value_set=named, skip_nulls=True))
        found[items] |= same
        left &= ~as_mask(pc.is_valid(rows[key]))
    return found


def check_unique(rows: KeyedTable, matches: ItemMatches, keys: Sequence[str], label: str) -> None:
    """Refuse rows of which several are of one item.

    Rows with the same key are of one item, unless each has exactly the key of an item.

    Raises
    ------
    ColumnMismatch
        Names the values and the rows, counted from 0.
    """
    left = np.ones(rows.table.num_rows, dtype=bool)
    for key in keys:
        values = rows[key]
        _refuse_repeated(_where(left, values), key, label)
        given = left & as_mask(pc.is_valid(values))
        inexact = given & ~matches.exact[key] if key in matches.exact else given
        if key != "id" and inexact.any():
            _refuse_same(rows, key, given, inexact, label)
        left &= ~given
    items = matches.items
    names = rows[keys[-1]]
    twice = repeated(pa.array(items, mask=items < 0))
    if len(twice):
        first = int(twice[0].as_py())
        places = np.flatnonzero(items == first)[:2]
        raise ColumnMismatch(
            f"Rows {places[0]} and {places[1]} are about the same item of {label} "
            f"({names[int(places[0])].as_py()!r}), one by its code and one by its name. Keep one."
        )


def _unmatched(items: Positions, count: int) -> Mask:
    return ~mask_of(items[items >= 0], count)


def _where(mask: Mask | None, values: pa.Array) -> pa.Array:
    if mask is None or mask.all():
        return values
    return texts_if(pa.array(mask), values)


def _refuse_repeated(values: pa.Array, key: str, label: str) -> None:
    twice = repeated(values)
    if not len(twice):
        return
    shown = []
    for value in twice[:_SHOWN]:
        places = np.flatnonzero(as_mask(pc.fill_null(pc.equal(values, value), fill_value=False)))[
            :3
        ]
        shown.append(f"{value.as_py()!r} (rows {', '.join(map(str, places))})")
    more = len(twice) - len(shown)
    raise ColumnMismatch(
        f"Column {key!r} says which item of {label} each row is, and names {len(twice):,} more "
        f"than once: {'; '.join(shown)}{f' and {more:,} more' if more else ''}. Keep one row of "
        f"each, for instance with df.drop_duplicates({key!r})."
    )


def _refuse_same(rows: KeyedTable, key: str, given: Mask, inexact: Mask, label: str) -> None:
    """Refuse rows whose keys are the same when folded, if one of them has no item exactly."""
    folded = _where(given, rows.folded[key])
    twice = repeated(folded)
    if not len(twice):
        return
    wrong = pc.unique(_where(inexact, folded)).drop_null()
    twice = twice.filter(pc.is_in(twice, value_set=wrong))
    if not len(twice):
        return
    shown = []
    for value in twice[:_SHOWN]:
        mask = pc.fill_null(pc.equal(folded, value), fill_value=False)
        places = np.flatnonzero(as_mask(mask))[:3].tolist()
        texts = rows[key].take(pa.array(places)).to_pylist()
        pairs = zip(texts, places, strict=True)
        shown.append(" and ".join(f"{visible(text)} (row {row})" for text, row in pairs))
    more = len(twice) - len(shown)
    raise ColumnMismatch(
        f"Column {key!r} says which item of {label} each row is, and names {len(twice):,} more "
        "than once but for case, outer white space, invisible characters or accents: "
        f"{'; '.join(shown)}{f' and {more:,} more' if more else ''}. Keep one row of each."
    )


def same_items(text: str, key: str, state: KeyedTable) -> str:
    """Show the items that have the same key as a text."""
    wanted = FoldedColumns(pa.table({key: pa.array([text], TEXT)}))[key]
    same = pc.is_in(state.folded[key], value_set=wanted, skip_nulls=True)
    texts, ids = (state[name].filter(same).to_pylist() for name in (key, "id"))
    shown = [f"{visible(text)} (id {id_})" for text, id_ in zip(texts, ids, strict=True)]
    return ", ".join(shown[:_SHOWN])
