"""`read_anaplan` and `read_arrow`: find what is meant, and read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Literal, TypeAlias, overload

import pandas as pd
import pyarrow as pa
from pandas.api.extensions import no_default

from anaplan_frames.calendar.dated_table import Periods
from anaplan_frames.cells.cell_options import CellOptions, Layout
from anaplan_frames.dataframes.frame_chunks import Frames
from anaplan_frames.model import Model
from anaplan_frames.model_search import check_given, find, place
from anaplan_frames.resources.protocols import Readable
from anaplan_frames.resources.read_options import Backend, ReadOptions
from anaplan_frames.resources.table_reader import Table
from anaplan_frames.resources.where import Where

Sources: TypeAlias = Literal["exports", "views", "modules", "lists", "files"]
# A module and its default view have one id and name; the module is meant.
_SOURCES: tuple[Sources, ...] = ("exports", "modules", "views", "lists", "files")


@overload
def read_anaplan(
    source: str | Readable,
    model: Model | str | None = None,
    *,
    kind: Sources | None = None,
    run: bool = True,
    hierarchy: bool = False,
    chunksize: None = None,
    columns: Sequence[str] | None = None,
    where: Where | None = None,
    nrows: int | None = None,
    dtype: Any = None,
    dtype_backend: Backend = ...,
    index_col: str | Sequence[str] | None = None,
    layout: Layout = "table",
    periods: Periods = "name",
    totals: bool | None = None,
    omit_empty: bool = False,
    timeout: float | None = None,
    progress: bool | None = None,
) -> pd.DataFrame: ...


@overload
def read_anaplan(
    source: str | Readable,
    model: Model | str | None = None,
    *,
    kind: Sources | None = None,
    run: bool = True,
    hierarchy: bool = False,
    chunksize: int,
    columns: Sequence[str] | None = None,
    where: Where | None = None,
    nrows: int | None = None,
    dtype: Any = None,
    dtype_backend: Backend = ...,
    index_col: str | Sequence[str] | None = None,
    layout: Layout = "table",
    periods: Periods = "name",
    totals: bool | None = None,
    omit_empty: bool = False,
    timeout: float | None = None,
    progress: bool | None = None,
) -> Frames: ...


def read_anaplan(
    source: str | Readable,
    model: Model | str | None = None,
    *,
    kind: Sources | None = None,
    run: bool = True,
    hierarchy: bool = False,
    chunksize: int | None = None,
    columns: Sequence[str] | None = None,
    where: Where | None = None,
    nrows: int | None = None,
    dtype: Any = None,
    dtype_backend: Any = no_default,
    index_col: str | Sequence[str] | None = None,
    layout: Layout = "table",
    periods: Periods = "name",
    totals: bool | None = None,
    omit_empty: bool = False,
    timeout: float | None = None,
    progress: bool | None = None,
) -> pd.DataFrame | Frames:
    """Read a table out of Anaplan.

    Parameters
    ----------
    source : str or table
        The name or id of an export, view, module, list or file, or
        ``anaplan://workspace/model/kind/name`` with percent-encoded segments; or one of these
        itself, such as ``model.exports["Flights export"]``.
    model : Model or str, optional
        The model to look in, or its name or id. Without a `Model`, a connection is made from the
        environment or the profile file and closed afterwards; without a name, a URL names the
        model, else ``ANAPLAN_MODEL`` does.
    kind : {"exports", "views", "modules", "lists", "files"}, optional
        Where to look, if a name is shared by two kinds.
    run : bool
        Run an export before its output is read; False reads what it last wrote.
    hierarchy : bool
        Of a list: have one column per level, too.
    chunksize : int, optional
        Return DataFrames of so many rows, one after the other, in memory that does not grow.
    columns : sequence of str, optional
        Read only these, in this order.
    where : dict of str to value or list of values, optional
        Only the rows in which a column has one of these values, e.g. ``{"Versions": "Actual",
        "Region": ["West", "East"]}``. The columns need not be among `columns`. Of a view or module,
        dimensions are given by name or id, items by name, code or id.
    nrows : int, optional
        Read so many rows at most, after `where`, `totals` and `omit_empty`.
    dtype : dtype or dict of str to dtype, optional
        As `pandas.read_csv` takes it. By default the types follow Anaplan's metadata and nothing
        is guessed: NUMBER is float64, BOOLEAN boolean, DATE datetime64, everything else text, so
        that a code such as ``00123`` stays as it is.
    dtype_backend : {"numpy_nullable", "pyarrow"}, optional
        As `pandas.read_csv` takes it.
    index_col : str or sequence of str, optional
        Columns to make the index.
    layout : {"table", "grid"}
        Of a view or module: one column per dimension and one per line item, or the cross table
        that Anaplan shows, with the dimensions in index and columns.
    periods : {"name", "start", "end"}
        Of a view, module or export: the name of a period (``Jan 26``, ``Q1 FY26``), or its first or
        last day by the model's calendar.
    totals : bool, optional
        Of a view, module or export: False leaves out the rows of totals (items that have others
        below them, and periods that are not of the line items' time scale), True reads them. By
        default modules leave them out, and views and exports show what they show. An item that
        `where` names is read even if it is a total.
    omit_empty : bool
        Of a view, module or export: leave out rows in which every line item read is missing, 0,
        False or an empty text.
    timeout : float, optional
        Seconds for the whole call.
    progress : bool, optional
        True shows a bar at once, False never; by default it appears in a terminal or notebook
        when the work takes longer than a moment.

    Returns
    -------
    pandas.DataFrame or Frames
        `Frames` if `chunksize` is given: an iterator of DataFrames and a context manager.
        ``attrs["anaplan"]`` of each DataFrame says what was read, from where and when.

    Raises
    ------
    NotFound
        If there is nothing of that name, or `where` names an item that does not exist; suggests
        near names.
    AmbiguousName
        If several things have this name.
    ColumnMismatch
        If there is no such column; suggests near names.
    EmptyContent
        If a file or export has no content at all, not even a header.
    EncodingError
        If a text is not of the type that the metadata promises; names column and row.
    DataError
        If it is not known what is a total.
    TaskFailed
        If the export did not succeed.
    TransferError
        If a part of the output did not arrive whole.
    TransferTimeout, TaskTimeout
        If the time ended before all was read, or while the export was running.
    ValueError
        If an option is not one of this kind of thing; names the kinds that have it.

    Examples
    --------
    >>> df = read_anaplan("Flights export", model)  # doctest: +SKIP
    >>> df = read_anaplan("Costs", model, where={"Versions": "Actual"})  # doctest: +SKIP
    """
    options: dict[str, Any] = {
        "chunksize": chunksize,
        "columns": columns,
        "where": where,
        "nrows": nrows,
        "dtype": dtype,
        "dtype_backend": dtype_backend,
        "index_col": index_col,
        "timeout": timeout,
        "progress": progress,
    }
    own = {
        "run": run,
        "hierarchy": hierarchy,
        "layout": layout,
        "periods": periods,
        "totals": totals,
        "omit_empty": omit_empty,
    }
    _check(options, own)
    with ExitStack() as stack:
        table = find_source(source, model, kind, stack)
        found: pd.DataFrame | Frames = table.read(
            **_asked(options, table), **_own_options(table, own)
        )
        if not isinstance(found, Frames):
            return found
        kept = stack.pop_all()  # the connection is needed as long as frames are read
        kept.callback(found.close)
        return Frames(found, kept.close)


def read_arrow(
    source: str | Readable,
    model: Model | str | None = None,
    *,
    kind: Sources | None = None,
    run: bool = True,
    hierarchy: bool = False,
    columns: Sequence[str] | None = None,
    where: Where | None = None,
    nrows: int | None = None,
    dtype: Any = None,
    periods: Periods = "name",
    totals: bool | None = None,
    omit_empty: bool = False,
    timeout: float | None = None,
    progress: bool | None = None,
) -> pa.RecordBatchReader:
    """Read a table out of Anaplan as a stream of Arrow batches, in memory that does not grow.

    Polars, DuckDB and pyarrow take the reader as it is. The parameters and errors are those of
    `read_anaplan`; `dtype` decides the columns' Arrow types.

    Returns
    -------
    pyarrow.RecordBatchReader
        NUMBER is float64, BOOLEAN bool, DATE date32, everything else string.

    Examples
    --------
    >>> polars.from_arrow(read_arrow("Flights export", model))  # doctest: +SKIP
    """
    options: dict[str, Any] = {
        "columns": columns,
        "where": where,
        "nrows": nrows,
        "dtype": dtype,
        "timeout": timeout,
        "progress": progress,
    }
    own = {
        "run": run,
        "hierarchy": hierarchy,
        "periods": periods,
        "totals": totals,
        "omit_empty": omit_empty,
    }
    _check(options, own)
    with ExitStack() as stack:
        table = find_source(source, model, kind, stack)
        reader = table.read_arrow(**_asked(options, table), **_own_options(table, own))
        return pa.RecordBatchReader.from_batches(
            reader.schema, _closing(iter(reader), stack.pop_all())
        )


def _check(options: Mapping[str, Any], own: Mapping[str, Any]) -> None:
    """Check the options before anything is sent."""
    ReadOptions(**options)
    CellOptions(**{name: own[name] for name in own if name not in ("run", "hierarchy")})


def find_source(
    source: str | Readable, model: Model | str | None, kind: Sources | None, stack: ExitStack
) -> Readable:
    """Find the table that is meant."""
    if isinstance(source, Readable):
        check_given(source, model, kind)
        return source
    if not isinstance(source, str):
        if isinstance(model, str) and isinstance(source, Model):
            raise TypeError(
                f"The table comes first, and then the model: read_anaplan({model!r}, model)."
            )
        raise TypeError(
            "read_anaplan and read_arrow take the name of a table, its URL, or a table such as "
            f"model.exports['Flights export'], not {type(source).__name__}."
        )
    if not isinstance(model, Model | str | None):
        raise TypeError(
            f"model must be a model, its name or its id, not {type(model).__name__}: "
            f"read_anaplan({source!r}, model)."
        )
    model, name, kind_ = place(source, model, kind, stack)
    found = find(model, name, _SOURCES, kind_, verb="read")
    assert isinstance(found, Table)
    return found


# Options that only some kinds of tables have: the default, and which kinds have it.
_OWN_OPTIONS = {
    "run": (True, "exports"),
    "layout": ("table", "views and modules"),
    "periods": ("name", "views, modules and exports"),
    "totals": (None, "views, modules and exports"),
    "omit_empty": (False, "views, modules and exports"),
    "hierarchy": (False, "lists"),
}


def _asked(options: Mapping[str, Any], table: Readable) -> dict[str, Any]:
    """Return the options for a table; one that is not ours may not have those not asked for."""
    if isinstance(table, Table):
        return dict(options)
    return {
        n: value for n, value in options.items() if value is not None and value is not no_default
    }


def _own_options(table: Readable, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that are asked for, if the table has them."""
    given = {name: value for name, value in asked.items() if value != _OWN_OPTIONS[name][0]}
    if not isinstance(table, Table):
        return given
    if "run" not in table.takes:
        given.pop("run", None)  # there is nothing to run, as asked
    for name in given:
        if name not in table.takes:
            raise ValueError(
                f"{table.label} has no {name}=, which is an option of {_OWN_OPTIONS[name][1]}. "
                "Leave it out, or read one of those (with kind= if several have the name)."
            )
    return given


def _closing(parts: Iterator[Any], stack: ExitStack) -> Iterator[Any]:
    """Keep the connection as long as parts are read from it."""
    with stack:
        yield from parts
