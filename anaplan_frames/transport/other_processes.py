"""Transports in other processes: after a fork, and unpickled."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar
from weakref import WeakSet

Made = TypeVar("Made")
_MOST_KEPT = 8


class Forking(Protocol):
    """What has connections and locks of its own in each process."""

    def after_fork(self) -> None:
        """Replace them in a child process, which has one thread at this moment."""


_forking: WeakSet[Forking] = WeakSet()
_kept: OrderedDict[Hashable, Any] = OrderedDict()
_lock = threading.Lock()


def notice_forks(thing: Forking) -> None:
    """Call ``thing.after_fork()`` in each child process, before anything else is done there."""
    _forking.add(thing)


def made_once(key: Hashable, make: Callable[[], Made]) -> Made:
    """Return what was made in this process for `key`; only the last few are kept."""
    with _lock:
        made: Made = _kept.pop(key) if key in _kept else make()
        _kept[key] = made
        if len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
        return made


def _after_fork() -> None:
    global _lock
    _lock = threading.Lock()
    for thing in list(_forking):
        thing.after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_after_fork)
