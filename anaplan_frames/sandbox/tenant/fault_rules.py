"""Fault rules: which requests fail, and how, to test clients against faults."""

from __future__ import annotations

import email.utils
import fnmatch
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
    "cut gzip",
    "interim",
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
        Patterns of `fnmatch`; the path is without ``/2/0``.
    after : int
        How many matching requests pass first.
    times : int or None
        How many requests fail after that; None for all.
    retry_after : str or None
        The header ``Retry-After`` of a refusal.
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
        """Count a request and return whether it fails."""
        if not (fnmatch.fnmatchcase(method, self.method) and fnmatch.fnmatchcase(path, self.path)):
            return False
        if self.ended:
            return False
        if self._passed < self.after:
            self._passed += 1
            return False
        self.hits += 1
        return True

    @property
    def ended(self) -> bool:
        """Whether no further request fails by this rule."""
        return self.times is not None and self.hits >= self.times


class Faults:
    """The fault rules of a sandbox; the first one that matches a request applies.

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
        """How many late requests have not been carried out yet."""
        self._lock = threading.Lock()
        self.struck: list[tuple[str, str, str]] = []
        """The requests that have failed: kind, method and path, in order."""

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
        """Let requests fail.

        Parameters
        ----------
        kind : str
            The fault:

            - ``"429"``, ``"500"``, ``"502"``, ``"503"``, ``"504"``: the request is refused with
              this status and not carried out.
            - ``"reset"``: the connection is reset before the request is read.
            - ``"broken upload"``: the connection is reset while the request is read.
            - ``"lost answer"``: the request is carried out, and the connection is reset.
            - ``"lost 504"``: the request is carried out, and a gateway answers 504.
            - ``"late"``: the connection is reset, and the request is carried out some seconds
              later.
            - ``"cut body"``: the request is carried out, and half of the answer is sent.
            - ``"stall"``: after some seconds without an answer the connection is reset.
            - ``"stalled answer"``: the same, but the request is carried out first.
            - ``"token"``: all tokens become invalid.
            - ``"restart"``: all connections are reset, all tokens become invalid, and the next
              few connections are reset, too.
            - ``"missing chunk"``: a list of chunks leaves one out.
            - ``"shuffled chunks"``: a list of chunks is in another order.
            - ``"cut gzip"``: the request is carried out, and the answer is compressed and stops
              before the end of its gzip, though it is as long as its header says.
            - ``"interim"``: 102 and 103 come before the answer, which is the right one.
        method, path : str
            Patterns of the requests: ``"PUT"``, ``"*/chunks/*"``. The path begins after ``/2/0``;
            in the authentication service a path is for example ``/token/authenticate``.
        after : int
            How many matching requests pass first.
        times : int or None
            How many requests fail after that; None for all.
        retry_after : str or float, optional
            The header ``Retry-After`` of a refusal: seconds, or an HTTP date.
        seconds : float
            How long a stall lasts (make it longer than the client's timeout), and how much later a
            late request is carried out.

        Returns
        -------
        Fault
            The rule; ``hits`` counts the requests that have failed.

        Raises
        ------
        ValueError
            If the kind is unknown.
        """
        if kind not in KINDS:
            raise ValueError(f"The fault {kind!r} is unknown; the faults are {', '.join(KINDS)}.")
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
        """Let a share of all requests fail at random, the same ones for the same seed.

        Whether a request fails, and how, depends on the seed, the request, and the number of such
        requests before it; it does not depend on other threads.

        Parameters
        ----------
        seed : int
        share : float
            The share of requests that fail, from 0 to 1.
        kinds : sequence of str
            The faults to choose from.
        in_a_row : int
            How often a method and path may fail in a row, so that a client that retries succeeds.
        seconds : float
            How long a stall lasts.
        """
        with self._lock:
            self._random = _AtRandom(RandomFaults(seed, share, tuple(kinds), in_a_row, seconds))

    def rules(self) -> list[Fault]:
        """Return the rules as they are now, those that have ended included."""
        with self._lock:
            return [replace(rule) for rule in self._rules]

    @property
    def random(self) -> RandomFaults | None:
        """Which requests fail at random, if any."""
        return None if self._random is None else self._random.choice

    def clear(self) -> None:
        """Remove all rules: no further request fails."""
        with self._lock:
            self._rules.clear()
            self._random = None
            self._refusing = 0

    def strike(self, method: str, path: str) -> Fault | None:
        """Count a request and return its fault, if any."""
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


@dataclass(frozen=True, slots=True)
class RandomFaults:
    """Which requests fail at random; `Faults.at_random` describes the attributes."""

    seed: int
    share: float
    kinds: tuple[Kind, ...]
    in_a_row: int
    seconds: float


class _AtRandom:
    """A seeded random choice of faults."""

    def __init__(self, choice: RandomFaults) -> None:
        self.choice = choice
        self._seen: Counter[str] = Counter()
        self._in_a_row: Counter[str] = Counter()

    def strike(self, method: str, path: str) -> Fault | None:
        call = f"{method} {_VARIABLE_PARTS.sub('', path)}"
        self._seen[call] += 1
        chance = random.Random(f"{self.choice.seed} {call} {self._seen[call]}")
        if chance.random() >= self.choice.share or self._in_a_row[call] >= self.choice.in_a_row:
            self._in_a_row[call] = 0
            return None
        self._in_a_row[call] += 1
        kind = chance.choice(self.choice.kinds)
        wait = chance.choice((None, "0", "1", "2", _soon())) if kind in ("429", "503") else None
        return Fault(kind, retry_after=wait, seconds=self.choice.seconds)

    def count(self, method: str, path: str) -> None:
        """Count a request that failed for another reason."""
        self._in_a_row[f"{method} {_VARIABLE_PARTS.sub('', path)}"] += 1


# Differs between runs and clients for the same request: ids of tasks, the URL's form.
_VARIABLE_PARTS = re.compile(r"^/workspaces/[^/]+(?=/models/)|(?<=/tasks/)[0-9A-F]{32}")


def _soon() -> str:
    """Return the time in two seconds, as an HTTP date."""
    return email.utils.formatdate(time.time() + 2, usegmt=True)
