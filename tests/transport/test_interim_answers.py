"""Interim answers are skipped, and never put a connection out of step."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from anaplan_frames.auth import TokenAuth
from anaplan_frames.errors import TransferError
from anaplan_frames.transport import AnswerLost, Transport
from tests.transport.scripted import EVERYTHING, TurnedClock


class RawServer:
    """Sends `before`, then an answer with the number of the request on this server."""

    def __init__(self, *before: bytes) -> None:
        self._before = list(before)
        self._lock = threading.Lock()
        self.requests = self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            while self._read_request(connection):
                with self._lock:
                    self.requests += 1
                    number = self.requests
                    before = self._before.pop(0) if self._before else b""
                body = b'{"number": %d}' % number
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                try:
                    connection.sendall(
                        before + head + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
                    )
                except OSError:
                    return

    def _read_request(self, connection: socket.socket) -> bool:
        received = b""
        while not received.endswith(b"\r\n\r\n"):
            try:
                piece = connection.recv(65536)
            except OSError:
                return False
            if not piece:
                return False
            received += piece
        return True

    def close(self) -> None:
        self._socket.close()


@contextmanager
def running(*before: bytes) -> Iterator[tuple[RawServer, Transport]]:
    server = RawServer(*before)
    threading.Thread(target=server.serve, daemon=True).start()
    transport = Transport(
        TokenAuth("t"),
        api_url=server.url,
        auth_url=server.url,
        clock=TurnedClock(),
        operations=EVERYTHING,
    )
    yield server, transport
    transport.close()
    server.close()


PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.mark.parametrize("before", [PROCESSING, HINTS, GO_ON, PROCESSING * 20 + GO_ON + HINTS])
def test_interim_answers_are_skipped_and_each_request_gets_its_own_answer(before: bytes) -> None:
    with running(b"", before) as (server, transport):
        numbers = [transport.get("/me", label="me")["number"] for _ in range(4)]
    assert numbers == [1, 2, 3, 4]
    assert server.connections == 1


def test_a_start_that_is_answered_after_an_interim_answer_is_started() -> None:
    with running(PROCESSING) as (server, transport):
        assert transport.post("/tasks", label="task", repeatable=False) == {"number": 1}
    assert server.requests == 1


def test_a_switch_of_protocols_is_not_an_answer_and_ends_the_connection() -> None:
    switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"
    with running(switch) as (server, transport):
        assert transport.get("/me", label="me")["number"] == 2
        assert transport.get("/me", label="me")["number"] == 3
        assert server.connections == 2
    with running(switch) as (server, transport), pytest.raises(AnswerLost, match="status 101"):
        transport.post("/tasks", label="task", repeatable=False)


def test_interim_answers_without_end_are_an_error() -> None:
    with running(*[PROCESSING * 1_100] * 6) as (_, transport), pytest.raises(TransferError):
        transport.get("/me", label="me")
