"""Lists: their items read and written as tables."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Literal, get_args, overload

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import no_default

from anaplan_frames.dataframes.frame_chunks import Frames
from anaplan_frames.lists.delete_guard import DEFAULT_SHARE
from anaplan_frames.lists.early_items import EarlyItems
from anaplan_frames.lists.item_parts import item_parts
from anaplan_frames.lists.item_planner import Mode
from anaplan_frames.lists.item_reader import MOST_WHOLE
from anaplan_frames.lists.key_columns import Key
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.lists.list_reader import items_table, properties_frame, subsets_frame
from anaplan_frames.lists.list_write import ListWriteOptions, write_list
from anaplan_frames.resources.parts import Parts
from anaplan_frames.resources.read_options import Backend, ReadOptions
from anaplan_frames.resources.table_reader import Table
from anaplan_frames.resources.table_source import TableSource
from anaplan_frames.resources.where import Where
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.plan import WritePlan
from anaplan_frames.writes.result_builder import OnRejected
from anaplan_frames.writes.send_options import send_options


class List(Table):
    """A list of a model.

    Every method that writes reads the list first, matches the rows to its items by key, and sends
    only what changes: in batches of at most 100,000, several at once, new parents before their
    children. If the answer to a batch is lost, the list is read back, and only what Anaplan did
    not do is sent again.

    The columns are those of `read`, found by name; values are sent as in a file. A parent is given
    by its name or its code. In a numbered list Anaplan makes the names, so none can be written.

    A key or parent that no item has exactly means the only item that differs from it in nothing but
    case, outer white space, invisible characters or how accents are composed; one warning says how
    many there were. If several items do, the row is rejected. Names and codes have at most 60
    characters.
    """

    kind: ClassVar[str] = "list"
    plural: ClassVar[str] = "lists"
    _id_prefix: ClassVar[str] = "101"
    _answer: ClassVar[str] = "metadata"
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
        return ListDescription.fetch(self._catalogue, self.identity).metadata

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
        return properties_frame(self.metadata())

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
        return subsets_frame(self.metadata())

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
            the columns need not be among `columns`. A code, a name or a parent that no item has
            exactly is found, with a warning, if it differs from the only similar one in nothing
            but case, outer white space, invisible characters or the composition of accents.
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
        return self._read(options, partial(self._items_table, hierarchy=hierarchy))

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
        return self._read_arrow(options, partial(self._items_table, hierarchy=hierarchy))

    @overload
    def insert(
        self,
        data: Any,
        *,
        dry_run: Literal[False] = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult: ...

    @overload
    def insert(
        self,
        data: Any,
        *,
        dry_run: Literal[True],
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WritePlan: ...

    def insert(
        self,
        data: Any,
        *,
        dry_run: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult | WritePlan:
        """Add items; a row whose code or name another item has is rejected.

        Parameters
        ----------
        data : DataFrame, Arrow data or iterator
            As for `anaplan_frames.to_anaplan`. A general list needs ``name``. Rows without any
            value are ignored.
        dry_run : bool
            True sends nothing, and returns a plan: what would change, and which rows are sure to
            be rejected. Its ``.send()`` does it.
        mapping : dict of str to str, optional
            ``{column of the data: column of the list}`` for names that differ.
        index : bool
            Send the index of a DataFrame too, as columns.
        on_rejected : {"raise", "warn", "ignore"}
            What to do about rejected rows.
        dump : path, optional
            A folder for rejected rows (``rejected.csv``).
        timeout : float, optional
            Seconds for the whole call.
        progress : bool, optional
            As for `anaplan_frames.read_anaplan`.

        Returns
        -------
        WriteResult or WritePlan
            ``rejected`` holds the caller's rows that were rejected; ``changes`` what was done.

        Raises
        ------
        ColumnMismatch
            If a column is missing, several rows have one key, or items would be their own
            ancestors. Nothing is sent then.
        EncodingError
            If a value has no counterpart in Anaplan; nothing is sent then.
        RejectedRows
            If rows were rejected; its ``.result.rejected`` holds them.
        TaskFailed
            If an error ended the work half-way. Its ``.result`` says what was done, and
            ``.result.rejected`` also holds the rows that were not written.
        TaskUncertain
            If the answer to a batch was lost and reading back does not show whether it was
            written. It has a ``.result``, too.
        TransferTimeout, TaskTimeout
            If the time ended before anything was written, or half-way; the latter has a
            ``.result``.

        Examples
        --------
        >>> result = model.lists["Staff"].insert(df)  # doctest: +SKIP
        >>> plan = model.lists["Staff"].insert(df, dry_run=True)  # doctest: +SKIP
        >>> plan.changes, plan.rejected  # doctest: +SKIP
        """
        send = send_options(
            on_rejected=on_rejected,
            dump=dump,
            timeout=timeout,
            progress=progress,
        )
        options = ListWriteOptions(mode="insert", mapping=mapping, index=index)
        return write_list(self, data, options, send, dry_run=dry_run)

    @overload
    def update(
        self,
        data: Any,
        *,
        dry_run: Literal[False] = False,
        key: Key | None = None,
        blank: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult: ...

    @overload
    def update(
        self,
        data: Any,
        *,
        dry_run: Literal[True],
        key: Key | None = None,
        blank: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WritePlan: ...

    def update(
        self,
        data: Any,
        *,
        dry_run: bool = False,
        key: Key | None = None,
        blank: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult | WritePlan:
        """Change items; a row without an item is rejected, and only what differs is sent.

        Parameters
        ----------
        data : DataFrame, Arrow data or iterator
            As for `anaplan_frames.to_anaplan`. Rows without any value are ignored.
        key : {"id", "code", "name"}, optional
            The column by which a row's item is found. By default the first of these that the data
            has; if it is missing in a row, the next. The others are values to be written: a new
            name for a code, or a new code for an id.
        blank : bool
            Whether a missing value blanks the item's; by default the item's value stays. An item
            keeps its name in any case.
        dry_run, mapping, index, on_rejected, dump, timeout, progress
            As for `insert`.

        Returns
        -------
        WriteResult or WritePlan
            Rows that change nothing count as ``rows_ignored``.

        Raises
        ------
        ColumnMismatch, EncodingError, RejectedRows, TaskFailed, TaskUncertain, TransferTimeout
            As for `insert`.

        Examples
        --------
        >>> result = model.lists["Staff"].update(df, key="code")  # doctest: +SKIP
        """
        send = send_options(
            on_rejected=on_rejected,
            dump=dump,
            timeout=timeout,
            progress=progress,
        )
        options = ListWriteOptions(
            mode="update", mapping=mapping, index=index, key=key, blank=blank
        )
        return write_list(self, data, options, send, dry_run=dry_run)

    @overload
    def upsert(
        self,
        data: Any,
        *,
        dry_run: Literal[False] = False,
        key: Key | None = None,
        blank: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult: ...

    @overload
    def upsert(
        self,
        data: Any,
        *,
        dry_run: Literal[True],
        key: Key | None = None,
        blank: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WritePlan: ...

    def upsert(
        self,
        data: Any,
        *,
        dry_run: bool = False,
        key: Key | None = None,
        blank: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult | WritePlan:
        """Change the items that exist, as `update` does, and add the others, as `insert` does.

        Parameters
        ----------
        data, key, blank
            As for `update`.
        dry_run, mapping, index, on_rejected, dump, timeout, progress
            As for `insert`.

        Returns
        -------
        WriteResult or WritePlan

        Raises
        ------
        ColumnMismatch, EncodingError, RejectedRows, TaskFailed, TaskUncertain, TransferTimeout
            As for `insert`.

        Examples
        --------
        >>> result = model.lists["Staff"].upsert(df)  # doctest: +SKIP
        """
        send = send_options(
            on_rejected=on_rejected,
            dump=dump,
            timeout=timeout,
            progress=progress,
        )
        options = ListWriteOptions(
            mode="upsert", mapping=mapping, index=index, key=key, blank=blank
        )
        return write_list(self, data, options, send, dry_run=dry_run)

    @overload
    def delete(
        self,
        data: Any,
        *,
        dry_run: Literal[False] = False,
        key: Key | None = None,
        blank: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult: ...

    @overload
    def delete(
        self,
        data: Any,
        *,
        dry_run: Literal[True],
        key: Key | None = None,
        blank: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WritePlan: ...

    def delete(
        self,
        data: Any,
        *,
        dry_run: bool = False,
        key: Key | None = None,
        blank: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult | WritePlan:
        """Delete the items that rows name, children before their parents, and their cells.

        Columns other than the keys are left out. Items below a deleted one stay, without a parent.

        Parameters
        ----------
        data, key
            As for `update`.
        blank : bool
            Changes nothing, since a deleted item has no values left. `update` and `upsert` have it
            too, so that all three take the same options.
        dry_run, mapping, index, on_rejected, dump, timeout, progress
            As for `insert`.

        Returns
        -------
        WriteResult or WritePlan

        Raises
        ------
        ColumnMismatch, RejectedRows, TaskFailed, TaskUncertain, TransferTimeout
            As for `insert`; a row without an item is rejected.

        Examples
        --------
        >>> result = model.lists["Staff"].delete(df[["code"]])  # doctest: +SKIP
        """
        send = send_options(
            on_rejected=on_rejected,
            dump=dump,
            timeout=timeout,
            progress=progress,
        )
        options = ListWriteOptions(
            mode="delete", mapping=mapping, index=index, key=key, blank=blank
        )
        return write_list(self, data, options, send, dry_run=dry_run)

    @overload
    def sync(
        self,
        data: Any,
        *,
        dry_run: Literal[False] = False,
        key: Key = "code",
        delete: bool = False,
        max_delete: int | float = DEFAULT_SHARE,
        confirm: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult: ...

    @overload
    def sync(
        self,
        data: Any,
        *,
        dry_run: Literal[True],
        key: Key = "code",
        delete: bool = False,
        max_delete: int | float = DEFAULT_SHARE,
        confirm: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WritePlan: ...

    def sync(
        self,
        data: Any,
        *,
        dry_run: bool = False,
        key: Key = "code",
        delete: bool = False,
        max_delete: int | float = DEFAULT_SHARE,
        confirm: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult | WritePlan:
        """Make the list equal to the data in the columns that the data has.

        A missing value blanks the item's; only its name stays. Codes and names may be swapped
        between items: an item whose name another one takes has a temporary name for a moment.

        Parameters
        ----------
        data : DataFrame, Arrow data or iterator
            As for `anaplan_frames.to_anaplan`. Rows without any value are ignored.
        key : {"code", "name", "id"}
            The column by which a row's item is found. Rows without a code are found by name.
        delete : bool
            Whether items without a row are deleted.
        max_delete : int or float, default 0.1
            How many items may be deleted without a confirmation: an int is a number, a float a
            share of the list's items, of which at least one is allowed. If the data has no rows,
            every deletion must be confirmed.
        confirm : bool
            Confirms that more than `max_delete` are deleted.
        dry_run, mapping, index, on_rejected, dump, timeout, progress
            As for `insert`. A dry run needs no confirmation.

        Returns
        -------
        WriteResult or WritePlan
            An item that could not be deleted is in ``unmatched``.

        Raises
        ------
        ConfirmationRequired
            If more items would be deleted than `max_delete` allows, and `confirm` is false.
            Nothing is sent; the error's ``.plan`` shows what would be done, and can be sent.
        ColumnMismatch, EncodingError, RejectedRows, TaskFailed, TaskUncertain, TransferTimeout
            As for `insert`.

        Examples
        --------
        >>> plan = model.lists["Staff"].sync(df, delete=True, dry_run=True)  # doctest: +SKIP
        >>> plan.rows_deleted  # doctest: +SKIP
        3
        >>> plan.send(confirm=True)  # doctest: +SKIP
        """
        send = send_options(
            on_rejected=on_rejected,
            dump=dump,
            timeout=timeout,
            progress=progress,
            confirm=confirm,
        )
        options = ListWriteOptions(
            mode="sync",
            mapping=mapping,
            index=index,
            key=key,
            blank=True,
            delete=delete,
            max_delete=max_delete,
        )
        return write_list(self, data, options, send, dry_run=dry_run)

    @overload
    def write(
        self,
        data: Any,
        *,
        dry_run: Literal[False] = False,
        mode: Mode = "upsert",
        key: Key | None = None,
        blank: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult: ...

    @overload
    def write(
        self,
        data: Any,
        *,
        dry_run: Literal[True],
        mode: Mode = "upsert",
        key: Key | None = None,
        blank: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WritePlan: ...

    def write(
        self,
        data: Any,
        *,
        dry_run: bool = False,
        mode: Mode = "upsert",
        key: Key | None = None,
        blank: bool = False,
        mapping: Mapping[Hashable, str] | None = None,
        index: bool = False,
        on_rejected: OnRejected = "raise",
        dump: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        progress: bool | None = None,
    ) -> WriteResult | WritePlan:
        """Write the items in one of several ways.

        Parameters
        ----------
        mode : {"upsert", "insert", "update", "delete", "sync"}
            Which method does it. `sync` itself has more options.
        data, key, blank
            As for that method; `insert` has neither key nor blank, and a sync always blanks.
        dry_run, mapping, index, on_rejected, dump, timeout, progress
            As for `insert`.

        Returns
        -------
        WriteResult or WritePlan

        Raises
        ------
        ValueError
            If there is no such mode, or it does not have an option that is given. All else as for
            that method.

        Examples
        --------
        >>> result = model.lists["Staff"].write(df, mode="update")  # doctest: +SKIP
        """
        own: dict[str, Any] = {}
        if key is not None:
            own["key"] = key
        if blank and mode != "sync":
            own["blank"] = blank
        if mode not in get_args(Mode):
            modes = ", ".join(map(repr, get_args(Mode)))
            raise ValueError(f"mode must be one of {modes}, not {mode!r}")
        if mode == "insert" and own:
            raise ValueError(f"{next(iter(own))}= is not an option of mode='insert'; leave it out.")
        result: WriteResult | WritePlan = getattr(self, mode)(
            data,
            dry_run=dry_run,
            mapping=mapping,
            index=index,
            on_rejected=on_rejected,
            dump=dump,
            timeout=timeout,
            progress=progress,
            **own,
        )
        return result

    def reset_index(self) -> None:
        """Count new items from 1 again; the list must be empty.

        Raises
        ------
        AnaplanError
            If the list has items, or the model is deployed and the list is not a production
            list.
        """
        self._transport.post(f"{self.path}/resetIndex", label=self.label)

    def _split(self, n: int) -> Parts:
        return item_parts(self, n)

    def _table(self, options: ReadOptions) -> TableSource:
        return self._described(options, ListDescription.fetch(self._catalogue, self.identity))

    def _items_table(self, options: ReadOptions, *, hierarchy: bool) -> TableSource:
        """Return the items, which are asked for while the list is described."""
        names = options.names
        columns = None if names is None else [*names, *options.asked]
        early = EarlyItems(self._transport, self.path, self.label, columns)
        try:
            described = ListDescription.fetch(self._catalogue, self.identity)
            self._catalogue.early.keep()
            if described.items.expected > MOST_WHOLE:  # which one answer does not hold
                early.close()
            else:
                described = replace(described, early=early)
            return self._described(options, described, hierarchy=hierarchy)
        except BaseException:
            early.close()
            raise

    def _described(
        self, options: ReadOptions, described: ListDescription, *, hierarchy: bool = False
    ) -> TableSource:
        new_bar = self._new_bar(progress=options.progress)
        table = items_table(described, new_bar, hierarchy=hierarchy)
        return self._where_columns(table, options, keys=("code", "name", "parent"))
