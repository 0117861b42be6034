"""Work that threads do ahead: many pieces, whose results are taken in order, or one."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from contextvars import copy_context
from typing import Any, Generic, TypeVar

from anaplan_frames import cancellation

Item = TypeVar("Item")
Result = TypeVar("Result")
_MOST_CORES = 8
_LONGEST_END = 0.4  # seconds that a caller who takes no more waits for threads


def in_order(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    threads: int,
    name: str,
    promptly: bool = False,
) -> Generator[Result, None, None]:
    """Yield ``work(item)`` for each item, in order, with `threads` of them under way at once.

    Items are drawn only as far ahead as there are threads, so that memory does not grow with
    their number. Every result is looked at: the first failure stops the drawing, waits for what
    is under way but lets it try nothing again, drops what has not begun, and is raised. So does
    whatever ends the iteration: Ctrl-C, or a failure where the items come from.

    Parameters
    ----------
    promptly : bool, default False
        Yield a result as soon as it is ready, before the next item is drawn. By default items
        are drawn first, so that all threads have work while the caller is busy.
    """
    with cancellation.inner_work() as given_up:
        yield from _in_order(given_up, work, items, threads, name, promptly=promptly)


def _in_order(
    given_up: cancellation.Signal,
    work: Callable[[Item], Result],
    items: Iterable[Item],
    threads: int,
    name: str,
    *,
    promptly: bool,
) -> Generator[Result, None, None]:
    process = os.getpid()

    def listening(item: Item) -> Result:
        with cancellation.listening(given_up):
            return work(item)

    pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix=name)
    under_way: deque[Future[Result]] = deque()
    try:
        for item in items:
            if under_way and under_way[0].done():
                under_way[0].result()  # raises what has failed before more is begun
            # The time for the whole call counts in the threads, too.
            under_way.append(pool.submit(copy_context().run, listening, item))
            while under_way and (len(under_way) > threads or (promptly and under_way[0].done())):
                yield _first(under_way, given_up)
                cancellation.check_process(process)  # the threads are the parent's
        while under_way:
            yield _first(under_way, given_up)
            cancellation.check_process(process)
    except BaseException as error:
        # A caller who was interrupted, or takes no more, does not wait for a stalled network.
        given_up.set(abort=not isinstance(error, Exception))
        raise
    finally:
        given_up.set()
        _end(pool, under_way)


def _first(under_way: deque[Future[Result]], given_up: cancellation.Signal) -> Result:
    """Take the first result, which counts as under way as long as it is waited for."""
    with cancellation.ends_with_caller(given_up):
        under_way[0].exception()
    return under_way.popleft().result()


def _end(pool: ThreadPoolExecutor, under_way: Iterable[Future[Any]]) -> None:
    """Wait for the threads, but after an interrupt not for one that does not end."""
    late: Any = None
    if isinstance(sys.exc_info()[1], KeyboardInterrupt | SystemExit | GeneratorExit):
        pool.shutdown(wait=False, cancel_futures=True)
        # `wait` would wait for those that never began, too.
        begun = [future for future in under_way if not future.cancelled()]
        left = cancellation.seconds_to_end()
        late = wait(begun, timeout=_LONGEST_END if left is None else left).not_done
    if not late:
        pool.shutdown(wait=True, cancel_futures=True)


class Ahead(Generic[Result]):
    """Work that another thread does until its result is needed.

    Parameters
    ----------
    work : callable
    name : str
        Of the thread.
    """

    def __init__(self, work: Callable[[], Result], *, name: str) -> None:
        self._held = ExitStack()
        self._given_up = self._held.enter_context(cancellation.inner_work())

        def listening() -> Result:
            with cancellation.listening(self._given_up):
                return work()

        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._future = self._pool.submit(copy_context().run, listening)

    def result(self) -> Result:
        """Wait for the result; raises what the work raised."""
        try:
            return self._future.result()
        finally:
            self.close()

    def close(self) -> None:
        """Let the work try nothing again, and wait for its end; it is ended after an interrupt."""
        self._given_up.set(abort=not isinstance(sys.exc_info()[1], Exception | None))
        _end(self._pool, [self._future])
        self._held.close()


def core_count() -> int:
    """Return how many threads of pure work make sense here: each of them needs memory."""
    if hasattr(os, "sched_getaffinity"):  # what a container leaves of the machine
        return min(len(os.sched_getaffinity(0)), _MOST_CORES)
    return min(os.cpu_count() or 1, _MOST_CORES)
