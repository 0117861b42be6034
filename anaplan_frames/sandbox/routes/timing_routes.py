"""Endpoints for the calendar, the current period, and versions with their switchover dates."""

from __future__ import annotations

import datetime
import re
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import ApiError, answer, collection, not_found
from anaplan_frames.sandbox.planning.schema.definitions import Version
from anaplan_frames.sandbox.planning.time.model_timing import Timing
from anaplan_frames.sandbox.planning.time.timescale import FiscalYears, Timescale
from anaplan_frames.sandbox.routes.request_context import (
    administered_model,
    both_forms,
    json_body,
    tenant_of,
)

_START = {"periodText": "Start of Timescale", "date": "1900-01-01"}
_END = {"periodText": "End of Timescale", "date": "2399-12-31"}


def model_calendar(request: Request) -> Response:
    """Show the calendar's settings.

    Without fiscal years the answer is documented as empty, but clients that know such calendars
    read their other settings.
    """
    timing = administered_model(request).timing
    current = {key: _current_period(timing)[key] for key in ("periodText", "lastDay")}
    shown = {**timing.calendar.settings(), "currentPeriod": current}
    return answer(request, "modelCalendar", modelCalendar=shown)


async def set_fiscal_year(request: Request) -> Response:
    """Move the calendar to another current fiscal year."""
    model = administered_model(request)
    label = (await json_body(request)).get("year")
    if not isinstance(label, str):
        raise ApiError(400, "year is required")
    try:
        await run_in_threadpool(model.set_fiscal_year, label)
    except ValueError as error:
        raise ApiError(400, str(error)) from None
    assert isinstance(model.calendar, FiscalYears)
    shown = {"fiscalYear": model.calendar.fiscal_year()}
    return answer(request, "modelCalendar", modelCalendar=shown)


def current_period(request: Request) -> Response:
    """Show the current period."""
    shown = _current_period(administered_model(request).timing)
    return answer(request, "currentPeriod", currentPeriod=shown)


async def set_current_period(request: Request) -> Response:
    """Set or reset the current period by a date, which is in the query or in the body."""
    timing = administered_model(request).timing
    body = await json_body(request)
    if "date" in request.query_params:
        if "date" in body:
            raise ApiError(400, "date must be a query parameter or in the body, not both")
        body = {"date": request.query_params["date"]}
    try:
        await run_in_threadpool(timing.set_current_period, _day(body))
    except ValueError as error:
        raise ApiError(400, str(error)) from None
    return answer(request, "currentPeriod", currentPeriod=_current_period(timing))


def versions(request: Request) -> Response:
    """List the versions."""
    model = administered_model(request)
    shown = [_version(version, model.calendar) for version in model.versions]
    maximum = tenant_of(request).page_size
    return collection(request, "version", "versionMetadata", shown, maximum=maximum)


async def set_switchover(request: Request) -> Response:
    """Set the switchover date of a version, or reset it."""
    timing = administered_model(request).timing
    day, version = _day(await json_body(request)), request.path_params["version"]
    try:
        period = await run_in_threadpool(timing.set_switchover, version, day)
    except KeyError:
        raise not_found() from None
    except ValueError as error:
        raise ApiError(400, str(error)) from None
    shown = {
        "periodText": period.name if period else "",
        "date": period.start.isoformat() if period else "",
        "calendarType": timing.calendar.type,
    }
    return answer(request, "switchover", versionSwitchover=shown)


def _day(body: dict[str, Any]) -> datetime.date | None:
    """Read `date` from the body; an empty text is None."""
    text = body.get("date")
    if text is None:
        raise ApiError(400, "date is required")
    if text == "":
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(text), re.ASCII):
            raise ValueError(text)
        return datetime.date.fromisoformat(text)
    except ValueError:
        words = f"Invalid ISO date format '{text}'. Date should match format YYYY-MM-DD"
        raise ApiError(400, words) from None


def _current_period(timing: Timing) -> dict[str, str]:
    period = timing.current_period
    return {
        "periodText": period.name if period else "",
        "lastDay": period.end.isoformat() if period else "",
        "calendarType": timing.calendar.type,
    }


def _version(version: Version, calendar: Timescale) -> dict[str, Any]:
    """Show a version; attributes that it does not have are left out."""
    shown: dict[str, Any] = {
        "id": version.id,
        "name": version.name,
        "isCurrent": version.current,
        "isActual": version.actual,
        "editFrom": _period(version.edit_from, calendar) if version.edit_from else _START,
        "editTo": _period(version.edit_to, calendar) if version.edit_to else _END,
    }
    if version.switchover:
        shown["switchover"] = _period(version.switchover, calendar)
    texts = {"code": version.code, "formula": version.formula, "notes": version.notes}
    return shown | {key: text for key, text in texts.items() if text}


def _period(day: datetime.date, calendar: Timescale) -> dict[str, str]:
    period = calendar.at(day)
    return {"periodText": period.name if period else "", "date": day.isoformat()}


routes: list[Route] = [
    *both_forms("/modelCalendar", model_calendar),
    *both_forms("/modelCalendar/fiscalYear", set_fiscal_year, ["PUT"]),
    *both_forms("/currentPeriod", current_period),
    *both_forms("/currentPeriod", set_current_period, ["PUT"]),
    *both_forms("/versions", versions),
    *both_forms("/versions/{version}/switchover", set_switchover, ["PUT"]),
]
