"""The reading side of a list: its items, properties and subsets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, overload

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import no_default

from anaplan_frames.dataframes.frame_chunks import Frames
from anaplan_frames.dataframes.record_frames import Field, flat, frame_of_fields
from anaplan_frames.lists.hierarchy_reader import read_levels
from anaplan_frames.lists.item_parts import item_parts
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.resources.parts import Parts
from anaplan_frames.resources.read_options import Backend, ReadOptions
from anaplan_frames.resources.table_reader import Table
from anaplan_frames.resources.table_source import TableSource
from anaplan_frames.resources.where import Where

_PROPERTY_FIELDS = {
    name: Field(name)
    for name in ("name", "format", "formula", "notes", "referenced_by", "data_tags")
}
_SUBSET_FIELDS = {name: Field(name) for name in ("id", "name")}


class ReadableList(Table):
    """A list of a model, as far as it is read."""

    kind: ClassVar[str] = "list"
    plural: ClassVar[str] = "lists"
    takes: ClassVar[frozenset[str]] = frozenset({"hierarchy"})

    def metadata(self) -> Mapping[str, Any]:
        """Ask what Anaplan says of it.

        Returns
        -------
        mapping
            ``properties``, ``subsets``, ``parent``, ``numberedList`` ..., by Anaplan's names.

        Examples
        --------
        >>> model.lists["Staff"].metadata()["itemCount"]  # doctest: +SKIP
        """
        return self._describe().metadata

    def properties(self) -> pd.DataFrame:
        """Return its properties, in Anaplan's order.

        Returns
        -------
        pandas.DataFrame
            All text: ``name``; ``format`` (``NUMBER``, ``TEXT``, ``BOOLEAN``, ``DATE``, ``LIST``,
            ``TIME PERIOD``); ``formula``, missing if values are entered; ``notes``;
            ``referenced_by``; ``data_tags``, joined with commas.

        Examples
        --------
        >>> model.lists["Staff"].properties()  # doctest: +SKIP
        """
        records = self.metadata().get("properties") or ()
        return frame_of_fields(map(flat, records), _PROPERTY_FIELDS)

    def subsets(self) -> pd.DataFrame:
        """Return its subsets, in Anaplan's order.

        Returns
        -------
        pandas.DataFrame
            ``id`` and ``name``, both text.

        Examples
        --------
        >>> model.lists["Staff"].subsets()  # doctest: +SKIP
        """
        records = self.metadata().get("subsets") or ()
        return frame_of_fields(records, _SUBSET_FIELDS)

    @overload
    def read(
        self,
        *,
        hierarchy: bool = False,
        chunksize: None = None,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        dtype_backend: Backend = ...,
        index_col: str | Sequence[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame: ...

    @overload
    def read(
        self,
        *,
        hierarchy: bool = False,
        chunksize: int,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        dtype_backend: Backend = ...,
        index_col: str | Sequence[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> Frames: ...

    def read(
        self,
        *,
        hierarchy: bool = False,
        chunksize: int | None = None,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        dtype_backend: Any = no_default,
        index_col: str | Sequence[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame | Frames:
        """Return its items, in Anaplan's order.

        Parameters
        ----------
        hierarchy : bool
            Add one column of names per level, the highest first, this list's own name last: one
            level for each list above this one, and for a list with parents within itself as many
            as it is deep (``"Accounts level 1"``, ``"Accounts level 2"``, ...). The name is
            missing if an item has no ancestor at a level.
        chunksize : int, optional
            Return DataFrames of so many rows, one after the other.
        columns : sequence of str, optional
            Read only these, in this order.
        where : dict of str to value or list of values, optional
            Only the items of which a column has one of these values, e.g. ``{"parent": "France"}``;
            the columns need not be among `columns`.
        nrows : int, optional
            Read so many items at most, after `where`.
        dtype, dtype_backend, index_col
            As in `pandas.read_csv`.
        timeout : float, optional
            Seconds for the whole call.
        progress : bool, optional
            True shows a bar at once, False never.

        Returns
        -------
        pandas.DataFrame or Frames
            ``id``, ``code``, ``name`` and ``parent`` (the parent item's name) as text; the
            properties, by the format that the list's metadata give (NUMBER float64, BOOLEAN
            boolean, DATE datetime64, all else text); the subsets as boolean, true for the items
            in it. A property or subset that is named like an earlier column has ``.1`` behind it.
            ``attrs["anaplan"]`` says what was read, from where and when.

        Raises
        ------
        ColumnMismatch
            If it does not have a column; suggests near names.
        EncodingError
            If a text is not of the type that the metadata give; names column and row.
        TransferError, TransferTimeout
            If the list was changed meanwhile, not all of it arrived, or the time ended before.

        Notes
        -----
        More than a million items are fetched by a large read, which has no ids: ``id`` is
        then missing, and a warning says so. If `columns` names it, or with `hierarchy`, they are
        fetched page by page.

        Examples
        --------
        >>> model.lists["Staff"].read(hierarchy=True, index_col="code")  # doctest: +SKIP
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
        return self._read(options, partial(self._table, hierarchy=hierarchy))

    def read_arrow(
        self,
        *,
        hierarchy: bool = False,
        columns: Sequence[str] | None = None,
        where: Where | None = None,
        nrows: int | None = None,
        dtype: Any = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> pa.RecordBatchReader:
        """Stream its items as Arrow batches, in memory that does not grow.

        The parameters and errors are those of `read`; `dtype` decides the columns' Arrow types.

        Returns
        -------
        pyarrow.RecordBatchReader

        Examples
        --------
        >>> polars.from_arrow(model.lists["Staff"].read_arrow())  # doctest: +SKIP
        """
        options = ReadOptions(
            columns=columns,
            where=where,
            nrows=nrows,
            dtype=dtype,
            timeout=timeout,
            progress=progress,
        )
        return self._read_arrow(options, partial(self._table, hierarchy=hierarchy))

    def _describe(self) -> ListDescription:
        return ListDescription.fetch(self._catalogue, self.info)

    def _split(self, n: int) -> Parts:
        return item_parts(self, n)

    def _table(self, options: ReadOptions, *, hierarchy: bool = False) -> TableSource:
        described = self._describe()
        new_bar = self._new_bar(progress=options.progress)
        levels = read_levels(described, new_bar) if hierarchy else None
        return self._where_columns(described.table(levels), options)
