"""The parents that rows give to items of their own list: found, checked and compared; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.null_texts import texts_if, texts_unless
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.lists.desired_state import DesiredState
from anaplan_frames.lists.hierarchy import ROOT, Cycle, depths, find_nodes
from anaplan_frames.lists.refused_rows import Reasons, several_parents, unknown_parent
from anaplan_frames.messages import listed
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, Positions, as_mask, one_array
from anaplan_frames.writes.folded_keys import (
    NOT_FOUND,
    SEVERAL,
    FoldedMatches,
    find_folded,
    fold_texts,
    twins_of,
)

_KEYS = ("name", "code")
_NOTHING = pa.scalar("", TEXT)
_MOST_SHOWN = 5


class ParentPlacement:
    """Finds the parents that rows name, among the items as they are going to be.

    Attributes
    ----------
    values : pa.Array
        The parent that each row sends: the name that it is going to have, ``""`` for none, null
        if the parent stays.
    depths : array of int64
        How many nodes are going to be above each node.
    refused : dict of int to str
        The rows that name a parent that neither is nor is going to be an item, or may be one of
        several, and why.
    folded : FoldedMatches
        The parents that were found only when they were folded.

    Raises
    ------
    ColumnMismatch
        If items would be their own ancestors, or parents are to be deleted.
    """

    def __init__(self, desired: DesiredState, texts: pa.Array) -> None:
        self._desired = desired
        self._texts = texts
        self._final = {key: self._final_texts(key) for key in _KEYS}
        called = [*self._final.values(), self._present_names()]
        found = find_nodes(texts, called)
        given = as_mask(pc.is_valid(texts))
        self.folded: FoldedMatches = FoldedMatches()
        self._several: dict[int, list[str]] = {}
        if (given & (found < 0)).any():
            self._find_folded(found, given, called)
        self._refuse_deleted(texts, given & (found < 0))
        self.depths: Positions = self._depths(found, given)
        self.values: Any = self._values(texts, found, given)
        self.refused: Reasons = self._refused(texts, found)

    def _find_folded(self, found: Positions, given: Mask, called: Sequence[pa.Array]) -> None:
        """Add the nodes of parents that are the same as a node's name or code when folded."""
        for names in called:
            left = np.flatnonzero(given & (found < 0))
            left = left[~np.isin(left, list(self._several))]
            chosen = pa.array(left)
            texts = self._texts.take(chosen)
            places = find_folded(fold_texts(texts), fold_texts(names))
            found[left] = np.maximum(places, NOT_FOUND)
            hit = places >= 0
            self.folded.add(texts.filter(pa.array(hit)), names.take(pa.array(places[hit])))
            for at in np.flatnonzero(places == SEVERAL).tolist():
                twins = twins_of(texts[at].as_py(), names)
                self._several[int(left[at])] = names.take(pa.array(twins)).to_pylist()

    def _depths(self, found: Positions, given: Mask) -> Positions:
        desired = self._desired
        parents = np.where(desired.gone | self._is_gone(desired.above), ROOT, desired.above)
        parents = np.concatenate([parents, np.full(desired.new_count, ROOT)])
        changes = given | desired.blank
        parents[desired.nodes[changes]] = np.where(given, found, ROOT)[changes]
        return self._checked_depths(parents)

    def _values(self, texts: pa.Array, found: Positions, given: Mask) -> pa.Array:
        desired = self._desired
        places = pa.array(found, mask=found < 0)
        names = pc.coalesce(*(pc.take(final, places) for final in self._final.values()), texts)
        own = pa.array(desired.items, mask=desired.is_new)
        text_now = pc.take(one_array(desired.state["parent"]), own)
        above = np.where(
            desired.is_new, ROOT, desired.above[desired.items] if desired.count else ROOT
        )
        same_text = as_mask(
            pc.fill_null(pc.equal(texts, pc.fill_null(text_now, "")), fill_value=False)
        )
        same = np.where(found >= 0, found == above, same_text)
        stays = np.where(given, same, as_mask(pc.is_null(text_now)))
        if not desired.blank:
            stays |= ~given
        sent = pc.if_else(pa.array(given), names, _NOTHING)
        return texts_unless(pa.array(stays), sent)

    def _refused(self, texts: pa.Array, found: Positions) -> Reasons:
        sent = as_mask(pc.fill_null(pc.not_equal(self.values, ""), fill_value=False))
        label = self._desired.label
        return {
            row: several_parents(texts[row].as_py(), self._several[row], label)
            if row in self._several
            else unknown_parent(texts[row].as_py(), label)
            for row in np.flatnonzero(sent & (found < 0)).tolist()
        }

    def _final_texts(self, key: str) -> pa.Array:
        """Return name or code of every node as it is going to be; null if it is to be deleted."""
        desired = self._desired
        given = desired.values.get(key)
        if given is None:
            given = pa.nulls(len(desired.is_new), TEXT)
        places = np.arange(desired.count + desired.new_count)
        changes = as_mask(pc.fill_null(pc.not_equal(given, ""), fill_value=False)) | desired.is_new
        places[desired.nodes[changes]] = desired.count + np.flatnonzero(changes)
        absent = np.zeros(len(places), dtype=bool)
        absent[: desired.count] = desired.gone
        both = pa.concat_arrays([desired.texts(key), given])
        return pc.take(both, pa.array(places, mask=absent))

    def _present_names(self) -> pa.Array:
        """Return the name of every node as it is now: some rows may still use it."""
        kept = pa.array(~self._desired.gone)
        old = texts_if(kept, self._desired.texts("name"))
        return pa.concat_arrays([old, pa.nulls(self._desired.new_count, TEXT)])

    def _is_gone(self, nodes: Positions) -> Mask:
        found: Mask = (nodes >= 0) & np.append(self._desired.gone, False)[nodes]
        return found

    def _refuse_deleted(self, texts: pa.Array, missing: Mask) -> None:
        """Refuse parents that are to be deleted: the items below them would be left without."""
        names = self._desired.texts("name").filter(pa.array(self._desired.gone))
        asked = texts.filter(pa.array(missing))
        if not len(names) or not len(asked):
            return
        same = pc.is_in(fold_texts(asked), value_set=fold_texts(names), skip_nulls=True)
        lost = pc.unique(asked.filter(same))
        if len(lost):
            raise ColumnMismatch(
                f"Rows name parents in {self._desired.label} that would be deleted, because no row "
                f"is about them: {_shown(lost)}. Add rows for them, or name other parents."
            )

    def _checked_depths(self, parents: Positions) -> Positions:
        try:
            return depths(parents)
        except Cycle as cycle:
            names = pc.coalesce(*self._final.values())
            named = names.take(pa.array(cycle.nodes)).drop_null()
            raise ColumnMismatch(
                f"Parents in {self._desired.label} would form a circle, so that items are above "
                f"themselves: {_shown(named)}. Give one of them another parent, or none."
            ) from None


def _shown(names: pa.Array) -> str:
    """Name the first of many, without making Python texts of all of them."""
    return listed(names[:_MOST_SHOWN].to_pylist()) + (
        f" and {len(names) - _MOST_SHOWN:,} more" if len(names) > _MOST_SHOWN else ""
    )
