"""Filters of users, checked before they are sent.

Anaplan supports a part of SCIM's filters, and refuses the rest without saying what it would take:
the operators ``eq ne pr gt ge lt le``, ``and``, ``or`` and parentheses, on five attributes and
``active``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple, NoReturn

from anaplan_frames.messages import close_names

_TEXTS = ("userName", "id", "externalId", "name.familyName", "name.givenName")
_ATTRIBUTES = {name.casefold(): name for name in (*_TEXTS, "active")}
_COLUMNS = {
    "user_name": "userName",
    "username": "userName",
    "email": "userName",
    "external_id": "externalId",
    "family_name": "name.familyName",
    "last_name": "name.familyName",
    "familyname": "name.familyName",
    "given_name": "name.givenName",
    "first_name": "name.givenName",
    "givenname": "name.givenName",
}
_OTHER_WAYS = {
    "displayname": "Filter by name.givenName and name.familyName.",
    "emails": "Filter by userName, which is the email.",
    "name": "Filter by name.givenName or name.familyName.",
    "entitlements": "Read the users, and filter the frame that entitlements() returns.",
    "workspaces": "Read the users, and filter the frame that entitlements() returns.",
}
_COMPARISONS = ("eq", "ne", "gt", "ge", "lt", "le")
_ORDERED = ("gt", "ge", "lt", "le")
_PARTS = {
    "co": 'df[df["user_name"].str.contains("...")]',
    "sw": 'df[df["user_name"].str.startswith("...")]',
    "ew": 'df[df["user_name"].str.endswith("...")]',
}
_SIGNS = {"==": "eq", "=": "eq", "!=": "ne", "<>": "ne", ">": "gt", ">=": "ge", "<": "lt"}
_SIGNS |= {"<=": "le", "&": "and", "&&": "and", "|": "or", "||": "or"}
_WORD = re.compile(r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[()\[\]])|(?P<word>[^\s()\[\]"]+))')
_DEEPEST = 50
_WORDS = {"true": "true", "false": "false"}


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def check_filter(text: str) -> str:
    """Check a filter, and return it as it is sent.

    Parameters
    ----------
    text : str
        Such as ``'active eq true and userName ne "a@b.com"'``. Names and operators may be in any
        case; the values of texts are in double quotes, with JSON's escapes.

    Returns
    -------
    str
        The same filter, with names and operators as Anaplan spells them.

    Raises
    ------
    TypeError
        If it is not text.
    ValueError
        If it is not a filter, or has what Anaplan does not support; says what to do instead.
    """
    if not isinstance(text, str):
        raise TypeError(f"filter must be text such as 'active eq true', not {type(text).__name__}")
    return _Checker(text).checked()


def any_of(attribute: str, values: Sequence[str]) -> str:
    """Return the filter for users with one of some values of an attribute."""
    return " or ".join(f"{attribute} eq {json.dumps(value)}" for value in values)


class _Checker:
    """Reads a filter from the left to the right, and keeps the words as they are sent."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._split())
        self._next = 0
        self._sent: list[str] = []

    def checked(self) -> str:
        """Return the filter as it is sent."""
        if not self._tokens:
            self._fail("it is empty. Leave filter= out to get all users", 0)
        self._alternatives(0)
        rest = self._peek()
        if rest is not None:
            self._fail(f"{rest.text!r} is one word too many; 'and' or 'or' comes here", rest.at)
        return self._joined()

    def _joined(self) -> str:
        """Join the words, with parentheses close to what they hold."""
        parts: list[str] = []
        for word in self._sent:
            if parts and parts[-1] != "(" and word != ")":
                parts.append(" ")
            parts.append(word)
        return "".join(parts)

    def _split(self) -> Iterator[_Token]:
        position, end = 0, len(self._text.rstrip())
        while position < end:
            found = _WORD.match(self._text, position)
            if found is None:
                self._fail('a text begins with " and has no " at its end', position)
            kind = found.lastgroup or ""
            yield _Token(kind, found.group(kind), found.start(kind))
            position = found.end()

    def _alternatives(self, depth: int) -> None:
        self._factor(depth)
        while (token := self._peek()) is not None and token.text.casefold() in ("and", "or"):
            self._keep(self._take("").text.casefold())
            self._factor(depth)

    def _factor(self, depth: int) -> None:
        token = self._peek()
        if token is None or token.text != "(":
            self._comparison()
            return
        if depth == _DEEPEST:
            self._fail("there are too many parentheses in one another", token.at)
        self._keep(self._take("").text)
        self._alternatives(depth + 1)
        end = self._take("')'")
        if end.text != ")":
            self._fail(f"')' must come before {end.text!r}", end.at)
        self._keep(")")

    def _comparison(self) -> None:
        name = self._attribute(self._take("an attribute such as userName"))
        self._keep(name)
        verb = self._operator(self._take("an operator such as eq"))
        self._keep(verb)
        if verb != "pr":
            self._keep(self._value(self._take("a value"), name, verb))

    def _attribute(self, token: _Token) -> str:
        folded = token.text.casefold()
        if token.kind == "word" and folded in _ATTRIBUTES:
            return _ATTRIBUTES[folded]
        if token.text in "[]":
            self._fail("Anaplan does not support [ and ]. Use and, or and ( )", token.at)
        if folded == "not":
            self._fail("Anaplan does not support not. Use ne instead of eq", token.at)
        way = _OTHER_WAYS.get(folded.partition(".")[0].partition("[")[0])
        meant = _COLUMNS.get(folded) or next(iter(close_names(token.text, _TEXTS)), None)
        if meant:
            way = f"Write {meant}."
        known = ", ".join((*_TEXTS, "active"))
        way = way or f"It can filter by {known}."
        self._fail(f"Anaplan cannot filter by {token.text!r}. {way.rstrip('.')}", token.at)

    def _operator(self, token: _Token) -> str:
        folded = token.text.casefold()
        if token.kind == "word" and folded in (*_COMPARISONS, "pr"):
            return folded
        if folded in _PARTS:
            self._fail(
                f"Anaplan does not support {token.text!r}. Read the users, and filter the frame: "
                f"{_PARTS[folded]}",
                token.at,
            )
        if folded in _SIGNS:
            self._fail(f"write {_SIGNS[folded]!r} for {token.text!r}", token.at)
        if token.text in "[]":
            self._fail("Anaplan does not support [ and ]. Use and, or and ( )", token.at)
        words = ", ".join((*_COMPARISONS, "pr"))
        self._fail(f"{token.text!r} is not an operator; these are: {words}", token.at)

    def _value(self, token: _Token, name: str, verb: str) -> str:
        folded = token.text.casefold()
        if name == "active":
            return self._active(token, folded.strip('"'), verb)
        if token.kind == "text":
            try:
                json.loads(token.text, strict=False)
            except ValueError:
                self._fail(
                    f"{token.text} has a backslash that escapes nothing; write \\\\", token.at
                )
            return token.text
        if folded == "null" and verb in ("eq", "ne"):
            return "null"
        value = token.text.strip("'")
        self._fail(f"a value of {name} is in double quotes: {json.dumps(value)}", token.at)

    def _active(self, token: _Token, value: str, verb: str) -> str:
        if value not in _WORDS:
            self._fail(f"active is true or false, not {token.text}", token.at)
        if verb in _ORDERED:
            self._fail(f"active is compared with eq or ne, not with {verb}", token.at)
        return _WORDS[value]

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, wanted: str) -> _Token:
        token = self._peek()
        if token is None:
            self._fail(f"it ends where {wanted} must come", len(self._text))
        self._next += 1
        return token

    def _keep(self, word: str) -> None:
        self._sent.append(word)

    def _fail(self, reason: str, at: int) -> NoReturn:
        raise ValueError(f"filter {self._text!r}, at character {at + 1}: {reason}.")
