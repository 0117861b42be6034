"""`to_anaplan`: find what is meant, and write to it."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from contextlib import ExitStack
from typing import Any, Literal, TypeAlias, overload

from anaplan_frames.bulk.exports import Export
from anaplan_frames.bulk.files import File
from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.job_options import LOCALE, Parameters
from anaplan_frames.bulk.processes import Process
from anaplan_frames.cells.modules import Module
from anaplan_frames.errors import ConfirmationRequired, NotFound
from anaplan_frames.lists.delete_guard import DEFAULT_SHARE
from anaplan_frames.lists.item_planner import Mode
from anaplan_frames.lists.key_columns import Key
from anaplan_frames.lists.lists import List
from anaplan_frames.messages import listed
from anaplan_frames.model import Model
from anaplan_frames.model_search import check_given, find, place
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.protocols import Writable
from anaplan_frames.resources.resource import Resource
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.plan import WritePlan
from anaplan_frames.writes.result_builder import OnRejected

Targets: TypeAlias = Literal["imports", "processes", "lists", "modules", "files"]
_TARGETS: tuple[Targets, ...] = ("imports", "processes", "lists", "modules", "files")


@overload
def to_anaplan(
    data: Any,
    target: str | Writable,
    model: Model | str | None = None,
    *,
    dry_run: Literal[False] = False,
    kind: Targets | None = None,
    mode: Mode | None = None,
    key: Key | None = None,
    blank: bool = False,
    delete: bool = False,
    max_delete: int | float = DEFAULT_SHARE,
    confirm: bool = False,
    fixed: Mapping[str, str] | None = None,
    mapping: Mapping[Hashable, str] | Mapping[str, Mapping[Hashable, str]] | None = None,
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
) -> WriteResult: ...


@overload
def to_anaplan(
    data: Any,
    target: str | Writable,
    model: Model | str | None = None,
    *,
    dry_run: Literal[True],
    kind: Targets | None = None,
    mode: Mode | None = None,
    key: Key | None = None,
    blank: bool = False,
    delete: bool = False,
    max_delete: int | float = DEFAULT_SHARE,
    confirm: bool = False,
    fixed: Mapping[str, str] | None = None,
    mapping: Mapping[Hashable, str] | Mapping[str, Mapping[Hashable, str]] | None = None,
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
) -> WritePlan: ...


def to_anaplan(
    data: Any,
    target: str | Writable,
    model: Model | str | None = None,
    *,
    dry_run: bool = False,
    kind: Targets | None = None,
    mode: Mode | None = None,
    key: Key | None = None,
    blank: bool = False,
    delete: bool = False,
    max_delete: int | float = DEFAULT_SHARE,
    confirm: bool = False,
    fixed: Mapping[str, str] | None = None,
    mapping: Mapping[Hashable, str] | Mapping[str, Mapping[Hashable, str]] | None = None,
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
) -> WriteResult | WritePlan:
    """Load data into Anaplan, and say what was rejected and why.

    The data's columns are matched by name to the headers of the file that the import reads, and
    put into its order, dialect and encoding. Then the import or process runs, is watched, and
    its rejected rows are given back as the caller's own. Lists and modules need no action: items
    and cells are written directly.

    Parameters
    ----------
    data : DataFrame, Arrow data, iterator, or dict
        A pandas DataFrame, anything with ``__arrow_c_stream__`` (Polars, pyarrow, DuckDB), or an
        iterator of either, which is read in memory that does not grow. For a process that reads
        several files, ``{import or file name: data}``.
    target : str, import, process, list, module or file
        The name or id of an import, a process, a list, a module or a file, or
        ``anaplan://workspace/model/kind/name`` with percent-encoded segments; or one of these
        itself, such as ``model.imports["Load flights"]``.
    model : Model, optional
        As for `read_anaplan`.
    dry_run : bool
        True sends nothing, and returns a plan: what would be sent where. Its ``.send()`` sends it.
    kind : {"imports", "processes", "lists", "modules", "files"}, optional
        Where to look, if a name is shared by two kinds.
    mode : {"upsert", "insert", "update", "delete", "sync"}, optional
        What to do to a list, by default "upsert": the methods of ``model.lists[...]`` say what
        each does.
    key : {"id", "code", "name"}, optional
        Of a list: the column by which a row's item is found. By default the first of these that
        the data has; for a sync the code.
    blank : bool
        Of a list or module: whether a missing value blanks the item's or cell's.
    delete : bool
        Of the sync of a list: whether items without a row are deleted.
    max_delete : int or float, default 0.1
        Of the sync of a list: how many items may be deleted without a confirmation; an int is a
        number, a float a share of the list's items.
    confirm : bool
        Of the sync of a list: confirms that more than `max_delete` are deleted.
    fixed : dict of str to str, optional
        Of a module: the items of dimensions for which the data has no column, e.g.
        ``{"Versions": "Actual"}``. ``model.modules[...].write`` has more options.
    mapping : dict of str to str, optional
        ``{column of the data: header of the file}`` for names that differ. For a dict of data,
        ``{its key: {column: header}}``.
    index : bool
        Send the index of a DataFrame too, as columns.
    on_rejected : {"raise", "warn", "ignore"}
        What to do about rejected rows.
    dump : path, optional
        A folder for rejected rows (``rejected.csv``) and failure dumps. What an earlier call has
        left there is replaced.
    timeout : float, optional
        Seconds for the whole call.
    progress : bool, optional
        As for `read_anaplan`.
    parameters : dict of str to str, optional
        What the import asks for at run time, e.g. ``{"Version": "Actual"}``; for a process also
        ``{import: {name: value}}``.
    check : dict of str to str, optional
        Of the dry run of an import or process: what columns hold whose header does not show it,
        such as ``{"dest": "Airports", "month": "Time"}``; see ``model.imports[...].write``.
    locale : str
        Of an import or process: language and country of dates and numbers.
    chunk_bytes : int, optional
        1,000,000 to 50,000,000, before compression; by default it follows the size of the job.
        Lists and modules have batches of their own.
    resume : bool
        If an earlier run was killed within 48 hours while it uploaded the same data to the same
        file, upload only the rest.
    restart_after : float, optional
        Of an import or process: after so many seconds in which the model was idle, a start whose
        answer was lost is repeated; see `connect`.

    Returns
    -------
    WriteResult or WritePlan
        A plan if `dry_run`. A file is only uploaded: all of its rows count as loaded.

    Raises
    ------
    ColumnMismatch
        If columns are missing (names them and their near names); nothing is sent then.
    EncodingError
        If a value cannot be written in the file's dialect; names column and row.
    RejectedRows
        If Anaplan rejected rows; its ``.result.rejected`` holds them.
    TaskFailed, TaskCancelled
        If the import did not succeed, or was cancelled.
    TaskUncertain
        If it is not known whether the import was started, or how it ended.
    TransferTimeout, TaskTimeout
        If the time ended before the import was started, or while it was running; the error's
        ``.task`` goes on with it.
    ConfirmationRequired
        If the sync of a list would delete more items than `max_delete` allows.
    NotFound, AmbiguousName, TransferError
        As for `read_anaplan`.
    ValueError
        If the target has no such option, e.g. `parameters` for a list, or if it is an export or
        the file that one writes.

    Examples
    --------
    >>> result = to_anaplan(df, "Load flights", model)  # doctest: +SKIP
    >>> plan = to_anaplan(df, "Load flights", model, dry_run=True)  # doctest: +SKIP
    >>> plan.send()  # doctest: +SKIP
    """
    with ExitStack() as stack:
        found = find_target(data, target, model, kind, stack)
        options: dict[str, Any] = {
            "mapping": mapping,
            "index": index,
            "progress": progress,
            "on_rejected": on_rejected,
            "dump": dump,
            "timeout": timeout,
            "dry_run": dry_run,
        }
        job = {"chunk_bytes": chunk_bytes, "resume": resume}
        start = {
            "parameters": parameters,
            "check": check,
            "locale": locale,
            "restart_after": restart_after,
        }
        items = {"mode": mode, "key": key, "blank": blank}
        sync = {"delete": delete, "max_delete": max_delete, "confirm": confirm}
        own: dict[str, Any] = {"fixed": fixed, **items, **sync, **job, **start}
        if not isinstance(found, List | Module | File | Import):  # a target of the caller's own
            done: WriteResult | WritePlan = found.write(data, **_asked({**options, **own}))
            return done
        taken = {name: value for name, value in own.items() if name in _TAKEN[type(found)]}
        _refuse(found, {name: value for name, value in own.items() if name not in taken})
        try:
            result: WriteResult | WritePlan = (
                _write_items(found, data, **options, **taken)
                if isinstance(found, List)
                else found.write(data, **options, **taken)
            )
        except ConfirmationRequired:
            stack.pop_all()  # the plan of the error can still be sent
            raise
        if isinstance(result, WritePlan):
            stack.pop_all()  # the plan needs the connection until it is sent
        return result


def _write_items(
    found: List,
    data: Any,
    *,
    mode: Mode | None,
    key: Key | None,
    blank: bool,
    delete: bool,
    max_delete: int | float,
    confirm: bool,
    **options: Any,
) -> WriteResult | WritePlan:
    """Write to a list; some options are those of a sync alone."""
    sync: dict[str, Any] = {"delete": delete, "max_delete": max_delete, "confirm": confirm}
    result: WriteResult | WritePlan
    if mode == "sync":
        result = found.sync(data, key=key or "code", **sync, **options)
        return result
    for name, value in sync.items():
        if value != _WRITING[name][0]:
            raise ValueError(
                f"{name}= is an option of mode='sync'. Leave it out, or pass mode='sync'."
            )
    result = found.write(data, mode=mode or "upsert", key=key, blank=blank, **options)
    return result


# The options of writing that not every kind of target has: what is not asked for, and who has it.
_WRITING = {
    "mode": (None, "lists"),
    "key": (None, "lists"),
    "blank": (False, "lists and modules"),
    "delete": (False, "lists"),
    "max_delete": (DEFAULT_SHARE, "lists"),
    "confirm": (False, "lists"),
    "fixed": (None, "modules"),
    "parameters": (None, "imports and processes"),
    "check": (None, "imports and processes"),
    "locale": (LOCALE, "imports and processes"),
    "chunk_bytes": (None, "imports, processes and files"),
    "resume": (True, "imports, processes and files"),
    "restart_after": (None, "imports and processes"),
}
_COMMON = {
    "mapping": None,
    "index": False,
    "progress": None,
    "on_rejected": "raise",
    "dump": None,
    "timeout": None,
    "dry_run": False,
}
_UPLOADED = frozenset({"chunk_bytes", "resume"})
_STARTED = frozenset({"parameters", "check", "locale", "restart_after"})
_TAKEN: dict[type[Resource], frozenset[str]] = {
    List: frozenset({"mode", "key", "blank", "delete", "max_delete", "confirm"}),
    Module: frozenset({"fixed", "blank"}),
    File: _UPLOADED,
    Import: _UPLOADED | _STARTED,
    Process: _UPLOADED | _STARTED,
}


def _refuse(found: Resource, options: Mapping[str, Any]) -> None:
    """Refuse options that the target does not have."""
    for name, value in options.items():
        usual, owners = _WRITING[name]
        if value != usual:
            raise ValueError(
                f"{name}= is an option of {owners}, not of {found.label}. Leave it out, "
                "or, if another thing of this name is meant, say which with kind=."
            )


def _asked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that are not as usual."""
    usual = {**_COMMON, **{name: value for name, (value, _) in _WRITING.items()}}
    return {name: value for name, value in options.items() if value != usual[name]}


def find_target(
    data: object,
    target: str | Writable,
    model: Model | str | None,
    kind: str | None,
    stack: ExitStack,
) -> Writable:
    """Find what is written to; an export is not, and neither is the file that it writes.

    Parameters
    ----------
    data, target, model, kind
        As for `to_anaplan`.
    stack : ExitStack
        Takes a connection that is opened for a URL.
    """
    found: object = target
    if isinstance(data, str) and not isinstance(target, str | Writable):
        raise TypeError(
            f"The data come first, and then the target: to_anaplan(data, {data!r}, model)."
        )
    if isinstance(model, str) and isinstance(target, Model):
        raise TypeError(f"The target comes before the model: to_anaplan(data, {model!r}, model).")
    if isinstance(target, str):
        model, name, kind = place(target, model, kind, stack)
        try:
            found = find(model, name, _TARGETS, kind, verb="written to")
        except NotFound:
            if name not in model.exports:
                raise
            found = model.exports[name]
    else:
        check_given(target, model, kind)
    if isinstance(found, File | Export) and found.id in found.catalogue.records("exports"):
        raise _no_target(found.catalogue, found.id)
    if not isinstance(found, Writable):
        what = found.label if isinstance(found, Resource) else type(found).__name__
        raise TypeError(
            "to_anaplan takes the name of an import, process, list, module or file, its URL, or "
            f"one of these such as model.imports['Load flights'], not {what}."
        )
    return found


def _no_target(catalogue: Catalogue, export_id: str) -> ValueError:
    export = catalogue.records("exports")[export_id]
    imports = [str(record["name"]) for record in catalogue.records("imports").values()]
    named = f" Its imports are {listed(imports)}." if imports else " It has no imports."
    return ValueError(
        f"export {export['name']!r} of {catalogue.label} writes a file, so you cannot load "
        f"data with it. Name an import of the model instead.{named}"
    )
