"""Endpoints of OAuth: device codes, sign-in in a browser, and tokens."""

from __future__ import annotations

import hmac
import json
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from anaplan_frames.sandbox.http.response_envelope import base_url
from anaplan_frames.sandbox.routes.request_context import tenant_of
from anaplan_frames.sandbox.tenant.oauth_grants import OAuthError
from anaplan_frames.sandbox.tenant.tenant_users import User

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sandbox of Anaplan</title>
<body><h1>Sandbox of Anaplan</h1><p>{text}</p>
<form method="post">{fields}<label>Email <input name="email" autofocus></label>
<label>Password <input name="password" type="password"></label><button>Sign in</button></form>
</body></html>"""
_LINK = ("response_type", "client_id", "redirect_uri", "scope", "state")


async def device_code(request: Request) -> Response:
    """Begin a device grant."""
    try:
        body = await _body(request)
        begun = tenant_of(request).oauth.begin_device(body.get("client_id"), body.get("scope"))
    except OAuthError as error:
        return _refused(error)
    address = f"{base_url(request)}/activate"
    complete = f"{address}?user_code={begun['user_code']}"
    answer = {**begun, "verification_uri": address, "verification_uri_complete": complete}
    return JSONResponse(answer)


async def token(request: Request) -> Response:
    """Exchange a device code, a code or a refresh token; JSON and forms are taken."""
    try:
        return JSONResponse(tenant_of(request).oauth.exchange(await _body(request)))
    except OAuthError as error:
        return _refused(error)


async def authorize(request: Request) -> Response:
    """Send the browser to the login page, or show it (``/auth/prelogin``)."""
    link = {key: request.query_params.get(key, "") for key in _LINK}
    try:
        tenant_of(request).oauth.check_authorize(link["client_id"], link["redirect_uri"])
        if link["response_type"] != "code":
            raise OAuthError("invalid_request", "The response type must be code.")
    except OAuthError as error:
        return _refused(error)
    if request.url.path == "/auth/authorize":
        return RedirectResponse(f"{base_url(request)}/auth/prelogin?{urlencode(link)}", 302)
    fields = "".join(
        f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">'
        for key, value in link.items()
    )
    return HTMLResponse(_PAGE.format(text="Sign in to go on.", fields=fields))


async def sign_in(request: Request) -> Response:
    """Sign a user in on the login page, and send the browser back with a code."""
    form = await _body(request)
    user = _user(request, form)
    if user is None:
        return HTMLResponse("The email or the password is wrong.", 401)
    try:
        code = tenant_of(request).oauth.authorize(
            form.get("client_id"), form.get("redirect_uri"), form.get("scope"), user
        )
    except OAuthError as error:
        return _refused(error)
    query = urlencode({"code": code, "state": form.get("state", "")})
    return RedirectResponse(f"{form['redirect_uri']}?{query}", 302)


async def activate(request: Request) -> Response:
    """Show the page on which a device is approved, and approve it."""
    if request.method == "GET":
        code = escape(request.query_params.get("user_code", ""))
        field = f'<label>Code <input name="user_code" value="{code}"></label>'
        return HTMLResponse(_PAGE.format(text="Approve a device.", fields=field))
    form = await _body(request)
    user = _user(request, form)
    if user is None:
        return HTMLResponse("The email or the password is wrong.", 401)
    try:
        tenant_of(request).oauth.decide(str(form.get("user_code")), user)
    except ValueError as error:
        return HTMLResponse(escape(str(error)), 400)
    return HTMLResponse("The device is approved. You can close this page.")


def _user(request: Request, form: dict[str, Any]) -> User | None:
    tenant = tenant_of(request)
    user = tenant.users.by_email(str(form.get("email", "")))
    if user is None:
        return None
    given = str(form.get("password", "")).encode()
    success = hmac.compare_digest(user.password.encode(), given)
    tenant.audit.note("USR-8" if success else "USR-9", user, user.id, success=success)
    return user if success else None


async def _body(request: Request) -> dict[str, Any]:
    content = await request.body()
    try:
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return dict(parse_qsl(content.decode()))
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise OAuthError("invalid_request", "The body must be a JSON object or a form.")
    return body


def _refused(error: OAuthError) -> JSONResponse:
    answer = {
        "error": error.error,
        "error_description": error.description,
        "error_uri": "https://help.anaplan.com",
    }
    return JSONResponse(answer, error.status)


routes: list[Route] = [
    Route("/oauth/device/code", device_code, methods=["POST"]),
    Route("/oauth/token", token, methods=["POST"]),
    Route("/auth/authorize", authorize, methods=["GET"]),
    Route("/auth/prelogin", authorize, methods=["GET"]),
    Route("/auth/prelogin", sign_in, methods=["POST"]),
    Route("/activate", activate, methods=["GET", "POST"]),
]
