"""The time of a model as tables: its calendar and periods, the current period, its versions."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from anaplan_frames.calendar.calendar_settings import candidate_calendars
from anaplan_frames.calendar.calendars import Calendar
from anaplan_frames.calendar.period_names import PeriodNames
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields, series_of_fields
from anaplan_frames.errors import ConfirmationRequired, NotFound, PermissionDenied, RequestRefused
from anaplan_frames.lookup import find_id
from anaplan_frames.messages import listed
from anaplan_frames.resources.catalogue import Catalogue

TIME_ID = "20000000003"
_MONTHS = {
    "fiscalYear": {"year": "FY26", "startDate": "2026-01-01", "endDate": "2026-12-31"},
    "totalsSelection": {"quarterTotals": True, "halfYearTotals": True},
}
_MOST_NAMES = 200  # looked up to distinguish two calendars; a few are enough

CALENDAR = {
    "type": Field("calendarType"),
    "fiscal_year": Field("fiscalYear.year"),
    "start": Field("fiscalYear.startDate", "date"),
    "end": Field("fiscalYear.endDate", "date"),
    "past_years": Field("pastYearsCount", "integer"),
    "future_years": Field("futureYearsCount", "integer"),
    "current_period": Field("currentPeriod.periodText"),
    "current_period_end": Field("currentPeriod.lastDay", "date"),
    "quarter_totals": Field("totalsSelection.quarterTotals", "boolean"),
    "half_year_totals": Field("totalsSelection.halfYearTotals", "boolean"),
    "year_to_date": Field("totalsSelection.yearToDateSummary", "boolean"),
    "year_to_go": Field("totalsSelection.yearToGoSummary", "boolean"),
    "total_of_all_periods": Field("totalsSelection.totalOfAllPeriods", "boolean"),
    "week_grouping": Field("weekGrouping"),
    "week_format": Field("weekFormat"),
    "extra_week_month": Field("extraWeekMonth", "integer"),
    "extra_month_quarter": Field("totalsSelection.extraMonthQuarter", "integer"),
    "first_week": Field("startDate", "date"),
    "weeks": Field("weeksCount", "integer"),
}
PERIODS = {
    "name": Field("name"),
    "kind": Field("kind"),
    "start": Field("start", "date"),
    "end": Field("end", "date"),
    "fiscal_year": Field("fiscal_year"),
    "parent": Field("parent"),
}
CURRENT_PERIOD = {
    "period": Field("periodText"),
    "end": Field("lastDay", "date"),
    "calendar_type": Field("calendarType"),
}
FISCAL_YEAR = {
    "fiscal_year": Field("year"),
    "start": Field("startDate", "date"),
    "end": Field("endDate", "date"),
}
VERSIONS = {
    "id": Field("id"),
    "name": Field("name"),
    "code": Field("code"),
    "is_actual": Field("isActual", "boolean"),
    "is_current": Field("isCurrent", "boolean"),
    "switchover": Field("switchover.date", "date"),
    "switchover_period": Field("switchover.periodText"),
    "edit_from": Field("editFrom.date", "date"),
    "edit_from_period": Field("editFrom.periodText"),
    "edit_to": Field("editTo.date", "date"),
    "edit_to_period": Field("editTo.periodText"),
    "formula": Field("formula"),
    "notes": Field("notes"),
}
SWITCHOVER = {
    "version": Field("version"),
    "switchover": Field("date", "date"),
    "switchover_period": Field("periodText"),
    "calendar_type": Field("calendarType"),
}


def calendar_series(catalogue: Catalogue) -> pd.Series[Any]:
    """Return the settings of the model's calendar in one row."""
    return series_of_fields(_settings(catalogue), CALENDAR)


def periods_frame(catalogue: Catalogue) -> pd.DataFrame:
    """Return one row per period of the calendar."""
    periods = _calendar(catalogue).periods
    return frame_of_fields(
        [
            {field.path: getattr(period, field.path) for field in PERIODS.values()}
            for period in periods
        ],
        PERIODS,
    )


def period_names(catalogue: Catalogue) -> PeriodNames:
    """Return the names of the model's periods, which convert names to dates and back."""
    return PeriodNames(_calendar(catalogue))


def visible_period_names(names: Callable[[], PeriodNames]) -> PeriodNames:
    """Return the names of the model's periods; of months if the user may not see the calendar.

    Only workspace administrators may see it. In every calendar, a name that one of months can have
    stands for the same kind of period. For dates this is not enough, as years may begin later.
    """
    try:
        return names()
    except (NotFound, PermissionDenied):
        [months] = candidate_calendars(_MONTHS)
        return PeriodNames(months)


def versions_frame(catalogue: Catalogue) -> pd.DataFrame:
    """Return one row per version."""
    return frame_of_fields(_versions(catalogue), VERSIONS)


def set_current_period(catalogue: Catalogue, day: object) -> pd.Series[Any]:
    """Make the period of a day the current one; None sets no current period."""
    label = f"current period of {catalogue.label}"
    # The API reference documents a query for resetting it, and a body for a date.
    given: dict[str, Any] = {"params": {"date": ""}} if day is None else {"json": _date(day)}
    answer = catalogue.transport.put(f"{catalogue.path}/currentPeriod", label=label, **given)
    return series_of_fields(answer["currentPeriod"], CURRENT_PERIOD)


def set_fiscal_year(catalogue: Catalogue, year: str, *, confirm: bool) -> pd.Series[Any]:
    """Move the calendar to another current fiscal year; ask first if periods would leave it."""
    if confirm is not True:
        _ask_for_leaving_periods(catalogue, year)
    answer = catalogue.transport.put(
        f"{catalogue.path}/modelCalendar/fiscalYear",
        label=f"fiscal year of {catalogue.label}",
        json={"year": year},
    )
    return series_of_fields(answer["modelCalendar"]["fiscalYear"], FISCAL_YEAR)


def _ask_for_leaving_periods(catalogue: Catalogue, year: str) -> None:
    """Raise ConfirmationRequired if periods would leave the calendar, or if that is not known."""
    current = str((_settings(catalogue).get("fiscalYear") or {}).get("year") or "")
    if current.strip().casefold() == str(year).strip().casefold():
        return
    move = f"Moving {catalogue.label} from fiscal year {current!r} to {year!r}"
    way_out = "Nothing is changed yet: pass confirm=True to change it."
    periods = [period for period in _calendar(catalogue).periods if period.fiscal_year]
    years = list(dict.fromkeys(str(period.fiscal_year) for period in periods))
    numbers = [_year_number(current), _year_number(str(year))]
    if None in numbers or not years:
        raise ConfirmationRequired(
            f"{move} may remove periods from its calendar, with all data in them. {way_out}"
        )
    shift = int(numbers[1] or 0) - int(numbers[0] or 0)
    leaving = years[:shift] if shift > 0 else years[shift:]
    count = sum(period.fiscal_year in leaving for period in periods)
    raise ConfirmationRequired(
        f"{move} would remove {count:,} periods from its calendar, with all data in them: those of "
        f"{listed(leaving)}. {way_out}"
    )


def _year_number(name: str) -> int | None:
    """Return the last two digits of a fiscal year's name; None if it has none."""
    digits = re.search(r"\d+", name)
    return int(digits[0]) % 100 if digits else None


def set_switchover(catalogue: Catalogue, version: str, day: object) -> pd.Series[Any]:
    """Set the day from which a version is forecast; None removes it."""
    found = _version(catalogue, version)
    answer = catalogue.transport.put(
        f"{catalogue.path}/versions/{found['id']}/switchover",
        label=f"switchover of version {found['name']!r}",
        json=_date(day),
    )
    return series_of_fields({"version": found["name"], **answer["versionSwitchover"]}, SWITCHOVER)


def _settings(catalogue: Catalogue) -> dict[str, Any]:
    """Return ``modelCalendar`` with the current period, and each flag under one name."""
    label = f"calendar of {catalogue.label}"
    answer = catalogue.transport.get(f"{catalogue.path}/modelCalendar", label=label)
    settings: dict[str, Any] = dict(answer.get("modelCalendar") or {})
    if "currentPeriod" not in settings or "calendarType" not in settings:
        # The documented answer has the fiscal year only.
        current = catalogue.transport.get(f"{catalogue.path}/currentPeriod", label=label)
        period = current.get("currentPeriod") or {}
        settings = {
            "currentPeriod": period,
            "calendarType": period.get("calendarType"),
            **settings,
        }
    return with_one_name_each(settings)


def with_one_name_each(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``modelCalendar`` with each flag under one name."""
    flags = settings.get("totalsSelection") or {}
    return {
        **settings,
        "totalsSelection": {_plain(name): value for name, value in flags.items()},
    }


def _plain(name: str) -> str:
    """Return ``quarterTotals`` for ``isQuarterTotals``: clients have seen both."""
    return name[2].lower() + name[3:] if name.startswith("is") and name[2:3].isupper() else name


def _calendar(catalogue: Catalogue) -> Calendar:
    """Work out the model's calendar; if several fit the settings, ask which names it has."""
    candidates = candidate_calendars(_settings(catalogue))
    names = [{p.name for p in candidate.periods} for candidate in candidates]
    common = set.intersection(*names)
    distinctive = [sorted(own - common)[:_MOST_NAMES] for own in names]
    if not any(distinctive):
        return candidates[0]
    asked = [name for own in distinctive for name in own]
    found = _existing(catalogue, asked)
    # A calendar is likelier the more of its own names exist, and the fewer of other calendars.
    scores = [
        sum(1 if name.casefold() in found else -1 for name in own)
        - sum(name.casefold() in found for name in set(asked) - set(own))
        for own in distinctive
    ]
    return candidates[scores.index(max(scores))]


def _existing(catalogue: Catalogue, names: Sequence[str]) -> set[str]:
    """Return which names of periods the model has, in lower case; none if it does not answer."""
    try:
        answer = catalogue.transport.post(
            f"{catalogue.path}/dimensions/{TIME_ID}/items",
            label=f"periods of {catalogue.label}",
            json={"names": list(names)},
        )
    except RequestRefused:
        return set()
    return {str(item["name"]).casefold() for item in answer.get("items") or ()}


def _versions(catalogue: Catalogue) -> list[dict[str, Any]]:
    pages = catalogue.transport.pages(
        f"{catalogue.path}/versions", "versionMetadata", label=f"the versions of {catalogue.label}"
    )
    return list(pages)


def _version(catalogue: Catalogue, key: str) -> Mapping[str, Any]:
    """Find a version by id or name."""
    versions = {str(version["id"]): version for version in _versions(catalogue)}
    names = {id_: str(version["name"]) for id_, version in versions.items()}
    return versions[find_id(key, names, kind="versions", owner=f"of {catalogue.label}")]


def _date(day: object) -> dict[str, str]:
    """Return the request body for a day; "" resets it.

    Raises
    ------
    ValueError
        If it is not a date: a text must be ISO, because "Mar 26" could be a period, too.
    """
    if day is None:
        return {"date": ""}
    given: Any = day
    try:
        moment = pd.Timestamp(dt.date.fromisoformat(given) if isinstance(given, str) else given)
    except (TypeError, ValueError):
        moment = None
    if moment is None or pd.isna(moment) or moment != moment.normalize():
        raise ValueError(f"{day!r} is not a date: give a date, or text such as '2026-03-01'.")
    return {"date": moment.date().isoformat()}
