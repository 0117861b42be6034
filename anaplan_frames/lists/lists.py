"""Lists: their items read and written as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from anaplan_frames.lists.item_planner import Mode
from anaplan_frames.lists.list_reader import ReadableList
from anaplan_frames.lists.list_write import ListWriteOptions, write_list
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.result_builder import OnRejected


class List(ReadableList):
    """A list of a model.

    Every method that writes reads the list first, matches the rows to its items by key, and sends
    only what changes: in batches of at most 100,000, several at once, new parents before their
    children. If the answer to a batch is lost, the list is read back, and only what Anaplan did
    not do is sent again.

    The columns are those of `read`, found by name; values are sent as in a file. A parent is given
    by its name or its code. In a numbered list Anaplan makes the names, so none can be written.
    """

    def insert(
        self,
        data: Any,
        *,
        mapping: Mapping[str, str] | None = None,
        on_rejected: OnRejected = "raise",
        index: bool = False,
        progress: bool | None = None,
    ) -> WriteResult:
        """Add items; Anaplan rejects a row whose code or name another item has.

        Parameters
        ----------
        data : DataFrame, Arrow data or iterator
            As for `anaplan_frames.to_anaplan`. A general list needs ``name``.
        mapping : dict of str to str, optional
            ``{column of the data: column of the list}`` for names that differ.
        on_rejected : {"raise", "warn", "ignore"}
            What to do about rejected rows.
        index : bool
            Send the index of a DataFrame too, as columns.
        progress : bool, optional
            As for `anaplan_frames.read_anaplan`.

        Returns
        -------
        WriteResult
            ``rejected`` holds the caller's rows that Anaplan rejected; ``changes`` what was done.

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
        """
        options = ListWriteOptions(
            mode="insert",
            mapping=mapping,
            on_rejected=on_rejected,
            index=index,
            progress=progress,
        )
        return write_list(self._describe(), data, options)

    def update(
        self,
        data: Any,
        *,
        key: str | None = None,
        blank: bool = False,
        mapping: Mapping[str, str] | None = None,
        on_rejected: OnRejected = "raise",
        index: bool = False,
        progress: bool | None = None,
    ) -> WriteResult:
        """Change items; a row without an item is rejected, and only what differs is sent.

        Parameters
        ----------
        key : {"id", "code", "name"}, optional
            The column by which a row's item is found. By default the first of these that the data
            has; if it is missing in a row, the next. The others are values to be written: a new
            name for a code, or a new code for an id.
        blank : bool
            Whether a missing value blanks the item's; by default the item's value stays.
        data, mapping, on_rejected, index, progress
            As for `insert`; the result and the errors, too. Rows that change nothing count as
            ``ignored``.
        """
        options = ListWriteOptions(
            mode="update",
            key=key,
            blank=blank,
            mapping=mapping,
            on_rejected=on_rejected,
            index=index,
            progress=progress,
        )
        return write_list(self._describe(), data, options)

    def upsert(
        self,
        data: Any,
        *,
        key: str | None = None,
        blank: bool = False,
        mapping: Mapping[str, str] | None = None,
        on_rejected: OnRejected = "raise",
        index: bool = False,
        progress: bool | None = None,
    ) -> WriteResult:
        """Change the items that exist, as `update` does, and add the others."""
        options = ListWriteOptions(
            mode="upsert",
            key=key,
            blank=blank,
            mapping=mapping,
            on_rejected=on_rejected,
            index=index,
            progress=progress,
        )
        return write_list(self._describe(), data, options)

    def delete(
        self,
        data: Any,
        *,
        key: str | None = None,
        mapping: Mapping[str, str] | None = None,
        on_rejected: OnRejected = "raise",
        index: bool = False,
        progress: bool | None = None,
    ) -> WriteResult:
        """Delete the items that rows name, children before their parents, and their cells.

        The parameters are those of `update`; columns other than the keys are ignored. Items below
        a deleted one stay, without a parent.
        """
        options = ListWriteOptions(
            mode="delete",
            key=key,
            mapping=mapping,
            on_rejected=on_rejected,
            index=index,
            progress=progress,
        )
        return write_list(self._describe(), data, options)

    def sync(
        self,
        data: Any,
        *,
        key: str = "code",
        delete: bool = False,
        dry_run: bool = False,
        mapping: Mapping[str, str] | None = None,
        on_rejected: OnRejected = "raise",
        index: bool = False,
        progress: bool | None = None,
    ) -> WriteResult:
        """Make the list equal to the data in the columns that the data has.

        A missing value blanks the item's. Codes and names may be swapped between items: an item
        whose name another one takes has a temporary name for a moment.

        Parameters
        ----------
        key : {"code", "name", "id"}
            The column by which a row's item is found. Rows without a code are found by name.
        delete : bool
            Whether items without a row are deleted.
        dry_run : bool
            Only return what would be done: ``changes`` and the counts.
        data, mapping, on_rejected, index, progress
            As for `insert`; the result and the errors, too. An item that could not be deleted
            is in ``unmatched``.
        """
        options = ListWriteOptions(
            mode="sync",
            key=key,
            blank=True,
            delete=delete,
            dry_run=dry_run,
            mapping=mapping,
            on_rejected=on_rejected,
            index=index,
            progress=progress,
        )
        return write_list(self._describe(), data, options)

    def write(self, data: Any, *, mode: Mode = "upsert", **options: Any) -> WriteResult:
        """Write the items in one of several ways.

        Parameters
        ----------
        mode : {"upsert", "insert", "update", "delete", "sync"}
            Which method to call; all other arguments are passed to it.
        """
        if mode not in get_args(Mode):
            modes = ", ".join(map(repr, get_args(Mode)))
            raise ValueError(f"mode must be one of {modes}, not {mode!r}")
        result: WriteResult = getattr(self, mode)(data, **options)
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
