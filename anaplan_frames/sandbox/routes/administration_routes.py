"""Endpoints of the Administration API: users exported to CSV and imported from it."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import ApiError
from anaplan_frames.sandbox.routes.request_context import require_role, tenant_of
from anaplan_frames.sandbox.tenant.user_imports import BadImport, export_csv, import_csv

_ROLE = "Tenant Administrator"
_BAD = "FAILURE_BAD_REQUEST"


def export_users(request: Request) -> Response:
    """Give the tenant's users as CSV."""
    _check_role(request)
    limit = _number(request, "Limit")
    return Response(
        export_csv(tenant_of(request), _number(request, "Offset") or 0, limit),
        media_type="text/csv",
    )


async def import_users(request: Request) -> Response:
    """Create and update users from a file of CSV."""
    _check_role(request)
    content = _file(request.headers.get("content-type", ""), await request.body())
    try:
        answer = await run_in_threadpool(import_csv, tenant_of(request), content)
    except BadImport as refusal:
        raise ApiError(400, str(refusal), code=_BAD) from None
    return JSONResponse(answer, 207)


def _check_role(request: Request) -> None:
    """Answer as live tenants do: 500 to a token of a login, 401 to one of OAuth."""
    if request.state.oauth:
        denial = ApiError(401, "Access denied", code="ACCESS_CONTROL_DENIED")
    else:
        denial = ApiError(500, "Internal server error", code="INTERNAL_SERVER_ERROR")
    require_role(request, _ROLE, denial)


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    if text and not (text.isascii() and text.isdigit()):
        raise ApiError(400, f"{name} must be a whole number", code=_BAD)
    return int(text) if text else None


def _file(content_type: str, body: bytes) -> bytes:
    """Return the part ``file`` of a form."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
        if part.get_param("name", header="content-disposition") == "file":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            return content
    raise ApiError(400, "The part 'file' is missing", code=_BAD)


routes: list[Route] = [
    Route("/admin/1/0/users/export", export_users, methods=["GET"]),
    Route("/admin/1/0/users/import", import_users, methods=["PUT"]),
]
