"""From a list's items and the caller's rows to what must be sent; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.codec.null_texts import texts_if, texts_unless, without_blanks
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.lists.desired_state import DesiredState
from anaplan_frames.lists.item_changes import describe_changes
from anaplan_frames.lists.item_differences import changed_values
from anaplan_frames.lists.item_matching import (
    NEW,
    ItemMatches,
    KeyedTable,
    check_unique,
    match_items,
    twins_in_data,
)
from anaplan_frames.lists.refused_rows import (
    KeyClaims,
    Reasons,
    refused_claims,
    removed_codes,
    too_long,
    without_item,
    without_name,
)
from anaplan_frames.lists.write_stages import Stage, StagePlanner
from anaplan_frames.writes.arrow_arrays import TEXT, Mask, Positions, as_mask, one_array
from anaplan_frames.writes.folded_keys import FoldedMatches
from anaplan_frames.writes.value_checks import UnclearValues, ValueCheck

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
    checks : sequence of ValueCheck
        How the values of properties and subsets are judged, as far as the API shows it.
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
    checks: Sequence[ValueCheck] = ()


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
    folded : FoldedMatches
        The keys and parents that were found only when they were folded.
    kept_twins : int
        How many items are not deleted, though no row is of them, because a row has the same key.
    unclear : UnclearValues
        The values that are sent although Anaplan may reject them.
    """

    stages: list[Stage]
    refused: Reasons
    blank: int
    changes: pa.Table
    folded: FoldedMatches
    kept_twins: int
    unclear: UnclearValues = field(default_factory=UnclearValues)

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
        self._state = KeyedTable.of(state)
        self._rows = KeyedTable.of(rows)
        matches = _matches(rules, self._state, self._rows)
        self._items = matches.items
        if rules.keys:
            check_unique(self._rows, matches, rules.keys, rules.label)
        blank = blank_rows(rows) if rules.skip_blank else np.zeros(rows.num_rows, dtype=bool)
        self._blank_count = int(blank.sum())
        self._active = ~blank
        self._refused: Reasons = {}
        self._unclear = UnclearValues()
        self._gone, self._kept_twins = self._find_gone()
        self._refuse(refused)
        self._refuse(
            without_item(
                self._rows,
                np.where(self._active, self._items, 0),
                rules.keys,
                self._state,
                rules.label,
                only_existing=rules.mode in ("update", "delete"),
            )
        )
        self._values = _values(rules, state, rows, matches)
        self._folded = matches.count_folded(self._state, self._rows)

    def plan(self) -> ItemPlan:
        """Find what is refused, and put the rest in order."""
        rules, state = self._rules, self._state.table
        if rules.mode != "delete":
            _check_new(rules, self._rows.table, self._items[self._active])
            if not rules.numbered:
                self._refuse(without_name(self._rows.table, self._items))
            self._refuse(removed_codes(self._values, state, self._items))
            self._refuse(too_long(self._values))
            self._refuse_values()
        desired, sent, planner = self._settled()
        changed = planner.changed
        changes = describe_changes(state, desired.items, planner.values, changed, self._gone)
        stages = [replace(stage, rows=_callers(stage.rows, sent)) for stage in planner.stages()]
        return ItemPlan(
            stages,
            dict(sorted(self._refused.items())),
            self._blank_count,
            _with_callers_rows(changes, sent),
            self._folded.plus(planner.folded_parents),
            self._kept_twins,
            self._unclear,
        )

    def _settled(self) -> tuple[DesiredState, Positions, StagePlanner]:
        """Refuse what has no free name or code, or no parent, until the rest can be sent.

        A row that is refused for its parent leaves the name that it wants to another row. So the
        names are given again, unless the parent is a row that has not got its own.
        """
        claims = self._claims()
        while True:
            nameless = refused_claims(claims, self._active)
            active = self._active.copy()
            active[list(nameless)] = False
            desired, sent = self._desired(active)
            planner = StagePlanner(desired)
            orphans = {int(sent[row]): why for row, why in planner.refused_parents.items()}
            if not orphans:
                self._refuse(nameless)
                return desired, sent, planner
            waiting = self._below(nameless, orphans)
            if len(waiting) == len(orphans):
                self._refuse(nameless)
                self._refuse(orphans)
            else:
                self._refuse({row: why for row, why in orphans.items() if row not in waiting})

    def _below(self, refused: Collection[int], rows: Collection[int]) -> set[int]:
        """Return which rows have one of the refused rows as their parent."""
        keys = {
            self._rows.folded[key][row].as_py()
            for key in _UNIQUE
            if key in self._rows.table.column_names
            for row in refused
        }
        folded = self._rows.folded["parent"]
        return {row for row in rows if folded[row].as_py() in keys - {None}}

    def _refuse(self, reasons: Mapping[int, str]) -> None:
        for row, reason in reasons.items():
            if self._active[row]:
                self._refused[row] = reason
                self._active[row] = False

    def _refuse_values(self) -> None:
        """Refuse the rows with a value that is not of its property's format."""
        for check in self._rules.checks:
            texts = self._values.get(check.column)
            if texts is None or texts.null_count == len(texts):
                continue
            judged = check.look_at(without_blanks(texts))
            self._unclear.add(judged, self._active)
            if judged.wrong.any():
                self._refuse(judged.reasons())

    def _find_gone(self) -> tuple[Mask, int]:
        """Return which items are deleted, and how many stay only because they have a twin."""
        rules, items = self._rules, self._items
        gone = np.full(self._state.table.num_rows, fill_value=rules.delete)
        gone[items[items >= 0]] = rules.mode == "delete"
        if not rules.delete or not gone.any():
            return gone, 0
        twins = twins_in_data(self._state, self._rows, rules.keys, gone)
        return gone & ~twins, int(twins.sum())

    @cached_property
    def _wanted(self) -> dict[str, pa.Array]:
        """The names and codes that rows want for their items, folded, by key."""
        return {
            key: texts_if(pc.is_valid(self._values[key]), self._rows.folded[key])
            if self._values[key].null_count < len(self._values[key])
            else pa.nulls(len(self._values[key]), TEXT)
            for key in _UNIQUE
            if key in self._values
        }

    def _claims(self) -> list[KeyClaims]:
        return [
            KeyClaims(key, self._state, self._values[key], wanted, self._items, self._gone)
            for key in _UNIQUE
            if (wanted := self._wanted.get(key)) is not None
        ]

    def _desired(self, active: Mask) -> tuple[DesiredState, Positions]:
        """Return what the rows that are sent want, and their positions."""
        sent = np.flatnonzero(active)
        chosen = pa.array(active)
        every = len(sent) == len(active)

        def those(array: pa.Array) -> pa.Array:
            return array if every else array.filter(chosen)

        parents = _parents(self._rules, self._rows.table)
        desired = DesiredState(
            state=self._state,
            items=self._items[sent],
            values={name: those(array) for name, array in self._values.items()},
            wanted={name: those(array) for name, array in self._wanted.items()},
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


def _matches(rules: WriteRules, state: KeyedTable, rows: KeyedTable) -> ItemMatches:
    if rules.mode == "insert":  # Anaplan refuses rows whose items exist
        return ItemMatches(np.full(rows.table.num_rows, NEW, dtype=np.int64))
    return match_items(state, rows, rules.keys)


def _check_new(rules: WriteRules, rows: pa.Table, items: Positions) -> None:
    count = int((items == NEW).sum())
    if count and not rules.numbered and "name" not in rows.column_names:
        raise ColumnMismatch(
            f"{count:,} rows are new items of {rules.label}, and those need a name: add a column "
            "'name', or leave them out."
        )


def _values(
    rules: WriteRules, state: pa.Table, rows: pa.Table, matches: ItemMatches
) -> dict[str, pa.Array]:
    """Return what each row changes, by column; an id cannot change, nor can a key by its twin."""
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
        return {column.name: without_blanks(one_array(rows[column.name])) for column in compared}
    items = matches.items
    values = changed_values(
        state,
        rows,
        items,
        columns=[column.name for column in compared],
        blank=rules.blank,
    )
    for key, folded in matches.folded.items():
        if key in values and folded.any():
            values[key] = texts_unless(pa.array(folded), values[key])
    if "name" in values:  # an item always has a name: a missing one leaves it alone
        values["name"] = without_blanks(values["name"])
    if "parent" in values:  # for a new item, no parent is what is not sent
        is_new = pa.array(items < 0)
        values["parent"] = pc.if_else(is_new, without_blanks(values["parent"]), values["parent"])
    return values


def _parents(rules: WriteRules, rows: pa.Table) -> pa.Array | None:
    if rules.mode == "delete" or not rules.own_parents or "parent" not in rows.column_names:
        return None
    return one_array(rows["parent"])
