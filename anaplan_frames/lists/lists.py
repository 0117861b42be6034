"""Lists: their items read and written as tables, their properties and subsets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Unpack, get_args

import pandas as pd
import pyarrow as pa

from anaplan_frames.dataframes.record_frames import Field, flat, frame_of_fields
from anaplan_frames.lists.hierarchy_reader import read_levels
from anaplan_frames.lists.item_parts import item_parts
from anaplan_frames.lists.item_planner import Mode
from anaplan_frames.lists.item_table import ItemTable
from anaplan_frames.lists.list_description import ListDescription
from anaplan_frames.lists.list_write import ListWriteOptions, write_list
from anaplan_frames.resources.parts import Parts
from anaplan_frames.resources.table_reader import ArrowOptions, Readable, ReadOptions
from anaplan_frames.results import ImportResult
from anaplan_frames.writes.result_builder import OnRejected

_PROPERTY_FIELDS = {
    name: Field(name)
    for name in ("name", "format", "formula", "notes", "referenced_by", "data_tags")
}
_SUBSET_FIELDS = {name: Field(name) for name in ("id", "name")}


class List(Readable):
    """A list of a model.

    Every method that writes reads the list first, matches the rows to its items by key, and sends
    only what changes: in batches of at most 100,000, several at once, new parents before their
    children. If the answer to a batch is lost, the list is read back, and only what Anaplan did
    not do is sent again.

    The columns are those of `read`, found by name; values are sent as in a file. A parent is given
    by its name or its code. In a numbered list Anaplan makes the names, so none can be written.
    """

    kind: ClassVar[str] = "list"
    plural: ClassVar[str] = "lists"
    takes: ClassVar[frozenset[str]] = frozenset({"hierarchy"})

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What Anaplan says of it: ``properties``, ``subsets``, ``parent``, ``numberedList`` ..."""
        return self._describe().metadata

    def properties(self) -> pd.DataFrame:
        """Return its properties, in Anaplan's order.

        Returns
        -------
        pandas.DataFrame
            All text: ``name``; ``format`` (``NUMBER``, ``TEXT``, ``BOOLEAN``, ``DATE``, ``LIST``,
            ``TIME PERIOD``); ``formula``, missing if values are entered; ``notes``;
            ``referenced_by``; ``data_tags``, joined with commas.
        """
        records = self.metadata.get("properties") or ()
        return frame_of_fields(map(flat, records), _PROPERTY_FIELDS)

    def subsets(self) -> pd.DataFrame:
        """Return its subsets, in Anaplan's order.

        Returns
        -------
        pandas.DataFrame
            ``id`` and ``name``, both text.
        """
        records = self.metadata.get("subsets") or ()
        return frame_of_fields(records, _SUBSET_FIELDS)

    def read(
        self, *, hierarchy: bool = False, **options: Unpack[ReadOptions]
    ) -> pd.DataFrame | Iterator[pd.DataFrame]:
        """Return its items, in Anaplan's order.

        Parameters
        ----------
        hierarchy : bool
            Add one column of names per level, the highest first, this list's own name last: one
            level for each list above this one, and for a list with parents within itself as many
            as it is deep (``"Accounts level 1"``, ``"Accounts level 2"``, ...). The name is
            missing if an item has no ancestor at a level.
        columns, dtype, dtype_backend, index_col, chunksize, progress
            As for `anaplan_frames.read_anaplan`; the errors, too.

        Returns
        -------
        pandas.DataFrame or iterator of pandas.DataFrame
            ``id``, ``code``, ``name`` and ``parent`` (the parent item's name) as text; the
            properties, by the format that the list's metadata give (NUMBER float64, BOOLEAN
            boolean, DATE datetime64, all else text); the subsets as boolean, true for the items
            in it. A property or subset that is named like an earlier column has ``.1`` behind it.

        Notes
        -----
        More than a million items come by a large read, which has no ids: ``id`` is then missing,
        and a warning says so. If `columns` names it, or with `hierarchy`, they come page by page.
        """
        return self._read(
            self._table(progress=options.get("progress"), hierarchy=hierarchy), **options
        )

    def read_arrow(
        self, *, hierarchy: bool = False, **options: Unpack[ArrowOptions]
    ) -> pa.RecordBatchReader:
        """Stream its items; see `read` and `anaplan_frames.read_arrow`."""
        return self._read_arrow(
            self._table(progress=options.get("progress"), hierarchy=hierarchy), **options
        )

    def _split(self, n: int) -> Parts:
        return item_parts(self, n)

    def insert(
        self,
        data: Any,
        *,
        mapping: Mapping[str, str] | None = None,
        on_rejected: OnRejected = "raise",
        index: bool = False,
        progress: bool | None = None,
    ) -> ImportResult:
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
        ImportResult
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
    ) -> ImportResult:
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
    ) -> ImportResult:
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
    ) -> ImportResult:
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
    ) -> ImportResult:
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

    def write(self, data: Any, *, mode: Mode = "upsert", **options: Any) -> ImportResult:
        """Write the items in one of several ways.

        Parameters
        ----------
        mode : {"upsert", "insert", "update", "delete", "sync"}
            Which method to call; all other arguments are passed to it.
        """
        if mode not in get_args(Mode):
            modes = ", ".join(map(repr, get_args(Mode)))
            raise ValueError(f"mode must be one of {modes}, not {mode!r}")
        result: ImportResult = getattr(self, mode)(data, **options)
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

    def _describe(self) -> ListDescription:
        return ListDescription.fetch(self._catalogue, self.info)

    def _table(self, *, progress: bool | None, hierarchy: bool = False) -> ItemTable:
        described = self._describe()
        levels = read_levels(described, self._new_bar(progress=progress)) if hierarchy else None
        return described.table(levels)
