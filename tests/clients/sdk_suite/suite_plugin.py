"""A plugin for the pytest that runs anaplan-sdk's suite, in an environment without our packages.

The file that `SETTINGS` names has the sandbox's URL, the ids of its objects and the variables that
the suite reads from its environment. The outcome of each test is written to `OUTCOMES`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx2
import pytest

SETTINGS, OUTCOMES = "SDK_SUITE_SETTINGS", "SDK_SUITE_OUTCOMES"

_settings: dict[str, Any] = {}
_outcomes: dict[str, str] = {}


def pytest_configure() -> None:
    """Read the settings and send all requests to the sandbox."""
    _settings.update(json.loads(Path(os.environ[SETTINGS]).read_text("utf-8")))
    os.environ.update(_settings["environment"])
    _route_requests(httpx2.URL(_settings["url"]))


def _route_requests(home: httpx2.URL) -> None:
    """Send requests to Anaplan's hosts, which are constants in anaplan-sdk, to the sandbox."""
    prefixes = {"api.cloudworks.anaplan.com": "/cloudworks"}  # elsewhere it is in the path

    def route(request: httpx2.Request) -> httpx2.Request:
        host = request.url.host
        if host != home.host:  # a request that is tried again has been routed
            assert host.endswith(".anaplan.com"), request.url
            raw_path = prefixes.get(host, "").encode() + request.url.raw_path
            request.url = request.url.copy_with(
                scheme=home.scheme, host=home.host, port=home.port, raw_path=raw_path
            )
            request.headers["host"] = request.url.netloc.decode()
        return request

    send = httpx2.HTTPTransport.handle_request
    send_async = httpx2.AsyncHTTPTransport.handle_async_request
    httpx2.HTTPTransport.handle_request = lambda self, request: send(self, route(request))
    httpx2.AsyncHTTPTransport.handle_async_request = lambda self, request: send_async(
        self, route(request)
    )


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> object | None:
    """Give the ids of the sandbox's objects instead of a tenant's, and do not wait after tests."""
    if fixturedef.argname == "random_delay_between_tests":
        value: object = "no delay"  # None would stand for: ask the suite's own fixture
    elif fixturedef.argname == "config":
        value = sys.modules[fixturedef.func.__module__].PyVersionConfig(**_settings["config"])
    else:
        return None
    fixturedef.cached_result = (value, fixturedef.cache_key(request), None)
    return value


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note how each test ended: "passed", or what was raised."""
    report = yield
    if call.excinfo is not None:
        _outcomes[item.nodeid] = str(call.excinfo.exconly())
    else:
        _outcomes.setdefault(item.nodeid, "passed")
    return report


def pytest_sessionfinish() -> None:
    """Write the outcomes."""
    Path(os.environ[OUTCOMES]).write_text(json.dumps(_outcomes), "utf-8")
