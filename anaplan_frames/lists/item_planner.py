"""From what a list holds and the caller's rows to what must be sent; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.codec.item_columns import ItemColumn
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.lists.item_changes import tell_changes
from anaplan_frames.lists.item_differences import (
    NEW,
    UNKNOWN,
    Mask,
    Positions,
    changed_values,
    check_unique,
    match_items,
    one_array,
)
from anaplan_frames.lists.write_stages import DesiredState, Planning, Stage

Mode = Literal["insert", "update", "upsert", "delete", "sync"]

_ITSELF = "id"


@dataclass(frozen=True, slots=True)
class Request:
    """What the caller wants done to a list.

    Attributes
    ----------
    mode : {"insert", "update", "upsert", "delete", "sync"}
    keys : tuple of {"id", "code", "name"}
        By what a row's item is known, the first that it has a value for.
    columns : sequence of ItemColumn
        What can be written.
    blank : bool
        Whether a missing value blanks the item's.
    delete : bool
        Whether items that no row speaks of are deleted.
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
        Rows that are as they should be.
    changes : pa.Table
        As `tell_changes` has them.
    """

    stages: list[Stage]
    refused: dict[int, str]
    unchanged: int
    changes: pa.Table


def plan_items(request: Request, state: pa.Table, rows: pa.Table) -> ItemPlan:
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
        If several rows speak of one item, new items lack a column, or parents cannot be so.
    """
    state, rows = _in_one_piece(state), _in_one_piece(rows)
    items = _items(request, state, rows)
    if request.keys:
        check_unique(rows, items, request.keys, request.label)
    refused = _refused(request, rows, items)
    live = np.full(rows.num_rows, True)
    live[list(refused)] = False
    origin = np.flatnonzero(live)
    if refused:
        rows, items = rows.take(pa.array(origin)), items[origin]
    _check_new(request, rows, items)
    return _ordered(request, state, rows, items, origin, refused)


def _ordered(
    request: Request,
    state: pa.Table,
    rows: pa.Table,
    items: Positions,
    origin: Positions,
    refused: dict[int, str],
) -> ItemPlan:
    planning = Planning(
        DesiredState(
            state=state,
            items=items,
            values=_values(request, state, rows, items),
            parents=_parents(request, rows),
            gone=_gone(request, state, items),
            blank=request.blank,
            numbered=request.numbered,
            label=request.label,
        )
    )
    changed = planning.changed
    gone = _gone(request, state, items)
    changes = tell_changes(state, items, planning.values, changed, gone)
    stages = [_at(stage, origin) for stage in planning.stages()]
    row = changes.schema.get_field_index("row")
    told = pa.array(_origins(one_array(changes["row"]).to_numpy(), origin))
    unchanged = 0 if request.mode == "delete" else int((~changed).sum())
    return ItemPlan(stages, refused, unchanged, changes.set_column(row, "row", told))


def _in_one_piece(table: pa.Table) -> pa.Table:
    """Make one array of every column, once for all that follows."""
    return pa.table({name: one_array(table[name]) for name in table.column_names})


def _items(request: Request, state: pa.Table, rows: pa.Table) -> Positions:
    if request.mode == "insert":  # whether there are such items is for Anaplan to say
        return np.full(rows.num_rows, NEW, dtype=np.int64)
    return match_items(state, rows, request.keys)


def _refused(request: Request, rows: pa.Table, items: Positions) -> dict[int, str]:
    """Say of rows whose item is not there that it is not."""
    missing = items == UNKNOWN
    if request.mode in ("update", "delete"):
        missing |= items == NEW
    refused = {}
    for position in np.flatnonzero(missing):
        named = ((key, rows[key][int(position)].as_py()) for key in request.keys)
        key, value = next(((k, v) for k, v in named if v is not None), (request.keys[0], None))
        refused[int(position)] = (
            f"{request.label} has no item with the {key} {value!r}"
            if value is not None
            else "the row does not say which item it is"
        )
    return refused


def _check_new(request: Request, rows: pa.Table, items: Positions) -> None:
    count = int((items == NEW).sum())
    if count and not request.numbered and "name" not in rows.column_names:
        raise ColumnMismatch(
            f"{count:,} rows are new items of {request.label}, and those need a name: add a column "
            "'name', or leave them out."
        )


def _values(
    request: Request, state: pa.Table, rows: pa.Table, items: Positions
) -> dict[str, pa.Array]:
    """Return what each row changes, by column; of the key columns only what may change."""
    if request.mode == "delete":
        return {}
    compared = [
        column
        for column in request.columns
        if column.name in rows.column_names
        and column.name != _ITSELF
        and not (column.name == "parent" and request.own_parents)
    ]
    if request.mode == "insert":
        return {column.name: one_array(rows[column.name]) for column in compared}
    return changed_values(
        state,
        rows,
        items,
        columns=[column.name for column in compared],
        blank=request.blank,
    )


def _parents(request: Request, rows: pa.Table) -> pa.Array | None:
    if request.mode == "delete" or not request.own_parents or "parent" not in rows.column_names:
        return None
    return one_array(rows["parent"])


def _gone(request: Request, state: pa.Table, items: Positions) -> Mask:
    gone = np.full(state.num_rows, request.delete)
    gone[items[items >= 0]] = request.mode == "delete"
    return gone


def _at(stage: Stage, origin: Positions) -> Stage:
    """Count the rows as the caller does, those included that are not sent."""
    return replace(stage, rows=_origins(stage.rows, origin))


def _origins(rows: Positions, origin: Positions) -> Positions:
    return np.where(rows < 0, rows, np.append(origin, -1)[rows])


def parents_as_names(rows: pa.Table, codes: pa.Array, names: pa.Array) -> pa.Table:
    """Replace parents that are given by code by their names; a name comes before a code."""
    parents = one_array(rows["parent"])
    is_name = pc.is_in(parents, value_set=pc.cast(names, parents.type))
    found = pc.index_in(parents, value_set=pc.cast(codes, parents.type), skip_nulls=True)
    by_code = pc.coalesce(pc.cast(names, parents.type).take(found), parents)
    texts = pc.if_else(is_name, parents, by_code)
    return rows.set_column(rows.schema.get_field_index("parent"), "parent", texts)
