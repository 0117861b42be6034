"""Deprecate a public function or parameter; CONTRIBUTING.md has the policy."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from anaplan_frames.messages import warn

P = ParamSpec("P")
R = TypeVar("R")


def deprecated(replacement: str, *, removed_in: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function or method as deprecated.

    Each line that calls it warns once, as Python shows a warning once per line.

    Parameters
    ----------
    replacement : str
        What to use instead, as the user types it, for example ``"Model.lists"``.
    removed_in : str
        The first version without the function.

    Warns
    -----
    FutureWarning
        When the function is called, at the line of the caller.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        text = _sentence(f"{function.__qualname__}()", replacement, removed_in)

        @functools.wraps(function)
        def warning_first(*args: P.args, **kwargs: P.kwargs) -> R:
            warn(text, FutureWarning)
            return function(*args, **kwargs)

        return warning_first

    return decorate


def renamed_parameter(
    old: str, new: str, *, removed_in: str
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Accept a keyword parameter under its old name as well.

    Parameters
    ----------
    old, new : str
        The parameter's names; the function itself takes the new one.
    removed_in : str
        The first version without the old name.

    Warns
    -----
    FutureWarning
        When the old name is used, at the line of the caller.

    Raises
    ------
    TypeError
        When both names are given.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        text = _sentence(f"{function.__qualname__}({old}=)", f"{new}=", removed_in)

        @functools.wraps(function)
        def with_the_new_name(*args: P.args, **kwargs: P.kwargs) -> R:
            return function(*args, **_renamed(kwargs))

        def _renamed(given: dict[str, Any]) -> dict[str, Any]:
            if old not in given:
                return given
            if new in given:
                raise TypeError(
                    f"{function.__qualname__}() got both {old}= and {new}=. Leave {old}= out."
                )
            warn(text, FutureWarning)
            return {new if name == old else name: value for name, value in given.items()}

        return with_the_new_name

    return decorate


def _sentence(what: str, replacement: str, removed_in: str) -> str:
    return f"{what} is deprecated and will be removed in {removed_in}. Use {replacement} instead."
