"""From a list's items and the caller's rows to what must be sent; pure."""

from __future__ import annotations

from collections.abc import Sequence
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
    UNKNOWN,
    changed_values,
    check_unique,
    match_items,
)
from anaplan_frames.lists.write_stages import Stage, StagePlanner
from anaplan_frames.writes.arrow_arrays import Mask, Positions, mask_of, one_array

Mode = Literal["insert", "update", "upsert", "delete", "sync"]


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
    label: str


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """What must be sent.

    Attributes
    ----------
    stages : list of Stage
        One after the other.
    refused : dict of int to str
        Rows that are not sent, by position, and why.
    unchanged : int
        Number of rows that change nothing.
    changes : pa.Table
        As `describe_changes` returns them.
    """

    stages: list[Stage]
    refused: dict[int, str]
    unchanged: int
    changes: pa.Table


def plan_items(rules: WriteRules, state: pa.Table, rows: pa.Table) -> ItemPlan:
    """Compare and put in order.

    Parameters
    ----------
    state : pa.Table
        The items, typed, with ``id``, ``code``, ``name``, ``parent`` and the columns of `rows`.
    rows : pa.Table
        The caller's rows as texts.

    Raises
    ------
    ColumnMismatch
        If several rows are of one item, new items lack a name, or parents are impossible.
    """
    state, rows = _in_one_piece(state), _in_one_piece(rows)
    items = _items(rules, state, rows)
    if rules.keys:
        check_unique(rows, items, rules.keys, rules.label)
    refused = _refused(rules, rows, items)
    sent = np.flatnonzero(~mask_of(np.array(list(refused), dtype=np.int64), rows.num_rows))
    if refused:
        rows, items = rows.take(pa.array(sent)), items[sent]
    _check_new(rules, rows, items)
    gone = _gone(rules, state, items)
    planner = StagePlanner(
        DesiredState(
            state=state,
            items=items,
            values=_values(rules, state, rows, items),
            parents=_parents(rules, rows),
            gone=gone,
            blank=rules.blank,
            numbered=rules.numbered,
            label=rules.label,
        )
    )
    changed = planner.changed
    changes = describe_changes(state, items, planner.values, changed, gone)
    stages = [replace(stage, rows=_callers(stage.rows, sent)) for stage in planner.stages()]
    unchanged = 0 if rules.mode == "delete" else int((~changed).sum())
    return ItemPlan(stages, refused, unchanged, _with_callers_rows(changes, sent))


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


def _refused(rules: WriteRules, rows: pa.Table, items: Positions) -> dict[int, str]:
    """Return the rows whose item does not exist, and why they are refused."""
    missing = items == UNKNOWN
    if rules.mode in ("update", "delete"):
        missing |= items == NEW
    refused = {}
    for position in np.flatnonzero(missing):
        named = ((key, rows[key][int(position)].as_py()) for key in rules.keys)
        key, value = next(((k, v) for k, v in named if v is not None), (rules.keys[0], None))
        refused[int(position)] = (
            f"{rules.label} has no item with the {key} {value!r}"
            if value is not None
            else "the row does not say which item it is"
        )
    return refused


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
        return {column.name: one_array(rows[column.name]) for column in compared}
    return changed_values(
        state,
        rows,
        items,
        columns=[column.name for column in compared],
        blank=rules.blank,
    )


def _parents(rules: WriteRules, rows: pa.Table) -> pa.Array | None:
    if rules.mode == "delete" or not rules.own_parents or "parent" not in rows.column_names:
        return None
    return one_array(rows["parent"])


def _gone(rules: WriteRules, state: pa.Table, items: Positions) -> Mask:
    gone = np.full(state.num_rows, fill_value=rules.delete)
    gone[items[items >= 0]] = rules.mode == "delete"
    return gone


def parents_as_names(rows: pa.Table, codes: pa.Array, names: pa.Array) -> pa.Table:
    """Replace parents that are given by code with their names; a name comes before a code."""
    parents = one_array(rows["parent"])
    is_name = pc.is_in(parents, value_set=pc.cast(names, parents.type))
    found = pc.index_in(parents, value_set=pc.cast(codes, parents.type), skip_nulls=True)
    by_code = pc.coalesce(pc.cast(names, parents.type).take(found), parents)
    texts = pc.if_else(is_name, parents, by_code)
    return rows.set_column(rows.schema.get_field_index("parent"), "parent", texts)
