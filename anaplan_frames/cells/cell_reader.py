"""The cells of a view or a module, read as a tidy table or as a cross table."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, overload

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import no_default

from anaplan_frames.calendar.dated_table import Periods
from anaplan_frames.cells.cell_options import CellOptions, Layout
from anaplan_frames.cells.crosstab import crosstab
from anaplan_frames.cells.dimensions import axes_frame, dimension_of, items_frame
from anaplan_frames.cells.view_description import ViewDescription, view_metadata, view_path
from anaplan_frames.cells.view_parts import view_parts
from anaplan_frames.dataframes.frame_chunks import Frames
from anaplan_frames.resources.parts import Parts
from anaplan_frames.resources.read_options import Backend, ReadOptions
from anaplan_frames.resources.table_reader import Table
from anaplan_frames.resources.table_source import TableSource
from anaplan_frames.resources.where import Where

_NOT_OF_A_GRID = ("columns", "dtype", "index_col", "chunksize", "nrows")


class CellsReadable(Table):
    """A view, or a module through its default view."""

    takes: ClassVar[frozenset[str]] = frozenset({"layout", "periods", "totals", "omit_empty"})

    _totals: ClassVar[bool | None] = None
    """Whether totals are read if the caller does not say; None: as it shows them."""

    @property
    @abstractmethod
    def module_id(self) -> str:
        """The id of the module whose cells these are."""

    def metadata(self) -> Mapping[str, Any]:
        """Ask what Anaplan says of the view.

        Returns
        -------
        mapping
            ``viewName``, ``viewId`` and its axes ``pages``, ``rows`` and ``columns``; one without
            dimensions is not there.

        Examples
        --------
        >>> model.views["Costs.By month"].metadata()["viewName"]  # doctest: +SKIP
        """
        return view_metadata(self._catalogue, self.id, self.label)

    def dimensions(self) -> pd.DataFrame:
        """Return its dimensions and where they are.

        Returns
        -------
        pandas.DataFrame
            One row per dimension: ``axis`` (``pages``, ``rows`` or ``columns``, text),
            ``position`` on it (Int64, from 0), ``id`` and ``name`` (text).

        Examples
        --------
        >>> model.modules["Costs"].dimensions()["name"]  # doctest: +SKIP
        """
        return axes_frame(self.metadata())

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

        Examples
        --------
        >>> model.modules["Costs"].dimension_items("Versions")  # doctest: +SKIP
        """
        id_ = dimension_of(self.dimensions(), str(dimension), self.label)
        path = f"{view_path(self._catalogue, self.id)}/dimensions/{id_}/items"
        label = f"items of dimension {dimension!r} of {self.label}"
        return items_frame(self._catalogue, path, label)

    @overload
    def read(
        self,
        *,
        chunksize: None = None,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        dtype_backend: Backend = ...,
        index_col: str | Sequence[str] | None = None,
        layout: Layout = "table",
        periods: Periods = "name",
        totals: bool | None = None,
        omit_empty: bool = False,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame: ...

    @overload
    def read(
        self,
        *,
        chunksize: int,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        dtype_backend: Backend = ...,
        index_col: str | Sequence[str] | None = None,
        layout: Layout = "table",
        periods: Periods = "name",
        totals: bool | None = None,
        omit_empty: bool = False,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> Frames: ...

    def read(
        self,
        *,
        chunksize: int | None = None,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        dtype_backend: Any = no_default,
        index_col: str | Sequence[str] | None = None,
        layout: Layout = "table",
        periods: Periods = "name",
        totals: bool | None = None,
        omit_empty: bool = False,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame | Frames:
        """Return the cells.

        Parameters
        ----------
        chunksize : int, optional
            Return DataFrames of so many rows, one after the other.
        columns : sequence of str, optional
            Read only these, in this order.
        where : dict of str to value or list of values, optional
            Only the rows of certain items, e.g. ``{"Versions": "Actual", "Region": ["West",
            "East"]}``. Dimensions are given by name or id, items by name, code or id, periods also
            by a date in them. ``"Line items"`` names the line items to read. The name of a line
            item selects by its values. An item that is named is read even if it is a total.
        nrows : int, optional
            Read so many rows at most, after `where`, `totals` and `omit_empty`.
        dtype, dtype_backend, index_col
            As in `pandas.read_csv`.
        layout : {"table", "grid"}
            ``"table"``: one column per dimension (those on pages, on rows, on columns), then one
            per line item. ``"grid"``: the cross table as the view shows it, with the dimensions on
            pages and rows in the index and those on columns in the columns, the line items where
            the view has them; dimensions on pages of which `where` names one item are in neither.
        periods : {"name", "start", "end"}
            The name of a period, or its first or last day (datetime64) by the model's calendar.
        totals : bool, optional
            False leaves out the rows of totals: items that have others below them in a hierarchy,
            and periods that are not of the time scale of any line item read. True reads them. By
            default modules leave them out, and views show what they show.
        omit_empty : bool
            Leave out rows in which every line item read is missing, 0, False or an empty text.
        timeout : float, optional
            Seconds for the whole call.
        progress : bool, optional
            True shows a bar at once, False never.

        Returns
        -------
        pandas.DataFrame or Frames
            Items as text, by name. Line items by their format: NUMBER float64, BOOLEAN boolean,
            DATE datetime64, everything else text. A line item that is named like a dimension has
            ``.1`` behind its name. ``attrs["anaplan"]`` says what was read, from where and when.

        Raises
        ------
        NotFound
            If `where` names a dimension or item that does not exist; suggests near names.
        ColumnMismatch
            If there is no such column; suggests near names.
        DataError
            If it is not known what is a total, because a total and another item have one name or
            a period is not of the model's calendar.
        TransferError, TransferTimeout
            If not all of it arrived, or the time ended before.
        ValueError
            If an option does not go with the layout.

        Examples
        --------
        >>> model.modules["Costs"].read(where={"Versions": "Actual"})  # doctest: +SKIP
        """
        options = ReadOptions(
            chunksize=chunksize,
            columns=columns,
            where=where,
            nrows=nrows,
            dtype=dtype,
            dtype_backend=dtype_backend,
            index_col=index_col,
            timeout=timeout,
            progress=progress,
        )
        cells = self._cell_options(
            layout=layout, periods=periods, totals=totals, omit_empty=omit_empty
        )
        if layout == "grid":
            return self._read_grid(options, cells)
        table = partial(self._table, cells=cells)
        return self._read(options, table, {"totals": cells.totals})

    def read_arrow(
        self,
        *,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        periods: Periods = "name",
        totals: bool | None = None,
        omit_empty: bool = False,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> pa.RecordBatchReader:
        """Stream the cells as Arrow batches, in memory that does not grow.

        The parameters and errors are those of `read`; `dtype` decides the columns' Arrow types.

        Returns
        -------
        pyarrow.RecordBatchReader

        Examples
        --------
        >>> polars.from_arrow(model.modules["Costs"].read_arrow())  # doctest: +SKIP
        """
        options = ReadOptions(
            columns=columns,
            where=where,
            nrows=nrows,
            dtype=dtype,
            timeout=timeout,
            progress=progress,
        )
        cells = self._cell_options(periods=periods, totals=totals, omit_empty=omit_empty)
        return self._read_arrow(options, partial(self._table, cells=cells))

    def _cell_options(self, **given: Any) -> CellOptions:
        options = CellOptions(**given)
        return replace(options, totals=self._totals) if options.totals is None else options

    def _read_grid(self, options: ReadOptions, cells: CellOptions) -> pd.DataFrame:
        for name in _NOT_OF_A_GRID:
            if getattr(options, name) is not None:
                raise ValueError(
                    f"{name}= does not go with layout='grid', whose rows and columns are those of "
                    "the view. Leave it out, or read with layout='table' and use pandas' pivot."
                )
        described: list[tuple[ViewDescription, frozenset[str]]] = []

        def table(options: ReadOptions) -> TableSource:
            view = self._describe()
            found = view.table(cells, options.asked)
            pages = frozenset(each.dimension.id for each in found.selection.items if each.is_page)
            described.append((view, pages))
            return found.rows

        frame = self._read(options, table, {"totals": cells.totals})
        assert isinstance(frame, pd.DataFrame)
        [(view, pages)] = described
        grid = crosstab(frame, view.axes, pages)
        grid.attrs = {**frame.attrs, "anaplan": {**frame.attrs["anaplan"], "layout": "grid"}}
        return grid

    def _describe(self) -> ViewDescription:
        return ViewDescription.fetch(self._catalogue, self.id, self.module_id, self.label)

    def _split(self, n: int) -> Parts:
        return view_parts(self, self._transport, view_path(self._catalogue, self.id), n)

    def _table(self, options: ReadOptions, *, cells: CellOptions | None = None) -> TableSource:
        if cells is None:
            cells = self._cell_options()
        return self._describe().table(cells, options.asked, options.names).rows
