"""Patterns of dates and periods in the mapping of an import.

The service matches dates with separators in one of four orders (Y-M-D, Y-D-M, D-M-Y, M-D-Y), with
any separators, years of one, two or four digits, and months by number or name (an article of its
community). Its patterns without separators are documented by example only (``20260131``), so the
words of the others are the sandbox's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = (
    *("jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?"),
    *("aug(?:ust)?", "sep(?:t|tember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?"),
)
_MONTH_NAME = f"(?:{'|'.join(_MONTHS)})"
_SEPARATED = {"Y": r"(\d{4}|\d{1,2})", "M": rf"(\d{{1,2}}|{_MONTH_NAME})", "D": r"(\d{1,2})"}
_ORDERS = ("Y-M-D", "Y-D-M", "D-M-Y", "M-D-Y")
_TOKENS = {
    "YYYY": r"(\d{4})",
    "YY": r"(\d{2})",
    "MMM": f"({_MONTH_NAME})",
    "MM": r"(\d{2})",
    "M": r"(\d{1,2})",
    "DD": r"(\d{2})",
    "D": r"(\d{1,2})",
    "PP": r"(\d{2})",
    "P": r"(\d{1,2})",
}
_PART = re.compile(
    r"'(?P<quoted>[^']*)'|(?P<token>YYYY|YY|MMM|MM|M|DD|D|PP|P)|(?P<other>[^A-Za-z'])"
)


@dataclass(frozen=True, slots=True)
class DatePattern:
    """How texts are read as dates or periods.

    Attributes
    ----------
    text : str
        The pattern as it was given.
    expression : str
        A regular expression, for texts in any case, with a group per part.
    groups : dict of str to int
        The number of the group of "Y", "M", "D" or "P" (the number of a period in its fiscal year).
    """

    text: str
    expression: str
    groups: dict[str, int]

    @property
    def has_day(self) -> bool:
        """Whether texts are dates, and not months or numbers of periods."""
        return "D" in self.groups


def parse_pattern(given: str) -> DatePattern:
    """Parse a pattern.

    Parameters
    ----------
    given : str
        An order such as ``"D-M-Y"``, for texts with any separators; or a pattern in which YYYY or
        YY, MMM, MM or M, DD or D, and PP or P (the number of the period in the fiscal year) stand
        for parts, and texts in quotes for themselves: ``"YYYYMMDD"``, ``"'FY'YY 'P'PP"``.

    Raises
    ------
    ValueError
        If it is not one of these.
    """
    if given in _ORDERS:
        letters = given.split("-")
        expression = r"[^0-9A-Za-z]+".join(_SEPARATED[letter] for letter in letters)
        groups = {letter: number for number, letter in enumerate(letters, start=1)}
        return DatePattern(given, expression, groups)
    expression, groups, end = "", dict[str, int](), 0
    while end < len(given):
        part = _PART.match(given, end)
        if part is None or (part["token"] and part["token"][0] in groups):
            raise _unknown(given)
        end = part.end()
        if part["token"]:
            groups[part["token"][0]] = len(groups) + 1
            expression += _TOKENS[part["token"]]
        else:
            expression += re.escape(part["other"] or part["quoted"])
    if set(groups) not in ({"Y", "M", "D"}, {"Y", "M"}, {"Y", "P"}):
        raise _unknown(given)
    return DatePattern(given, expression, groups)


def _unknown(given: str) -> ValueError:
    return ValueError(
        f"The pattern {given!r} is not one of dates or periods: give an order"
        f" ({', '.join(_ORDERS)}), or parts such as 'YYYYMMDD', 'MMM YY' or \"'FY'YY 'P'PP\","
        " with other letters in quotes."
    )
