"""Storage options of which no password shows: fsspec keeps options, and names instances by them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from anaplan_frames.auth.secret import Secret

# A digest of a password alone could be found out by trying passwords.
_KEY = secrets.token_bytes(32)
_SECRETS = frozenset({"password", "proxies"})
_PLAIN = (str, int, float, bool, type(None))


class Sealed:
    """An option that does not show, but of which two differ if the options do.

    Parameters
    ----------
    value : object
    mark : str
        By what it differs from others.
    """

    def __init__(self, value: object, mark: str) -> None:
        self._value = Secret(value) if isinstance(value, str) else value
        self._mark = mark

    def reveal(self) -> Any:
        """Return the option itself."""
        return self._value.reveal() if isinstance(self._value, Secret) else self._value

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            "Credentials are not pickled with storage options. Pickle the file system itself, or "
            "have each process find them: in ANAPLAN_* variables, or by {'profile': ...}."
        )

    def __repr__(self) -> str:
        return f"<sealed {self._mark}>"


def seal(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options in which all that is or may hold a secret is sealed."""
    return {name: _sealed(name, value) for name, value in options.items()}


def revealed(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as they were before they were sealed."""
    return {
        name: value.reveal() if isinstance(value, Sealed) else value
        for name, value in options.items()
    }


def shown(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that may be shown and kept."""
    return {name: value for name, value in options.items() if not isinstance(value, Sealed)}


def _sealed(name: str, value: Any) -> Any:
    if isinstance(value, Sealed) or value is None:
        return value
    if name in _SECRETS or isinstance(value, Mapping):
        return Sealed(value, _digest(repr(value)))
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, list | tuple) and all(isinstance(each, _PLAIN) for each in value):
        return tuple(value)
    # Other objects differ by identity; while it is sealed here, no other has its id.
    return Sealed(value, f"{type(value).__name__} {id(value):x}")


def _digest(text: str) -> str:
    return hmac.new(_KEY, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]
