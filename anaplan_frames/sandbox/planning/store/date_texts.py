"""SQL that reads texts by a pattern: as dates, or as the periods that hold them."""

from __future__ import annotations

from anaplan_frames.sandbox.planning.schema.date_patterns import DatePattern
from anaplan_frames.sandbox.planning.store.sql_text import literal

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_FIRST_SHORT_YEAR = 79  # years of two digits go up to 2078, as in the calendar


def date_of(text: str, pattern: DatePattern) -> str:
    """Return SQL of the date that a text stands for, of a month its first day; NULL for others."""
    name = f"list_position({_MONTHS}, lower(left({_part(text, pattern, 'M')}, 3)))"
    month = f"coalesce({_number(_part(text, pattern, 'M'))}, {name})::VARCHAR"
    parts = [
        f"lpad({_year(text, pattern)}::VARCHAR, 4, '0')",
        f"lpad({month}, 2, '0')",
        f"lpad({_part(text, pattern, 'D') if pattern.has_day else literal('1')}, 2, '0')",
    ]
    return f"TRY_CAST({' || chr(45) || '.join(parts)} AS DATE)"


def period_of(text: str, pattern: DatePattern) -> str:
    """Return a condition that is true for the one period of a level, in `time_members` as `t`."""
    if "P" in pattern.groups:
        number = _number(_part(text, pattern, "P"))
        return f"t.fiscal_year = {_year(text, pattern)} AND t.number = {number}"
    return f"{date_of(text, pattern)} BETWEEN t.first AND t.last"


def _part(text: str, pattern: DatePattern, letter: str) -> str:
    # All groups at once: the same expression is computed once for all parts.
    whole = literal(rf"^\s*{pattern.expression}\s*$")
    names = sorted(pattern.groups, key=lambda one: pattern.groups[one])
    return f"regexp_extract({text}, {whole}, {names}, 'i')['{letter}']"


def _number(text: str) -> str:
    return f"TRY_CAST({text} AS INTEGER)"


def _year(text: str, pattern: DatePattern) -> str:
    part = _part(text, pattern, "Y")
    year = _number(part)
    century = f"CASE WHEN {year} < {_FIRST_SHORT_YEAR} THEN 2000 ELSE 1900 END"
    return f"({year} + CASE WHEN length({part}) = 4 THEN 0 ELSE {century} END)"
