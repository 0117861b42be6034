"""The order in which a list's items can be changed: parents first, names freed, then taken; pure.

Records of one stage do not depend on each other, and can be sent in any order; stages cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.lists.hierarchy import ROOT, Cycle, depths, find_nodes
from anaplan_frames.lists.item_differences import NEW, Mask, Positions, one_array

Action = Literal["insert", "update", "delete"]
_TEXT = pa.large_string()
_ASIDE, _NOTHING = pa.scalar("~", _TEXT), pa.scalar("", _TEXT)
_KEYS = ("name", "code")


def temporary_name(item_id: str) -> str:
    """Return the name or code that an item has while it stands aside."""
    return f"{_ASIDE.as_py()}{item_id}"


@dataclass(frozen=True, slots=True)
class Stage:
    """Records that can be sent together.

    Attributes
    ----------
    action : {"insert", "update", "delete"}
    records : pa.Table
        Texts by column, null where a record leaves a column out.
    ids : pa.Array or None
        The ids of the items, but for an insert.
    rows : array of int64
        The caller's row that each record comes from, -1 where it comes from none.
    aside : bool
        Whether the items only give up a name or code for a while; they come again.
    """

    action: Action
    records: pa.Table
    ids: pa.Array | None
    rows: Positions
    aside: bool = False


@dataclass(frozen=True, slots=True)
class DesiredState:
    """What is to become of a list.

    Attributes
    ----------
    state : pa.Table
        The items as they are: ``id``, ``code``, ``name``, ``parent``.
    items : array of int64
        For each row the position of its item, or `NEW`.
    values : dict of str to pa.Array
        By column, what a row changes: texts, null where nothing.
    parents : pa.Array or None
        The parents that the rows name, if these are items of the same list.
    gone : array of bool
        Which items are to be deleted.
    blank : bool
        Whether a missing parent means none; else the item stays where it is.
    numbered : bool
        Whether the list makes the names.
    label : str
        The list in words.
    """

    state: pa.Table
    items: Positions
    values: Mapping[str, pa.Array]
    parents: pa.Array | None
    gone: Mask
    blank: bool
    numbered: bool
    label: str


class Planning:
    """Puts the changes of a list in order.

    A name (or code) that one item gives up and another takes is free before it is taken: an item
    that can have its new name at once goes first; one that is deleted and has no items below it
    is deleted first; any other steps aside, under a name of its own, and comes again.

    Raises
    ------
    ColumnMismatch
        If parents stand in a circle, or are to be deleted.
    """

    def __init__(self, wanted: DesiredState) -> None:
        self._wanted = wanted
        self._count = wanted.state.num_rows
        self._is_new = wanted.items == NEW
        self._nodes = wanted.items.copy()
        self._nodes[self._is_new] = self._count + np.arange(self._is_new.sum())
        self._above = self._parents_now()
        self.values = dict(wanted.values)
        self._depths = np.zeros(self._count + int(self._is_new.sum()), dtype=np.int64)
        if wanted.parents is not None:
            self._place(wanted.parents)

    @property
    def changed(self) -> Mask:
        """Which rows change something, or are new."""
        found: Mask = self._is_new | self._any_value(list(self.values))
        return found

    def stages(self) -> list[Stage]:
        """Return the stages in their order; those without records are left out."""
        early, aside = self._in_the_way()
        stages = [self._deletes(early)]
        at_once = self._rows_of(aside & ~self._wanted.gone) & self._free_targets(early)
        steps_aside = aside.copy()
        steps_aside[self._wanted.items[at_once]] = False
        stages.append(self._steps_aside(steps_aside))
        stages.append(self._updates(at_once, [name for name in self.values if name != "parent"]))
        stages.append(self._updates(self._rows_of(steps_aside), list(_KEYS)))
        stages += self._by_depth()
        stages += self._late_deletes(self._wanted.gone & ~early)
        return [stage for stage in stages if stage.records.num_rows]

    # -- parents

    def _parents_now(self) -> Positions:
        return find_nodes(self._texts("parent"), [self._texts("name")])

    def _place(self, texts: pa.Array) -> None:
        """Find the parents that the rows name, what changes of them, and how deep all will be."""
        wanted, kept = self._wanted, pa.array(~self._wanted.gone)
        found = find_nodes(texts, [*(self._finally(key) for key in _KEYS), self._now_called(kept)])
        given = pc.is_valid(texts).to_numpy(zero_copy_only=False)
        self._refuse_deleted(texts, given & (found < 0))
        parents = np.where(wanted.gone | self._is_gone(self._above), ROOT, self._above)
        parents = np.concatenate([parents, np.full(self._is_new.sum(), ROOT)])
        speaks = given | wanted.blank
        parents[self._nodes[speaks]] = np.where(given, found, ROOT)[speaks]
        self._depths = self._check_circles(parents)
        self.values["parent"] = self._parent_values(texts, found, given)

    def _parent_values(self, texts: pa.Array, found: Positions, given: Mask) -> pa.Array:
        """Say which parent is to be sent: the name that it will have, nothing where it stays."""
        wanted = self._wanted
        places = pa.array(found, mask=found < 0)
        names = pc.coalesce(*(pc.take(self._finally(key), places) for key in _KEYS), texts)
        own = pa.array(wanted.items, mask=self._is_new)
        text_now = pc.take(one_array(wanted.state["parent"]), own)
        above = np.where(self._is_new, ROOT, self._above[wanted.items] if self._count else ROOT)
        same_text = pc.fill_null(pc.equal(texts, text_now), False).to_numpy(zero_copy_only=False)
        same = np.where(found >= 0, found == above, same_text)
        stays = np.where(given, same, pc.is_null(text_now).to_numpy(zero_copy_only=False))
        if not wanted.blank:
            stays |= ~given
        sent = pc.if_else(pa.array(given), names, _NOTHING)
        return pc.if_else(pa.array(stays), pa.scalar(None, _TEXT), sent)

    def _finally(self, key: str) -> pa.Array:
        """Return name or code of every node as it will be; null where it is to be deleted."""
        given = self._wanted.values.get(key)
        if given is None:
            given = pa.nulls(len(self._is_new), _TEXT)
        places = np.arange(self._count + int(self._is_new.sum()))
        fresh = pc.fill_null(pc.not_equal(given, ""), False).to_numpy(zero_copy_only=False)
        fresh |= self._is_new
        places[self._nodes[fresh]] = self._count + np.flatnonzero(fresh)
        absent = np.zeros(len(places), dtype=bool)
        absent[: self._count] = self._wanted.gone
        both = pa.concat_arrays([self._texts(key), given])
        return pc.take(both, pa.array(places, mask=absent))

    def _now_called(self, kept: pa.Array) -> pa.Array:
        """Return the name of every node as it is now: some may still call it so."""
        old = pc.if_else(kept, self._texts("name"), pa.scalar(None, _TEXT))
        return pa.concat_arrays([old, pa.nulls(int(self._is_new.sum()), _TEXT)])

    def _is_gone(self, nodes: Positions) -> Mask:
        found: Mask = (nodes >= 0) & np.append(self._wanted.gone, False)[nodes]
        return found

    def _refuse_deleted(self, texts: pa.Array, missing: Mask) -> None:
        """Refuse parents that are to be deleted: what is below them would be left without."""
        names = self._texts("name").filter(pa.array(self._wanted.gone))
        asked = texts.filter(pa.array(missing))
        lost = pc.unique(asked.filter(pc.is_in(asked, value_set=names)))
        if len(lost):
            raise ColumnMismatch(
                f"Rows name parents in {self._wanted.label} that would be deleted, because no row "
                f"speaks of them: {_shown(lost)}. Add rows for them, or name other parents."
            )

    def _check_circles(self, parents: Positions) -> Positions:
        try:
            return depths(parents)
        except Cycle as circle:
            names = pc.coalesce(*(self._finally(key) for key in _KEYS))
            named = names.take(pa.array(circle.nodes)).drop_null()
            raise ColumnMismatch(
                f"Parents in {self._wanted.label} would stand in a circle, so that items are above "
                f"themselves: {_shown(named)}. Give one of them another parent, or none."
            ) from None

    # -- names and codes that are in the way

    def _in_the_way(self) -> tuple[Mask, Mask]:
        """Return which items are deleted first, and which others must give up a name or code."""
        gone, holds = self._wanted.gone, np.zeros(self._count, dtype=bool)
        for key in _KEYS:
            if key in self.values:
                taken = pc.is_in(self._texts(key), value_set=self.values[key].drop_null())
                leaves = gone | self._items_of(self._any_value([key]) & ~self._is_new)
                holds |= taken.to_numpy(zero_copy_only=False) & leaves
        leaf = np.ones(self._count, dtype=bool)
        leaf[self._above[self._above >= 0]] = False
        return holds & gone & leaf, holds & ~(gone & leaf)

    def _free_targets(self, early: Mask) -> Mask:
        """Say which rows' new names and codes no item has, those deleted first left aside."""
        free = np.ones(len(self._is_new), dtype=bool)
        for key in _KEYS:
            if key in self.values:
                held = self._texts(key).filter(pa.array(~early))
                taken = pc.is_in(self.values[key], value_set=held, skip_nulls=True)
                free &= ~taken.to_numpy(zero_copy_only=False)
        return free

    def _steps_aside(self, items: Mask) -> Stage:
        """Have items take a name and code that nobody else wants, where theirs are wanted."""
        state = self._wanted.state.filter(pa.array(items))
        tilde = pc.binary_join_element_wise(
            _ASIDE, pc.cast(one_array(state["id"]), _TEXT), _NOTHING
        )
        records = {}
        for key in _KEYS:
            if key in self.values:
                now = pc.cast(one_array(state[key]), _TEXT)
                taken = pc.is_in(now, value_set=self.values[key].drop_null())
                records[key] = pc.if_else(taken, tilde, pa.scalar(None, _TEXT))
        return self._update(np.flatnonzero(items), records, self._row_of_items(items), aside=True)

    # -- stages

    def _updates(self, rows: Mask, columns: list[str]) -> Stage:
        """Send some columns of rows, which are then done."""
        columns = [name for name in columns if name in self.values]
        rows = rows & ~self._is_new & self._any_value(columns)
        chosen = pa.array(rows)
        records = {}
        for name in columns:
            records[name] = self.values[name].filter(chosen)
            done = pc.if_else(chosen, pa.scalar(None, _TEXT), self.values[name])
            self.values[name] = done
        return self._update(self._wanted.items[rows], records, np.flatnonzero(rows))

    def _update(
        self,
        items: Positions,
        values: Mapping[str, pa.Array],
        rows: Positions,
        aside: bool = False,
    ) -> Stage:
        """Add what tells the items: their id, or as Anaplan documents it for new names and codes.

        A new name comes with the code, a new code with id and name.
        """
        now = {name: self._texts(name).take(pa.array(items)) for name in ("id", *_KEYS)}
        records = {"id": now["id"], **values}
        if not self._wanted.numbered:
            nothing = pa.nulls(len(items), _TEXT)
            name, code = values.get("name", nothing), values.get("code", nothing)
            has_code = pc.is_valid(code)
            by_code = pc.and_(
                pc.and_(pc.is_valid(name), pc.invert(has_code)), pc.is_valid(now["code"])
            )
            records["id"] = pc.if_else(by_code, nothing, now["id"])
            records["code"] = pc.if_else(by_code, now["code"], code)
            records["name"] = pc.if_else(has_code, pc.coalesce(name, now["name"]), name)
        return Stage("update", pa.table(records), now["id"], rows, aside)

    def _by_depth(self) -> list[Stage]:
        """Return what is left of the changes, and the new items, from the top down."""
        deep = self._depths[self._nodes]
        stages = []
        for depth in np.unique(deep):
            at = deep == depth
            stages += [self._updates(at, list(self.values)), self._inserts(at & self._is_new)]
        return stages

    def _inserts(self, rows: Mask) -> Stage:
        records = {name: value.filter(pa.array(rows)) for name, value in self.values.items()}
        return Stage("insert", pa.table(records), None, np.flatnonzero(rows))

    def _deletes(self, items: Mask) -> Stage:
        ids = self._texts("id").filter(pa.array(items))
        return Stage("delete", pa.table({"id": ids}), ids, self._row_of_items(items))

    def _late_deletes(self, items: Mask) -> list[Stage]:
        """Return the deletes from the bottom up."""
        deep = depths(self._above)
        return [self._deletes(items & (deep == d)) for d in np.unique(deep[items])[::-1]]

    # -- between rows and items

    def _any_value(self, columns: list[str]) -> Mask:
        found = np.zeros(len(self._is_new), dtype=bool)
        for name in columns:
            found |= pc.is_valid(self.values[name]).to_numpy(zero_copy_only=False)
        return found

    def _texts(self, key: str) -> pa.Array:
        return pc.cast(one_array(self._wanted.state[key]), _TEXT)

    def _items_of(self, rows: Mask) -> Mask:
        found = np.zeros(self._count, dtype=bool)
        found[self._wanted.items[rows]] = True
        return found

    def _rows_of(self, items: Mask) -> Mask:
        found: Mask = ~self._is_new & np.append(items, False)[self._wanted.items]
        return found

    def _row_of_items(self, items: Mask) -> Positions:
        rows = np.full(self._count, -1, dtype=np.int64)
        rows[self._wanted.items[~self._is_new]] = np.flatnonzero(~self._is_new)
        return rows[items]


def _shown(names: pa.Array, most: int = 5) -> str:
    shown = ", ".join(repr(name) for name in names[:most].to_pylist())
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown
