"""`parse_json`: JSON that is not nested without end."""

from __future__ import annotations

import json
import re
from typing import Any

# Anaplan's answers have six levels.
_DEEPEST = 100
_NOT_A_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
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
    return json.loads(content, **options)


def check_depth(content: bytes | str) -> None:
    """Raise ValueError if JSON is nested more than 100 levels deep."""
    text = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    # Brackets in strings are rare, so they are taken out only if there seem to be many levels.
    if _may_be_deep(text) and _may_be_deep(_STRING.sub(b"", text)):
        raise ValueError(f"it is nested more than {_DEEPEST} levels deep")


def _may_be_deep(text: bytes) -> bool:
    """Whether more brackets are open at once than may be; each round takes the innermost out."""
    brackets = text.translate(None, _NOT_A_BRACKET)
    for taken_out in range(_DEEPEST + 1):
        opened = brackets.count(b"{") + brackets.count(b"[")
        if opened <= _DEEPEST - taken_out:
            return False
        length = len(brackets)
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(brackets) == length:
            break
    return True
