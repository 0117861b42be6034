"""What a client sees under each fault, and whether the request was carried out."""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Iterator

import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.tenant.fault_rules import KINDS
from tests.clients import tenant
from tests.sandbox.http_client import Http

FILE = f"{tenant.DIRECT}/files/{tenant.AIRLINES_FILE}"
TASKS = f"{tenant.DIRECT}/imports/{tenant.LOAD_AIRLINES}/tasks"


@pytest.fixture
def unlimited_sandbox() -> Iterator[Sandbox]:
    with Sandbox.demo(rate_limit=None) as running:
        yield running


@pytest.fixture
def http(unlimited_sandbox: Sandbox) -> Http:
    return Http(unlimited_sandbox)


def started(sandbox: Sandbox, http: Http) -> int:
    sandbox.faults.clear()
    return len(http.get(TASKS).json()["tasks"])


def start(http: Http) -> requests.Response:
    return http.send("POST", TASKS, json={"localeName": "en_US"})


@pytest.mark.parametrize("kind", ["429", "500", "502", "503", "504"])
def test_a_refused_request_is_not_carried_out(
    unlimited_sandbox: Sandbox, http: Http, kind: str
) -> None:
    fault = unlimited_sandbox.faults.add(kind, method="POST", path="*/tasks", retry_after=7)  # type: ignore[arg-type]
    answer = start(http)
    assert (answer.status_code, answer.headers["Retry-After"]) == (int(kind), "7")
    assert (fault.hits, started(unlimited_sandbox, http)) == (1, 0)


@pytest.mark.parametrize("kind", ["reset", "broken upload", "stall"])
def test_a_request_is_not_carried_out_if_its_connection_breaks_first(
    unlimited_sandbox: Sandbox, http: Http, kind: str
) -> None:
    unlimited_sandbox.faults.add(kind, method="POST", path="*/tasks", seconds=0.01)  # type: ignore[arg-type]
    with pytest.raises(requests.ConnectionError):
        start(http)
    assert started(unlimited_sandbox, http) == 0


@pytest.mark.parametrize("kind", ["lost answer", "stalled answer"])
def test_a_request_is_carried_out_although_its_answer_is_lost(
    unlimited_sandbox: Sandbox, http: Http, kind: str
) -> None:
    unlimited_sandbox.faults.add(kind, method="POST", path="*/tasks", seconds=0.01)  # type: ignore[arg-type]
    with pytest.raises(requests.ConnectionError):
        start(http)
    assert started(unlimited_sandbox, http) == 1


def test_a_request_is_carried_out_although_a_gateway_answers_504(
    unlimited_sandbox: Sandbox, http: Http
) -> None:
    unlimited_sandbox.faults.add("lost 504", method="POST", path="*/tasks")
    assert start(http).status_code == 504
    assert started(unlimited_sandbox, http) == 1


def test_a_late_request_is_carried_out_after_its_client_gave_up(
    unlimited_sandbox: Sandbox, http: Http
) -> None:
    unlimited_sandbox.faults.add("late", method="POST", path="*/tasks", seconds=0.2)
    with pytest.raises(requests.ConnectionError):
        start(http)
    assert (unlimited_sandbox.faults.pending, started(unlimited_sandbox, http)) == (1, 0)
    deadline = time.monotonic() + 10
    while unlimited_sandbox.faults.pending and time.monotonic() < deadline:
        time.sleep(0.01)
    assert started(unlimited_sandbox, http) == 1


@pytest.mark.parametrize(
    ("kind", "listed"), [("missing chunk", ["0", "1", "3"]), ("shuffled chunks", list("3210"))]
)
def test_a_list_of_chunks_can_leave_one_out_or_be_in_another_order(
    unlimited_sandbox: Sandbox, http: Http, kind: str, listed: list[str]
) -> None:
    assert http.put(FILE, b"x" * 31_000_000) == 204
    unlimited_sandbox.faults.add(kind, path="*/files*", times=None)  # type: ignore[arg-type]
    answer = http.get(f"{FILE}/chunks").json()
    assert [chunk["id"] for chunk in answer["chunks"]] == listed
    assert answer["meta"]["paging"]["totalSize"] == 4
    assert http.get(f"{FILE}/chunks/3").content == b"x" * 1_000_000
    assert len(http.get(f"{tenant.DIRECT}/files").json()["files"]) == 4


def test_a_body_breaks_off_half_way(unlimited_sandbox: Sandbox, http: Http) -> None:
    unlimited_sandbox.faults.add("cut body", path="/models")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        http.get("/models")
    assert http.get("/models").status_code == 200


def test_a_compressed_body_stops_before_the_end_of_its_gzip(
    unlimited_sandbox: Sandbox, http: Http
) -> None:
    whole = http.get("/models").content
    unlimited_sandbox.faults.add("cut gzip", path="/models", times=2)
    answer = requests.get(
        f"{http.base}/models",
        headers={"Authorization": f"AnaplanAuthToken {http.token}", "Accept-Encoding": "gzip"},
        stream=True,
        timeout=5,
    )
    packed = answer.raw.read(decode_content=False)
    assert (answer.status_code, len(packed)) == (200, int(answer.headers["Content-Length"]))
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    assert unpacking.decompress(packed) == whole
    assert not unpacking.eof
    plain = requests.get(
        f"{http.base}/models",
        headers={"Authorization": f"AnaplanAuthToken {http.token}", "Accept-Encoding": "identity"},
        timeout=5,
    )
    assert plain.content == whole


def test_interim_answers_come_before_the_right_one(unlimited_sandbox: Sandbox, http: Http) -> None:
    unlimited_sandbox.faults.add("interim", path="/models")
    with socket.create_connection(("127.0.0.1", _port(unlimited_sandbox)), timeout=5) as raw:
        lines = ("GET /2/0/models HTTP/1.1", "Host: localhost", "Connection: close")
        token = f"Authorization: AnaplanAuthToken {http.token}"
        raw.sendall("\r\n".join((*lines, token, "", "")).encode())
        came = b"".join(iter(lambda: raw.recv(65_536), b""))
    statuses = [line for line in came.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    assert [status.split()[1] for status in statuses] == [b"102", b"103", b"200"]


def _port(sandbox: Sandbox) -> int:
    return int(sandbox.api_url.rsplit(":", 1)[1])


def test_a_token_can_become_invalid_at_any_call(unlimited_sandbox: Sandbox, http: Http) -> None:
    unlimited_sandbox.faults.add("token", after=1)
    assert [http.get("/models").status_code for _ in range(3)] == [200, 401, 401]
    assert Http(unlimited_sandbox).get("/models").status_code == 200


def test_after_a_restart_connections_are_reset_and_tokens_are_gone(
    unlimited_sandbox: Sandbox, http: Http
) -> None:
    with requests.Session() as waiting:
        headers = {"Authorization": f"AnaplanAuthToken {http.token}"}
        url = f"{unlimited_sandbox.api_url}/2/0/models"
        assert waiting.get(url, headers=headers).status_code == 200
        unlimited_sandbox.faults.add("restart")
        for _ in range(3):
            with pytest.raises(requests.ConnectionError):
                requests.get(url, headers=headers)
        assert waiting.get(url, headers=headers).status_code == 401
    assert Http(unlimited_sandbox).get("/models").status_code == 200


def test_a_rule_applies_after_and_for_a_number_of_requests(
    unlimited_sandbox: Sandbox, http: Http
) -> None:
    unlimited_sandbox.faults.add("503", method="GET", path="/mod*", after=2, times=2)
    statuses = [http.get("/models").status_code for _ in range(6)]
    assert statuses == [200, 200, 503, 503, 200, 200]
    assert http.get("/workspaces").status_code == 200
    assert unlimited_sandbox.faults.struck == [("503", "GET", "/models")] * 2


def test_the_authentication_service_fails_too(unlimited_sandbox: Sandbox) -> None:
    unlimited_sandbox.faults.add("500", path="/token/authenticate")
    answer = requests.post(f"{unlimited_sandbox.auth_url}/token/authenticate", timeout=5)
    assert answer.status_code == 500


def test_random_faults_are_the_same_for_the_same_seed_and_retries_succeed() -> None:
    def schedule(seed: int) -> list[str]:
        with Sandbox(rate_limit=None) as sandbox:
            sandbox.faults.at_random(seed, share=0.9, kinds=["429", "500"], in_a_row=2)
            url = f"{sandbox.api_url}/2/0/models"
            return [str(requests.get(url, timeout=5).status_code) for _ in range(30)]

    first = schedule(1)
    assert first == schedule(1) != schedule(2)
    assert not any(first[at : at + 3].count("401") == 0 for at in range(28))
    assert {"401", "429", "500"} == set(first)  # 401: passed on, without a token


def test_an_unknown_fault_is_refused_with_a_list_of_faults(unlimited_sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match=f"'404'.* {', '.join(KINDS)}"):
        unlimited_sandbox.faults.add("404")  # type: ignore[arg-type]
