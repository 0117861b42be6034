"""Which rows Anaplan is sure to refuse, found before anything is sent; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.null_texts import texts_if
from anaplan_frames.key_folding import MOST_CHARACTERS, visible
from anaplan_frames.lists.item_matching import NEW, SEVERAL, UNKNOWN, KeyedTable, same_items
from anaplan_frames.writes.arrow_arrays import Mask, Positions, as_mask, mask_of, one_array
from anaplan_frames.writes.folded_keys import repeated
from anaplan_frames.writes.value_checks import is_blank

_SHOWN_CHARACTERS = 20

Reasons = dict[int, str]
"""Why rows are refused, by the row's position."""


def without_item(
    rows: KeyedTable,
    items: Positions,
    keys: Sequence[str],
    state: KeyedTable,
    label: str,
    *,
    only_existing: bool,
) -> Reasons:
    """Return the rows whose item does not exist, or is not known among several.

    Parameters
    ----------
    rows : KeyedTable
        The caller's rows as texts.
    items : array of int64
        For each row the position of its item, `NEW`, `UNKNOWN` or `SEVERAL`.
    keys : sequence of str
        The columns by which items are found.
    state : KeyedTable
        The items.
    label : str
        The list in words.
    only_existing : bool
        Whether rows of new items are refused, too.
    """
    missing = (items == UNKNOWN) | (items == SEVERAL)
    if only_existing:
        missing |= items == NEW
    refused = {}
    for position in np.flatnonzero(missing).tolist():
        named = [(key, rows[key][position].as_py()) for key in keys]
        given = [(key, value) for key, value in named if value is not None]
        if not given:
            refused[position] = "the row does not say which item it is"
        elif items[position] == SEVERAL:
            refused[position] = several_items(given, state, label)
        else:
            key, value = given[0]
            refused[position] = f"{label} has no item with the {key} {value!r}"
    return refused


def several_items(given: Sequence[tuple[str, str]], state: KeyedTable, label: str) -> str:
    """Say that several items have the same key as a row, given its keys and their values."""
    among = [(key, text, same_items(text, key, state)) for key, text in given if key != "id"]
    key, text, same = next((each for each in among if "," in each[2]), among[0])
    return (
        f"{label} has no item with exactly the {key} {visible(text)}, and several that differ from "
        f"it only in case, outer white space, invisible characters or accents: {same}"
    )


def without_name(rows: pa.Table, items: Positions) -> Reasons:
    """Return the rows that are new items and have no name."""
    if "name" not in rows.column_names:
        return {}
    names = one_array(rows["name"])
    blank = pc.or_(pc.is_null(names), pc.fill_null(is_blank(names), fill_value=False))
    nameless = (items == NEW) & as_mask(blank)
    return dict.fromkeys(np.flatnonzero(nameless).tolist(), "the name is missing")


def removed_codes(values: Mapping[str, pa.Array], state: pa.Table, items: Positions) -> Reasons:
    """Return the rows that would take the code away from their items."""
    if "code" not in values:
        return {}
    removed = as_mask(pc.fill_null(pc.equal(values["code"], ""), fill_value=False))
    codes = one_array(state["code"])
    return {
        row: f"a code cannot be removed; the item has the code {codes[int(items[row])].as_py()!r}"
        for row in np.flatnonzero(removed & (items >= 0)).tolist()
    }


def too_long(values: Mapping[str, pa.Array]) -> Reasons:
    """Return the rows that want a name or code with more characters than Anaplan takes."""
    refused = {}
    for key in ("name", "code"):
        if key not in values:
            continue
        lengths = pc.fill_null(pc.utf8_length(values[key]), 0).to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(lengths > MOST_CHARACTERS).tolist():
            text = visible(values[key][row].as_py()[:_SHOWN_CHARACTERS])[:-1]
            refused[row] = (
                f"the {key} has {lengths[row]} characters, and Anaplan takes at most "
                f"{MOST_CHARACTERS}: {text}...'"
            )
    return refused


class KeyClaims:
    """The names or codes that rows claim for their items; folded, so that twins count as one.

    Parameters
    ----------
    key : {"name", "code"}
    state : KeyedTable
        The items.
    wanted : pa.Array
        What each row wants for its item; null or empty if that does not change.
    folded : pa.Array
        The same, folded.
    items : array of int64
        For each row the position of its item, negative if it is new.
    gone : array of bool
        Which items are to be deleted.
    """

    def __init__(
        self,
        key: Literal["name", "code"],
        state: KeyedTable,
        wanted: pa.Array,
        folded: pa.Array,
        items: Positions,
        gone: Mask,
    ) -> None:
        self._key = key
        self._state = state
        self._texts = wanted
        self._wanted = folded
        self._items = items
        self._gone = gone

    def refused(self, active: Mask) -> Reasons:
        """Return the rows that claim what another item keeps, or an earlier row claims.

        Parameters
        ----------
        active : array of bool
            The rows that are sent. The items of all others keep what they have.
        """
        claims = self._wanted
        if not active.all():
            claims = texts_if(pa.array(active), claims)
        claiming = as_mask(pc.is_valid(claims))
        if not claiming.any():
            return {}
        refused, taken = self._taken(claims, claiming)
        refused |= self._repeated(claims, ~taken)
        return self._with_followers(refused, claims, claiming) if refused else refused

    def taken(self, active: Mask) -> Reasons:
        """Return the rows that claim what another item keeps, whatever other rows claim."""
        claims = texts_if(pa.array(active), self._wanted)
        claiming = as_mask(pc.is_valid(claims))
        return self._taken(claims, claiming)[0] if claiming.any() else {}

    @property
    def _present(self) -> pa.Array:
        return self._state.folded[self._key]

    def _taken(self, claims: pa.Array, claiming: Mask) -> tuple[Reasons, Mask]:
        """Return the rows that claim what an item keeps, as no row gives it another key."""
        count = self._state.table.num_rows
        own = self._own(claims)
        changed = mask_of(self._items[claiming & ~own & (self._items >= 0)], count)
        kept = pa.array(~self._gone & ~changed)
        taken = np.zeros(len(claims), dtype=bool)
        if not kept.true_count:
            return {}, taken
        held = self._present.filter(kept)
        at = pc.index_in(claims, value_set=held, skip_nulls=True)
        taken = as_mask(pc.is_valid(at)) & ~own
        rows = np.flatnonzero(taken)
        chosen = pa.array(rows)
        owned = self._state[self._key].filter(kept).take(at.take(chosen)).to_pylist()
        texts = self._texts.take(chosen).to_pylist()
        return {
            row: self._used(text, own)
            for row, text, own in zip(rows.tolist(), texts, owned, strict=True)
        }, taken

    def _own(self, claims: pa.Array) -> Mask:
        """Return which rows claim the key of their own item, in the same or another spelling."""
        items = pa.array(self._items, mask=self._items < 0)
        return as_mask(pc.fill_null(pc.equal(claims, self._present.take(items)), fill_value=False))

    def _used(self, text: str, own: str) -> str:
        shown = repr(text) if text == own else f"{visible(text)}, which it has as {visible(own)}"
        return f"the {self._key} is already used by another item: {shown}"

    def _repeated(self, claims: pa.Array, rows: Mask) -> Reasons:
        """Let the first row have what several claim, and refuse the others."""
        several = repeated(claims.filter(pa.array(rows)))
        if not len(several):
            return {}
        first: dict[str, int] = {}
        refused = {}
        shared = rows & as_mask(pc.is_in(claims, value_set=several, skip_nulls=True))
        for row in np.flatnonzero(shared).tolist():
            earlier = first.setdefault(claims[row].as_py(), row)
            if earlier != row:
                text, other = (self._texts[each].as_py() for each in (row, earlier))
                shown = repr(text) if text == other else f"{visible(text)} and {visible(other)}"
                refused[row] = f"the {self._key} is already used by row {earlier}: {shown}"
        return refused

    def _with_followers(self, refused: Reasons, claims: pa.Array, claiming: Mask) -> Reasons:
        """Add the rows that claim what the items of refused rows now keep."""
        waiting = [row for row in refused if self._items[row] >= 0]
        if not waiting:
            return refused
        rows = np.flatnonzero(claiming).tolist()
        texts = claims.filter(pa.array(claiming)).to_pylist()
        claimants = {text: row for row, text in zip(rows, texts, strict=True) if row not in refused}
        while waiting:
            item = int(self._items[waiting.pop()])
            row = claimants.get(self._present[item].as_py())
            if row is None or row in refused or self._items[row] == item:
                continue
            own = self._state[self._key][item].as_py()
            refused[row] = self._used(self._texts[row].as_py(), own)
            if self._items[row] >= 0:
                waiting.append(row)
        return refused


def refused_claims(claims: Iterable[KeyClaims], active: Mask) -> Reasons:
    """Return the rows that cannot have the name or code that they want; see `KeyClaims.refused`."""
    every = list(claims)
    refused: Reasons = {}
    left = active.copy()
    for each in every:  # so that such a row takes nothing from a later one
        more = each.taken(left)
        left[list(more)] = False
        refused |= more
    found = True
    while found:
        found = False
        for each in every:
            more = each.refused(left)
            left[list(more)] = False
            refused |= more
            found |= bool(more)
        found = found and len(every) > 1
    return refused


def unknown_parent(text: str | None, label: str) -> str:
    """Return why a row is refused whose parent is not there."""
    return f"{label} has no such item (column name:parent, value:{text})"


def several_parents(text: str, names: Sequence[str], label: str) -> str:
    """Return why a row is refused whose parent may be one of several items."""
    shown = ", ".join(map(visible, names))
    return (
        f"{label} has no item that is exactly {visible(text)}, and several that differ from it "
        f"only in case, outer white space, invisible characters or accents: {shown} (column "
        "name:parent)"
    )
