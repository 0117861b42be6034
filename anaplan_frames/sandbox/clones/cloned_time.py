"""The calendar, periods and versions of a snapshot, as the builder of a model takes them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from anaplan_frames.sandbox.clones.clone_report import CloneReport
from anaplan_frames.sandbox.clones.opened_snapshot import OpenedSnapshot
from anaplan_frames.sandbox.planning.time.month_calendar import Calendar
from anaplan_frames.sandbox.planning.time.timescale import FiscalYears, Timescale
from anaplan_frames.sandbox.planning.time.week_calendars import (
    ThirteenPeriods,
    WeekCalendar,
    WeeksGeneral,
)

_START, _END = "1900-01-01", "2399-12-31"  # what stands for no limit of a version
_LAST_OF_TWO_DIGITS = 78


def calendar_of(snapshot: OpenedSnapshot, report: CloneReport) -> Timescale:
    """Return the calendar; the default one, and a finding, if it is not known."""
    settings = snapshot.json("calendar").get("modelCalendar")
    if not settings:
        why = snapshot.why_missing("calendar")
        report.add("calendar", "", "Time", "not copied", f"{why} The clone has calendar months.")
        return Calendar.default()
    try:
        found = _calendar(settings)
    except (ValueError, TypeError, KeyError):
        found = None
    if found is None:
        kind = settings.get("calendarType")
        why = f"The sandbox has no calendar {kind!r} with these years. It has calendar months."
        report.add("calendar", "", "Time", "not copied", why)
        return Calendar.default()
    return found


def current_period_of(snapshot: OpenedSnapshot) -> datetime.date | None:
    """Return the last day of the current period, if one is set."""
    settings = snapshot.json("calendar").get("modelCalendar") or {}
    return _day((settings.get("currentPeriod") or {}).get("lastDay"))


def period_ids(snapshot: OpenedSnapshot) -> dict[str, int]:
    """Return the ids of periods by name."""
    return {str(one["name"]): int(one["id"]) for one in snapshot.records("periods", "items")}


def versions_of(snapshot: OpenedSnapshot) -> list[dict[str, Any]]:
    """Return the versions as the builder takes them."""
    return [
        {
            "id": str(one["id"]),
            "name": one["name"],
            "actual": bool(one.get("isActual")),
            "current": bool(one.get("isCurrent")),
            "code": one.get("code") or None,
            "formula": one.get("formula") or None,
            "notes": one.get("notes") or None,
            "edit_from": _limit(one.get("editFrom")),
            "edit_to": _limit(one.get("editTo")),
            "switchover": _limit(one.get("switchover")),
        }
        for one in snapshot.records("versions")
    ]


def _limit(period: Mapping[str, Any] | None) -> datetime.date | None:
    day = str((period or {}).get("date") or "")
    return None if day in (_START, _END) else _day(day)


def _day(text: object) -> datetime.date | None:
    return datetime.date.fromisoformat(str(text)[:10]) if text else None


def _calendar(settings: Mapping[str, Any]) -> Timescale | None:
    """Return the calendar whose current fiscal year has the dates that are shown."""
    start = _day(settings.get("startDate"))
    if settings.get("weeksCount") and start:
        weeks = int(settings["weeksCount"])
        return WeeksGeneral(start, weeks, settings.get("weekFormat") or "Numbered")
    year = settings["fiscalYear"]
    begins, ends = _day(year["startDate"]), _day(year["endDate"])
    assert begins is not None
    assert ends is not None
    for found in _fiscal(settings, begins, ends):
        if (found.start, found.end) == (begins, ends):
            return found
    return None


def _fiscal(
    settings: Mapping[str, Any], begins: datetime.date, ends: datetime.date
) -> Iterator[FiscalYears]:
    """Yield the calendars that the settings may describe, the likeliest first."""
    shared = _shared(settings)
    kind = str(settings.get("calendarType") or "")
    if "Week" not in kind and not settings.get("weekGrouping"):
        yield Calendar(**shared, start_month=begins.month)
        return
    # A year of weeks ends in the last days of a month, or at most three days after it.
    weeks = {
        "week_format": settings.get("weekFormat") or "Numbered",
        "end_weekday": ends.weekday(),
        "end_month": (ends - datetime.timedelta(days=3)).month,
    }
    if settings.get("extraWeekMonth"):
        weeks["extra_week"] = int(settings["extraWeekMonth"])
    for year_end in ("last", "nearest"):
        if "13" in kind:
            totals = settings.get("totalsSelection") or {}
            extra = int(totals.get("extraMonthQuarter") or 4)
            yield ThirteenPeriods(**shared, **weeks, year_end=year_end, extra_period=extra)  # type: ignore[arg-type]
        else:
            grouping = settings.get("weekGrouping") or "4-4-5"
            yield WeekCalendar(**shared, **weeks, year_end=year_end, grouping=grouping)  # type: ignore[arg-type]


def _shared(settings: Mapping[str, Any]) -> dict[str, Any]:
    digits = "".join(char for char in str(settings["fiscalYear"]["year"]) if char.isdigit())
    year = int(digits)
    if len(digits) == 2:
        year += 2000 if year <= _LAST_OF_TWO_DIGITS else 1900
    totals = settings.get("totalsSelection") or {}

    def flag(name: str) -> bool:
        return bool(totals.get(name) or totals.get(f"is{name[0].upper()}{name[1:]}"))

    return {
        "year": year,
        "past_years": int(settings.get("pastYearsCount") or 0),
        "future_years": int(settings.get("futureYearsCount") or 0),
        "quarters": flag("quarterTotals"),
        "halves": flag("halfYearTotals"),
        "total": flag("totalOfAllPeriods"),
        "year_to_date": flag("yearToDateSummary"),
        "year_to_go": flag("yearToGoSummary"),
        "year_digits": len(digits),
    }
