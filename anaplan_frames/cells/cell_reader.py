"""The cells of a view or a module, read as a tidy table or as a cross table."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, Unpack

import pandas as pd
import pyarrow as pa

from anaplan_frames.calendar.dated_table import Periods
from anaplan_frames.cells.crosstab import crosstab
from anaplan_frames.cells.dimensions import axes_frame, dimension_of, items_frame
from anaplan_frames.cells.view_description import ViewDescription, view_metadata, view_path
from anaplan_frames.cells.view_parts import view_parts
from anaplan_frames.cells.view_shape import Cells
from anaplan_frames.resources.parts import Parts
from anaplan_frames.resources.table_reader import ArrowOptions, Readable, ReadOptions, TableSource

Layout = Literal["table", "grid"]
_OF_A_GRID = {"dtype_backend", "progress"}


class CellsReadable(Readable):
    """A view, or a module through its default view."""

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
        return view_metadata(self._catalogue, self.id, self.label)

    def cells(self) -> Cells:
        """Return the view's dimensions and its module's line items, as they are now."""
        return self._describe().cells

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
            If it has no such dimension; suggests near names.
        RequestRefused
            If the view has more than 1,000,000 cells: see `Model.dimension_items`.
        """
        id_ = dimension_of(self.axes(), str(dimension), self.label)
        path = f"{view_path(self._catalogue, self.id)}/dimensions/{id_}/items"
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
            the view has them; dimensions of which `pages` selects an item are in neither.
        periods : "datetime", optional
            The first day of a period (datetime64) in place of its name, by the model's calendar.
        columns, dtype, dtype_backend, index_col, chunksize, progress
            As for `anaplan_frames.read_anaplan`; the errors, too. A grid takes `dtype_backend`
            and `progress` only.

        Returns
        -------
        pandas.DataFrame or iterator of pandas.DataFrame
            Items as text, by name. Line items by their format: NUMBER float64, BOOLEAN boolean,
            DATE datetime64, everything else text. A line item that is named like a dimension has
            ``.1`` behind its name.

        Raises
        ------
        NotFound
            If `pages` names a dimension or item that does not exist; suggests near names.
        ValueError
            If an option does not go with the layout.
        """
        if layout not in ("table", "grid"):
            raise ValueError(f"layout={layout!r} is not known; use 'table' or 'grid'.")
        if layout == "grid":
            _check_options_of_grid(options)
        described = self._describe()
        selected = described.select(pages)
        frame = self._read(described.table(selected, periods), **options)
        if layout == "table":
            return frame
        assert isinstance(frame, pd.DataFrame)
        return crosstab(frame, described.axes, {item.dimension.id for item in selected})

    def read_arrow(
        self,
        *,
        pages: Mapping[str, str] | None = None,
        periods: Periods = None,
        **options: Unpack[ArrowOptions],
    ) -> pa.RecordBatchReader:
        """Stream the cells; see `read` and `anaplan_frames.read_arrow`."""
        described = self._describe()
        return self._read_arrow(described.table(described.select(pages), periods), **options)

    def _describe(self) -> ViewDescription:
        return ViewDescription.fetch(self._catalogue, self.id, self.module_id, self.label)

    def _split(self, n: int) -> Parts:
        return view_parts(self, self._transport, view_path(self._catalogue, self.id), n)

    def _table(self, *, progress: bool | None) -> TableSource:
        return self._describe().table()


def _check_options_of_grid(options: Mapping[str, Any]) -> None:
    given = [name for name, value in options.items() if value is not None]
    for name in given:
        if name not in _OF_A_GRID:
            raise ValueError(
                f"{name}= does not go with layout='grid', whose rows and columns are those of the "
                "view. Leave it out, or read with layout='table' and use pandas' pivot."
            )
