"""Endpoints of the Audit API: events by GET and POST, as JSON in pages or as CEF text."""

from __future__ import annotations

import datetime
import json
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import ApiError, base_url
from anaplan_frames.sandbox.routes.request_context import json_body, require_role, tenant_of
from anaplan_frames.sandbox.tenant.audit_log import KEPT_MS, Event

_HOUR_MS = 3_600_000
_MOST_HOURS = 720
_LIMIT = 10_000  # the documented most, which the service does not enforce; here the usual number
_ROLE = "Tenant Auditor"
# A vertical bar ends a field of the header, an equals sign a key.
_HEADER = str.maketrans({"\\": r"\\", "|": r"\|", "\n": " ", "\r": " "})
_VALUE = str.maketrans({"\\": r"\\", "=": r"\=", "\n": r"\n", "\r": r"\r"})


async def events(request: Request) -> Response:
    """List events of the time that the query asks for."""
    _check_role(request)
    query = request.query_params
    hours = _whole(query.get("intervalInHours"), "intervalInHours")
    span = _span(
        request,
        _whole(query.get("dateFrom"), "dateFrom"),
        _whole(query.get("dateTo"), "dateTo"),
        hours,
    )
    if span[1] - span[0] > KEPT_MS:
        raise _bad("Date range cannot exceed 30 days")
    return await run_in_threadpool(_answer, request, *span)


async def search(request: Request) -> Response:
    """List events of the time that the body asks for.

    One client asks from the time 0, and gets all that is kept; so no span is refused here.
    """
    _check_role(request)
    body = await json_body(request)
    asked = (_whole(body.get(name), name) for name in ("from", "to", "interval"))
    return await run_in_threadpool(_answer, request, *_span(request, *asked))


def _check_role(request: Request) -> None:
    words = "User is not authorized to perform this action"
    denial = ApiError(401, words, code="FAILURE_UNAUTHORIZED_USER_ACTION")
    require_role(request, _ROLE, denial)


def _span(
    request: Request, start: int | None, end: int | None, hours: int | None
) -> tuple[int, int]:
    """Return the span that is asked for: by default, the 30 days before its end."""
    now = int(tenant_of(request).clock() * 1000)
    if hours is not None:
        if hours > _MOST_HOURS:
            raise _bad("Date range cannot exceed 30 days")
        return now - hours * _HOUR_MS, now
    last = now if end is None else end
    first = last - KEPT_MS if start is None else start
    if first > last:
        raise _bad("The begin of the date range is after its end")
    return first, last


def _answer(request: Request, start: int, end: int) -> Response:
    type_ = request.query_params.get("type", "all")
    found = tenant_of(request).audit.search(start, end, type_)
    if "text/plain" in request.headers.get("accept", ""):
        return PlainTextResponse("".join(f"{_cef_line(event)}\n" for event in found))
    offset = _whole(request.query_params.get("offset"), "offset") or 0
    limit = _whole(request.query_params.get("limit"), "limit") or _LIMIT
    shown = found[offset : offset + limit]
    paging: dict[str, Any] = {
        "currentPageSize": len(shown),
        "totalSize": len(found),
        "offSet": offset,
    }
    if offset + len(shown) < len(found):
        paging["nextOffset"] = offset + len(shown)
        paging["nextUrl"] = _link(request, limit, offset + len(shown))
    if offset > 0:
        paging["previousUrl"] = _link(request, limit, max(0, offset - limit))
    return JSONResponse({"meta": {"paging": paging}, "response": shown})


def _link(request: Request, limit: int, offset: int) -> str:
    asked = request.query_params.multi_items()
    kept = [(key, value) for key, value in asked if key not in ("limit", "offset")]
    query = urlencode([*kept, ("limit", limit), ("offset", offset)])
    return f"{base_url(request)}{request.url.path}?{query}"


def _cef_line(event: Event) -> str:
    """Write an event as the service's lines have it: without a severity."""
    moment = datetime.datetime.fromtimestamp(event["eventDate"] / 1000, datetime.UTC)
    time = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    code, message = (str(event[key]).translate(_HEADER) for key in ("eventTypeId", "message"))
    values = " ".join(f"{key}={_text(value).translate(_VALUE)}" for key, value in event.items())
    return f"{time}  CEF:0|Anaplan, Inc.||null|{code}|{message}|{values}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _whole(value: Any, name: str) -> int | None:
    """Return a whole number of a query or body; None if it is not there."""
    if value is None or value == "":
        return None
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = -1
    if number < 0 or isinstance(value, bool):
        raise _bad(f"{name} must be a whole number from 0")
    return number


def _bad(message: str) -> ApiError:
    return ApiError(400, message, code="FAILURE_BAD_REQUEST")


routes: list[Route] = [
    Route("/audit/api/1/events", events),
    Route("/audit/api/1/events/search", search, methods=["POST"]),
]
