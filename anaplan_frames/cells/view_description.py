"""A view as Anaplan describes it: dimensions, line items, and its cells as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from anaplan_frames.calendar.dated_table import Periods, dated
from anaplan_frames.calendar.model_calendar import period_names
from anaplan_frames.cells.line_items import line_item_records
from anaplan_frames.cells.page_selection import SelectedItem, select_pages
from anaplan_frames.cells.view_shape import Axes, Cells, LineItem
from anaplan_frames.cells.view_text import CellText
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.table_reader import TableSource


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

    def select(self, pages: Mapping[str, str] | None) -> tuple[SelectedItem, ...]:
        """Find the items that ``pages=`` names."""
        cells = self.cells
        return select_pages(self.catalogue, cells.axes, cells.line_items, pages or {}, self.label)

    def table(
        self, selected: tuple[SelectedItem, ...] = (), periods: Periods = None
    ) -> TableSource:
        """Return its cells as a tidy table that is not fetched yet.

        Parameters
        ----------
        selected : tuple of SelectedItem
            The items to read of dimensions on pages.
        periods : "datetime", optional
            Whether the first day of a period is in place of its name.
        """
        text = CellText(
            self.catalogue.transport,
            view_path(self.catalogue, self.id),
            self.module_id,
            self.label,
            self.cells,
            selected,
        )
        columns = [column.name for column in self.cells.columns if column.is_period]
        return dated(text.table(), columns, periods, lambda: period_names(self.catalogue))

    def read(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Read some columns of its cells as they are now, without a progress bar."""
        new_bar = partial(Progress, f"Reading {self.label}", unit="B", show=False)
        return iter(self.table().open(columns, lambda schema: schema, new_bar))


def view_path(catalogue: Catalogue, id_: str) -> str:
    """Return the path of a view."""
    return f"{catalogue.path}/views/{id_}"


def view_metadata(catalogue: Catalogue, id_: str, label: str) -> Mapping[str, Any]:
    """Fetch what Anaplan says of a view."""
    metadata: Mapping[str, Any] = catalogue.transport.get(view_path(catalogue, id_), label=label)
    return metadata
