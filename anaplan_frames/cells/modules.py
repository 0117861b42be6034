"""Modules: their cells read and written as a tidy table, through their default view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pandas as pd

from anaplan_frames.cells.cell_matching import MatchBy
from anaplan_frames.cells.cell_reader import CellsReadable
from anaplan_frames.cells.line_items import line_items_frame
from anaplan_frames.cells.module_write import ModuleWriteOptions, write_module
from anaplan_frames.dataframes.sources import open_source
from anaplan_frames.resources.listings import listing_frame
from anaplan_frames.results import ImportResult
from anaplan_frames.writes.result_builder import OnRejected


class Module(CellsReadable):
    """A module of a model; it is read through its default view, and written."""

    kind: ClassVar[str] = "module"
    plural: ClassVar[str] = "modules"

    @property
    def module_id(self) -> str:
        """Its own id."""
        return self.id

    def line_items(self) -> pd.DataFrame:
        """Return its line items; the columns are those of `Model.line_items`."""
        return line_items_frame(self._catalogue, self.id)

    def views(self) -> pd.DataFrame:
        """Return its views; the first is the default view, which has the module's id.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``name`` (without the module's), ``code``, ``module_id`` (text).
        """
        records = self._transport.pages(
            f"{self.path}/views", "views", label=f"views of {self.label}"
        )
        return listing_frame("views", records)

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
    ) -> ImportResult:
        """Write cells from a tidy table as `read` returns it: only the columns that it has.

        Parameters
        ----------
        data : DataFrame, Arrow data or iterator
            As for `anaplan_frames.to_anaplan`: one column per dimension, one per line item. An
            iterator is written in memory that does not grow, except for 16 bytes per cell.
        mapping : dict of str to str, optional
            ``{column of the data: dimension or line item}`` for names that differ.
        pages : dict of str to str, optional
            The item of a dimension for which the data has no column, ``{dimension: item}``.
        match_by : {"name", "code", "id"} or dict, optional
            By what items are found, for all dimensions or for each. By default by name, code or
            id. If a text is the name of one item and the code of another, the one counts that
            most texts of the column's first rows are.
        blank : bool
            Whether a missing value blanks its cell (a number becomes 0, a boolean false); by
            default the cell keeps its value. An empty text is missing, too.
        on_rejected : {"raise", "warn", "ignore"}
            What to do about rejected rows.
        index : bool
            Write the index of a DataFrame too, as columns.
        progress : bool, optional
            As for `anaplan_frames.read_anaplan`.

        Returns
        -------
        ImportResult
            ``rejected`` holds the rows of which a cell was refused: because it is a total, because
            there is no such item, because a value does not fit. ``ignored`` counts rows without
            a value.

        Raises
        ------
        ColumnMismatch
            If a dimension has neither a column nor a page, no line item has a column that can be
            written, or two rows write one cell. Nothing is sent then, unless the data is a stream
            whose first rows were sent before.
        EncodingError
            If a value has no counterpart in Anaplan; the same applies.
        NotFound
            If `pages` or `match_by` names a dimension or item that does not exist.
        RejectedRows
            If rows were rejected; its ``.result.rejected`` holds them. Their other cells are
            written.
        TaskFailed
            If an error ended the writing half-way. Its ``.result`` says what was done, and
            ``.result.rejected`` also holds the rows that were not written.
        TaskUncertain
            If the answer to a batch was lost and reading back does not show whether it was
            written. Writing the same cells again does no harm.

        Notes
        -----
        A line item that Anaplan calculates cannot be written; its column is left out with a
        warning. Dates instead of periods become the names of the periods in which they are, on
        the line items' time scale.
        """
        options = ModuleWriteOptions(
            mapping=mapping,
            pages=pages,
            match_by=match_by,
            blank=blank,
            on_rejected=on_rejected,
            progress=progress,
        )
        source = open_source(data, index=index)
        return write_module(self._describe(), self.path, self.name, source, options)
