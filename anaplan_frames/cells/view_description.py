"""A view as Anaplan describes it: dimensions, line items, and its cells as a table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

import pyarrow as pa

from anaplan_frames.calendar.dated_table import dated
from anaplan_frames.calendar.model_calendar import period_names, visible_period_names
from anaplan_frames.calendar.period_names import PeriodNames
from anaplan_frames.cells.cell_options import CellOptions
from anaplan_frames.cells.item_filter import LeafFilter
from anaplan_frames.cells.item_selection import Selection, Selector
from anaplan_frames.cells.leaf_periods import period_filter, time_ranges
from anaplan_frames.cells.line_items import line_item_records
from anaplan_frames.cells.other_views import OtherViewsNote, other_scales
from anaplan_frames.cells.own_dimensions import (
    applies,
    has_own_dimensions,
    with_smallest_periods,
)
from anaplan_frames.cells.total_items import read_totals
from anaplan_frames.cells.view_shape import Axes, Cells, LineItem
from anaplan_frames.cells.view_text import CellText
from anaplan_frames.cells.written_line_items import time_scale
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.row_filters import EmptyRowFilter, LateFilters, RowFilter
from anaplan_frames.resources.table_source import TableSource
from anaplan_frames.resources.where import Asked
from anaplan_frames.threads import Ahead

_EVERYTHING: Final = CellOptions()
_NOTHING: Final[Asked] = {}


@dataclass(frozen=True, slots=True)
class CellTable:
    """Cells as a tidy table that is not fetched yet, and what was asked for of it."""

    rows: TableSource
    selection: Selection


@dataclass(frozen=True, slots=True)
class ViewDescription:
    """A view and its module's line items.

    Attributes
    ----------
    catalogue : Catalogue
        The model's.
    id : str
        The view's id; the default view of a module has the module's id.
    module_id : str
        Its module's id.
    label : str
        The view or module in words.
    axes : Axes
        Its dimensions.
    line_items : sequence of mapping
        Anaplan's records of the line items of its module.
    """

    catalogue: Catalogue
    id: str
    module_id: str
    label: str
    axes: Axes
    line_items: Sequence[Mapping[str, Any]]

    @classmethod
    def fetch(cls, catalogue: Catalogue, id_: str, module_id: str, label: str) -> ViewDescription:
        """Fetch the line items of the module, and the view's dimensions."""
        line_items = line_item_records(catalogue, module_id)
        axes = Axes.of(view_metadata(catalogue, id_, label))
        return cls(catalogue, id_, module_id, label, axes, line_items)

    @property
    def cells(self) -> Cells:
        """Its dimensions and line items, as they make the columns of a table."""
        return Cells(self.axes, tuple(LineItem.of(record) for record in self.line_items))

    @property
    def dimension_columns(self) -> dict[str, str]:
        """The columns of its dimensions, by their ids."""
        return {each.id: each.name for each in self.cells.columns if each.kind == "dimension"}

    def table(
        self,
        options: CellOptions = _EVERYTHING,
        asked: Asked = _NOTHING,
        columns: Sequence[str] | None = None,
    ) -> CellTable:
        """Return its cells as a tidy table that is not fetched yet.

        Parameters
        ----------
        options : CellOptions
            Whether totals and empty rows are left out, and how periods are shown.
        asked : dict of str to tuple
            The items and values to read: ``where=``.
        columns : sequence of str, optional
            The only columns that are going to be read.

        Raises
        ------
        NotFound, AmbiguousName
            If `asked` names a dimension or item that does not exist, or several.
        ValueError
            If `omit_empty` is asked for and no line item is read.
        """
        cells = self.cells
        names = cache(partial(period_names, self.catalogue))
        elsewhere = cache(lambda: self._columns_elsewhere(names))
        selection = self._selector(names).select(asked)
        path = view_path(self.catalogue, self.id)
        text = CellText(
            self.catalogue.transport, path, self.module_id, self.label, cells, selection
        )
        filters: list[RowFilter] = []
        if self._may_be_elsewhere():
            filters.append(OtherViewsNote(elsewhere, self._module_name, self.label))
        if options.totals is False:

            def make() -> list[RowFilter]:
                return list(self._total_filters(selection, names, elsewhere))

            # If all columns are read, they are made meanwhile.
            filters += [LateFilters(make, self.label)] if columns is None else make()
        if options.omit_empty:
            filters.append(self._empty_filter(text.left_out, columns))
        of_periods = [column.name for column in cells.columns if column.is_period]
        table = dated(text.table(filters), of_periods, options.periods, names)
        return CellTable(table, selection)

    def _selector(self, names: Callable[[], PeriodNames]) -> Selector:
        sample = self._sample or {}
        return Selector(
            catalogue=self.catalogue,
            axes=self.axes,
            line_items=self.cells.line_items,
            sample=str(sample["id"]) if sample else None,
            columns=self.cells.columns,
            periods=lambda: (names(), time_scale(sample)),
            label=self.label,
        )

    @property
    def _sample(self) -> Mapping[str, Any] | None:
        """A line item with the view's dimensions, of the smallest periods that there are."""
        own = next((record for record in self.line_items if str(record["id"]) == self.id), None)
        if own is not None:
            return own
        here = [
            record
            for record in self.line_items
            if not (self._has_own_dimensions(record) or LineItem.of(record).is_heading)
        ]
        return with_smallest_periods(here) or next(iter(here or self.line_items), None)

    @property
    def _is_of_line_item(self) -> bool:
        """Whether it is the view of a line item, which shows no other ones."""
        return any(str(record["id"]) == self.id for record in self.line_items)

    @property
    def _module_name(self) -> str:
        return next((str(record.get("moduleName")) for record in self.line_items), self.label)

    def _has_own_dimensions(self, record: Mapping[str, Any]) -> bool:
        return not self._is_of_line_item and has_own_dimensions(record, self.axes)

    def _may_be_elsewhere(self) -> bool:
        """Return whether values of line items may be in other views, without asking for more."""
        scales = len(set(self._scales().values())) > 1 and not self._is_of_line_item
        return scales or any(map(self._has_own_dimensions, self.line_items))

    def _columns_elsewhere(self, names: Callable[[], PeriodNames]) -> set[str]:
        """Return the columns of line items whose values are shown by views of their own."""
        by_id = {column.id: column.name for column in self.cells.columns}
        return {by_id[id_] for id_ in self.elsewhere(names)}

    def elsewhere(self, names: Callable[[], PeriodNames] | None = None) -> set[str]:
        """Return the ids of line items whose values are shown by views of their own.

        Parameters
        ----------
        names : callable, optional
            Returns the names of the model's periods.
        """
        if self._is_of_line_item:
            return set()
        own = {str(one["id"]) for one in self.line_items if self._has_own_dimensions(one)}
        scales = {
            str(record["id"]): time_scale(record) or ""
            for record in self.line_items
            if str(record["id"]) not in own and _has_periods(record)
        }
        path = view_path(self.catalogue, self.id)
        names = names or cache(partial(period_names, self.catalogue))
        return own | other_scales(self.catalogue, path, scales, names)

    def _total_filters(
        self,
        selection: Selection,
        names: Callable[[], PeriodNames],
        elsewhere: Callable[[], Collection[str]],
    ) -> Iterator[RowFilter]:
        """Yield what leaves out totals, but those of dimensions of which items are asked for."""
        asked = {items.dimension.id for items in selection.items}
        dimensions = [each for each in self.axes.dimensions if each.id not in asked]
        columns = self.dimension_columns
        with ExitStack() as stack:
            time = [columns[each.id] for each in dimensions if each.is_time]
            if time:  # the calendar is asked for while the lists are read
                visible = partial(visible_period_names, names)
                calendar = Ahead(visible, name="anaplan-calendar")
                stack.callback(calendar.close)
            for dimension, totals in read_totals(self.catalogue, dimensions):
                yield LeafFilter(columns[dimension.id], totals, self.label)
            for column in time:
                scales, ranges = self._scales(), time_ranges(self.line_items)
                yield period_filter(
                    column, calendar.result, scales, ranges, self.label, elsewhere()
                )

    def _empty_filter(
        self, left_out: Collection[str], columns: Sequence[str] | None
    ) -> EmptyRowFilter:
        read = {
            column.name: column.type
            for column in self.cells.columns
            if column.kind == "line item" and column.name not in left_out
        }
        if columns is not None and not set(columns) & read.keys():
            raise ValueError(
                "omit_empty=True needs a line item to look at: name one in columns=, or leave "
                "columns= out."
            )
        return EmptyRowFilter(read)

    def _scales(self) -> dict[str, str]:
        """Return the time scale of each line item, by its column."""
        by_id = {column.id: column.name for column in self.cells.columns}
        scales = {
            by_id[str(record["id"])]: time_scale(record)
            for record in self.line_items
            if _has_periods(record)
        }
        return {name: scale for name, scale in scales.items() if scale}

    def read(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Read some columns of its cells as they are now, without a progress bar."""
        new_bar = partial(Progress, f"Reading {self.label}", unit="B", show=False)
        return iter(self.table().rows.open(columns, lambda schema: schema, new_bar))


def _has_periods(record: Mapping[str, Any]) -> bool:
    return applies(record.get("timeScale")) and not LineItem.of(record).is_heading


def view_path(catalogue: Catalogue, id_: str) -> str:
    """Return the path of a view."""
    return f"{catalogue.path}/views/{id_}"


def view_metadata(catalogue: Catalogue, id_: str, label: str) -> Mapping[str, Any]:
    """Fetch what Anaplan says of a view."""
    return catalogue.described(f"views/{id_}", label)
