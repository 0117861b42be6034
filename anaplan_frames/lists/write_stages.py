"""The order in which a list's items can be changed: parents first, names freed, then taken; pure.

Records of one stage do not depend on each other and can be sent in any order. Stages cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.null_texts import texts_if, texts_unless
from anaplan_frames.lists.desired_state import DesiredState
from anaplan_frames.lists.hierarchy import depths
from anaplan_frames.lists.item_parents import ParentPlacement
from anaplan_frames.writes.arrow_arrays import (
    TEXT,
    Mask,
    Positions,
    as_mask,
    as_texts,
    mask_of,
)
from anaplan_frames.writes.folded_keys import FoldedMatches

Action = Literal["insert", "update", "delete"]
_TILDE, _NOTHING = (pa.scalar(text, TEXT) for text in ("~", ""))
_KEYS = ("name", "code")


def temporary_name(item_id: str) -> str:
    """Return the name or code that an item has until it can get its final one."""
    return f"{_TILDE.as_py()}{item_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Records that can be sent together.

    Attributes
    ----------
    action : {"insert", "update", "delete"}
    records : pa.Table
        Texts by column, null if a record leaves a column out.
    ids : pa.Array or None
        The ids of the items; None for an insert.
    rows : array of int64
        The caller's row of each record, -1 if it has none.
    temporary : bool
        Whether the items only get a temporary name or code; a later stage writes their rows.
    """

    action: Action
    records: pa.Table
    ids: pa.Array | None
    rows: Positions
    temporary: bool = False


class StagePlanner:
    """Puts the changes of a list in order.

    A name (or code) that one item gives up and another takes is free before it is taken. An item
    that can have its new name at once goes first. An item that is deleted and has no items below
    it is deleted first. Any other gets a temporary name, and its final one later.

    Attributes
    ----------
    values : dict of str to pa.Array
        As those of the desired state, with the parents; a value that a stage sends becomes null.
    refused_parents : dict of int to str
        The rows that name a parent that neither is nor is going to be an item, and why.
    folded_parents : FoldedMatches
        The parents that were found only when they were folded.

    Raises
    ------
    ColumnMismatch
        If items would be their own ancestors, or parents are to be deleted.
    """

    def __init__(self, desired: DesiredState) -> None:
        self._desired = desired
        self.values: dict[str, Any] = dict(desired.values)
        self._depths = np.zeros(desired.count + desired.new_count, dtype=np.int64)
        self.refused_parents: dict[int, str] = {}
        self.folded_parents: FoldedMatches = FoldedMatches()
        if desired.parents is not None:
            placement = ParentPlacement(desired, desired.parents)
            self._depths = placement.depths
            self.refused_parents = placement.refused
            self.folded_parents = placement.folded
            self.values["parent"] = placement.values

    @property
    def changed(self) -> Mask:
        """Which rows change something, or are new."""
        found: Mask = self._desired.is_new | self._any_value(list(self.values))
        return found

    def stages(self) -> list[Stage]:
        """Return the stages in their order; those without records are left out."""
        desired = self._desired
        deleted_first, in_the_way = self._in_the_way()
        stages = [self._deletes(deleted_first)]
        if in_the_way.any():
            stages += self._freed(in_the_way, deleted_first)
        stages += self._by_depth()
        stages += self._late_deletes(desired.gone & ~deleted_first)
        return [stage for stage in stages if stage.records.num_rows]

    # -- names and codes that are in the way

    def _in_the_way(self) -> tuple[Mask, Mask]:
        """Return which items are deleted first, and which others must give up a name or code."""
        desired = self._desired
        holds = np.zeros(desired.count, dtype=bool)
        for key in desired.wanted:
            changed = self._any_value([key]) & ~desired.is_new
            givers = desired.gone | desired.items_of(changed)
            if givers.any():
                wanted = self._is_wanted(key, givers) & ~self._only_respelt(key, changed)[givers]
                holds[givers] |= wanted
        leaf = np.ones(desired.count, dtype=bool)
        leaf[desired.above[desired.above >= 0]] = False
        return holds & desired.gone & leaf, holds & ~(desired.gone & leaf)

    def _only_respelt(self, key: str, changed: Mask) -> Mask:
        """Return which items get a name or code that is the same as theirs when folded."""
        desired = self._desired
        items = desired.items[changed]
        now = desired.state.folded[key].take(pa.array(items))
        same = pc.equal(now, desired.wanted[key].filter(pa.array(changed)))
        return mask_of(items[as_mask(pc.fill_null(same, fill_value=False))], desired.count)

    def _freed(self, in_the_way: Mask, deleted_first: Mask) -> list[Stage]:
        """Let items give up names and codes, at once or by way of a temporary name."""
        desired = self._desired
        at_once = desired.rows_of(in_the_way & ~desired.gone) & self._free_targets(deleted_first)
        renamed = in_the_way & ~mask_of(desired.items[at_once], desired.count)
        return [
            self._temporary_names(renamed),
            self._updates(at_once, [name for name in self.values if name != "parent"]),
            self._updates(desired.rows_of(renamed), list(_KEYS)),
        ]

    def _free_targets(self, deleted_first: Mask) -> Mask:
        """Return which rows' new names and codes no item has, except those deleted first."""
        free = np.ones(len(self._desired.is_new), dtype=bool)
        for key, wanted in self._desired.wanted.items():
            held = self._desired.state.folded[key].filter(pa.array(~deleted_first))
            free &= ~as_mask(pc.is_in(wanted, value_set=held, skip_nulls=True))
        return free

    def _temporary_names(self, items: Mask) -> Stage:
        """Give items a name and code that no row wants, instead of those that rows want."""
        state = self._desired.state.table.filter(pa.array(items))
        names = pc.binary_join_element_wise(_TILDE, as_texts(state["id"]), _NOTHING)
        records = {}
        for key in self._desired.wanted:
            taken = pa.array(self._is_wanted(key, items))
            records[key] = texts_if(taken, names)
        rows = self._desired.row_of_items(items)
        return self._update(np.flatnonzero(items), records, rows, temporary=True)

    def _is_wanted(self, key: str, items: Mask) -> Mask:
        """Return which of some items have a name or code that rows want."""
        if not items.any():
            return np.zeros(0, dtype=bool)
        texts = self._desired.state.folded[key].filter(pa.array(items))
        wanted = self._desired.wanted[key]
        return as_mask(pc.is_in(texts, value_set=wanted, skip_nulls=True))

    # -- stages

    def _updates(self, rows: Mask, columns: list[str]) -> Stage:
        """Send some columns of rows, which are then done."""
        columns = [name for name in columns if name in self.values]
        rows = rows & ~self._desired.is_new & self._any_value(columns)
        chosen = pa.array(rows)
        records = {}
        for name in columns:
            records[name] = self.values[name].filter(chosen)
            self.values[name] = texts_unless(chosen, self.values[name])
        return self._update(self._desired.items[rows], records, np.flatnonzero(rows))

    def _update(
        self,
        items: Positions,
        values: Mapping[str, pa.Array],
        rows: Positions,
        *,
        temporary: bool = False,
    ) -> Stage:
        """Add the id of each item, or what Anaplan documents for new names and codes.

        A new name comes with the code, a new code with id and name.
        """
        now = {name: self._desired.texts(name).take(pa.array(items)) for name in ("id", *_KEYS)}
        records = {"id": now["id"], **values}
        if not self._desired.numbered:
            nothing = pa.nulls(len(items), TEXT)
            name, code = values.get("name", nothing), values.get("code", nothing)
            has_code = pc.is_valid(code)
            by_code = pc.and_(
                pc.and_(pc.is_valid(name), pc.invert(has_code)), pc.is_valid(now["code"])
            )
            records["id"] = pc.if_else(by_code, nothing, now["id"])
            records["code"] = pc.if_else(by_code, now["code"], code)
            records["name"] = pc.if_else(has_code, pc.coalesce(name, now["name"]), name)
        return Stage(
            action="update",
            records=pa.table(records),
            ids=now["id"],
            rows=rows,
            temporary=temporary,
        )

    def _by_depth(self) -> list[Stage]:
        """Return the remaining changes, and the new items, from the top down."""
        depth_of_rows = self._depths[self._desired.nodes]
        stages = []
        for depth in np.unique(depth_of_rows):
            rows = depth_of_rows == depth
            stages.append(self._updates(rows, list(self.values)))
            stages.append(self._inserts(rows & self._desired.is_new))
        return stages

    def _inserts(self, rows: Mask) -> Stage:
        records = {name: value.filter(pa.array(rows)) for name, value in self.values.items()}
        return Stage(
            action="insert", records=pa.table(records), ids=None, rows=np.flatnonzero(rows)
        )

    def _deletes(self, items: Mask) -> Stage:
        ids = self._desired.texts("id").filter(pa.array(items))
        rows = self._desired.row_of_items(items)
        return Stage(action="delete", records=pa.table({"id": ids}), ids=ids, rows=rows)

    def _late_deletes(self, items: Mask) -> list[Stage]:
        """Return the deletes from the bottom up."""
        depth = depths(self._desired.above)
        return [self._deletes(items & (depth == d)) for d in np.unique(depth[items])[::-1]]

    def _any_value(self, columns: list[str]) -> Mask:
        """Return which rows change one of some columns."""
        found = np.zeros(len(self._desired.is_new), dtype=bool)
        for name in columns:
            found |= as_mask(pc.is_valid(self.values[name]))
        return found
