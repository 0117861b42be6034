"""Connections that are opened while the login is under way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from urllib3.connection import HTTPConnection

from anaplan_frames.auth import TokenAuth
from anaplan_frames.transport.interim_answers import _Connection, _SecureConnection
from tests.transport.conftest import Connect
from tests.transport.proxying import SmallProxy
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_json


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[HTTPConnection]:
    """Note the connections that are opened."""
    connections: list[HTTPConnection] = []

    def noting(real: Callable[[Any], None]) -> Callable[[Any], None]:
        def connect(self: Any) -> None:
            real(self)
            connections.append(self)

        return connect

    for kind in (_Connection, _SecureConnection):
        monkeypatch.setattr(kind, "connect", noting(kind.connect))
    return connections


def wait_for(connections: list[HTTPConnection], count: int) -> None:
    end = time.monotonic() + 5
    while len(connections) < count and time.monotonic() < end:
        time.sleep(0.001)
    assert len(connections) == count
    for thread in threading.enumerate():
        if thread.name == "anaplan-connect":
            thread.join(5)


def at_once(server: ScriptedServer, count: int) -> None:
    """Have the server answer when so many requests are under way."""
    together = threading.Barrier(count)

    def answer(seen: Seen) -> Answer:
        together.wait(5)
        return as_json({})

    server.rule = answer


def test_requests_at_the_same_time_find_them_open(
    server: ScriptedServer, connect: Connect, opened: list[HTTPConnection]
) -> None:
    transport = connect()
    transport.open_connections(8)
    wait_for(opened, 8)
    assert server.seen == []  # nothing is sent on them
    at_once(server, 8)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: transport.get(f"/things/{number}", label="thing"), range(8)))
    assert len(opened) == 8


def test_they_are_secure_if_the_host_is(
    tls_server: ScriptedServer, bundle: Any, connect: Connect, opened: list[HTTPConnection]
) -> None:
    transport = connect(api_url=tls_server.url, auth_url=tls_server.url, verify=bundle)
    transport.open_connections()
    wait_for(opened, 6)
    assert all(type(each) is _SecureConnection for each in opened)
    transport.get("/me", label="me")
    assert len(opened) == 6


def test_none_are_opened_on_a_connection_that_is_in_use(
    connect: Connect, opened: list[HTTPConnection]
) -> None:
    transport = connect()
    transport.get("/me", label="me")
    transport.open_connections()
    assert len(opened) == 1


def test_no_more_are_opened_than_are_allowed(
    connect: Connect, opened: list[HTTPConnection]
) -> None:
    transport = connect(max_connections=2, auth=TokenAuth("mine"))
    transport.open_connections()
    transport.get("/me", label="me")
    assert len(opened) <= 2


def test_a_host_that_cannot_be_reached_is_the_matter_of_the_request(connect: Connect) -> None:
    transport = connect(api_url="http://127.0.0.1:9", auth_url="http://127.0.0.1:9", tries=1)
    transport.open_connections()
    with pytest.raises(Exception, match=r"127\.0\.0\.1:9"):
        transport.get("/me", label="me")


def test_none_are_opened_through_a_proxy(
    server: ScriptedServer, connect: Connect, opened: list[HTTPConnection]
) -> None:
    with SmallProxy() as proxy:
        transport = connect(proxies={"http": f"http://{proxy.address}"})
        transport.open_connections()
        assert opened == []
        transport.get("/me", label="me")
    assert len(opened) == 1
