"""Which rows Anaplan is sure to refuse, found before anything is sent; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.lists.item_differences import NEW, UNKNOWN
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, Positions, as_mask, mask_of, one_array

_MISSING = pa.scalar(None, TEXT)
_INVISIBLE = "[\u200b\u200c\u200d\u2060\ufeff]"

Reasons = dict[int, str]
"""Why rows are refused, by the row's position."""


def without_item(
    rows: pa.Table, items: Positions, keys: Sequence[str], label: str, *, only_existing: bool
) -> Reasons:
    """Return the rows whose item does not exist.

    Parameters
    ----------
    rows : pa.Table
        The caller's rows as texts.
    items : array of int64
        For each row the position of its item, `NEW` or `UNKNOWN`.
    keys : sequence of str
        The columns by which items are found.
    label : str
        The list in words.
    only_existing : bool
        Whether rows of new items are refused, too.
    """
    missing = items == UNKNOWN
    if only_existing:
        missing |= items == NEW
    refused = {}
    for position in np.flatnonzero(missing).tolist():
        named = ((key, rows[key][position].as_py()) for key in keys)
        key, value = next(((k, v) for k, v in named if v is not None), (keys[0], None))
        refused[position] = (
            f"{label} has no item with the {key} {value!r}"
            if value is not None
            else "the row does not say which item it is"
        )
    return refused


def without_name(rows: pa.Table, items: Positions) -> Reasons:
    """Return the rows that are new items and have no name."""
    if "name" not in rows.column_names:
        return {}
    nameless = (items == NEW) & as_mask(pc.is_null(one_array(rows["name"])))
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


class KeyClaims:
    """The names or codes that rows claim for their items.

    Parameters
    ----------
    key : {"name", "code"}
    present : pa.Array
        What each item has now.
    wanted : pa.Array
        What each row wants for its item; null or empty if that does not change.
    items : array of int64
        For each row the position of its item, negative if it is new.
    gone : array of bool
        Which items are to be deleted.
    """

    def __init__(
        self,
        key: Literal["name", "code"],
        present: pa.Array,
        wanted: pa.Array,
        items: Positions,
        gone: Mask,
    ) -> None:
        self._key = key
        self._present = present
        self._wanted = pc.if_else(pc.equal(wanted, ""), _MISSING, wanted)
        self._items = items
        self._gone = gone

    def refused(self, active: Mask) -> Reasons:
        """Return the rows that claim what another item keeps, or an earlier row claims.

        Parameters
        ----------
        active : array of bool
            The rows that are sent. The items of all others keep what they have.
        """
        claims = pc.if_else(pa.array(active), self._wanted, _MISSING)
        claiming = as_mask(pc.is_valid(claims))
        changed = mask_of(self._items[claiming & (self._items >= 0)], len(self._present))
        held = self._present.filter(pa.array(~self._gone & ~changed)).drop_null()
        taken = as_mask(pc.is_in(claims, value_set=held, skip_nulls=True))
        refused = {
            row: f"the {self._key} is already used by another item: {claims[row].as_py()!r}"
            for row in np.flatnonzero(taken).tolist()
        }
        refused |= self._repeated(claims, ~taken)
        return self._with_followers(refused, claims, claiming) if refused else refused

    def _repeated(self, claims: pa.Array, rows: Mask) -> Reasons:
        """Let the first row have what several claim, and refuse the others."""
        counts = pc.value_counts(claims.filter(pa.array(rows)).drop_null())
        several = counts.field(0).filter(pc.greater(counts.field(1), 1))
        if not len(several):
            return {}
        first: dict[str, int] = {}
        refused = {}
        shared = rows & as_mask(pc.is_in(claims, value_set=several, skip_nulls=True))
        for row in np.flatnonzero(shared).tolist():
            text = claims[row].as_py()
            earlier = first.setdefault(text, row)
            if earlier != row:
                refused[row] = f"the {self._key} is already used by row {earlier}: {text!r}"
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
            kept = self._present[int(self._items[waiting.pop()])].as_py()
            row = claimants.get(kept)
            if row is None or row in refused:
                continue
            refused[row] = f"the {self._key} is already used by another item: {kept!r}"
            if self._items[row] >= 0:
                waiting.append(row)
        return refused


def refused_claims(claims: Iterable[KeyClaims], active: Mask) -> Reasons:
    """Return the rows that cannot have the name or code that they want; see `KeyClaims.refused`."""
    every = list(claims)
    refused: Reasons = {}
    left = active.copy()
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


def resembles(texts: pa.Array, known: Iterable[pa.Array]) -> Mask:
    """Return which texts may be meant for one of the known ones.

    Anaplan may take texts as equal that differ in case, in outer white space, in invisible
    characters or in how accents are composed.
    """
    folded = _folded(texts)
    found = np.zeros(len(texts), dtype=bool)
    for names in known:
        found |= as_mask(pc.is_in(folded, value_set=_folded(names), skip_nulls=True))
    return found


def _folded(texts: pa.Array) -> pa.Array:
    plain = pc.utf8_normalize(texts.cast(TEXT), form="NFC")
    visible = pc.replace_substring_regex(plain, pattern=_INVISIBLE, replacement="")
    return pc.utf8_trim_whitespace(pc.utf8_lower(visible))


def unknown_parent(text: str | None, label: str) -> str:
    """Return why a row is refused whose parent is not there."""
    return f"{label} has no such item (column name:parent, value:{text})"
