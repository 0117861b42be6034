"""Formulas of line items: sums, differences, products and quotients of line items and numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from anaplan_frames.sandbox.planning.schema.definitions import LineItem

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)"
    r"|'(?P<quoted>(?:[^']|'')+)'"
    r"|(?P<bare>[^\W\d][\w .%?#]*)"
    r"|(?P<sign>[-+*/()]))\s*"
)


class _Parser:
    """Translate one formula into SQL, from left to right."""

    def __init__(self, formula: str, reference: Callable[[str], str]) -> None:
        self._formula = formula
        self._reference = reference
        self._tokens = self._split()
        self._at = 0

    def parse(self) -> str:
        result = self._sum()
        if self._at < len(self._tokens):
            raise self._error()
        return result

    def _split(self) -> list[tuple[str, str]]:
        tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(self._formula):
            match = _TOKEN.match(self._formula, position)
            if match is None:
                raise self._error()
            kind = match.lastgroup or ""
            tokens.append((kind, match[kind].strip()))
            position = match.end()
        return tokens

    def _sum(self) -> str:
        result = self._product()
        while self._peek() in ("+", "-"):
            result = f"({result} {self._next()[1]} {self._product()})"
        return result

    def _product(self) -> str:
        result = self._factor()
        while self._peek() in ("*", "/"):
            sign = self._next()[1]
            factor = self._factor()
            # A division by zero gives a blank value.
            result = (
                f"({result} / nullif({factor}, 0))" if sign == "/" else f"({result} * {factor})"
            )
        return result

    def _factor(self) -> str:
        kind, text = self._next()
        if kind == "number":
            return f"{text}::DOUBLE"
        if kind == "bare":
            return self._reference(text)
        if kind == "quoted":
            return self._reference(text.replace("''", "'"))
        if text == "-":
            return f"(-{self._factor()})"
        if text == "(":
            result = self._sum()
            if self._next()[1] == ")":
                return result
        raise self._error()

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise self._error()
        self._at += 1
        return self._tokens[self._at - 1]

    def _error(self) -> ValueError:
        return ValueError(
            f"The formula {self._formula!r} cannot be parsed. Use + - * / and parentheses over"
            " the module's line items and numbers."
        )


def to_sql(formula: str, reference: Callable[[str], str]) -> str:
    """Translate a formula.

    Parameters
    ----------
    formula : str
        For example ``"Salary * 2"`` or ``"'Net pay' / (FTE - 1)"``.
    reference : callable
        Returns the SQL expression of a line item, given its name; raises ValueError if it is
        unknown.

    Returns
    -------
    str
        An SQL expression; a division by zero is NULL.
    """
    return _Parser(formula, reference).parse()


def names_in(formula: str) -> set[str]:
    """Return the names of the line items that a formula uses."""
    found: set[str] = set()

    def note(name: str) -> str:
        found.add(name)
        return "0"

    to_sql(formula, note)
    return found


def formula_sql(
    items: Sequence[LineItem],
    item: LineItem,
    column: Callable[[LineItem], str],
    given: Callable[[LineItem], bool] = lambda used: not used.is_calculated,
) -> str:
    """Return the SQL of the formula of `item`, formulas that it uses included; blank counts as 0.

    Parameters
    ----------
    column : callable
        Returns the SQL of a line item that has no formula, or whose value is `given`.
    given : callable
        Returns whether the value of a line item that the formula uses is already known.
    """

    def resolve(current: LineItem, above: tuple[LineItem, ...]) -> str:
        if current.formula is None or not current.is_calculated or (above and given(current)):
            return column(current)
        if current in above:
            raise ValueError(f"The formula of line item {item.name!r} refers to itself. Change it.")

        def reference(name: str) -> str:
            other = next((other for other in items if other.name == name), None)
            if other is None or other.format.type != "NUMBER":
                raise ValueError(
                    f"The formula of line item {current.name!r} names {name!r}, which is not a"
                    " NUMBER line item of the module. Name one that is."
                )
            return f"coalesce({resolve(other, (*above, current))}, 0)"

        return to_sql(current.formula, reference)

    return resolve(item, ())
