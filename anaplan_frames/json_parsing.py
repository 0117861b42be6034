"""`parse_json`: JSON that is not nested without end."""

from __future__ import annotations

import json
import re
from typing import Any

# Anaplan's answers have six levels.
_DEEPEST = 100
_TOO_DEEP = f"it is nested more than {_DEEPEST} levels deep"
_NOT_A_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_AS_OBJECTS = bytes.maketrans(b"[]", b"{}")
_INNERMOST = b"{}"
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)


def parse_json(content: bytes | str, **options: Any) -> Any:
    """Parse JSON of a server, or of a file that something else may have changed.

    Python's parser raises `RecursionError` for JSON that is nested too deeply. By then objects may
    have been released at a depth where their own code could not run any more.

    Parameters
    ----------
    content : bytes or str
    **options
        Of `json.loads`.

    Raises
    ------
    ValueError
        If it is not JSON, or is nested more than 100 levels deep.
    """
    check_depth(content)
    try:
        return json.loads(content, **options)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def check_depth(content: bytes | str) -> None:
    """Raise ValueError if JSON is nested more than 100 levels deep.

    Brackets in its strings can hide this, if they are set so that they do.
    """
    text = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    if not _is_shallow(text) and _is_deep(_STRING.sub(b"", text)):
        raise ValueError(_TOO_DEEP)


def _is_shallow(text: bytes) -> bool:
    """Whether all brackets are closed, and at most 100 are open at once."""
    brackets = _brackets(text)
    for _ in range(_DEEPEST):
        if not brackets:
            break
        brackets = brackets.replace(_INNERMOST, b"")
    return not brackets


def _is_deep(text: bytes) -> bool:
    """Whether more than 100 brackets are open at once, some of which may not be closed."""
    brackets = _brackets(text)
    for taken_out in range(_DEEPEST + 1):
        if brackets.count(b"{") <= _DEEPEST - taken_out:
            return False
        length = len(brackets)
        brackets = brackets.replace(_INNERMOST, b"")
        if len(brackets) == length:
            break
    return True


def _brackets(text: bytes) -> bytes:
    """Return the brackets of a text, each as one of an object."""
    return text.translate(_AS_OBJECTS, _NOT_A_BRACKET)
