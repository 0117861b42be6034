"""The demo tenant, running, with a clock that a test can put forward, and the way there."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clock import ClockAhead

CHUNK = 20_000  # bytes; small, so that whatever is downloaded comes in several chunks


@pytest.fixture
def watch() -> ClockAhead:
    return ClockAhead()


@pytest.fixture
def sandbox(watch: ClockAhead) -> Iterator[Sandbox]:
    with Sandbox.demo(export_chunk_size=CHUNK, rate_limit=None, clock=watch) as running:
        yield running


@pytest.fixture
def sent(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> list[httpx2.Request]:
    """Send what anaplan-sdk addresses to Anaplan's hosts, constants there, to the sandbox."""
    home = httpx2.URL(sandbox.api_url)
    requests: list[httpx2.Request] = []

    def route(request: httpx2.Request) -> httpx2.Request:
        requests.append(request)
        assert request.url.host.endswith((".anaplan.com", home.host)), request.url  # or tried again
        below = b"/cloudworks" if request.url.host.startswith("api.cloudworks.") else b""
        request.url = request.url.copy_with(
            scheme=home.scheme,
            host=home.host,
            port=home.port,
            raw_path=below + request.url.raw_path,
        )
        request.headers["host"] = request.url.netloc.decode()
        return request

    send = httpx2.HTTPTransport.handle_request
    send_async = httpx2.AsyncHTTPTransport.handle_async_request
    monkeypatch.setattr(
        httpx2.HTTPTransport, "handle_request", lambda self, request: send(self, route(request))
    )
    monkeypatch.setattr(
        httpx2.AsyncHTTPTransport,
        "handle_async_request",
        lambda self, request: send_async(self, route(request)),
    )
    return requests
