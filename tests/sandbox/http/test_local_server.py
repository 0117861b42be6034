"""The server: rate limit, start and stop, unexpected errors, and use in scripts."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path

import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.http.local_server import _listen
from tests.contract.plugin import RECORD
from tests.sandbox.clock import Clock
from tests.sandbox.http_client import (
    EMPLOYEES,
    LIST_IMPORT,
    Http,
    build_headcount,
    in_model,
    log_in,
)


def test_too_many_requests_are_429_with_the_seconds_to_wait() -> None:
    clock = Clock()
    with Sandbox(rate_limit=6, token_lifetime=1e9, clock=clock) as sandbox:
        http = Http(sandbox)
        assert [http.get("/users/me").status_code for _ in range(7)] == [200] * 6 + [429]
        answer = http.get("/users/me")
        assert answer.headers["Retry-After"] == "10"
        assert answer.json()["status"]["code"] == 429
        clock.now += 4
        assert http.get("/users/me").headers["Retry-After"] == "6"
        clock.now += 6
        assert [http.get("/users/me").status_code for _ in range(2)] == [200, 429]
        clock.now += 3600
        assert [http.get("/users/me").status_code for _ in range(7)] == [200] * 6 + [429]


def test_logins_do_not_count_against_the_rate_limit() -> None:
    with Sandbox(rate_limit=1) as sandbox:
        assert [log_in(sandbox).status_code for _ in range(4)] == [201] * 4


def test_the_rate_limit_can_be_switched_off() -> None:
    with Sandbox(rate_limit=None) as sandbox:
        http = Http(sandbox)
        assert {http.get("/users/me").status_code for _ in range(50)} == {200}


def test_it_binds_to_the_loopback_interface_only(tenant: Sandbox) -> None:
    port = int(tenant.api_url.rpartition(":")[2])
    assert tenant.api_url == tenant.auth_url == f"http://127.0.0.1:{port}"
    with socket.socket() as other, pytest.raises(OSError, match="refused"):
        other.connect(("127.0.0.2", port))


def test_it_starts_and_stops_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    threads = set(threading.enumerate())
    sandbox = Sandbox()
    model = build_headcount(sandbox)
    sandbox.start()
    http = in_model(Http(sandbox), model)
    http.upload(EMPLOYEES)
    http.run(f"imports/{LIST_IMPORT}")
    assert list(tmp_path.iterdir())
    sandbox.close()
    assert list(tmp_path.iterdir()) == []
    assert set(threading.enumerate()) <= threads


def test_the_listener_names_its_protocol_so_that_asyncio_sends_answers_without_delay() -> None:
    with _listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_it_stops_although_tasks_are_waiting() -> None:
    with Sandbox(task_pause=30) as sandbox:
        model = in_model(Http(sandbox), build_headcount(sandbox))
        for _ in range(3):
            model.start(f"imports/{LIST_IMPORT}")
        begun = time.monotonic()
    assert time.monotonic() - begun < 30  # without waiting for the tasks


def test_it_keeps_its_data_when_it_is_stopped_and_started_again() -> None:
    sandbox = Sandbox()
    model = build_headcount(sandbox)
    with sandbox:
        http = in_model(Http(sandbox), model)
        http.upload(EMPLOYEES)
        url = sandbox.api_url
        sandbox.stop()
        with pytest.raises(requests.ConnectionError):
            requests.get(url, timeout=5)
        sandbox.start(int(url.rpartition(":")[2]))
        assert sandbox.api_url == url
        result = http.run(f"imports/{LIST_IMPORT}")
        assert result["successful"] is True


def test_closing_twice_is_allowed_but_a_closed_sandbox_does_not_start() -> None:
    with Sandbox() as sandbox:
        sandbox.close()
    with pytest.raises(RuntimeError, match="closed and its data is gone: make another"):
        sandbox.start()


def test_a_port_in_use_is_an_os_error(tenant: Sandbox) -> None:
    other = Sandbox()
    with pytest.raises(OSError, match="in use"):
        other.start(int(tenant.api_url.rpartition(":")[2]))
    other.close()


def test_a_url_before_the_start_says_what_to_do() -> None:
    sandbox = Sandbox()
    with pytest.raises(RuntimeError, match="not running: use `with sandbox"):
        _ = sandbox.api_url
    sandbox.close()


def test_the_repr_shows_url_and_models_but_no_password() -> None:
    sandbox = Sandbox(email="demo@example.com", password="open sesame")
    build_headcount(sandbox)
    assert repr(sandbox) == "<Sandbox not running, demo@example.com, models: Headcount>"
    with sandbox:
        assert repr(sandbox).startswith(f"<Sandbox at {sandbox.api_url}, ")
    assert "sesame" not in repr(sandbox) + repr(sandbox.users.all())


def test_an_unexpected_error_is_500_in_the_envelope_and_is_logged(
    tenant: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    build_headcount(tenant).files["broken"] = None  # type: ignore[assignment]
    model = in_model(Http(tenant), next(iter(tenant.models.values())))
    with caplog.at_level(logging.ERROR, "anaplan_frames.sandbox"):
        answer = model.get("/files")
    assert answer.status_code == 500
    assert answer.json()["status"] == {"code": 500, "message": "Internal Server Error"}
    assert "Traceback" not in answer.text
    assert "AttributeError" in caplog.text
    # The contract does not allow such an answer.
    RECORD.take()


def test_the_demo_tenant_has_the_documented_ids(demo_sandbox: Sandbox) -> None:
    http = Http(demo_sandbox)
    model = http.get("/models").json()["models"][0]
    assert model["id"] == "D2D29CEE237C422099D83DCC4338CEA6"
    assert model["currentWorkspaceId"] == "8a81b09d599f3c6e0159f605560c2630"
    path = f"/models/{model['id']}"
    shown = {
        key: {item["id"]: item["name"] for item in http.get(f"{path}/{key}").json()[key]}
        for key in ("files", "imports", "exports", "actions", "processes")
    }
    assert shown["imports"] == {
        "112000000001": "Load airlines",
        "112000000002": "Load airports",
        "112000000003": "Load flights",
    }
    assert shown["files"]["113000000003"] == "flights.csv"
    assert shown["exports"] == {"116000000001": "Flights export"}
    assert shown["actions"] == {"117000000001": "Clear airports"}
    assert shown["processes"] == {"118000000001": "Load all"}


def run_script(script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "always::ResourceWarning", "-c", textwrap.dedent(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


SERVE = """
    from anaplan_frames.sandbox import Sandbox, serve
    serve(Sandbox(), 0)
    print("stopped")
"""


@pytest.mark.skipif(os.name != "posix", reason="signals differ on Windows")
@pytest.mark.parametrize(
    "number",
    # That of the command line is ended by SIGTERM in the ordinary run.
    [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.long)],
)
def test_a_signal_ends_a_server_in_the_foreground_without_output(number: int) -> None:
    process = run_script(SERVE)
    assert process.stdout is not None
    said = re.fullmatch(
        r"Anaplan sandbox at (http://127.0.0.1:\d+), login demo@example.com."
        r" Open it in a browser to look at it. Ctrl-C ends it.\n",
        process.stdout.readline(),
    )
    assert said is not None
    url = said[1]
    assert requests.get(f"{url}/2/0/users/me", timeout=5).status_code == 401
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (out, err, process.returncode) == ("stopped\n", "", 0)


@pytest.mark.long
def test_a_sandbox_in_a_script_prints_nothing_and_ends_with_it_unclosed(tmp_path: Path) -> None:
    process = run_script(f"""
        import tempfile
        tempfile.tempdir = {str(tmp_path)!r}
        import requests
        from anaplan_frames.sandbox import Sandbox
        with Sandbox() as sandbox:
            requests.get(sandbox.api_url, timeout=5)
            requests.put(sandbox.api_url + "/2/0/models/x/files/y", data=b"x", timeout=5)
        import warnings
        warnings.simplefilter("ignore", ResourceWarning)  # expected of the next one
        from tests.sandbox.http_client import build_headcount, in_model, Http
        sandbox = Sandbox(task_pause=0)
        model = in_model(Http(sandbox.start()), build_headcount(sandbox))
        model.upload(b"Name,Code,Grade")
        model.run("imports/112000000001")
    """)
    assert process.communicate(timeout=30) == ("", "")
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_client_that_disconnects_during_an_upload_leaves_no_files(
    tenant: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    model = in_model(Http(tenant), build_headcount(tenant))
    port = int(tenant.api_url.rpartition(":")[2])
    head = (
        f"PUT /2/0{model.path}/files/113000000001 HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: AnaplanAuthToken {model.http.token}\r\nContent-Length: 1000\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head.encode() + b"half")
        time.sleep(0.1)
    time.sleep(0.1)
    assert model.get("/files/113000000001").status_code == 404
    assert caplog.text == ""


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "duckdb"])
def test_without_the_extra_the_import_says_how_to_install_it(missing: str) -> None:
    process = run_script(f"""
        import sys
        sys.modules[{missing!r}] = None
        try:
            import anaplan_frames.sandbox
        except ImportError as error:
            print(error)
    """)
    out, _ = process.communicate(timeout=30)
    assert out == "The sandbox needs an extra: pip install 'anaplan-frames[sandbox]'\n"
