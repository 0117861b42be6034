"""Answers that are asked for before they are needed, as an earlier run has needed them."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from anaplan_frames.deadline import check_time, remaining_seconds
from anaplan_frames.errors import AnaplanError

Result = TypeVar("Result")
Work = Callable[[str], Any]

_MOST_KEYS = 14
_OLDEST = 5.0  # seconds since an answer came; what is older is asked for again
_MOMENT = 1.0  # second in which an answer that was used may be used once more
_NOTED = 10.0  # seconds in which it is noted what a run needs first
_KEY = re.compile(r"[A-Za-z]{1,20}(/[0-9]{1,20}(/tasks)?)?")


@dataclass(slots=True)
class _Begun:
    """A request that is under way."""

    answer: Future[Any] = field(default_factory=Future)
    came: float = 0.0
    process: int = field(default_factory=lambda: os.getpid())


class EarlyAnswers:
    """What is asked for early about one model, and what was needed of it.

    A key is the path of a request below the model: ``"imports"``, ``"imports/112000000001"`` or
    ``"imports/112000000001/tasks"``.

    Parameters
    ----------
    keep : callable, optional
        Remembers keys for the next run.
    expected : sequence of str
        What an earlier run has remembered.
    """

    def __init__(
        self,
        keep: Callable[[Sequence[str]], None] | None = None,
        expected: Sequence[str] = (),
    ) -> None:
        self._keep = keep
        self.expected: list[str] = [key for key in expected if _KEY.fullmatch(key)][:_MOST_KEYS]
        self._begun: dict[str, _Begun] = {}
        self._made = time.monotonic()
        self._needed: dict[str, None] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave all out of a pickle, which is then the same each time."""
        return type(self), ()

    def begin(self, keys: Iterable[str], ask: Work) -> None:
        """Ask for some keys, each in a thread of its own, unless they are asked for already."""
        for key in keys:
            if key in self._begun:
                continue
            if key not in self.expected:
                self._note(key)
            begun = self._begun[key] = _Begun()
            # A daemon: nobody waits for an answer that is not needed.
            threading.Thread(
                target=_answer, args=(begun, ask, key), name="anaplan-early", daemon=True
            ).start()

    def take(self, key: str, ask: Callable[[], Result], *, oldest: float = _OLDEST) -> Result:
        """Return the early answer, once; if there is none, or it is old, ask now.

        Parameters
        ----------
        oldest : float
            Seconds since it came.
        """
        self._note(key)
        begun = self._begun.pop(key, None)
        if begun is None or begun.process != os.getpid():  # its thread is the parent's
            return ask()
        try:
            found = cast(Result, begun.answer.result(remaining_seconds()))
        except TimeoutError:
            check_time(key)
            raise
        except AnaplanError:
            return ask()
        return found if time.monotonic() - begun.came <= oldest else ask()

    def put(self, key: str, answer: object) -> None:
        """Have an answer that has just come taken once more, within a moment."""
        begun = self._begun[key] = _Begun(came=time.monotonic() - _OLDEST + _MOMENT)
        begun.answer.set_result(answer)

    def keep(self) -> None:
        """Remember what was needed in the first seconds, unless it was expected."""
        if self._keep is not None and not self._needed.keys() <= set(self.expected):
            self._keep(list(self._needed))

    def _note(self, key: str) -> None:
        if len(self._needed) < _MOST_KEYS and time.monotonic() - self._made < _NOTED:
            self._needed[key] = None

    def forget(self, key: str) -> None:
        """Have a key asked for when it is needed."""
        self._begun.pop(key, None)


def _answer(begun: _Begun, ask: Work, key: str) -> None:
    try:
        answer = ask(key)
        begun.came = time.monotonic()
        begun.answer.set_result(answer)
    except BaseException as error:
        begun.answer.set_exception(error)
