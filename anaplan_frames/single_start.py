"""`SingleStart`: an action is started once, though answers are lost and starts are refused."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from anaplan_frames.errors import (
    AnaplanError,
    ModelUnavailable,
    TaskUncertain,
    TransferTimeout,
)
from anaplan_frames.model_idleness import ModelIdleness
from anaplan_frames.polling import poll
from anaplan_frames.task_requests import StartCalls
from anaplan_frames.threads import Ahead
from anaplan_frames.transport import AnswerLost

_log = logging.getLogger("anaplan_frames")

# Seconds between looks for a task whose start was not answered.
_LISTING_PAUSES = (1.0, 2.0, 4.0, 8.0)
_MOST_STARTS = 6


class _RefusedButListed(AnaplanError):
    """A start was refused, but there is one new task."""

    def __init__(self, task_id: str) -> None:
        super().__init__(task_id)
        self.task_id = task_id


@dataclass(frozen=True, slots=True)
class Started:
    """An action that was started.

    Attributes
    ----------
    task_id : str
    known : collection of str
        The tasks of the action that were there before.
    adopted : bool
        Whether the answer was lost, and this is the one new task.
    restarted : bool
        Whether an earlier request for the same may still be on its way.
    """

    task_id: str
    known: Collection[str]
    adopted: bool
    restarted: bool


@dataclass(frozen=True, slots=True)
class _Lost:
    """A start whose answer was lost, and none or several tasks are new."""

    cause: AnaplanError | None
    found: str = ""
    may_repeat: bool = True


@dataclass(frozen=True, slots=True)
class SingleStart:
    """The start of an action, which is never asked for twice without a look at its tasks.

    Attributes
    ----------
    requests : StartCalls
        Of the action.
    body : mapping
        As `start_body` makes it.
    check : callable, optional
        Raises if the action must not be started; done while its tasks are listed.
    restart_after : float, optional
        After a lost answer the action is started again if the model has stayed idle for so many
        seconds and no task is new. None and infinity: never.
    latest : callable, optional
        Returns Anaplan's records of its tasks, of a moment ago, instead of the first listing.
    """

    requests: StartCalls
    body: Mapping[str, Any]
    check: Callable[[], None] | None = None
    restart_after: float | None = None
    latest: Callable[[], Iterable[Mapping[str, Any]]] | None = None

    def run(self) -> Started:
        """Start the action.

        After a refusal it is asked for again if no task is new. If the answer is lost, the one
        task that is new is taken up.

        Raises
        ------
        TaskUncertain
            If it is not known whether the action was started.
        """
        if self.latest is None:
            before = set(self._listed_with_check())
        else:
            before = {str(task["taskId"]) for task in self.latest()}
        starts = 0
        while True:
            restarted = starts > 0
            begun = self._once(before, restarted=restarted)
            if isinstance(begun, Started):
                return begun
            starts += 1
            if not begun.may_repeat or starts == _MOST_STARTS or not self._may_restart:
                raise self._uncertain(begun, begun.found)
            found = self._found_while_idle(before, begun)
            if found is not None:
                return Started(found, before, adopted=True, restarted=restarted)
            _log.warning(
                "%s: its start was lost, and the model was idle for %g s: starting it again",
                self.requests.label,
                self.restart_after,
            )

    @property
    def _may_restart(self) -> bool:
        return self.restart_after is not None and self.restart_after < math.inf

    def _once(self, before: Collection[str], *, restarted: bool) -> Started | _Lost:
        """Ask for the start, and look what is new if the answer is lost."""
        look = partial(self._check_refusal, before)
        try:
            task_id = self.requests.start(self.body, look)
        except _RefusedButListed as found:
            return Started(found.task_id, before, adopted=True, restarted=restarted)
        except AnswerLost as lost:
            return self._new_task(before, lost, restarted=restarted)
        except AnaplanError as error:
            if not restarted or isinstance(error, TaskUncertain):
                raise
            # What this start did is known, but not what the one before it did.
            over = isinstance(error, TransferTimeout)
            reason = "the seconds of timeout= were over" if over else error
            known = f"it could not be started again ({reason})"
            raise self._uncertain(_Lost(error), known) from error
        if not task_id:
            return self._new_task(before, None, restarted=restarted)
        return Started(task_id, before, adopted=False, restarted=restarted)

    def _check_refusal(self, before: Collection[str], refusal: AnaplanError) -> None:
        """Raise if a start that was refused has made a task after all, or may have."""
        try:
            new = _new(self._listed(), before)
        except TransferTimeout:
            raise
        except AnaplanError as error:
            raise TaskUncertain(
                f"The start of {self.requests.label} was refused ({refusal}), and whether it runs "
                f"nevertheless is not known, as {self.requests.listing} cannot be listed "
                f"({error}). Look at them before you run it again."
            ) from refusal
        if not new:
            return
        # A busy model is busy with somebody's task, which may be the new one.
        if len(new) == 1 and not isinstance(refusal, ModelUnavailable):
            raise _RefusedButListed(new[0])
        raise TaskUncertain(
            f"The start of {self.requests.label} was refused ({refusal}), but since then new tasks "
            f"are listed: {', '.join(new)}. One may be of this start: look at them before you run "
            "it again."
        ) from refusal

    def _new_task(
        self, before: Collection[str], lost: AnswerLost | None, *, restarted: bool
    ) -> Started | _Lost:
        """Return the task whose start was not answered: the one that is new."""
        try:
            new = self._listed_since(before)
        except TransferTimeout:
            return _Lost(lost, "no new task was seen before the seconds of timeout= were over")
        except AnaplanError as error:
            return _Lost(lost, f"{self.requests.listing} cannot be listed ({error})")
        if len(new) == 1:
            return Started(new[0], before, adopted=True, restarted=restarted)
        return _Lost(lost, _described(new), may_repeat=not new)

    def _found_while_idle(self, before: Collection[str], lost: _Lost) -> str | None:
        """Wait until the model has stayed idle; return the one task that is new, if there is one.

        Raises
        ------
        TaskUncertain
            If several are new, the model does not become idle, or the action must not be started
            again.
        """
        seconds = self.restart_after or 0.0
        idleness = ModelIdleness(self.requests.transport, self.requests.model_path)
        try:
            was_idle = idleness.wait(seconds, lambda: bool(_new(self._listed(), before)))
            new = _new(self._listed_with_check(), before)
        except TransferTimeout as over:
            known = f"{lost.found} before the seconds of timeout= were over"
            raise self._uncertain(lost, known) from over
        except AnaplanError as error:
            known = f"{lost.found}, and it was not started again ({error})"
            raise self._uncertain(lost, known) from error
        if len(new) == 1:
            return new[0]
        if new:
            raise self._uncertain(lost, _described(new))
        if not was_idle:
            raise self._uncertain(
                lost, f"{lost.found}, while the model was never idle for {seconds:g} s"
            )
        return None

    def _uncertain(self, lost: _Lost, known: str) -> TaskUncertain:
        error = TaskUncertain(
            f"The answer to the start of {self.requests.label} was lost, and {known}. "
            f"It may be running: look at {self.requests.listing} before you run it again."
        )
        error.__cause__ = lost.cause
        return error

    def _listed_with_check(self) -> list[str]:
        """Return the tasks that there are, and check meanwhile whether it may be started."""
        if self.check is None:
            return self._listed()
        checking = Ahead(self.check, name="anaplan-check")
        try:
            listed = self._listed()
            checking.result()
            return listed
        finally:
            checking.close()

    def _listed_since(self, before: Collection[str]) -> list[str]:
        """Look for tasks that were not there before, some times: one may be listed late."""

        def look() -> list[str] | None:
            return _new(self._listed(), before) or None

        return poll(look, self.requests.transport.clock, pauses=_LISTING_PAUSES) or []

    def _listed(self) -> list[str]:
        return self.requests.task_ids()


def _new(listed: Collection[str], before: Collection[str]) -> list[str]:
    return [task for task in listed if task not in before]


def _described(new: Collection[str]) -> str:
    return f"several tasks are new: {', '.join(new)}" if new else "no new task is listed"


def check_restart_after(seconds: object) -> None:
    """Refuse what is not a time that a model can stay idle; None is allowed.

    Raises
    ------
    TypeError, ValueError
        If it is not a number of seconds above 0.
    """
    if seconds is None:
        return
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError(f"restart_after must be a number of seconds, or None, not {seconds!r}")
    if not seconds > 0:
        raise ValueError(
            f"restart_after must be a number of seconds above 0, or None, not {seconds!r}"
        )
