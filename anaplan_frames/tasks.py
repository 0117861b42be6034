"""`Task`: an action that was started, watched to its end, cancelled, or found again by its URL."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, Self, TypeVar

from anaplan_frames.deadline import check_timeout, time_limit
from anaplan_frames.errors import (
    AnaplanError,
    TaskTimeout,
    TaskUncertain,
    TransferTimeout,
)
from anaplan_frames.outcomes import CANCELLED, COMPLETE, Outcome, TaskState, unknown_outcome
from anaplan_frames.progress import Progress
from anaplan_frames.results import WriteResult
from anaplan_frames.task_requests import TaskCalls, watch_to_end
from anaplan_frames.writes.result_builder import (
    OnRejected,
    check_on_rejected,
    check_result,
    timed,
)

R = TypeVar("R")
_log = logging.getLogger("anaplan_frames")


class Hook(Protocol):
    """What is called for every task that a connection starts; see `anaplan_frames.connect`.

    A hook that raises is logged with a warning, and changes nothing.
    """

    def on_start(self, task: Task[Any]) -> None:
        """Note that a task was started."""

    def on_end(
        self, task: Task[Any], result: WriteResult | None, error: BaseException | None
    ) -> None:
        """Note how a task has ended: its result, and what is raised if it did not go well."""


# What reading an answer of an unknown form may raise.
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def _nothing() -> None:
    pass


@dataclass
class Job(Generic[R]):
    """What a task is of, and what is done at its end.

    Attributes
    ----------
    name, kind : str
        Of the action: ``"Load flights"``, ``"import"``.
    read : callable
        Makes the result of an outcome; also of one that is cancelled or unknown.
    on_rejected : {"raise", "warn", "ignore"}
        What to do about rejected rows if `Task.result` does not say it.
    progress : bool or None
        As for `anaplan_frames.to_anaplan`.
    hooks : sequence of Hook
    begun : float or None
        When the call began that has started it, by the connection's monotonic clock.
    started : float or None
        Seconds since the epoch; None if it was found, not started.
    adopted : bool
        Whether the answer to the start was lost, and the task is the one that was new.
    can_cancel : bool
        Whether Anaplan offers to cancel it.
    held : ExitStack
        What is held until the end is seen, such as the lock of a file.
    on_complete : callable
        Called before that, if the task is complete.
    elsewhere : callable, optional
        Makes the job for another process, and can be pickled; without it, a pickled task has no
        connection.
    """

    name: str
    kind: str
    read: Callable[[Outcome], R]
    on_rejected: OnRejected = "raise"
    progress: bool | None = None
    hooks: Sequence[Hook] = ()
    begun: float | None = None
    started: float | None = None
    adopted: bool = False
    can_cancel: bool = True
    held: ExitStack = field(default_factory=ExitStack)
    on_complete: Callable[[], None] = _nothing
    elsewhere: Callable[[], Job[R]] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.elsewhere, {"started": self.started, "adopted": self.adopted})


def _made(make: Callable[[], Job[R]], facts: Mapping[str, Any]) -> Job[R]:
    """Return the job of a task that is unpickled."""
    return replace(make(), **facts)


class Task(Generic[R]):
    """An action that Anaplan runs, or has run.

    The words are those of `concurrent.futures.Future`. A task that was started with data holds the
    lock of its file on this machine until its end has been seen, by `result`, `done`, `refresh` or
    `cancel`.

    It can be pickled as a connection can. In the other process it holds no lock, and rejected rows
    are in its result's ``unmatched``.

    Attributes
    ----------
    id : str
        Anaplan's id of the task.
    name, kind : str
        Of the action: ``"Load flights"``, ``"import"``.
    url : str
        Finds it again in any process, by ``conn.task(url)``.
    state : str
        As last seen: ``"NOT_STARTED"``, ``"IN_PROGRESS"``, ``"COMPLETE"``, ``"CANCELLING"`` or
        ``"CANCELLED"``.
    progress : float or None
        As last seen, from 0 to 1.
    step : str
        As last seen: what Anaplan was doing.
    """

    def __init__(
        self, requests: TaskCalls, task_id: str, job: Job[R], state: TaskState | None = None
    ) -> None:
        self.id = task_id
        self.name: str = job.name
        self.kind: str = job.kind
        self.url: str = requests.url(task_id)
        self._requests: TaskCalls | None = requests
        self._job: Job[R] | None = job
        self._seen = state or TaskState("NOT_STARTED")
        self._ended: TaskState | None = None
        self._result: list[R] = []
        self._reported = False
        self._lock = threading.RLock()
        if state is not None:
            self._note(state)

    @property
    def state(self) -> str:
        """Anaplan's word for it, as last seen."""
        return self._seen.state

    @property
    def progress(self) -> float | None:
        """How far it was when last seen, from 0 to 1."""
        return self._seen.progress

    @property
    def step(self) -> str:
        """What Anaplan was doing when it was last seen."""
        return self._seen.step

    @property
    def ended(self) -> bool:
        """Whether its end was seen, so that `result` does not wait."""
        return self._ended is not None

    def refresh(self) -> Self:
        """Ask how it stands, and return it.

        Returns
        -------
        Task
            Itself.

        Raises
        ------
        NotFound
            If Anaplan no longer lists it.

        Examples
        --------
        >>> task.refresh().progress  # doctest: +SKIP
        0.4
        """
        if self._ended is None:
            self._note(self._asking().look(self.id))
        return self

    def done(self) -> bool:
        """Ask whether it has ended.

        Returns
        -------
        bool

        Raises
        ------
        NotFound
            If Anaplan no longer lists it.
        TaskUncertain
            If it is in a state that nobody documents, without a result.
        """
        self.refresh()
        if self._seen.strange:
            raise TaskUncertain(
                f"Task {self.id} of {self._label} is in the state {self.state!r}, which Anaplan "
                "does not document, and has no result. Look at the model.",
                task=self,
            )
        return self._ended is not None

    def result(self, timeout: float | None = None, *, on_rejected: OnRejected | None = None) -> R:
        """Wait for the end, and return what was done.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait.
        on_rejected : {"raise", "warn", "ignore"}, optional
            What to do about rejected rows; by default as it was started, which is ``"raise"``.

        Returns
        -------
        WriteResult
            Rejected rows are the caller's own if this task was started with data here; else they
            are in ``.unmatched``, as Anaplan's failure dump has them.

        Raises
        ------
        RejectedRows
            If rows were rejected.
        TaskFailed, TaskCancelled
            If it did not succeed, or was cancelled.
        TaskTimeout
            If it has not ended in time; it goes on, and so can ``error.task.result()``.
        TaskUncertain
            If it is not known how it ended.

        Examples
        --------
        >>> task = model.imports["Load flights"].start(df)  # doctest: +SKIP
        >>> task.result(timeout=600)  # doctest: +SKIP
        """
        check_timeout(timeout)
        job = self._live()
        wanted = on_rejected or job.on_rejected
        check_on_rejected(wanted)
        found: R | None = None
        try:
            with self._interruptible(), self._within(timeout):
                found = self._settled()
            if isinstance(found, WriteResult):
                check_result(found, wanted, task=self)
        except BaseException as error:
            if not isinstance(error, TaskTimeout) and isinstance(error, Exception):
                self._report(found, error)
            raise
        self._report(found, None)
        return found

    def cancel(self, timeout: float | None = None) -> bool:
        """Cancel it, so that Anaplan rolls its changes back, and wait for its end.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait.

        Returns
        -------
        bool
            False if it was complete before it could be cancelled.

        Raises
        ------
        NotFound
            If there is no such task.
        TaskTimeout
            If it has not ended in time.
        """
        check_timeout(timeout)
        with self._within(timeout):
            if self._ended is None:
                self._asking().cancel(self.id)
                self.wait_for_end(show=False)
        return self.state == CANCELLED

    def wait_for_end(self, *, show: bool | None = None) -> None:
        """Wait for the end without reading what was done.

        Raises
        ------
        TaskUncertain
            If the end cannot be seen.
        """
        if self._ended is not None:
            return
        asking = self._asking()
        with Progress(f"Running {self._label}", unit="%", total=100, show=show) as bar:

            def note(state: TaskState) -> None:
                self._note(state)
                bar.reach(100 * (state.progress or 0), state.step)

            try:
                watch_to_end(asking, self.id, note, bar.tick)
            except TaskUncertain as error:
                self._let_go()
                error.task = self
                raise

    def announce(self) -> None:
        """Inform the hooks that it was started."""
        for hook in self._live().hooks:
            _call_hook(hook.on_start, self)

    def _settled(self) -> R:
        """Wait for the end, and return what was done; rejected rows and failures raise nothing.

        If the end cannot be seen, the error's ``.result`` holds what is known.
        """
        with self._lock:
            if self._result:
                return self._result[0]
            job = self._live()
            try:
                self.wait_for_end(show=job.progress)
            except TaskUncertain as error:
                error.result = self._completed(job.read(unknown_outcome(self.id)))  # type: ignore[assignment]
                raise
            assert self._ended is not None
            outcome = replace(self._ended.outcome(self.id), adopted=job.adopted)
            result = self._completed(self._read(outcome))
            self._result.append(result)
        if isinstance(result, WriteResult):
            _log.info(
                "%s: task %s ended after %.1f s: %s, %s",
                self._label,
                self.id,
                result.seconds,
                result.outcome,
                result.summary,
            )
        return result

    def _read(self, outcome: Outcome) -> R:
        """Return what was done; if Anaplan's answers have an unknown form, that is uncertain."""
        try:
            return self._live().read(outcome)
        except _UNREADABLE as odd:
            if isinstance(odd, AnaplanError):
                raise
            raise TaskUncertain(
                f"Task {self.id} of {self._label} has ended, but what Anaplan answers about it "
                f"cannot be read ({type(odd).__name__}: {odd}). Look at the model before you run "
                "it again.",
                task=self,
            ) from odd

    @property
    def _label(self) -> str:
        return f"{self.kind} {self.name!r}"

    def _note(self, state: TaskState) -> None:
        """Remember how it stands; at the end, release what it holds."""
        self._seen = state
        if not state.ended or self._ended is not None:
            return
        self._ended = state
        try:
            if state.state == COMPLETE:
                self._live().on_complete()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        if self._job is not None:
            self._job.held.close()

    def _completed(self, result: R) -> R:
        """Add what the task knows to a result: the task, when it was started, how long it took."""
        if not isinstance(result, WriteResult):
            return result
        job, asking = self._live(), self._asking()
        started = job.started if job.started is not None else self._seen.created
        now = asking.transport.clock.monotonic()
        seconds = 0.0 if job.begun is None else now - job.begun
        return timed(replace(result, task_id=self.id), started, seconds)  # type: ignore[return-value]

    def _report(self, result: R | None, error: Exception | None) -> None:
        """Inform the hooks of the end, once."""
        with self._lock:
            if self._reported:
                return
            self._reported = True
        known = result if result is not None else getattr(error, "result", None)
        for hook in self._live().hooks:
            _call_hook(hook.on_end, self, known, error)

    @contextmanager
    def _within(self, timeout: float | None) -> Iterator[None]:
        """Have the end of the time raise TaskTimeout, as the task goes on."""
        try:
            with time_limit(self._asking().transport.clock, timeout):
                yield
        except TransferTimeout as over:
            known = self._completed(self._live().read(unknown_outcome(self.id)))
            result = known if isinstance(known, WriteResult) else None
            state = "goes on in Anaplan" if self._ended is None else "has ended, but is not read"
            raise TaskTimeout(
                f"The time is over, and task {self.id} of {self._label} {state}. The error's "
                f".task.result() waits for its end{self._cancelling}. In another process "
                f"it is found by conn.task({self.url!r}).",
                result,
                self,
            ) from over

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Have Ctrl-C say that the task goes on."""
        try:
            yield
        except KeyboardInterrupt as interrupt:
            method = "cancel() cancels" if self._live().can_cancel else "result() waits for"
            interrupt.add_note(
                f"Task {self.id} of {self._label} goes on in Anaplan. "
                f"conn.task({self.url!r}).{method} it."
            )
            raise

    @property
    def _cancelling(self) -> str:
        return ", .task.cancel() cancels it" if self._live().can_cancel else ""

    def _asking(self) -> TaskCalls:
        if self._requests is None:
            raise self._detached()
        return self._requests

    def _live(self) -> Job[R]:
        if self._job is None:
            raise self._detached()
        return self._job

    def _detached(self) -> AnaplanError:
        return AnaplanError(
            "This task has no connection any more: it was pickled as part of an error. Find it "
            f"again with conn.task({self.url!r})."
        )

    def without_connection(self) -> Task[R]:
        """Return a copy that shows how the task stood when it was last seen, and cannot ask."""
        copy: Task[R] = Task.__new__(Task)
        copy.__setstate__(self._state() | {"_requests": None, "_job": None})
        return copy

    def _state(self) -> dict[str, Any]:
        # The lock stays here, and the result, which may be large, can be read again.
        return self.__dict__ | {"_lock": None, "_result": []}

    def __getstate__(self) -> dict[str, Any]:
        if self._job is None or self._job.elsewhere is not None:
            return self._state()
        return self.without_connection()._state()

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        share = "" if self.progress is None else f" {self.progress:.0%}"
        step = f", {self.step}" if self.step else ""
        return f"<task {self.id} of {self._label}: {self.state}{share}{step}>"


def _call_hook(hook: Callable[..., None], *facts: Any) -> None:
    try:
        hook(*facts)
    except Exception:
        _log.warning("A hook raised an error; the task goes on", exc_info=True)
