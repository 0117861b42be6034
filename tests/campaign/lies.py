"""Answers that are not Anaplan's: given by something in between, or changed on the way."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

JSON = "application/json"
# Status, content type and body of what a gateway, proxy or sign-in page may give.
LIES: dict[str, tuple[int, str, bytes]] = {
    "204": (204, "", b""),
    "empty 200": (200, "", b""),
    "empty JSON": (200, JSON, b""),
    "202": (202, "", b""),
    "HTML": (200, "text/html; charset=utf-8", b"<html><body>Sign in</body></html>"),
    "XHTML": (200, "application/xhtml+xml", b"<html><body>Sign in</body></html>"),
    "text": (200, "text/plain", b"OK"),
    "error": (200, JSON, b'{"error": "try later"}'),
    "list": (200, JSON, b"[]"),
    "object": (200, JSON, b"{}"),
    "status 500": (200, JSON, b'{"status": {"code": 500, "message": "Failure"}}'),
    "deep": (200, JSON, b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
}
# What an application may answer although it has acted.
REFUSALS: dict[str, tuple[int, str, bytes]] = {
    str(status): (status, JSON, b'{"status": {"code": %d, "message": "Busy"}}' % status)
    for status in (401, 409, 429, 500, 503)
}
_ODD: tuple[Any, ...] = (None, "", "x", 7, -1, 1e300, True, [], {}, [[]], {"a": 1}, "40%", "false")
# States of tasks that Anaplan does not document; other clients know of some.
STATES = ("FAILED", "QUEUED", "PAUSED", "in progress", "", "COMPLETE_WITH_WARNINGS")


def edited(content: Any, chance: random.Random) -> str:
    """Change a JSON value in one place, and return what was done."""
    places = list(_places(content))
    owner, key = chance.choice(places)
    if chance.random() < 0.4:
        del owner[key]
        return f"without {key!r}"
    owner[key] = copy.deepcopy(chance.choice(_ODD))
    return f"{key!r} is {owner[key]!r}"


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(pairs):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)
