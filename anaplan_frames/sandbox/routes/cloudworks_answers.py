"""What the endpoints of CloudWorks share: its envelope, its pages, roles and refusals."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import ApiError, Page, base_url
from anaplan_frames.sandbox.routes.request_context import caller, require_role, tenant_of
from anaplan_frames.sandbox.tenant.cloudworks_records import CloudWorksError
from anaplan_frames.sandbox.tenant.cloudworks_state import CloudWorks
from anaplan_frames.sandbox.tenant.tenant_users import User

PREFIX = "/cloudworks/2/0"
ROLE = "Restricted Integration User"
_USUAL_LIMIT = 25
_MOST = 5000
_NOT_PERMITTED = ApiError(403, "Not Permitted")
_NOT_ENTITLED = ApiError(452, "Tenant not entitled")  # seen for schedules and dumps

Work = Callable[[Request, CloudWorks, User], Awaitable[Response]]


def route(path: str, work: Work, method: str = "GET", *, entitled: bool = False) -> Route:
    """Return a route for users with the role.

    Parameters
    ----------
    entitled : bool
        Whether users without the role are answered 452 instead of 403.
    """
    denial = _NOT_ENTITLED if entitled else _NOT_PERMITTED

    @functools.wraps(work)
    async def endpoint(request: Request) -> Response:
        user = require_role(request, ROLE, denial)
        try:
            return await work(request, tenant_of(request).cloudworks, user)
        except CloudWorksError as refused:
            raise ApiError(refused.status, str(refused)) from None

    return Route(PREFIX + path, endpoint, methods=[method])


def note(request: Request, event_type: str, object_id: str) -> None:
    """Note an event for the Audit API: that the user has changed something."""
    tenant_of(request).audit.note(event_type, caller(request), object_id)


def answered(
    request: Request, kind: str, about: Mapping[str, Any] | None = None, **payload: Any
) -> JSONResponse:
    """Answer with one object; `about` is added to ``meta``."""
    meta = {**(about or {}), "schema": _schema(request, kind)}
    return JSONResponse({**_success(), "meta": meta, **payload})


def done() -> JSONResponse:
    """Answer that something was done."""
    return JSONResponse(_success())


def made(**ids: Any) -> JSONResponse:
    """Answer with the id of what was made."""
    return JSONResponse({**_success(), **ids})


def _success() -> dict[str, Any]:
    return {"status": {"code": 200, "message": "Success"}}


def page_of(request: Request, items: Sequence[Any]) -> tuple[list[Any], dict[str, int]]:
    """Return the part of some items that was asked for, and ``meta.paging``."""
    page = Page.of(request, _MOST)
    size = page.limit if "limit" in request.query_params else _USUAL_LIMIT
    shown = list(items[page.offset : page.offset + size])
    return shown, {
        "currentPageSize": len(shown),
        "totalSize": len(items),
        "offset": page.offset,
    }


def listing(
    request: Request, kind: str, key: str, items: Sequence[Any], **meta: Any
) -> JSONResponse:
    """Answer with a page of a listing."""
    shown, paging = page_of(request, items)
    return answered(request, kind, {"paging": paging, **meta}, **{key: shown})


def _schema(request: Request, kind: str) -> str:
    # It names version 1/0, also below 2/0.
    return f"{base_url(request)}/1/0/integrations/objects/{kind}"
