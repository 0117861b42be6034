"""The requests that come to a sandbox, noted by short names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from starlette.types import ASGIApp, Receive, Scope, Send

from anaplan_frames.sandbox import Sandbox, application
from tests.waves import short


@contextmanager
def noted_requests(sandbox: Sandbox) -> Iterator[list[str]]:
    """Serve a sandbox that is stopped; the list gets the name of each request, as in waves."""
    seen: list[str] = []
    build = application.build_app

    def wrap(app: ASGIApp) -> ASGIApp:
        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and not scope["path"].startswith("/token"):
                seen.append(short(scope["method"], scope["path"]))
            await app(scope, receive, send)

        return noting

    with mock.patch.object(application, "build_app", lambda tenant: wrap(build(tenant))):
        sandbox.start()
    try:
        yield seen
    finally:
        sandbox.stop()
