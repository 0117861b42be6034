"""Faults by rule: the sandbox fails as networks and services do, so that ETL can be tested."""

from __future__ import annotations

import email.utils
import fnmatch
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

Kind: TypeAlias = Literal[
    "429",
    "500",
    "502",
    "503",
    "504",
    "reset",
    "broken upload",
    "lost answer",
    "lost 504",
    "late",
    "cut body",
    "stall",
    "stalled answer",
    "token",
    "restart",
    "missing chunk",
    "shuffled chunks",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
_REFUSED_AFTER_RESTART = 2  # connections


@dataclass(slots=True)
class Fault:
    """A rule: which requests fail, how, and how often.

    Attributes
    ----------
    kind : str
        One of `KINDS`; `Faults.add` says what they do.
    method, path : str
        Patterns as of `fnmatch`; the path without ``/2/0`` before it.
    after : int
        How many requests that match are let through first.
    times : int or None
        How many fail then; None for all.
    retry_after : str or None
        The header of that name, for a refusal.
    seconds : float
        How long a stall lasts.
    hits : int
        How many requests have failed by this rule.
    """

    kind: Kind
    method: str = "*"
    path: str = "*"
    after: int = 0
    times: int | None = 1
    retry_after: str | None = None
    seconds: float = 1.0
    hits: int = 0
    _passed: int = field(default=0, repr=False)

    def strikes(self, method: str, path: str) -> bool:
        """Count a request, and tell whether it fails."""
        if not (fnmatch.fnmatchcase(method, self.method) and fnmatch.fnmatchcase(path, self.path)):
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        if self._passed < self.after:
            self._passed += 1
            return False
        self.hits += 1
        return True


class Faults:
    """The rules of one sandbox; the first that matches a request decides.

    Examples
    --------
    >>> with Sandbox.demo() as sandbox:  # doctest: +SKIP
    ...     sandbox.faults.add("lost answer", method="POST", path="*/imports/*/tasks")
    ...     sandbox.faults.add("503", path="*/chunks/*", times=3)
    """

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._random: _AtRandom | None = None
        self._refusing = 0
        self.pending = 0
        """How many requests are still to be done late."""
        self._lock = threading.Lock()
        self.struck: list[tuple[str, str, str]] = []
        """What failed so far: kind, method and path, in order."""

    def add(
        self,
        kind: Kind,
        *,
        method: str = "*",
        path: str = "*",
        after: int = 0,
        times: int | None = 1,
        retry_after: str | float | None = None,
        seconds: float = 1.0,
    ) -> Fault:
        """Have requests fail.

        Parameters
        ----------
        kind : str
            ``"429"``, ``"500"``, ``"502"``, ``"503"``, ``"504"``: refused with this status, and
            nothing is done. ``"reset"``: the connection is reset before the request is read;
            ``"broken upload"``: while it is read. ``"lost answer"``: done, and the connection is
            reset instead of an answer; ``"lost 504"``: done, and a gateway answers 504;
            ``"late"``: the connection is reset at once, and it is done some seconds later.
            ``"cut body"``: done, and the answer breaks off half way. ``"stall"``: nothing happens
            for some seconds and then the connection is reset; ``"stalled answer"``: done, and the
            same. ``"token"``: all tokens end. ``"restart"``: all connections are reset, all tokens
            end, and the next few connections are reset at once. ``"missing chunk"``: where chunks
            are listed, one is not; ``"shuffled chunks"``: where they are listed, they are in
            another order; other answers are as ever.
        method, path : str
            Which requests, as patterns: ``"PUT"``, ``"*/chunks/*"``. The path begins after
            ``/2/0``; those of the authentication service are such as ``/token/authenticate``.
        after : int
            Let so many of them through first.
        times : int or None
            How many fail; None for all from then on.
        retry_after : str or float, optional
            The header ``Retry-After`` of a refusal: seconds, or an HTTP date.
        seconds : float
            How long a stall lasts; make it longer than the client's time-out. And how much later
            something is done.

        Returns
        -------
        Fault
            The rule; its ``hits`` count.

        Raises
        ------
        ValueError
            If there is no such kind.
        """
        if kind not in KINDS:
            raise ValueError(f"There is no fault {kind!r}; there are {', '.join(KINDS)}.")
        header = None if retry_after is None else str(retry_after)
        rule = Fault(kind, method, path, after, times, header, seconds)
        with self._lock:
            self._rules.append(rule)
        return rule

    def at_random(
        self,
        seed: int,
        *,
        share: float = 0.1,
        kinds: Sequence[Kind] = KINDS,
        in_a_row: int = 3,
        seconds: float = 1.0,
    ) -> None:
        """Have a share of all requests fail at random, the same for the same seed.

        Whether a request fails, and how, depends on the seed, on what is asked for, and on how
        often that was asked before: not on what other threads do meanwhile.

        Parameters
        ----------
        seed : int
        share : float
            Of the requests, 0 to 1.
        kinds : sequence of str
            Which faults.
        in_a_row : int
            Requests of one method and path fail at most so often in a row, so that there is a way
            through for those who try again.
        seconds : float
            How long a stall lasts.
        """
        with self._lock:
            self._random = _AtRandom(seed, share, tuple(kinds), in_a_row, seconds)

    def clear(self) -> None:
        """Forget all rules: from now on nothing fails."""
        with self._lock:
            self._rules.clear()
            self._random = None
            self._refusing = 0

    def strike(self, method: str, path: str) -> Fault | None:
        """Return the fault that this request meets, if any."""
        with self._lock:
            if self._refusing:
                self._refusing -= 1
                if self._random is not None:
                    self._random.count(method, path)
                return Fault("reset")
            fault = next((rule for rule in self._rules if rule.strikes(method, path)), None)
            if fault is None and self._random is not None:
                fault = self._random.strike(method, path)
            if fault is not None:
                self.struck.append((fault.kind, method, path))
                self._refusing = _REFUSED_AFTER_RESTART if fault.kind == "restart" else 0
            return fault


class _AtRandom:
    """A seeded choice of faults."""

    def __init__(
        self, seed: int, share: float, kinds: tuple[Kind, ...], in_a_row: int, seconds: float
    ) -> None:
        self._seed = seed
        self._share = share
        self._kinds = kinds
        self._most = in_a_row
        self._seconds = seconds
        self._seen: Counter[str] = Counter()
        self._in_a_row: Counter[str] = Counter()

    def strike(self, method: str, path: str) -> Fault | None:
        call = f"{method} {_BY_CHANCE.sub('', path)}"
        self._seen[call] += 1
        chance = random.Random(f"{self._seed} {call} {self._seen[call]}")
        if chance.random() >= self._share or self._in_a_row[call] >= self._most:
            self._in_a_row[call] = 0
            return None
        self._in_a_row[call] += 1
        kind = chance.choice(self._kinds)
        wait = chance.choice((None, "0", "1", "2", _soon())) if kind in ("429", "503") else None
        return Fault(kind, retry_after=wait, seconds=self._seconds)

    def count(self, method: str, path: str) -> None:
        """Count a request that failed for another reason."""
        self._in_a_row[f"{method} {_BY_CHANCE.sub('', path)}"] += 1


# What differs between runs and clients that ask for the same: ids of tasks, the URL's other form.
_BY_CHANCE = re.compile(r"^/workspaces/[^/]+(?=/models/)|(?<=/tasks/)[0-9A-F]{32}")


def _soon() -> str:
    """Return the time in a moment, as an HTTP date."""
    return email.utils.formatdate(time.time() + 2, usegmt=True)
