"""The functions of the library for asyncio: each call runs in a thread, and can be cancelled.

>>> from anaplan_frames import aio
>>> df = await aio.read_anaplan("Flights export", model)  # doctest: +SKIP
>>> frames = await asyncio.gather(  # doctest: +SKIP
...     *(aio.call(module.read) for module in model.modules.values())
... )
"""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import os
import threading
from collections.abc import (
    AsyncGenerator,
    Callable,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Literal, ParamSpec, TypeVar, overload

import pandas as pd
import pyarrow as pa

from anaplan_frames import reading, writing
from anaplan_frames.bulk.job_options import LOCALE, Parameters
from anaplan_frames.calendar.dated_table import Periods
from anaplan_frames.cancellation import Signal, listening
from anaplan_frames.cells.cell_options import Layout
from anaplan_frames.changes import incremental_load
from anaplan_frames.changes.sending import OnDeleted
from anaplan_frames.comparison import table_comparison
from anaplan_frames.comparison.comparison_result import Comparison
from anaplan_frames.dataframes.frame_chunks import Frames
from anaplan_frames.lists.delete_guard import DEFAULT_SHARE
from anaplan_frames.lists.item_planner import Mode
from anaplan_frames.lists.key_columns import Key
from anaplan_frames.model import Model
from anaplan_frames.reading import Sources
from anaplan_frames.resources.protocols import Readable, Writable
from anaplan_frames.resources.read_options import Backend
from anaplan_frames.resources.where import Where
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.plan import WritePlan
from anaplan_frames.writes.result_builder import OnRejected
from anaplan_frames.writing import Targets

__all__ = [
    "call",
    "compare",
    "iterate",
    "load_changes",
    "read_anaplan",
    "read_arrow",
    "to_anaplan",
]

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])
_LONGEST_END = 1.0  # seconds that a cancelled call waits for its thread
_END = object()


async def call(function: Callable[P, R], /, *args: P.args, **options: P.kwargs) -> R:
    """Call a function of this library in a thread of its own, and await what it returns.

    The event loop goes on meanwhile. The thread sees the context variables of the caller.

    If the awaiting task is cancelled, the work ends within a second: requests under way are ended,
    no others are sent, and nothing is tried again. What Anaplan has been asked to do by then is
    done: an import that was started goes on. Work that asks nothing of Anaplan cannot be ended;
    its thread ends when it is done, and what it returns is dropped.

    Parameters
    ----------
    function : callable
        Such as ``model.imports["Load flights"].run`` or ``conn.model``.
    *args, **options
        What it is called with.

    Returns
    -------
    object
        What the function returns.

    Raises
    ------
    Exception
        What the function raises.
    TypeError
        If it is a coroutine function, which is awaited without this.

    Examples
    --------
    >>> tasks = await aio.call(model.tasks, outcomes=False)  # doctest: +SKIP
    """
    _check(function)
    signal = Signal()

    def work() -> R:
        with listening(signal):
            return function(*args, **options)

    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="anaplan-aio")
    begun = pool.submit(copy_context().run, work)
    done = asyncio.wrap_future(begun)
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        signal.set(abort=True)
        done.add_done_callback(_look_at)
        await asyncio.wait([done], timeout=_LONGEST_END)
        raise
    finally:
        pool.shutdown(wait=begun.done())  # the thread ends with its work, so this takes no time


async def iterate(items: Iterable[R], /) -> AsyncGenerator[R, None]:
    """Take items that are read from Anaplan one after the other, each in a thread.

    When the iteration ends, for whatever reason, what is iterated over is closed. If you leave the
    loop early, close the generator: ``async with contextlib.aclosing(aio.iterate(frames))``.

    Parameters
    ----------
    items : iterable
        `Frames`, an Arrow stream, the tasks of ``model.watch()`` and the like.

    Yields
    ------
    object
        Each item.

    Examples
    --------
    >>> frames = await aio.read_anaplan("Costs", model, chunksize=100_000)  # doctest: +SKIP
    >>> async for frame in aio.iterate(frames):  # doctest: +SKIP
    ...     print(len(frame))
    """
    iterator, lock = iter(items), threading.Lock()
    try:
        # StopIteration cannot pass through a future.
        while (item := await call(_next, iterator, lock)) is not _END:
            yield item
    finally:
        closing = asyncio.ensure_future(call(_close, iterator, lock))
        await asyncio.wait([closing], timeout=_LONGEST_END)
        if closing.done():
            closing.result()


def _next(iterator: Iterator[Any], lock: threading.Lock) -> Any:
    with lock:
        return next(iterator, _END)


def _close(iterator: Iterator[Any], lock: threading.Lock) -> None:
    """Close an iterator, unless it is of a kind that cannot be closed."""
    close = getattr(iterator, "close", None)
    if close is not None:
        with lock:  # a cancelled call may still take the next item
            close()


def _check(function: Any) -> None:
    if not callable(function):
        raise TypeError(
            "aio.call takes a function and its arguments, such as "
            f"aio.call(model.tasks, outcomes=False), not {type(function).__name__}."
        )
    if inspect.iscoroutinefunction(function):
        raise TypeError(
            f"aio.call runs a function in a thread, and {function.__qualname__} is a coroutine "
            f"function: await {function.__name__}(...) itself."
        )


def _look_at(done: asyncio.Future[Any]) -> None:
    """Take the error of a call that nobody awaits any more, or asyncio would log it."""
    if not done.cancelled():
        done.exception()


def _signed(function: Callable[..., Any]) -> Callable[[F], F]:
    """Show the signature of the function that a coroutine function calls, as in `help`."""

    def sign(coroutine: F) -> F:
        coroutine.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
        return coroutine

    return sign


@overload
async def read_anaplan(
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
async def read_anaplan(
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


@_signed(reading.read_anaplan)
async def read_anaplan(*args: Any, **options: Any) -> Any:
    """Read a table out of Anaplan, as `anaplan_frames.read_anaplan` does.

    The parameters and errors are the same.

    Returns
    -------
    pandas.DataFrame or Frames
        `Frames` if ``chunksize`` is given; `iterate` takes one DataFrame after the other.

    Examples
    --------
    >>> df = await aio.read_anaplan("Flights export", model)  # doctest: +SKIP
    """
    return await call(reading.read_anaplan, *args, **options)


async def read_arrow(
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
    """Read a table as a stream of Arrow batches, as `anaplan_frames.read_arrow` does.

    The parameters and errors are the same. Its batches are still to be fetched: `iterate` takes
    one after the other, and ``await aio.call(reader.read_all)`` all of them.

    Returns
    -------
    pyarrow.RecordBatchReader

    Examples
    --------
    >>> reader = await aio.read_arrow("Flights export", model)  # doctest: +SKIP
    >>> table = await aio.call(reader.read_all)  # doctest: +SKIP
    """
    return await call(
        reading.read_arrow,
        source,
        model,
        kind=kind,
        run=run,
        hierarchy=hierarchy,
        columns=columns,
        where=where,
        nrows=nrows,
        dtype=dtype,
        periods=periods,
        totals=totals,
        omit_empty=omit_empty,
        timeout=timeout,
        progress=progress,
    )


@overload
async def to_anaplan(
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
async def to_anaplan(
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


@_signed(writing.to_anaplan)
async def to_anaplan(*args: Any, **options: Any) -> Any:
    """Load data into Anaplan, as `anaplan_frames.to_anaplan` does.

    The parameters and errors are the same. If the awaiting task is cancelled before an import is
    started, none is; afterwards, the import goes on in Anaplan.

    Returns
    -------
    WriteResult or WritePlan
        A plan if ``dry_run=True``; ``await aio.call(plan.send)`` sends it.

    Examples
    --------
    >>> result = await aio.to_anaplan(df, "Load flights", model)  # doctest: +SKIP
    """
    return await call(writing.to_anaplan, *args, **options)


async def load_changes(
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
    """Load only what has changed since the last load, as `anaplan_frames.load_changes` does.

    The parameters and errors are the same. If the awaiting task is cancelled, the state stays as
    after a run that was killed: the next call sends all that may have been sent.

    Returns
    -------
    WriteResult

    Examples
    --------
    >>> result = await aio.load_changes(  # doctest: +SKIP
    ...     df, "Load flights", model, key=["Airlines", "Time"], state="state"
    ... )
    """
    return await call(
        incremental_load.load_changes,
        data,
        target,
        model,
        key=key,
        state=state,
        full_every=full_every,
        on_deleted=on_deleted,
        max_delete=max_delete,
        confirm=confirm,
        kind=kind,
        mapping=mapping,
        index=index,
        on_rejected=on_rejected,
        dump=dump,
        timeout=timeout,
        progress=progress,
        parameters=parameters,
        check=check,
        locale=locale,
        chunk_bytes=chunk_bytes,
        resume=resume,
        restart_after=restart_after,
    )


async def compare(
    old: Any,
    new: Any,
    *,
    key: str | Sequence[str],
    columns: str | Sequence[str] | None = None,
    mapping: Mapping[str, str] | None = None,
    rtol: float = 0.0,
    atol: float = 0.0,
) -> Comparison:
    """Compare two tables row by row, as `anaplan_frames.compare` does.

    The parameters and errors are the same.

    Returns
    -------
    Comparison

    Examples
    --------
    >>> export = model.exports["Flights export"]  # doctest: +SKIP
    >>> (await aio.compare(df, export, key="Airlines")).equal  # doctest: +SKIP
    """
    return await call(
        table_comparison.compare,
        old,
        new,
        key=key,
        columns=columns,
        mapping=mapping,
        rtol=rtol,
        atol=atol,
    )
