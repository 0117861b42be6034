"""Modules as what can be written: cells from the same tidy table that reading gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pyarrow as pa

from anaplan_frames.calendar.model_calendar import period_names
from anaplan_frames.cells.caller_rows import CallerRows
from anaplan_frames.cells.cell_planner import Axis, CellBatch, CellPlan, WrittenItem
from anaplan_frames.cells.cell_reader import CellsReadable
from anaplan_frames.cells.cell_results import cell_result
from anaplan_frames.cells.cell_writer import CellSender
from anaplan_frames.cells.coordinates import By, DimensionItems
from anaplan_frames.cells.line_items import line_item_records
from anaplan_frames.cells.view_shape import Axes, CellColumn, Cells, Dimension, LineItem
from anaplan_frames.dataframes.sources import open_source
from anaplan_frames.errors import ColumnMismatch, NotFound
from anaplan_frames.messages import near_names, warn
from anaplan_frames.results import WriteResult
from anaplan_frames.threads import in_order
from anaplan_frames.writes.columns import Matching, match_columns, warn_of_unused_columns
from anaplan_frames.writes.input_rows import check_mapping
from anaplan_frames.writes.result_builder import (
    OnRejected,
    check_on_rejected,
    check_result,
    halfway_error,
)

MatchBy = By | Mapping[str, By] | None
_WAYS = ("name", "code", "id")
_EVERY_VERSION = "all versions"


class WritableCells(CellsReadable):
    """The half of a module that writes."""

    def write(
        self,
        data: Any,
        *,
        mapping: Mapping[str, str] | None = None,
        pages: Mapping[str, str] | None = None,
        match_by: MatchBy = None,
        blank: bool = False,
        on_rejected: OnRejected = "raise",
        index: bool = False,
        progress: bool | None = None,
    ) -> WriteResult:
        """Write cells, from the tidy table that `read` gives: only the columns that are there.

        Parameters
        ----------
        data : DataFrame, Arrow data or iterator
            As for `anaplan_frames.to_anaplan`: one column per dimension, one per line item. An
            iterator is written in memory that does not grow, but for 16 bytes per cell.
        mapping : dict of str to str, optional
            ``{column of the data: dimension or line item}`` for names that differ.
        pages : dict of str to str, optional
            The item of a dimension for which the data has no column, ``{dimension: item}``.
        match_by : {"name", "code", "id"} or dict, optional
            What the items are given by, for all dimensions or for each. By default names, codes
            and ids are all found; where a text is the name of one item and the code of another,
            that counts which most texts of the column's first rows are.
        blank : bool
            Whether a missing value blanks its cell (a number becomes 0, a boolean false); by
            default it leaves the cell alone. An empty text is missing, too.
        on_rejected : {"raise", "warn", "ignore"}
            What to do about rejected rows.
        index : bool
            Write the index of a DataFrame too, as columns.
        progress : bool, optional
            As for `anaplan_frames.read_anaplan`.

        Returns
        -------
        WriteResult
            ``rejected`` holds the rows of which a cell was refused: because it is a total, because
            there is no such item, because a value does not fit. ``ignored`` are rows without a
            value.

        Raises
        ------
        ColumnMismatch
            If a dimension has neither a column nor a page, no line item has a column that can be
            written, or two rows write one cell. Nothing is sent then, unless the data is a stream
            of which the first rows are under way.
        EncodingError
            If a value has no counterpart in Anaplan; the same holds.
        NotFound
            If `pages` or `match_by` names what there is not.
        RejectedRows
            If rows were rejected; its ``.result.rejected`` holds them. Their other cells are
            written.
        TaskFailed
            If an error ended the writing half-way; its ``.result`` says what was done, and
            ``.result.rejected`` also holds the rows that were not written.
        TaskUncertain
            If the answer to a batch was lost and reading back does not tell what became of it.
            To write the same cells again does no harm.

        Notes
        -----
        A line item that Anaplan calculates cannot be written; its column is left out with a
        warning. Dates in place of periods become the names of the periods that hold them, on the
        line items' time scale.
        """
        check_on_rejected(on_rejected)
        source = open_source(data, index=index)
        records = line_item_records(self._catalogue, self.module_id)
        cells = Cells(Axes.of(self.metadata), tuple(LineItem.of(record) for record in records))
        fixed = _fixed(pages or {}, cells.axes, self.label)
        columns = [column for column in cells.columns if column.id not in fixed]
        matching = self._match(source.columns, columns, cells.axes, mapping)
        plan = self._plan(matching, columns, cells, records, fixed, match_by)
        plan = replace(plan, blank=blank)
        rows = CallerRows(source, matching.needed)
        sender = CellSender(
            self._transport,
            self.path,
            self.label,
            plan,
            rows,
            source.one_shot,
            lambda: self._now(plan, cells),
        )
        written = sender.send(progress)
        result = cell_result(self.name, written, rows)
        if written.error is not None:
            done = (
                f"{written.changed:,} cells were changed; the rows that were not written are in "
                "the error's .result.rejected. To write the same cells again does no harm."
            )
            raise halfway_error(
                written.error, result, self.label, done=done if written.changed else ""
            ) from written.error
        return check_result(result, on_rejected)

    def _match(
        self,
        given: Sequence[str],
        columns: Sequence[CellColumn],
        axes: Axes,
        mapping: Mapping[str, str] | None,
    ) -> Matching:
        """Find the columns of the dimensions, and of those line items that have one."""
        check_mapping(mapping or {}, [column.name for column in columns], self.label)
        fed = {(mapping or {}).get(name, name) for name in given}
        needed = [column.name for column in columns if column.kind == "dimension"]
        items = [column.name for column in columns if column.kind == "line item"]
        headers = [*needed, *(name for name in items if name in fed)]
        try:
            matching = match_columns(given, headers or items, mapping, self.label)
        except ColumnMismatch as error:
            if set(needed) <= fed:
                raise
            one = next(name for name in needed if name not in fed)
            raise ColumnMismatch(
                f"{error} Where all rows are of one item, give it with pages={{{one!r}: 'item'}}."
            ) from None
        self._refuse_pages(matching.unused, axes)
        warn_of_unused_columns(
            self.label, matching.unused, [name for name in items if name not in fed]
        )
        if len(headers) == len(needed):
            near = [near_names(name, items) for name in matching.unused]
            raise ColumnMismatch(
                f"The data has no column of a line item of {self.label}: there is nothing to "
                f"write.{next(filter(None, near), '')} Its line items are "
                f"{', '.join(map(repr, items))}."
            )
        return matching

    def _refuse_pages(self, unused: Sequence[str], axes: Axes) -> None:
        """Refuse a column of a dimension whose item `pages` gives."""
        paged = {dimension.name for dimension in axes.dimensions} & set(unused)
        if paged:
            names = ", ".join(map(repr, sorted(paged)))
            raise ColumnMismatch(
                f"pages= gives the item of {names}, but the data has such a column. Leave one of "
                "the two out."
            )

    def _plan(
        self,
        matching: Matching,
        columns: Sequence[CellColumn],
        cells: Cells,
        records: Sequence[Mapping[str, Any]],
        fixed: Mapping[str, str],
        match_by: MatchBy,
    ) -> CellPlan:
        """Decide what each column is, and look up the items of all dimensions."""
        by_name = dict(zip(matching.headers, matching.positions, strict=True))
        positions = {
            column.id: by_name[column.name] for column in columns if column.name in by_name
        }
        by_id = {str(record["id"]): record for record in records}
        line_items = self._writable(columns, by_id, positions)
        ways = _ways(match_by, cells.axes, self.label)
        scale = str(by_id[line_items[0].id].get("timeScale") or "") or None
        axes = []
        for items in self._items(cells.axes.dimensions, line_items[0].id):
            id_ = items.dimension.id
            axis = Axis(items, positions.get(id_), ways=ways.get(id_, ()), scale=scale)
            if id_ in fixed:
                axis.fixed = _page(items, fixed[id_], axis.ways, self.label)
            axes.append(axis)
        names = cache(lambda: period_names(self._catalogue))
        return CellPlan(tuple(axes), tuple(line_items), False, names)

    def _writable(
        self,
        columns: Sequence[CellColumn],
        by_id: Mapping[str, Mapping[str, Any]],
        positions: Mapping[str, int | None],
    ) -> list[WrittenItem]:
        """Return the line items that have a column and can be written; warn of the others."""
        line_items, calculated = [], []
        for column in columns:
            position = positions.get(column.id)
            if column.kind != "line item" or position is None:
                continue
            record = by_id[column.id]
            if _is_calculated(record):
                calculated.append(column.name)
                continue
            format_ = LineItem.of(record).format
            line_items.append(
                WrittenItem(column.id, column.name, format_, position, _period_scale(record))
            )
        names = ", ".join(map(repr, calculated))
        if not line_items:
            raise ColumnMismatch(
                f"Anaplan calculates {names} in {self.label}; there is nothing to write."
            )
        if calculated:
            warn(f"{self.label} calculates {names}: this cannot be written, and is left out.")
        return line_items

    def _items(
        self, dimensions: Sequence[Dimension], line_item_id: str
    ) -> Iterator[DimensionItems]:
        """Fetch the items of dimensions, by a line item: this alone works for Time, too."""

        def fetched(dimension: Dimension) -> DimensionItems:
            path = (
                f"{self._catalogue.path}/lineItems/{line_item_id}/dimensions/{dimension.id}/items"
            )
            label = f"items of {dimension.name!r}"
            items = self._transport.get(path, label=label).get("items") or []
            texts = {
                by: pa.array([_text(item.get(by)) for item in items], pa.large_string())
                for by in _WAYS
            }
            return DimensionItems(dimension, texts)  # type: ignore[arg-type]

        return in_order(fetched, dimensions, threads=4, name="anaplan-items")

    def _now(self, plan: CellPlan, cells: Cells) -> Iterator[CellBatch]:
        """Read the cells that are written, as they are now."""
        names = {column.id: column.name for column in cells.columns}
        axes = [axis.items.dimension.id for axis in plan.axes]
        items = [item.id for item in plan.line_items]
        reader = self.read_arrow(columns=[names[id_] for id_ in (*axes, *items)], progress=False)
        reading = CellPlan(
            tuple(Axis(axis.items, number) for number, axis in enumerate(plan.axes)),
            tuple(
                replace(item, position=len(axes) + number)
                for number, item in enumerate(plan.line_items)
            ),
            False,
            plan.names,
        )
        for batch in reader:
            yield reading.block(batch, 0).cells


def _fixed(pages: Mapping[str, str], axes: Axes, label: str) -> dict[str, str]:
    """Return the texts of items that `pages` gives, by the id of their dimension."""
    fixed = {}
    for key, item in pages.items():
        fixed[_dimension(str(key), axes, label).id] = str(item)
    return fixed


def _dimension(key: str, axes: Axes, label: str) -> Dimension:
    for dimension in axes.dimensions:
        if key in (dimension.id, dimension.name):
            return dimension
    names = [dimension.name for dimension in axes.dimensions]
    raise NotFound(
        f"There is no dimension {key!r} in {label}."
        + (near_names(key, names) or f" It has {', '.join(map(repr, names))}.")
    )


def _page(items: DimensionItems, text: str, ways: Sequence[By], label: str) -> int:
    ways = ways or items.ways(pa.array([text], pa.large_string()))
    place = int(items.find(pa.array([text], pa.large_string()), ways)[0])
    if place < 0:
        raise NotFound(f"pages= of {label}: {items.objection(text, place, ways)}")
    return place


def _ways(match_by: MatchBy, axes: Axes, label: str) -> dict[str, tuple[By, ...]]:
    """Return by what items are looked up, by the id of their dimension, where it is said."""
    if match_by is None:
        return {}
    if isinstance(match_by, str):
        match_by = {dimension.id: match_by for dimension in axes.dimensions}
    for way in match_by.values():
        if way not in _WAYS:
            raise ValueError(f"match_by must be 'name', 'code' or 'id', not {way!r}")
    return {_dimension(str(key), axes, label).id: (way,) for key, way in match_by.items()}


def _is_calculated(record: Mapping[str, Any]) -> bool:
    """Whether none of a line item's cells can be written: it has a formula, or is a heading."""
    scope = str(record.get("formulaScope") or _EVERY_VERSION).strip().casefold()
    heading = LineItem.of(record).format.strip().upper() == "NONE"
    return heading or (bool(record.get("formula")) and scope == _EVERY_VERSION)


def _period_scale(record: Mapping[str, Any]) -> str | None:
    """Return the time scale of a line item's values, where these are periods."""
    period = (record.get("formatMetadata") or {}).get("periodType") or {}
    return str(period.get("entityLabel") or period.get("entityId") or "") or None


def _text(value: object) -> str | None:
    return None if value is None or value == "" else str(value)
