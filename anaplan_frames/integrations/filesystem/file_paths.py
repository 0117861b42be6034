"""Paths below ``anaplan://``: workspace, model, kind and name, each written so that it is unique.

In a path, characters stand as they are, also blanks and accents. Only what would have another
meaning is percent-encoded: a slash in a name, the signs of a pattern, and the percent sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote

PROTOCOL = "anaplan"
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_LONE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def canonical(url: str) -> str:
    """Return the path of a URL or path, in the one way that it is written here.

    Segments may be percent-encoded or not; ``*``, ``?`` and ``[...]`` stay a pattern unless they
    are encoded.
    """
    path = url.removeprefix(f"{PROTOCOL}://").removeprefix(f"{PROTOCOL}::")
    return "/".join(_segment(part) for part in path.split("/") if part)


def _segment(text: str) -> str:
    decoded = _ENCODED.sub(lambda found: _escaped(unquote(found[0])), _LONE.sub("%25", text))
    # Once more for what only the whole segment shows, such as a blank at its end.
    return re.sub(r"^\.{1,2}$|^\s|\s$|::", lambda found: _encoded(found[0]), decoded)


def _escaped(text: str) -> str:
    """Encode what has a meaning of its own, wherever in a segment it stands."""
    return re.sub(r"[%/*?\[\]\x00-\x1f\x7f]", lambda found: _encoded(found[0]), text)


def _encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8"))


def parts_of(path: str) -> list[str]:
    """Return the names of a path: workspace, model, kind and name, as far as it goes."""
    return [unquote(part) for part in canonical(path).split("/") if part]


def path_of(names: Iterable[str]) -> str:
    """Return the path of workspace, model, kind and name, as far as they are given."""
    return "/".join(canonical(quote(name, safe="")) for name in names)
