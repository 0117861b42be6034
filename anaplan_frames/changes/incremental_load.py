"""`load_changes`: send only what has changed since the last load."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Hashable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.job_options import LOCALE, Parameters, checked_columns
from anaplan_frames.cells.modules import Module
from anaplan_frames.changes.change_load import ChangeLoad, state_stem
from anaplan_frames.changes.load_options import (
    LoadOptions,
    check_target,
    load_options,
    no_target,
)
from anaplan_frames.changes.sending import OnDeleted, Sending
from anaplan_frames.changes.target_rows import (
    Target,
    TargetRows,
    rows_of_file,
    rows_of_list,
    rows_of_module,
)
from anaplan_frames.dataframes.sources import Source
from anaplan_frames.dataframes.spool import open_kept
from anaplan_frames.deadline import time_limit
from anaplan_frames.errors import RejectedRows
from anaplan_frames.lists.delete_guard import DEFAULT_SHARE
from anaplan_frames.lists.lists import List
from anaplan_frames.model import Model
from anaplan_frames.resources.protocols import Writable
from anaplan_frames.results import WriteResult
from anaplan_frames.transfer.file_lock import file_lock
from anaplan_frames.writes.column_mapping import named_mapping
from anaplan_frames.writes.result_builder import OnRejected
from anaplan_frames.writes.send_options import send_options
from anaplan_frames.writing import Targets, find_target


def load_changes(
    data: Any,
    target: str | Writable,
    model: Model | str | None = None,
    *,
    key: str | Sequence[str],
    state: str | os.PathLike[str],
    full_every: str | dt.timedelta | None = None,
    on_deleted: OnDeleted = "report",
    max_delete: int | float = DEFAULT_SHARE,
    confirm: bool = False,
    kind: Targets | None = None,
    mapping: Mapping[Hashable, str] | None = None,
    index: bool = False,
    on_rejected: OnRejected = "raise",
    dump: str | os.PathLike[str] | None = None,
    timeout: float | None = None,
    progress: bool | None = None,
    parameters: Parameters | None = None,
    check: Mapping[str, str] | None = None,
    locale: str = LOCALE,
    chunk_bytes: int | None = None,
    resume: bool = True,
    restart_after: float | None = None,
) -> WriteResult:
    """Load only what has changed since the last load, as if all of the data were loaded.

    A digest of each row is kept in a folder. The next call compares the data with it, and sends
    every row of each key in whose rows anything is new, different or gone. The first call sends
    all rows; so does one whose state does not fit, and the result's ``note`` says why.

    Parameters
    ----------
    data : DataFrame, Arrow data or iterator
        All rows, as for `anaplan_frames.to_anaplan`; a stream is kept in a temporary file.
    target : str, import, process, list or module
        As for `anaplan_frames.to_anaplan`. The import must not clear its target first: the API
        does not show whether it does. A process must read one file, and delete nothing.
    model : Model, optional
        As for `anaplan_frames.read_anaplan`.
    key : str or sequence of str
        The columns of the data that identify a cell or item in Anaplan. For an import into a
        module and for a module these are the columns of all dimensions, and no other: an import
        adds up the rows of one cell, so that they must be sent together. For a list, the column
        of the items' codes, names or ids.
    state : path
        A folder for the digests, which may hold those of several targets. It needs up to about
        100 bytes for each row. It holds the texts of the key, and no other values.
    full_every : str or datetime.timedelta, optional
        Send all rows if the last load of all rows is at least so long ago, such as ``"7D"``. What
        others write to the cells of the target is not noticed otherwise.
    on_deleted : {"report", "blank", "delete"}
        What to do about keys that are gone from the data since the last load: "report" names them
        in the result's ``changes``; "blank" empties their values; "delete" deletes their items,
        for lists only.
    max_delete : int or float, default 0.1
        How many keys may be blanked or deleted without a confirmation: an int is a number, a float
        a share of the keys that were loaded before, of which at least one is allowed.
    confirm : bool
        Confirms that more than `max_delete` are.
    kind, mapping, index, on_rejected, dump, timeout, progress
        As for `anaplan_frames.to_anaplan`.
    parameters, locale, chunk_bytes, resume, restart_after
        As for `anaplan_frames.to_anaplan`, of an import or process. Other `parameters` have a
        state of their own.
    check : dict of str to str, optional
        Of an import or process: what columns hold whose headers do not show it, such as
        ``{"dest": "Airports", "month": "Time"}``: a dimension, ``List.Property`` or ``Module.Line
        item``. A column of the key that is not a dimension is an error; one that may be anything
        is named in a warning.

    Returns
    -------
    WriteResult
        What was done to the rows that were sent. ``note`` says how many of the rows those were, or
        why all were sent. ``changes`` has the keys that are gone, with the column ``action``
        ("gone", "blank" or "delete"), the first 10,000 of them.

    Raises
    ------
    ColumnMismatch
        If the columns do not fit the target, or the key cannot identify its cells or items.
    ConfirmationRequired
        If more keys would be blanked or deleted than `max_delete` allows. Nothing is sent then.
    RejectedRows
        If Anaplan rejected rows. They are sent again by the next call, as long as they are in the
        data.
    ValueError, TypeError
        If the target is a file, or does not have an option that is given.
    EncodingError, TaskFailed, TaskCancelled, TaskUncertain, TransferTimeout, TaskTimeout, NotFound
        As for `anaplan_frames.to_anaplan`.

    Notes
    -----
    The state moves on when Anaplan has confirmed the load. If a run is killed, or it is not known
    how it has ended, the next one sends all that the earlier one may have sent. Calls for the same
    target on one machine wait for one another.

    Examples
    --------
    >>> result = load_changes(  # doctest: +SKIP
    ...     df, "Load flights", model, key=["Airlines", "Time"], state="state", full_every="7D"
    ... )
    >>> result.note  # doctest: +SKIP
    '1,204 of 120,000 rows were sent: those of 1,180 of 118,000 keys that are new or have changed.'
    """
    send = send_options(on_rejected=on_rejected, dump=dump, timeout=timeout, progress=progress)
    options = load_options(
        key=key,
        state=state,
        full_every=full_every,
        on_deleted=on_deleted,
        max_delete=max_delete,
        confirm=confirm,
    )
    checked_columns(check, dry_run=True)
    if isinstance(data, Mapping):
        raise TypeError(
            "load_changes takes one table. Load each file of a process by a call for its import."
        )
    if not isinstance(target, str | Writable):
        raise no_target(target)
    own = {
        "parameters": parameters,
        "check": check,
        "locale": locale,
        "chunk_bytes": chunk_bytes,
        "resume": resume,
        "restart_after": restart_after,
    }
    with ExitStack() as stack:
        found = check_target(find_target(data, target, model, kind, stack), on_deleted, own)
        with time_limit(found.catalogue.transport.clock, timeout):
            source = open_kept(data, index=index, keep=True)
            rows = _rows_of(found, source, options, named_mapping(mapping))
            sending = Sending(
                found,
                rows,
                on_rejected,
                _options(found, own, mapping=mapping, dump=send.dump, progress=progress),
                started=lambda task_id: None,
            )
            result = _locked(found, source, options, sending, own)
    if result.outcome == "rejected" and on_rejected == "raise":
        raise RejectedRows(result.complaint("They are in the error's .result.rejected"), result)
    return result


def _locked(
    found: Target, source: Source, options: LoadOptions, sending: Sending, own: Mapping[str, Any]
) -> WriteResult:
    """Load with exclusive access to the state."""
    stem = state_stem(found, own["parameters"])
    load = ChangeLoad(
        target=found,
        source=source,
        rows=sending.rows,
        options=options,
        check=own["check"] or {},
        facts={"locale": own["locale"]},
        stem=stem,
    )
    folder = str(options.folder.resolve())
    with file_lock(folder, stem, label=f"the state of {found.label}"):
        return load.run(sending, progress=sending.options["progress"])


def _rows_of(
    found: Target, source: Source, options: LoadOptions, mapping: Mapping[str, str]
) -> TargetRows:
    if isinstance(found, List):
        return rows_of_list(found, source, options.key, mapping)
    if isinstance(found, Module):
        return rows_of_module(found, source, options.key, mapping)
    return rows_of_file(found.only_file(), found.label, source, options.key, mapping)


def _options(found: Target, own: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    """Return what the methods of the target take."""
    if not isinstance(found, Import):
        return options
    return {**options, **{name: value for name, value in own.items() if name != "check"}}
