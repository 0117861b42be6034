"""Middleware around all API calls: token, rate limit, and answers to unexpected errors."""

from __future__ import annotations

import base64
import binascii
import logging
import math
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from anaplan_frames.sandbox.http.request_bodies import drain
from anaplan_frames.sandbox.http.response_envelope import ApiError, error_response
from anaplan_frames.sandbox.http.served_services import ServedService, service_of
from anaplan_frames.sandbox.tenant.login_tokens import Token
from anaplan_frames.sandbox.tenant.tenant_state import Tenant

_log = logging.getLogger(__name__)
_WORDS = ("AnaplanAuthToken", "Bearer", "Basic")


class HostMiddleware:
    """Refuses requests whose header Host names another computer than this one.

    A web page could let its own name point to this machine (DNS rebinding), and so reach a sandbox
    whose password is known.
    """

    def __init__(self, app: ASGIApp, allowed: Iterable[str]) -> None:
        self._app = app
        self._allowed = frozenset(name.lower().rstrip(".") for name in allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or self._is_allowed(Headers(scope=scope).get("host", "")):
            await self._app(scope, receive, send)
            return
        await drain(receive)
        words = "This host is not served; the sandbox's option allowed_hosts can name it"
        await error_response(Request(scope), ApiError(421, words))(scope, receive, send)

    def _is_allowed(self, host: str) -> bool:
        return "*" in self._allowed or host_name(host) in self._allowed


def host_name(host: str) -> str:
    """Return the name in a header Host, without its port, in lower case."""
    name = host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
    return name.lower().rstrip(".")


class SlashMiddleware:
    """Answers a path with a slash at its end like the one without; Anaplan's pages print both."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and len(scope["path"]) > 1:
            scope = {**scope, "path": scope["path"].removesuffix("/")}
        await self._app(scope, receive, send)


class AccessMiddleware:
    """Passes a request on if it has a valid token and the tenant is within its rate limit."""

    def __init__(self, app: ASGIApp, tenant: Tenant) -> None:
        self._app = app
        self._tenant = tenant

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        service = service_of(scope["path"]) if scope["type"] == "http" else None
        if service is None or scope["path"].removeprefix(service.prefix) in service.open_paths:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            token = self._authenticate(request, service)
            self._limit()
        except ApiError as error:
            await drain(receive)
            await error_response(request, error)(scope, receive, send)
            return
        request.state.user, request.state.oauth = token.user, token.oauth
        await self._app(scope, receive, send)

    def _authenticate(self, request: Request, service: ServedService) -> Token:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme in service.refusals:
            status, code = service.refusals[scheme]
            words = "No valid token header found"
            raise ApiError(status, words, code=code, is_empty=not code)
        if scheme == "Basic" and service.takes_logins:
            token = self._logged_in(value)
        else:
            token = self._tenant.tokens.find(value.strip())
        # Most services refuse tokens of a login as Bearer tokens, which belong to OAuth.
        taken = scheme == "AnaplanAuthToken" or (
            token and (service.takes_logins or (scheme == "Bearer" and token.oauth))
        )
        if token is None or not taken or scheme not in _WORDS:
            words = "Unauthorized: the token is missing, invalid or expired"
            raise ApiError(401, words, code="FAILURE_INVALID_TOKEN")
        return token

    def _logged_in(self, value: str) -> Token | None:
        """Return a token for this one request with an email and password."""
        try:
            login = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
        email, _, password = login.partition(":")
        user = self._tenant.users.by_login(email, password)
        return None if user is None else Token(user, self._tenant.clock())

    def _limit(self) -> None:
        seconds = self._tenant.bucket.take() if self._tenant.bucket else 0.0
        if seconds:
            wait = {"Retry-After": str(max(1, math.ceil(seconds)))}
            raise ApiError(429, "Too many requests", wait)


class ErrorMiddleware:
    """Logs unexpected errors and answers them with status 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        begun = False

        async def note(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, note)
        except ClientDisconnect:
            return  # nobody waits for an answer
        except Exception:
            _log.exception("%s %s failed", scope.get("method"), scope.get("path"))
            if begun:  # half an answer was sent: close the connection
                raise
            error = ApiError(500, "Internal Server Error")
            await error_response(Request(scope), error)(scope, receive, send)
