"""What has cells, a view or a module, as a table: one row per combination of items, or crossed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, Unpack

import pandas as pd
import pyarrow as pa

from anaplan_frames.calendar.model_calendar import period_names
from anaplan_frames.cells.crosstab import crosstab
from anaplan_frames.cells.derived_tables import Periods, dated
from anaplan_frames.cells.dimensions import axes_frame, dimension_of, items_frame
from anaplan_frames.cells.line_items import line_item_records
from anaplan_frames.cells.page_selection import Page, select_pages
from anaplan_frames.cells.view_shape import Axes, Cells, LineItem
from anaplan_frames.cells.view_parts import view_parts
from anaplan_frames.cells.view_text import CellText
from anaplan_frames.resources.parts import Parts
from anaplan_frames.resources.table_reader import ArrowOptions, Readable, ReadOptions, TableSource

Layout = Literal["table", "grid"]
_OF_A_GRID = {"dtype_backend", "progress"}


class CellsReadable(Readable):
    """A view or a module."""

    takes: ClassVar[frozenset[str]] = frozenset({"pages", "layout", "periods"})

    @property
    @abstractmethod
    def module_id(self) -> str:
        """The id of the module whose cells these are."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What Anaplan says of the view: ``viewName``, ``viewId`` and its axes.

        These are ``pages``, ``rows`` and ``columns``; one without dimensions is not there.
        """
        return self._transport.get(self._view_path, label=self.label)

    def cells(self) -> Cells:
        """Return the view's dimensions and its module's line items, as they are now."""
        records = line_item_records(self._catalogue, self.module_id)
        return Cells(Axes.of(self.metadata), tuple(LineItem.of(record) for record in records))

    @property
    def dimensions(self) -> list[str]:
        """The names of its dimensions: those on pages, then on rows, then on columns."""
        return [str(name) for name in self.axes()["name"]]

    def axes(self) -> pd.DataFrame:
        """Return its dimensions and where they are.

        Returns
        -------
        pandas.DataFrame
            One row per dimension: ``axis`` (``pages``, ``rows`` or ``columns``, text),
            ``position`` on it (Int64, from 0), ``id`` and ``name`` (text).
        """
        return axes_frame(self.metadata)

    def dimension_items(self, dimension: str) -> pd.DataFrame:
        """Return the items that it shows of one of its dimensions, which may be filtered.

        Parameters
        ----------
        dimension : str
            Name or id.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``code``, ``name`` (text).

        Raises
        ------
        NotFound
            If it has no such dimension; names the near names.
        RequestRefused
            If the view has more than 1,000,000 cells: see `Model.dimension_items`.
        """
        id_ = dimension_of(self.axes(), str(dimension), self.label)
        path = f"{self._view_path}/dimensions/{id_}/items"
        label = f"items of dimension {dimension!r} of {self.label}"
        return items_frame(self._catalogue, path, label)

    def read(
        self,
        *,
        pages: Mapping[str, str] | None = None,
        layout: Layout = "table",
        periods: Periods = None,
        **options: Unpack[ReadOptions],
    ) -> pd.DataFrame | Iterator[pd.DataFrame]:
        """Return the cells, totals included.

        Parameters
        ----------
        pages : dict of str to str, optional
            The items to read of dimensions that are on pages, ``{dimension: item}``, each by name
            or id, an item also by its code. Of the others all items are read.
        layout : {"table", "grid"}
            ``"table"``: one column per dimension (those on pages, on rows, on columns), then one
            per line item. ``"grid"``: the cross table as the view shows it, with the dimensions on
            pages and rows in the index and those on columns in the columns, the line items where
            the view has them; what `pages` selects is in neither.
        periods : "datetime", optional
            The first day of a period (datetime64) in place of its name, by the model's calendar.
        columns, dtype, dtype_backend, index_col, chunksize, progress
            As for `anaplan_frames.read_anaplan`; the errors, too. With a grid go the third and the
            last only.

        Returns
        -------
        pandas.DataFrame or iterator of pandas.DataFrame
            Items as text, by name. Line items by their format: NUMBER float64, BOOLEAN boolean,
            DATE datetime64, everything else text. A line item that is named like a dimension has
            ``.1`` behind its name.

        Raises
        ------
        NotFound
            If `pages` names a dimension or item that is not there; names the near names.
        ValueError
            If an option does not go with the layout.
        """
        if layout not in ("table", "grid"):
            raise ValueError(f"layout={layout!r} is not known; use 'table' or 'grid'.")
        if layout == "grid":
            _check_options_of_grid(options)
        cells = self.cells()
        chosen = self._choose(cells, pages)
        frame = self._read(self._tidy(cells, chosen, periods), **options)
        if layout == "table":
            return frame
        assert isinstance(frame, pd.DataFrame)
        return crosstab(frame, cells.axes, {page.dimension.id for page in chosen})

    def read_arrow(
        self,
        *,
        pages: Mapping[str, str] | None = None,
        periods: Periods = None,
        **options: Unpack[ArrowOptions],
    ) -> pa.RecordBatchReader:
        """Stream the cells; see `read` and `anaplan_frames.read_arrow`."""
        cells = self.cells()
        table = self._tidy(cells, self._choose(cells, pages), periods)
        return self._read_arrow(table, **options)

    @property
    def _view_path(self) -> str:
        """The view's path; the default view of a module has the module's id."""
        return f"{self._catalogue.path}/views/{self.id}"

    def _split(self, n: int) -> Parts:
        return view_parts(self, self._transport, self._view_path, n)

    def _table(self, *, progress: bool | None) -> TableSource:
        return self._tidy(self.cells(), (), None)

    def _choose(self, cells: Cells, pages: Mapping[str, str] | None) -> tuple[Page, ...]:
        return select_pages(self._catalogue, cells.axes, cells.line_items, pages or {}, self.label)

    def _tidy(self, cells: Cells, chosen: tuple[Page, ...], periods: Periods) -> TableSource:
        text = CellText(self._transport, self._view_path, self.module_id, self.label, cells, chosen)
        columns = [column.name for column in cells.columns if column.is_period]
        return dated(text.table(), columns, periods, lambda: period_names(self._catalogue))


def _check_options_of_grid(options: Mapping[str, Any]) -> None:
    given = [name for name, value in options.items() if value is not None]
    for name in given:
        if name not in _OF_A_GRID:
            raise ValueError(
                f"{name}= does not go with layout='grid', whose rows and columns are those of the "
                "view. Leave it out, or read with layout='table' and use pandas' pivot."
            )
