"""Lines that are dropped in silence are noticed, and the time-outs that a user sets count."""

from __future__ import annotations

import socket
from typing import Any

import pandas as pd
import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transport.interruptible import keep_alive_options
from anaplan_frames.transport.session import make_session
from tests.transport.scripted import ScriptedServer


@pytest.mark.parametrize("proxied", [False, True])
def test_connections_are_kept_alive(server: ScriptedServer, proxied: bool) -> None:
    session = make_session(1)
    proxies = {"http": server.url} if proxied else None
    response = session.get(server.url, proxies=proxies, stream=True, timeout=5)
    sock = response.raw.connection.sock
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    if hasattr(socket, "TCP_KEEPIDLE"):
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 30
    response.close()
    assert (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1) in keep_alive_options()


@pytest.mark.parametrize(
    ("given", "expected"), [((10, 120), (10, 900.0)), ((1, 7), (1, 7)), (5.0, 5.0)]
)
def test_long_calls_honour_a_time_out_that_is_given(
    demo_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, given: Any, expected: Any
) -> None:
    with demo_sandbox.connect(http_timeout=given) as connection:
        model = connection.model("Flight Planning")
        sent: list[Any] = []
        sender = model.imports["Load airlines"]._transport._sender
        real = sender._session.request

        def request(method: str, url: str, **options: Any) -> Any:
            if url.endswith("/items") and method == "POST":
                sent.append(options["timeout"])
            return real(method, url, **options)

        monkeypatch.setattr(sender._session, "request", request)
        model.lists["Airlines"].insert(pd.DataFrame({"code": ["A"], "name": ["a"]}))
    assert sent == [expected]
