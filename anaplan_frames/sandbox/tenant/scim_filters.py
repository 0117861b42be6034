"""Filters of SCIM, as far as the service understands them: compiled to a test of a user.

By scim-openapi.json: the operators ``eq ne pr gt ge lt le``, ``and``, ``or`` and parentheses, on
five attributes. All else is refused with 400 and ``invalidValue``, as was measured on live tenants.
Names and operators are taken in any case, and texts compared as RFC 7643 says of each attribute.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

_WORD = r'\(|\)|"(?:[^"\\]|\\.)*"|[^\s()"]+'
_TEXTS = ("userName", "id", "externalId", "name.familyName", "name.givenName")
_EXACT = frozenset({"id", "externalId"})
_ATTRIBUTES = {name.casefold(): name for name in (*_TEXTS, "active")}
_ORDERED = {"gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le}
_DEEPEST = 50

Attributes = Mapping[str, Any]
Test = Callable[[Attributes], bool]


class BadFilter(Exception):
    """A filter that the service refuses."""


def compile_filter(text: str) -> Test:
    """Compile a filter.

    Returns
    -------
    callable
        Takes the attributes of a user by their names, such as ``"name.familyName"``; what a user
        does not have is None.

    Raises
    ------
    BadFilter
        If it is not one, or uses what the service does not support.
    """
    words = re.findall(_WORD, text)
    if "".join(words) != re.sub(r'("(?:[^"\\]|\\.)*")|\s+', r"\1", text) or not words:
        raise BadFilter(f"Invalid filter: {text}")
    parser = _Parser(words)
    test = parser.alternatives(0)
    if parser.next() is not None:
        raise BadFilter(f"Invalid filter at {parser.next()}")
    return test


class _Parser:
    def __init__(self, words: list[str]) -> None:
        self._words = words

    def next(self) -> str | None:
        return self._words[0] if self._words else None

    def alternatives(self, depth: int) -> Test:
        tests = [self._conjunction(depth)]
        while self._is_next("or"):
            self._take()
            tests.append(self._conjunction(depth))
        return lambda user: any(test(user) for test in tests)

    def _conjunction(self, depth: int) -> Test:
        tests = [self._factor(depth)]
        while self._is_next("and"):
            self._take()
            tests.append(self._factor(depth))
        return lambda user: all(test(user) for test in tests)

    def _factor(self, depth: int) -> Test:
        if self.next() != "(":
            return self._comparison()
        if depth == _DEEPEST:
            raise BadFilter("The filter is nested too deep")
        self._take()
        test = self.alternatives(depth + 1)
        if self._take() != ")":
            raise BadFilter("A parenthesis is not closed")
        return test

    def _comparison(self) -> Test:
        given = self._take()
        name = _ATTRIBUTES.get(given.casefold())
        if name is None:
            raise BadFilter(f"Unsupported filter attribute: {given}")
        verb = self._take().casefold()
        if verb == "pr":
            return lambda user: user[name] is not None
        if verb not in ("eq", "ne", *_ORDERED):
            raise BadFilter(f"Unsupported filter operator: {verb}")
        return _comparison(name, verb, _value(self._take()))

    def _is_next(self, word: str) -> bool:
        return (self.next() or "").casefold() == word

    def _take(self) -> str:
        if not self._words:
            raise BadFilter("The filter ends too early")
        return self._words.pop(0)


def _value(word: str) -> Any:
    try:
        return json.loads(word.casefold() if word.casefold() in ("true", "false") else word)
    except ValueError:
        raise BadFilter(f"Invalid filter value: {word}") from None


def _comparison(name: str, verb: str, value: Any) -> Test:
    if value is not None and isinstance(value, bool) != (name == "active"):
        raise BadFilter(f"Invalid filter value for {name}")
    if verb in _ORDERED and not isinstance(value, str):
        raise BadFilter(f"{verb} needs a text")
    if not isinstance(value, str | bool | None):
        raise BadFilter(f"Invalid filter value for {name}")
    wanted = _folded(name, value)

    def test(user: Attributes) -> bool:
        found = _folded(name, user[name])
        if verb in _ORDERED:
            return found is not None and bool(_ORDERED[verb](found, wanted))
        return bool((found == wanted) == (verb == "eq"))

    return test


def _folded(name: str, value: Any) -> Any:
    return value.casefold() if isinstance(value, str) and name not in _EXACT else value
