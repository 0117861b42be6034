"""What a write to a module needs to know: columns are matched, and items of dimensions fetched."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from anaplan_frames.calendar.model_calendar import period_names
from anaplan_frames.cells.cell_batches import CellBatch
from anaplan_frames.cells.cell_matching import (
    CellMatching,
    MatchBy,
    check_match_by,
    fixed_items,
    keys_by_dimension,
    match_cell_columns,
)
from anaplan_frames.cells.cell_planner import (
    CellPlan,
    DimensionColumn,
    LineItemColumn,
    SingleColumn,
)
from anaplan_frames.cells.check_reader import read_cell_checks
from anaplan_frames.cells.item_key_reader import read_dimension_items
from anaplan_frames.cells.item_keys import DimensionItems, key_texts
from anaplan_frames.cells.own_dimensions import with_smallest_periods
from anaplan_frames.cells.prepared_cells import PreparedCells
from anaplan_frames.cells.view_description import ViewDescription
from anaplan_frames.cells.view_shape import CellColumn, Dimension
from anaplan_frames.cells.write_target import left_out_columns, write_target
from anaplan_frames.cells.written_line_items import (
    WrittenLineItems,
    time_scale,
    written_line_items,
)
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.errors import NotFound
from anaplan_frames.resources.resource import Resource
from anaplan_frames.writes.arrow_arrays import TEXT
from anaplan_frames.writes.column_mapping import named_mapping


@dataclass(frozen=True, slots=True)
class CellRules:
    """How rows are meant; `Module.write` says what the options mean."""

    mapping: Mapping[str, str]
    fixed: Mapping[str, str]
    match_by: MatchBy
    blank: bool


def cell_rules(
    *,
    mapping: Mapping[Hashable, str] | None,
    fixed: Mapping[str, str] | None,
    match_by: MatchBy,
    blank: bool,
) -> CellRules:
    """Check and gather how rows are meant.

    Raises
    ------
    TypeError, ValueError
        If an option is not what it must be.
    """
    if fixed is not None and not isinstance(fixed, Mapping):
        raise TypeError(
            f"fixed must be a dict, {{'a dimension': 'its item'}}, not {type(fixed).__name__}"
        )
    check_match_by(match_by)
    return CellRules(named_mapping(mapping), dict(fixed or {}), match_by, blank)


def prepare_cells(
    module: Resource, target: ViewDescription, source: Source, rules: CellRules, *, checked: bool
) -> PreparedCells:
    """Match rows to a module as it is now; the errors are those of `Module.write`.

    Parameters
    ----------
    module : Resource
    target : ViewDescription
        The default view of the module, with all of its line items.
    source : Source
        The caller's rows.
    rules : CellRules
    checked : bool
        Whether totals and values are checked, too, as a plan does; this takes more requests.
    """
    whole = target.line_items
    chosen = write_target(target, source.columns, rules.mapping)
    target = chosen.view
    fixed = fixed_items(rules.fixed, target.axes, target.label)
    columns = [column for column in target.cells.columns if column.id not in fixed]
    matching = match_cell_columns(source, columns, target.axes, rules.mapping, target.label)
    items = _line_items(target, matching, columns)
    plan = _plan(target, matching, columns, items, fixed, rules)
    if matching.single:
        single = _single_column(whole, matching, items, chosen.left_out)
        plan = replace(plan, single=single)
    if checked:
        checks = read_cell_checks(target, plan.dimensions, plan.line_items, plan.names)
        plan = replace(plan, checks=checks)
    return PreparedCells(
        module,
        source,
        matching=matching,
        plan=plan,
        fixed=tuple(d.name for d in target.axes.dimensions if d.id in fixed),
        calculated=items.calculated,
        left_out=left_out_columns(chosen.left_out, source.columns, rules.mapping),
        read_back=lambda: _present_cells(target, plan),
    )


def _line_items(
    target: ViewDescription, matching: CellMatching, columns: Sequence[CellColumn]
) -> WrittenLineItems:
    return written_line_items(
        columns,
        _records(target),
        _positions(matching, columns),
        target.label,
        single=matching.single,
    )


def _records(target: ViewDescription) -> dict[str, Mapping[str, Any]]:
    return {str(record["id"]): record for record in target.line_items}


def _positions(matching: CellMatching, columns: Sequence[CellColumn]) -> dict[str, int]:
    """Return the positions of the caller's columns by the id of dimension or line item."""
    by_header = matching.positions
    return {column.id: by_header[column.name] for column in columns if column.name in by_header}


def _plan(
    target: ViewDescription,
    matching: CellMatching,
    columns: Sequence[CellColumn],
    items: WrittenLineItems,
    fixed: Mapping[str, str],
    rules: CellRules,
) -> CellPlan:
    """Decide what each column is, and fetch the items of all dimensions."""
    positions = _positions(matching, columns)
    keys = keys_by_dimension(rules.match_by, target.axes, target.label)
    # Those of the smallest periods have the totals among their items, too.
    written = [_records(target)[item.id] for item in items.written]
    first = with_smallest_periods(written) or written[0]
    names = cache(lambda: period_names(target.catalogue))
    dimensions = []
    for found in read_dimension_items(target.catalogue, target.axes.dimensions, str(first["id"])):
        id_ = found.dimension.id
        column = DimensionColumn(
            items=found,
            position=positions.get(id_),
            keys=keys.get(id_, ()),
            scale=time_scale(first),
        )
        if id_ in fixed:
            texts = pa.array([fixed[id_]], TEXT)
            column.fixed = int(column.find(texts, names)[0])
            if column.fixed < 0:
                reason = found.reason(fixed[id_], column.fixed, column.keys)
                raise NotFound(f"fixed= of {target.label}: {reason}")
        dimensions.append(column)
    return CellPlan(
        dimensions=tuple(dimensions),
        line_items=items.written,
        blank=rules.blank,
        names=names,
    )


def _single_column(
    line_items: Sequence[Mapping[str, Any]],
    matching: CellMatching,
    items: WrittenLineItems,
    left_out: Mapping[str, str],
) -> SingleColumn:
    """Return where line items and values are, and all line items of the module by their keys."""
    position, value = matching.matching.positions[-2:]
    assert value is not None
    numbers = {item.id: number for number, item in enumerate(items.written)}
    name = matching.matching.headers[-2]
    texts = key_texts(line_items)
    return SingleColumn(
        items=DimensionColumn(items=DimensionItems(Dimension("", name), texts), position=position),
        position=value,
        numbers=np.array(
            [numbers.get(str(record["id"]), -1) for record in line_items], dtype=np.int64
        ),
        refused={
            number: left_out[str(record["name"])]
            for number, record in enumerate(line_items)
            if str(record["name"]) in left_out
        },
    )


def _present_cells(target: ViewDescription, plan: CellPlan) -> Iterator[CellBatch]:
    """Read the cells that are written, as they are now."""
    names = {column.id: column.name for column in target.cells.columns}
    dimensions = [names[column.items.dimension.id] for column in plan.dimensions]
    line_items = [names[item.id] for item in plan.line_items]
    present = CellPlan(
        dimensions=tuple(
            DimensionColumn(items=column.items, position=number)
            for number, column in enumerate(plan.dimensions)
        ),
        line_items=tuple(
            replace(item, position=len(dimensions) + number)
            for number, item in enumerate(plan.line_items)
        ),
        blank=plan.blank,  # then blank cells are sent, and so must be read
        names=plan.names,
    )
    for view, shown in _views_with(target, plan.line_items):
        for batch in view.read([*dimensions, *(names[item.id] for item in shown)]):
            yield present.cells_of(_with_columns(batch, [*dimensions, *line_items]), 0).cells


def _views_with(
    target: ViewDescription, items: Sequence[LineItemColumn]
) -> Iterator[tuple[ViewDescription, list[LineItemColumn]]]:
    """Yield the views that show the values of line items, each with those that it shows."""
    elsewhere = target.elsewhere()
    if target.id != target.module_id:  # the view of one of them
        elsewhere = {item.id for item in items}
    here = [item for item in items if item.id not in elsewhere]
    if here:
        yield target, here
    for item in items:
        if item.id in elsewhere:
            yield replace(target, id=item.id), [item]


def _with_columns(batch: pa.RecordBatch, names: Sequence[str]) -> pa.RecordBatch:
    """Return a batch with these columns; those that it does not have are null."""
    columns = [
        batch.column(name) if name in batch.schema.names else pa.nulls(batch.num_rows)
        for name in names
    ]
    return pa.RecordBatch.from_arrays(columns, names=list(names))
