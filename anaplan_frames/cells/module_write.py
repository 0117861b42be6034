"""The path of one write to a module: match columns, find items, send cells, count rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import pyarrow as pa

from anaplan_frames.calendar.model_calendar import period_names
from anaplan_frames.cells.cell_batches import CellBatch
from anaplan_frames.cells.cell_matching import (
    MatchBy,
    fixed_items,
    keys_by_dimension,
    match_cell_columns,
)
from anaplan_frames.cells.cell_planner import CellPlan, DimensionColumn
from anaplan_frames.cells.cell_results import cell_result
from anaplan_frames.cells.cell_writer import CellWriter
from anaplan_frames.cells.item_key_reader import read_dimension_items
from anaplan_frames.cells.item_keys import DimensionItems, ItemKey
from anaplan_frames.cells.view_description import ViewDescription
from anaplan_frames.cells.view_shape import CellColumn
from anaplan_frames.cells.written_line_items import time_scale, written_line_items
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.errors import NotFound
from anaplan_frames.results import ImportResult
from anaplan_frames.writes.arrow_arrays import TEXT
from anaplan_frames.writes.columns import Matching
from anaplan_frames.writes.input_rows import InputRows
from anaplan_frames.writes.result_builder import (
    OnRejected,
    check_on_rejected,
    check_result,
    halfway_error,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleWriteOptions:
    """What the caller wants done; `Module.write` says what the options mean."""

    mapping: Mapping[str, str] | None
    pages: Mapping[str, str] | None
    match_by: MatchBy
    blank: bool
    on_rejected: OnRejected
    progress: bool | None

    def __post_init__(self) -> None:
        check_on_rejected(self.on_rejected)


def write_module(
    target: ViewDescription, path: str, name: str, source: Source, options: ModuleWriteOptions
) -> ImportResult:
    """Write rows to the cells of a module; the errors are those of `Module.write`.

    Parameters
    ----------
    target : ViewDescription
        The default view of the module.
    path, name : str
        The module's.
    source : Source
        The caller's rows.
    """
    fixed = fixed_items(options.pages, target.axes, target.label)
    columns = [column for column in target.cells.columns if column.id not in fixed]
    matching = match_cell_columns(
        source.columns, columns, target.axes, options.mapping, target.label
    )
    plan = _plan(target, matching, columns, fixed, options)
    rows = InputRows(source, matching.needed)
    writer = CellWriter(
        target.catalogue.transport,
        path,
        target.label,
        plan=plan,
        rows=rows,
        one_shot=source.one_shot,
        read_back=lambda: _present_cells(target, plan),
    )
    outcome = writer.send(progress=options.progress)
    result = cell_result(name, outcome, rows)
    if outcome.error is not None:
        done = (
            f"{outcome.changed:,} cells were changed; the rows that were not written are in "
            "the error's .result.rejected. To write the same cells again does no harm."
        )
        raise halfway_error(
            outcome.error, result, target.label, done=done if outcome.changed else ""
        ) from outcome.error
    return check_result(result, options.on_rejected)


def _plan(
    target: ViewDescription,
    matching: Matching,
    columns: Sequence[CellColumn],
    fixed: Mapping[str, str],
    options: ModuleWriteOptions,
) -> CellPlan:
    """Decide what each column is, and fetch the items of all dimensions."""
    by_header = dict(zip(matching.headers, matching.positions, strict=True))
    positions = {
        column.id: by_header[column.name] for column in columns if column.name in by_header
    }
    records = {str(record["id"]): record for record in target.line_items}
    line_items = written_line_items(columns, records, positions, target.label)
    keys = keys_by_dimension(options.match_by, target.axes, target.label)
    scale = time_scale(records[line_items[0].id])
    dimensions = []
    for items in read_dimension_items(target.catalogue, target.axes.dimensions, line_items[0].id):
        id_ = items.dimension.id
        column = DimensionColumn(
            items=items, position=positions.get(id_), keys=keys.get(id_, ()), scale=scale
        )
        if id_ in fixed:
            column.fixed = _fixed_position(items, fixed[id_], column.keys, target.label)
        dimensions.append(column)
    return CellPlan(
        dimensions=tuple(dimensions),
        line_items=tuple(line_items),
        blank=options.blank,
        names=cache(lambda: period_names(target.catalogue)),
    )


def _fixed_position(items: DimensionItems, text: str, keys: Sequence[ItemKey], label: str) -> int:
    texts = pa.array([text], TEXT)
    keys = keys or items.likely_keys(texts)
    place = int(items.find(texts, keys)[0])
    if place < 0:
        raise NotFound(f"pages= of {label}: {items.reason(text, place, keys)}")
    return place


def _present_cells(target: ViewDescription, plan: CellPlan) -> Iterator[CellBatch]:
    """Read the cells that are written, as they are now."""
    names = {column.id: column.name for column in target.cells.columns}
    dimensions = [column.items.dimension.id for column in plan.dimensions]
    line_items = [item.id for item in plan.line_items]
    present = CellPlan(
        dimensions=tuple(
            DimensionColumn(items=column.items, position=number)
            for number, column in enumerate(plan.dimensions)
        ),
        line_items=tuple(
            replace(item, position=len(dimensions) + number)
            for number, item in enumerate(plan.line_items)
        ),
        blank=False,
        names=plan.names,
    )
    for batch in target.read([names[id_] for id_ in (*dimensions, *line_items)]):
        yield present.cells_of(batch, 0).cells
