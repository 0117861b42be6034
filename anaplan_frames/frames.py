"""The one-line verbs: find what is meant, hand over to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Literal, overload

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import no_default

from anaplan_frames.bulk.files import File
from anaplan_frames.bulk.loadable import Loadable
from anaplan_frames.cells.modules import Module
from anaplan_frames.connection import connect
from anaplan_frames.lists.item_planner import Mode
from anaplan_frames.lists.lists import List
from anaplan_frames.model import Model
from anaplan_frames.resources.resource import Resource
from anaplan_frames.resources.table_reader import Readable
from anaplan_frames.results import ImportResult
from anaplan_frames.urls import Locator, find, is_url
from anaplan_frames.writes.result_builder import OnRejected

_SOURCES = ("exports", "views", "modules", "lists", "files")
_TARGETS = ("imports", "processes", "lists", "modules", "files")


@overload
def read_anaplan(
    source: str,
    model: Model | None = None,
    *,
    kind: str | None = ...,
    run: bool = ...,
    columns: Sequence[str] | None = ...,
    dtype: Any = ...,
    dtype_backend: Any = ...,
    index_col: str | Sequence[str] | None = ...,
    pages: Mapping[str, str] | None = ...,
    layout: Literal["table", "grid"] = ...,
    periods: Literal["datetime"] | None = ...,
    hierarchy: bool = ...,
    chunksize: None = ...,
    progress: bool | None = ...,
) -> pd.DataFrame: ...


@overload
def read_anaplan(
    source: str,
    model: Model | None = None,
    *,
    kind: str | None = ...,
    run: bool = ...,
    columns: Sequence[str] | None = ...,
    dtype: Any = ...,
    dtype_backend: Any = ...,
    index_col: str | Sequence[str] | None = ...,
    pages: Mapping[str, str] | None = ...,
    layout: Literal["table", "grid"] = ...,
    periods: Literal["datetime"] | None = ...,
    hierarchy: bool = ...,
    chunksize: int,
    progress: bool | None = ...,
) -> Iterator[pd.DataFrame]: ...


def read_anaplan(
    source: str,
    model: Model | None = None,
    *,
    kind: str | None = None,
    run: bool = True,
    columns: Sequence[str] | None = None,
    dtype: Any = None,
    dtype_backend: Any = no_default,
    index_col: str | Sequence[str] | None = None,
    pages: Mapping[str, str] | None = None,
    layout: Literal["table", "grid"] = "table",
    periods: Literal["datetime"] | None = None,
    hierarchy: bool = False,
    chunksize: int | None = None,
    progress: bool | None = None,
) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """Read a table out of Anaplan.

    Parameters
    ----------
    source : str
        The name or id of an export, view, module, list or file, or
        ``anaplan://workspace/model/kind/name`` with percent-encoded segments.
    model : Model, optional
        The model to look in. Without it, a connection is made from the environment or the profile
        file and closed afterwards; a URL then names the model, else ``ANAPLAN_MODEL`` does.
    kind : {"exports", "views", "modules", "lists", "files"}, optional
        Where to look, if a name is shared by two kinds.
    run : bool
        Run an export before its output is read; False reads what it last wrote.
    columns : sequence of str, optional
        Read only these, in this order.
    dtype : dtype or dict of str to dtype, optional
        As `pandas.read_csv` takes it. By default the types follow Anaplan's metadata and nothing
        is guessed: NUMBER is float64, BOOLEAN boolean, DATE datetime64, everything else text, so
        that a code such as ``00123`` stays as it is.
    dtype_backend : {"numpy_nullable", "pyarrow"}, optional
        As `pandas.read_csv` takes it.
    index_col : str or sequence of str, optional
        Columns to make the index.
    pages : dict of str to str, optional
        Of a view or module: the items of dimensions on its pages to read, by name or id, e.g.
        ``{"Versions": "Actual"}``. Of those not named, all items are read.
    layout : {"table", "grid"}
        Of a view or module: one column per dimension and one per line item, or the cross table
        that Anaplan shows, with the dimensions in index and columns.
    periods : "datetime", optional
        Of a view, module or export: have the first day of a period in place of its name, by the
        model's calendar. By default ``Jan 26``, ``Q1 FY26`` and ``Week 1 FY26`` stay text.
    hierarchy : bool
        Of a list: have one column per level, too.
    chunksize : int, optional
        Return an iterator of DataFrames of so many rows, in memory that does not grow.
    progress : bool, optional
        True shows a bar at once, False never; by default it appears in a terminal or notebook
        when the work takes longer than a moment.

    Returns
    -------
    pandas.DataFrame or iterator of pandas.DataFrame

    Raises
    ------
    NotFound
        If there is nothing of that name; names the near names.
    AmbiguousName
        If several things have this name.
    TaskFailed
        If the export did not succeed.
    TransferError
        If a part of the output did not arrive whole.
    EncodingError
        If a text is not of the type that the metadata promises; names column and row.
    ValueError
        If an option is not one of this kind of thing; names the kinds that have it.

    Examples
    --------
    >>> df = read_anaplan("Flights export", model)  # doctest: +SKIP
    >>> df = read_anaplan("Costs", model, pages={"Versions": "Actual"})  # doctest: +SKIP
    """
    with ExitStack() as stack:
        table = _source(source, model, kind, stack)
        own = _own_options(
            table, run=run, pages=pages, layout=layout, periods=periods, hierarchy=hierarchy
        )
        frame = table.read(
            **own,
            columns=columns,
            dtype=dtype,
            dtype_backend=dtype_backend,
            index_col=index_col,
            chunksize=chunksize,
            progress=progress,
        )
        if isinstance(frame, pd.DataFrame):
            return frame
        return _closing(frame, stack.pop_all())


def read_arrow(
    source: str,
    model: Model | None = None,
    *,
    kind: str | None = None,
    run: bool = True,
    columns: Sequence[str] | None = None,
    dtype: Any = None,
    pages: Mapping[str, str] | None = None,
    periods: Literal["datetime"] | None = None,
    hierarchy: bool = False,
    progress: bool | None = None,
) -> pa.RecordBatchReader:
    """Read a table out of Anaplan as a stream of Arrow batches, in memory that does not grow.

    Polars, DuckDB and pyarrow take the reader as it is. The parameters and errors are those of
    `read_anaplan`; `dtype` decides the columns' Arrow types.

    Returns
    -------
    pyarrow.RecordBatchReader
        NUMBER is float64, BOOLEAN bool, DATE date32, everything else string.
    """
    with ExitStack() as stack:
        table = _source(source, model, kind, stack)
        own = _own_options(table, run=run, pages=pages, periods=periods, hierarchy=hierarchy)
        reader = table.read_arrow(**own, columns=columns, dtype=dtype, progress=progress)
        return pa.RecordBatchReader.from_batches(
            reader.schema, _closing(iter(reader), stack.pop_all())
        )


def to_anaplan(
    data: Any,
    target: str,
    model: Model | None = None,
    *,
    kind: str | None = None,
    mode: Mode | None = None,
    pages: Mapping[str, str] | None = None,
    mapping: Mapping[str, Any] | None = None,
    parameters: Mapping[str, str] | None = None,
    on_rejected: OnRejected = "raise",
    index: bool = False,
    chunk_bytes: int | None = None,
    resume: bool = True,
    progress: bool | None = None,
) -> ImportResult | None:
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
    target : str
        The name or id of an import, a process, a list, a module or a file, or
        ``anaplan://workspace/model/kind/name`` with percent-encoded segments.
    model : Model, optional
        As for `read_anaplan`.
    kind : {"imports", "processes", "lists", "modules", "files"}, optional
        Where to look, if a name is shared by two kinds.
    mode : {"upsert", "insert", "update", "delete", "sync"}, optional
        What to do to a list, by default "upsert": the methods of ``model.lists[...]`` say what
        each does, and have more options.
    pages : dict of str to str, optional
        Of a module: the items of dimensions for which the data has no column, e.g.
        ``{"Versions": "Actual"}``. ``model.modules[...].write`` has more options.
    mapping : dict of str to str, optional
        ``{column of the data: header of the file}`` for names that differ. For a dict of data,
        ``{its key: {column: header}}``.
    parameters : dict of str to str, optional
        What the import asks for at run time, e.g. ``{"Version": "Actual"}``.
    on_rejected : {"raise", "warn", "ignore"}
        What to do about rejected rows.
    index : bool
        Send the index of a DataFrame too, as columns.
    chunk_bytes : int, optional
        1,000,000 to 50,000,000, before compression; by default it follows the size of the job.
        Lists and modules have batches of their own.
    resume : bool
        Where an earlier run was killed within 48 hours while it uploaded the same data to the same
        file, upload only the rest.
    progress : bool, optional
        As for `read_anaplan`.

    Returns
    -------
    ImportResult or None
        None for a file, which is only uploaded.

    Raises
    ------
    ColumnMismatch
        If columns are missing (names them and their near names); nothing is sent then.
    EncodingError
        If a value cannot be carried by the file's dialect; names column and row.
    RejectedRows
        If Anaplan rejected rows; its ``.result.rejected`` holds them.
    TaskFailed, TaskUncertain
        If the import did not succeed, or it cannot be told whether it was started.
    NotFound, AmbiguousName, TransferError
        As for `read_anaplan`.
    ValueError
        If the target has no such option, e.g. `parameters` for a list.

    Examples
    --------
    >>> result = to_anaplan(df, "Load flights", model)  # doctest: +SKIP
    """
    with ExitStack() as stack:
        found = _find(target, model, kind, _TARGETS, stack)
        options: dict[str, Any] = {"mapping": mapping, "index": index, "progress": progress}
        if isinstance(found, List):
            _refuse(found, parameters=parameters, chunk_bytes=chunk_bytes, pages=pages)
            return found.write(data, mode=mode or "upsert", on_rejected=on_rejected, **options)
        _refuse(found, mode=mode)
        if isinstance(found, Module):
            _refuse(found, parameters=parameters, chunk_bytes=chunk_bytes)
            return found.write(data, pages=pages, on_rejected=on_rejected, **options)
        _refuse(found, pages=pages)
        options |= {"chunk_bytes": chunk_bytes, "resume": resume}
        if isinstance(found, File):
            found.write(data, **options)
            return None
        assert isinstance(found, Loadable)
        return found.write(data, parameters=parameters, on_rejected=on_rejected, **options)


def _source(source: str, model: Model | None, kind: str | None, stack: ExitStack) -> Readable:
    found = _find(source, model, kind, _SOURCES, stack)
    assert isinstance(found, Readable)
    return found


# Options that only some kinds of tables have: the default, and which kinds have it.
_OWN_OPTIONS = {
    "run": (True, "exports"),
    "pages": (None, "views and modules"),
    "layout": ("table", "views and modules"),
    "periods": (None, "views, modules and exports"),
    "hierarchy": (False, "lists"),
}


def _own_options(table: Readable, **asked: Any) -> dict[str, Any]:
    """Return the options that are asked for, if the table has them."""
    given = {name: value for name, value in asked.items() if value != _OWN_OPTIONS[name][0]}
    if "run" not in table.takes:
        given.pop("run", None)  # there is nothing to run, as asked
    for name in given:
        if name not in table.takes:
            raise ValueError(
                f"{table.label} has no {name}=, which is an option of {_OWN_OPTIONS[name][1]}. "
                "Leave it out, or name one of those (with kind= if several have the name)."
            )
    return given


# The options of writing that not every kind of target has.
_WRITING = {
    "mode": "lists",
    "pages": "modules",
    "parameters": "imports and processes",
    "chunk_bytes": "imports, processes and files",
}


def _refuse(found: Resource, **asked: Any) -> None:
    """Refuse options that the target has not."""
    for name, value in asked.items():
        if value is not None:
            raise ValueError(
                f"{name}= is an option of {_WRITING[name]}, which {found.label} has not. "
                "Leave it out, or say with kind= that another thing of this name is meant."
            )


def _find(
    name: str, model: Model | None, kind: str | None, kinds: Sequence[str], stack: ExitStack
) -> Resource:
    """Find a thing by URL, or by name or id in a model; connect where no model is given."""
    locator = Locator.parse(name) if is_url(name) else None
    if model is None:
        connection = stack.enter_context(connect())
        model = (
            connection.model(locator.model, locator.workspace) if locator else connection.model()
        )
    elif locator:
        locator.check_model(model)
    if locator:
        return find(model, locator.name, kinds, locator.kind)
    return find(model, name, kinds, kind)


def _closing(parts: Iterator[Any], stack: ExitStack) -> Iterator[Any]:
    """Keep the connection as long as parts are read from it."""
    with stack:
        yield from parts
