"""Lists as what can be written: items added, changed and deleted from tables."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import pyarrow as pa

from anaplan_frames.codec.item_columns import ItemColumn, item_columns
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.lists.item_planner import ItemPlan, Mode, Request, parents_as_names, plan_items
from anaplan_frames.lists.item_writer import ItemSender, Written
from anaplan_frames.lists.list_results import list_result
from anaplan_frames.progress import Progress
from anaplan_frames.resources.table_reader import Readable
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.input_rows import input_rows
from anaplan_frames.writes.result_builder import (
    OnRejected,
    check_on_rejected,
    check_result,
    halfway_error,
)

_KEYS = ("id", "code", "name")
_ITEM = ("id", "code", "name", "parent")


class WritableList(Readable):
    """The half of a list that writes.

    Every method reads the list first, matches the rows to its items by key, and sends only what
    changes: in batches of at most 100,000, several at once, new parents before their children.
    Where the answer to a batch is lost, the list is read back, and only what Anaplan did not do
    is sent again.

    The columns are those of `read`, found by name; values travel as in a file. A parent is given
    by its name or its code. In a numbered list Anaplan makes the names, so none can be written.
    """

    @property
    @abstractmethod
    def metadata(self) -> Mapping[str, Any]:
        """What Anaplan says of the list."""

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
            If a column is missing, several rows are of one key, or parents stand in a circle:
            nothing is sent then.
        EncodingError
            If a value has no counterpart in Anaplan; nothing is sent then.
        RejectedRows
            If rows were rejected; its ``.result.rejected`` holds them.
        TaskFailed
            If an error ended the work half-way; its ``.result`` says what was done, and
            ``.result.rejected`` also holds the rows that were not written.
        TaskUncertain
            If the answer to a batch was lost and reading back does not tell what became of it; it
            has a ``.result``, too.
        """
        return self._write("insert", data, mapping, on_rejected, index, progress)

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
        """Change items; a row without an item is rejected, and an item as it should be not sent.

        Parameters
        ----------
        key : {"id", "code", "name"}, optional
            The column that says which item a row is. By default the first of these that the data
            has; where it is missing in a row, the next. The others are values to be written: a
            new name for a code, or a new code for an id.
        blank : bool
            Whether a missing value blanks the item's; by default it leaves it alone.
        data, mapping, on_rejected, index, progress
            As for `insert`; the result and the errors, too. Rows that change nothing count as
            ``ignored``.
        """
        return self._write(
            "update", data, mapping, on_rejected, index, progress, key=key, blank=blank
        )

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
        """Change the items that there are, as `update` does, and add the others."""
        return self._write(
            "upsert", data, mapping, on_rejected, index, progress, key=key, blank=blank
        )

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

        The parameters are those of `update`; other columns than the keys do not matter. Items
        below a deleted one stay, without a parent.
        """
        return self._write("delete", data, mapping, on_rejected, index, progress, key=key)

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

        A missing value blanks the item's. Codes and names may be swapped between items: one that
        is in the way takes another name for a moment.

        Parameters
        ----------
        key : {"code", "name", "id"}
            The column that says which item a row is. Rows without a code are found by name.
        delete : bool
            Whether items that no row speaks of are deleted.
        dry_run : bool
            Only tell what would be done: ``changes`` and the counts.
        data, mapping, on_rejected, index, progress
            As for `insert`; the result and the errors, too. An item that could not be deleted
            is in ``unmatched``.
        """
        return self._write(
            "sync",
            data,
            mapping,
            on_rejected,
            index,
            progress,
            key=key,
            blank=True,
            delete=delete,
            dry_run=dry_run,
        )

    def write(self, data: Any, *, mode: Mode = "upsert", **options: Any) -> WriteResult:
        """Do to the items what `mode` says.

        Parameters
        ----------
        mode : {"upsert", "insert", "update", "delete", "sync"}
            Which method to call; all else is passed on to it.
        """
        if mode not in get_args(Mode):
            modes = ", ".join(map(repr, get_args(Mode)))
            raise ValueError(f"mode must be one of {modes}, not {mode!r}")
        result: WriteResult = getattr(self, mode)(data, **options)
        return result

    def reset_index(self) -> None:
        """Begin to count the items from 1 again; the list must be empty.

        Raises
        ------
        AnaplanError
            If the list has items, or the model is deployed and the list no production list.
        """
        self._transport.post(f"{self.path}/resetIndex", label=self.label)

    def _write(
        self,
        mode: Mode,
        data: Any,
        mapping: Mapping[str, str] | None,
        on_rejected: OnRejected,
        index: bool,
        progress: bool | None,
        *,
        key: str | None = None,
        blank: bool = False,
        delete: bool = False,
        dry_run: bool = False,
    ) -> WriteResult:
        check_on_rejected(on_rejected)
        metadata = self.metadata
        columns = item_columns(metadata)
        numbered = bool(metadata.get("numberedList"))
        takes = _takes(columns, mode, numbered, self.label, key)
        given = input_rows(
            data,
            takes,
            needs=_needs(mode, key, numbered),
            mapping=mapping,
            label=self.label,
            index=index,
            warn_unused=mode != "delete",
        )
        request = Request(
            mode=mode,
            keys=_keys(key, given.texts.column_names, mode, self.label),
            columns=columns,
            blank=blank,
            delete=delete,
            own_parents=_has_own_parents(metadata),
            numbered=numbered,
            label=self.label,
        )
        texts = self._with_parent_names(given.texts, metadata, request)
        state = self._items(_to_read(request, texts), progress)
        plan = plan_items(request, state, texts)
        if dry_run:
            return list_result(self.name, plan, given, Written(), "A dry run: nothing was sent.")
        written = self._send(plan, columns, state, progress)
        result = list_result(self.name, plan, given, written)
        if written.error is not None:
            done = (
                f"{result.rows_loaded:,} of {result.rows_sent:,} rows were done; the others are in the "
                "error's .result.rejected."
            )
            raise halfway_error(
                written.error, result, self.label, done=done if written.done else ""
            ) from written.error
        return check_result(result, on_rejected)

    def _items(self, columns: Sequence[str], progress: bool | None = False) -> pa.Table:
        return self.read_arrow(columns=list(columns), progress=progress).read_all()

    def _send(
        self,
        plan: ItemPlan,
        columns: Sequence[ItemColumn],
        state: pa.Table,
        progress: bool | None,
    ) -> Written:
        total = sum(stage.records.num_rows for stage in plan.stages)
        with Progress(f"Writing {self.label}", unit=" items", total=total, show=progress) as bar:
            sender = ItemSender(
                self._transport, self.path, self.label, columns, state, self._items, bar
            )
            return sender.send(plan.stages)

    def _with_parent_names(
        self, texts: pa.Table, metadata: Mapping[str, Any], request: Request
    ) -> pa.Table:
        """Let parents in another list be given by code, too: Anaplan compares and shows names."""
        if request.own_parents or request.mode == "delete" or "parent" not in texts.column_names:
            return texts
        parents = type(self)(self._catalogue, metadata["parent"])
        known = parents._items(["code", "name"])
        return parents_as_names(
            texts, known["code"].combine_chunks(), known["name"].combine_chunks()
        )


def _has_own_parents(metadata: Mapping[str, Any]) -> bool:
    """Say whether parents are items of the same list: so where no other list is above it."""
    above = metadata.get("parent") or {}
    return not above.get("id") or str(above["id"]) == str(metadata.get("id"))


def _takes(
    columns: Sequence[ItemColumn], mode: Mode, numbered: bool, label: str, key: str | None
) -> list[str]:
    """Return the columns that the data may have."""
    if key not in (None, *_KEYS):
        raise ColumnMismatch(f"key must be 'id', 'code' or 'name', not {key!r}.")
    if numbered and key == "name":
        raise ColumnMismatch(
            f"{label} is numbered: Anaplan makes the names. Use key='code' or key='id'."
        )
    kept = [column.name for column in columns if not column.calculated]
    if mode == "delete":
        kept = list(_KEYS)
    if mode == "insert":
        kept.remove("id")
    if numbered:
        kept.remove("name")
    return kept


def _needs(mode: Mode, key: str | None, numbered: bool) -> list[str]:
    """Return the columns that the data must have."""
    if mode == "insert":
        return [] if numbered else ["name"]
    return [] if key is None else [key]


def _keys(key: str | None, given: Sequence[str], mode: Mode, label: str) -> tuple[str, ...]:
    """Return by which columns items are found, in order."""
    from_key = _KEYS[_KEYS.index(key) :] if key else _KEYS
    keys = tuple(name for name in from_key if name in given)
    if not keys and mode != "insert":
        raise ColumnMismatch(
            f"The data does not say which items of {label} its rows are: it has none of the "
            "columns 'id', 'code' and 'name'. Where only the names differ, say so with "
            "mapping={'your column': 'code'}."
        )
    return keys


def _to_read(request: Request, texts: pa.Table) -> list[str]:
    """Return the columns of the list that must be known."""
    if request.mode in ("insert", "delete"):
        return list(_ITEM)
    others = [name for name in texts.column_names if name not in _ITEM]
    return [*_ITEM, *others]
