"""Anaplan's ``modelCalendar`` object, read as the calendars that it may describe.

It has the current fiscal year of weeks, but not the rule by which years end. Often only one rule
fits the dates of that year; if two fit, both calendars are returned.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from anaplan_frames.calendar.calendars import (
    DAY,
    Calendar,
    FiscalWeeks,
    Labels,
    Months,
    PlainWeeks,
    Totals,
    end_month,
    month_start,
)
from anaplan_frames.errors import EncodingError

_LABEL = re.compile(r"(.*?)\s?(\d{2}|\d{4})")
_LAST_OF_2_DIGITS = 78  # names of two digits reach to 2078, as the help page says
_WEEK_FORMATS = ("Numbered", "Week Commencing", "Week Ending")


def candidate_calendars(settings: Mapping[str, Any]) -> list[Calendar]:
    """Return the calendars that ``modelCalendar`` may describe, the likeliest first.

    Parameters
    ----------
    settings : mapping
        ``modelCalendar`` of the API.

    Raises
    ------
    EncodingError
        If it describes no calendar that Anaplan is known to have.
    """
    if settings.get("weeksCount") and settings.get("startDate"):
        return _plain_weeks(settings)
    year = settings.get("fiscalYear") or {}
    label = _LABEL.fullmatch(str(year.get("year") or ""))
    start, end = _date(year.get("startDate")), _date(year.get("endDate"))
    if label is None or start is None or end is None:
        raise EncodingError(
            "Anaplan gives no fiscal year for this model's calendar, so its periods are not known. "
            "Set it in the model's time settings."
        )
    number = full_year(label[2])
    labels = Labels(
        prefix=label[1],
        digits=len(label[2]),
        weeks=str(settings.get("weekFormat") or "Numbered"),
        period=str(settings.get("periodLabel") or "P"),
    )
    current = _date((settings.get("currentPeriod") or {}).get("lastDay"))
    shared: dict[str, Any] = {
        "labels": labels,
        "totals": _totals(settings.get("totalsSelection") or {}),
        "current": number,
        "past": int(settings.get("pastYearsCount") or 0),
        "future": int(settings.get("futureYearsCount") or 0),
        "current_end": current,
    }
    lengths = _lengths(settings)
    if lengths is None:
        if start.day != 1 or month_start(start, 12) - DAY != end:
            raise _unknown(settings)
        return [Months(**shared, start=partial(_month_year_start, start, number))]
    extra = int(settings.get("extraWeekMonth") or sum(map(len, lengths)))
    starts = _year_starts(start, end, number)
    if not starts:
        raise _unknown(settings)
    return [FiscalWeeks(**shared, start=each, lengths=lengths, extra=extra) for each in starts]


def full_year(digits: str) -> int:
    """Return the year that two or four digits mean."""
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year <= _LAST_OF_2_DIGITS else 1900)


def _plain_weeks(settings: Mapping[str, Any]) -> list[Calendar]:
    first, count = _date(settings["startDate"]), int(settings["weeksCount"])
    if first is None:
        raise _unknown(settings)
    week_format = settings.get("weekFormat")
    # Some answers leave out how such weeks are named.
    formats = [str(week_format)] if week_format else list(_WEEK_FORMATS)
    return [
        PlainWeeks(Labels(weeks=form, digits=digits), first, count)
        for form in formats
        for digits in ((2,) if form == "Numbered" else (2, 4))
    ]


def _lengths(settings: Mapping[str, Any]) -> tuple[tuple[int, ...], ...] | None:
    """Return the weeks of each month or four-week period, by quarter; None for months."""
    kind = str(settings.get("calendarType") or "")
    if "13" in kind:
        totals = settings.get("totalsSelection") or {}
        longest = int(totals.get("extraMonthQuarter") or 4)
        return tuple((4,) * (4 if quarter == longest else 3) for quarter in (1, 2, 3, 4))
    grouping = settings.get("weekGrouping") or ("4-4-5" if "Week" in kind else None)
    if grouping is None:
        return None
    return (tuple(int(weeks) for weeks in str(grouping).split("-")),) * 4


def _month_year_start(start: dt.date, number: int, year: int) -> dt.date:
    return month_start(start, 12 * (year - number))


def _year_starts(start: dt.date, end: dt.date, number: int) -> list[Callable[[int], dt.date]]:
    """Return the rules for the first day of a fiscal year that fit the current one.

    Years end on the last such weekday of a month, or on the one nearest to the month's end.
    """
    month = end_month(end)
    rules = [partial(_week_year_start, month, end.weekday(), days, number) for days in (0, 3)]
    return [rule for rule in rules if rule(number) == start and rule(number + 1) == end + DAY]


def _week_year_start(month: dt.date, weekday: int, slack: int, number: int, year: int) -> dt.date:
    before = dt.date(month.year + year - number - 1, month.month, 1)
    latest = before.replace(day=calendar.monthrange(before.year, before.month)[1]) + slack * DAY
    return latest - (latest.weekday() - weekday) % 7 * DAY + DAY


def _totals(selection: Mapping[str, Any]) -> Totals:
    """Read the flags, which the documentation writes ``isQuarterTotals`` or ``quarterTotals``."""

    def flag(name: str) -> bool:
        return bool(selection.get(name) or selection.get(f"is{name[0].upper()}{name[1:]}"))

    return Totals(
        quarters=flag("quarterTotals"),
        half_years=flag("halfYearTotals"),
        year_to_date=flag("yearToDateSummary"),
        year_to_go=flag("yearToGoSummary"),
        all_periods=flag("totalOfAllPeriods"),
    )


def _date(text: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None


def _unknown(settings: Mapping[str, Any]) -> EncodingError:
    year = settings.get("fiscalYear") or {}
    return EncodingError(
        f"The calendar {settings.get('calendarType') or 'of the model'!r} has a fiscal year "
        f"{year.get('year')!r} from {year.get('startDate')} to {year.get('endDate')}. The library "
        "knows no rule for such years, so it cannot calculate their periods. Use the names of "
        "periods instead of dates."
    )
