"""From a list's items and the caller's rows to what must be sent; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.lists.desired_state import DesiredState
from anaplan_frames.lists.item_changes import describe_changes
from anaplan_frames.lists.item_differences import (
    NEW,
    changed_values,
    check_unique,
    match_items,
)
from anaplan_frames.lists.refused_rows import (
    KeyClaims,
    Reasons,
    refused_claims,
    removed_codes,
    resembles,
    unknown_parent,
    without_item,
    without_name,
)
from anaplan_frames.lists.write_stages import Stage, StagePlanner
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, Positions, as_mask, as_texts, one_array

Mode = Literal["insert", "update", "upsert", "delete", "sync"]
_UNIQUE: tuple[Literal["name", "code"], ...] = ("name", "code")


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRules:
    """How a list is to be changed.

    Attributes
    ----------
    mode : {"insert", "update", "upsert", "delete", "sync"}
    keys : tuple of {"id", "code", "name"}
        The columns by which a row's item is found: the first that has a value in the row.
    columns : sequence of ItemColumn
        The list's columns.
    blank : bool
        Whether a missing value blanks the item's.
    delete : bool
        Whether items without a row are deleted.
    own_parents : bool
        Whether parents are items of the list itself.
    numbered : bool
        Whether the list makes the names.
    skip_blank : bool
        Whether rows without any value are ignored.
    label : str
        The list in words.
    """

    mode: Mode
    keys: tuple[str, ...]
    columns: Sequence[ItemColumn]
    blank: bool
    delete: bool
    own_parents: bool
    numbered: bool
    skip_blank: bool
    label: str


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """What must be sent.

    Attributes
    ----------
    stages : list of Stage
        One after the other.
    refused : dict of int to str
        Rows that are not sent because they are sure to be refused, by position, and why.
    blank : int
        Number of rows without any value, which are ignored.
    changes : pa.Table
        As `describe_changes` returns them.
    """

    stages: list[Stage]
    refused: Reasons
    blank: int
    changes: pa.Table

    @property
    def deleted_without_row(self) -> int:
        """How many items are deleted because no row is about them."""
        unnamed = pc.and_(
            pc.equal(self.changes["action"], "delete"), pc.less(self.changes["row"], 0)
        )
        return int(pc.sum(unnamed).as_py() or 0)

    @property
    def digest(self) -> object:
        """What compares equal as long as the same would be done."""
        stages = [
            (stage.action, stage.records, stage.ids, pa.array(stage.rows), stage.temporary)
            for stage in self.stages
        ]
        return stages, self.refused, self.blank, self.changes


def plan_items(
    rules: WriteRules, state: pa.Table, rows: pa.Table, refused: Mapping[int, str] | None = None
) -> ItemPlan:
    """Compare and put in order.

    Parameters
    ----------
    state : pa.Table
        The items, typed, with ``id``, ``code``, ``name``, ``parent`` and the columns of `rows`.
    rows : pa.Table
        The caller's rows as texts.
    refused : mapping of int to str, optional
        Rows of which it is known already that they are sure to be refused, and why.

    Raises
    ------
    ColumnMismatch
        If several rows are of one item, new items have no name, or parents are impossible.
    """
    return _Comparison(rules, _in_one_piece(state), _in_one_piece(rows), refused or {}).plan()


class _Comparison:
    """The caller's rows compared with the items."""

    def __init__(
        self, rules: WriteRules, state: pa.Table, rows: pa.Table, refused: Mapping[int, str]
    ) -> None:
        self._rules = rules
        self._state = state
        self._rows = rows
        self._items = _items(rules, state, rows)
        if rules.keys:
            check_unique(rows, self._items, rules.keys, rules.label)
        blank = blank_rows(rows) if rules.skip_blank else np.zeros(rows.num_rows, dtype=bool)
        self._blank_count = int(blank.sum())
        self._active = ~blank
        self._refused: Reasons = {}
        self._gone = _gone(rules, state, self._items)
        self._refuse(refused)
        self._refuse(
            without_item(
                rows,
                np.where(self._active, self._items, 0),
                rules.keys,
                rules.label,
                only_existing=rules.mode in ("update", "delete"),
            )
        )
        self._values = _values(rules, state, rows, self._items)

    def plan(self) -> ItemPlan:
        """Find what is refused, and put the rest in order."""
        rules = self._rules
        if rules.mode != "delete":
            _check_new(rules, self._rows, self._items[self._active])
            if not rules.numbered:
                self._refuse(without_name(self._rows, self._items))
            self._refuse(removed_codes(self._values, self._state, self._items))
        claims = self._claims()
        self._refuse(refused_claims(claims, self._active))
        desired, sent = self._desired()
        planner = StagePlanner(desired)
        while planner.unknown_parents.any():
            self._refuse(self._strangers(sent[planner.unknown_parents]))
            self._refuse(refused_claims(claims, self._active))
            desired, sent = self._desired()
            planner = StagePlanner(desired)
        changed = planner.changed
        changes = describe_changes(self._state, desired.items, planner.values, changed, self._gone)
        stages = [replace(stage, rows=_callers(stage.rows, sent)) for stage in planner.stages()]
        return ItemPlan(
            stages,
            dict(sorted(self._refused.items())),
            self._blank_count,
            _with_callers_rows(changes, sent),
        )

    def _refuse(self, reasons: Mapping[int, str]) -> None:
        for row, reason in reasons.items():
            if self._active[row]:
                self._refused[row] = reason
                self._active[row] = False

    def _claims(self) -> list[KeyClaims]:
        return [
            KeyClaims(key, as_texts(self._state[key]), self._values[key], self._items, self._gone)
            for key in _UNIQUE
            if key in self._values
        ]

    def _strangers(self, rows: Positions) -> Reasons:
        texts = one_array(self._rows["parent"])
        label = self._rules.label
        return {row: unknown_parent(texts[row].as_py(), label) for row in rows.tolist()}

    def _desired(self) -> tuple[DesiredState, Positions]:
        """Return what the rows that are sent want, and their positions."""
        sent = np.flatnonzero(self._active)
        chosen = pa.array(self._active)
        every = len(sent) == len(self._active)

        def those(array: pa.Array) -> pa.Array:
            return array if every else array.filter(chosen)

        parents = _parents(self._rules, self._rows)
        desired = DesiredState(
            state=self._state,
            items=self._items[sent],
            values={name: those(array) for name, array in self._values.items()},
            parents=None if parents is None else those(parents),
            gone=self._gone,
            blank=self._rules.blank,
            numbered=self._rules.numbered,
            label=self._rules.label,
        )
        return desired, sent


def blank_rows(rows: pa.Table) -> Mask:
    """Return which rows have no value at all."""
    blank = np.ones(rows.num_rows, dtype=bool)
    for name in rows.column_names:
        blank &= as_mask(pc.is_null(one_array(rows[name])))
    return blank


def _with_callers_rows(changes: pa.Table, sent: Positions) -> pa.Table:
    rows = pa.array(_callers(one_array(changes["row"]).to_numpy(), sent))
    return changes.set_column(changes.schema.get_field_index("row"), "row", rows)


def _callers(rows: Positions, sent: Positions) -> Positions:
    """Count rows as the caller does, with those that are not sent; -1 stays."""
    return np.where(rows < 0, rows, np.append(sent, -1)[rows])


def _in_one_piece(table: pa.Table) -> pa.Table:
    """Make one array of every column, once for all later steps."""
    return pa.table({name: one_array(table[name]) for name in table.column_names})


def _items(rules: WriteRules, state: pa.Table, rows: pa.Table) -> Positions:
    if rules.mode == "insert":  # Anaplan refuses rows whose items exist
        return np.full(rows.num_rows, NEW, dtype=np.int64)
    return match_items(state, rows, rules.keys)


def _check_new(rules: WriteRules, rows: pa.Table, items: Positions) -> None:
    count = int((items == NEW).sum())
    if count and not rules.numbered and "name" not in rows.column_names:
        raise ColumnMismatch(
            f"{count:,} rows are new items of {rules.label}, and those need a name: add a column "
            "'name', or leave them out."
        )


def _values(
    rules: WriteRules, state: pa.Table, rows: pa.Table, items: Positions
) -> dict[str, pa.Array]:
    """Return what each row changes, by column; an id cannot change."""
    if rules.mode == "delete":
        return {}
    compared = [
        column
        for column in rules.columns
        if column.name in rows.column_names
        and column.name != "id"
        and not (column.name == "parent" and rules.own_parents)
    ]
    if rules.mode == "insert":
        return {column.name: _without_blanks(one_array(rows[column.name])) for column in compared}
    values = changed_values(
        state,
        rows,
        items,
        columns=[column.name for column in compared],
        blank=rules.blank,
    )
    if "name" in values:  # an item always has a name: a missing one leaves it alone
        values["name"] = _without_blanks(values["name"])
    if "parent" in values:  # for a new item, no parent is what is not sent
        is_new = pa.array(items < 0)
        values["parent"] = pc.if_else(is_new, _without_blanks(values["parent"]), values["parent"])
    return values


def _without_blanks(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, TEXT), texts)


def _parents(rules: WriteRules, rows: pa.Table) -> pa.Array | None:
    if rules.mode == "delete" or not rules.own_parents or "parent" not in rows.column_names:
        return None
    return one_array(rows["parent"])


def _gone(rules: WriteRules, state: pa.Table, items: Positions) -> Mask:
    gone = np.full(state.num_rows, fill_value=rules.delete)
    gone[items[items >= 0]] = rules.mode == "delete"
    return gone


def parents_as_names(rows: pa.Table, codes: pa.Array, names: pa.Array) -> tuple[pa.Table, Mask]:
    """Replace parents that are given by code with their names; a name comes before a code.

    Returns
    -------
    pa.Table
    array of bool
        Which rows name a parent that there is not.
    """
    parents = one_array(rows["parent"])
    is_name = pc.is_in(parents, value_set=pc.cast(names, parents.type))
    found = pc.index_in(parents, value_set=pc.cast(codes, parents.type), skip_nulls=True)
    by_code = pc.coalesce(pc.cast(names, parents.type).take(found), parents)
    texts = pc.if_else(is_name, parents, by_code)
    named = as_mask(pc.fill_null(pc.not_equal(parents, ""), fill_value=False))
    unknown: Mask = named & ~as_mask(is_name) & ~as_mask(pc.is_valid(found))
    if unknown.any():
        candidates = np.flatnonzero(unknown)
        alike = resembles(parents.take(pa.array(candidates)), [names, codes])
        unknown[candidates[alike]] = False
    return rows.set_column(rows.schema.get_field_index("parent"), "parent", texts), unknown
