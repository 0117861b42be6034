"""Lists: their items read and written as tables."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from typing import Any, Literal, get_args, overload

from anaplan_frames.lists.delete_guard import DEFAULT_SHARE
from anaplan_frames.lists.item_planner import Mode
from anaplan_frames.lists.key_columns import Key
from anaplan_frames.lists.list_reader import ReadableList
from anaplan_frames.lists.list_write import ListWriteOptions, write_list
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.plan import WritePlan
from anaplan_frames.writes.result_builder import OnRejected
from anaplan_frames.writes.send_options import send_options


class List(ReadableList):
    """A list of a model.

    Every method that writes reads the list first, matches the rows to its items by key, and sends
    only what changes: in batches of at most 100,000, several at once, new parents before their
    children. If the answer to a batch is lost, the list is read back, and only what Anaplan did
    not do is sent again.

    The columns are those of `read`, found by name; values are sent as in a file. A parent is given
    by its name or its code. In a numbered list Anaplan makes the names, so none can be written.
    """

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
            There is nothing to blank: True is an error.
        dry_run, mapping, index, on_rejected, dump, timeout, progress
            As for `insert`.

        Returns
        -------
        WriteResult or WritePlan

        Raises
        ------
        ColumnMismatch, RejectedRows, TaskFailed, TaskUncertain, TransferTimeout
            As for `insert`; a row without an item is rejected.
        ValueError
            If `blank` is true.

        Examples
        --------
        >>> result = model.lists["Staff"].delete(df[["code"]])  # doctest: +SKIP
        """
        if blank:
            raise ValueError("blank= is not an option of deleting; leave it out.")
        send = send_options(
            on_rejected=on_rejected,
            dump=dump,
            timeout=timeout,
            progress=progress,
        )
        options = ListWriteOptions(mode="delete", mapping=mapping, index=index, key=key)
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
