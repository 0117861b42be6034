"""`Secret`: a value that no repr shows, nor a traceback that prints local variables."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

Value = TypeVar("Value", str, bytes)


class Secret(Generic[Value]):
    """Hold a password, key or token; only `reveal` returns it.

    A function that gets a secret as an argument wraps it first and deletes the argument, since
    pytest and rich print the local variables of the frames of a traceback.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Value) -> None:
        self._value: Value = value

    def reveal(self) -> Value:
        """Return the value itself; use it in an expression and do not assign it to a variable."""
        return self._value

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("A secret is not pickled: give it to each process by its environment.")

    def __repr__(self) -> str:
        return "Secret('***')"
