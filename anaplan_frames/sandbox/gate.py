"""What every API call passes first: its token, then the rate limit; and the net below all calls."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from anaplan_frames.sandbox.bodies import drain
from anaplan_frames.sandbox.envelope import ApiError, error_response

if TYPE_CHECKING:
    from anaplan_frames.sandbox.sandbox import Sandbox
    from anaplan_frames.sandbox.tokens import Token

_log = logging.getLogger(__name__)
_API = "/2/0/"


class Gate:
    """Lets a request through when it has a token and the tenant is within its rate limit."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self._app = app
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not scope["path"].startswith(_API):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            token = self._authenticate(request)
            self._limit()
        except ApiError as error:
            await drain(receive)
            await error_response(request, error)(scope, receive, send)
            return
        request.state.user = token.user
        await self._app(scope, receive, send)

    def _authenticate(self, request: Request) -> Token:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        # A token of the authentication service is refused as a Bearer token (those are OAuth's).
        token = self._sandbox.tokens.find(value.strip()) if scheme == "AnaplanAuthToken" else None
        if token is None:
            raise ApiError(401, "Unauthorized: the token is missing, invalid or expired")
        return token

    def _limit(self) -> None:
        seconds = self._sandbox.bucket.take() if self._sandbox.bucket else 0.0
        if seconds:
            wait = {"Retry-After": str(max(1, math.ceil(seconds)))}
            raise ApiError(429, "Too many requests", wait)


class Net:
    """Turns whatever goes wrong inside into an answer in the envelope, and into a log entry."""

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
            return  # nobody is there to be answered
        except Exception:
            _log.exception("%s %s failed", scope.get("method"), scope.get("path"))
            if begun:  # half an answer cannot be mended: end the connection
                raise
            error = ApiError(500, "Internal Server Error")
            await error_response(Request(scope), error)(scope, receive, send)
