"""The command line, run as its users run it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys

import pytest
import requests

from anaplan_frames.cli import main

COMMAND = [sys.executable, "-m", "anaplan_frames"]


@pytest.mark.long
def test_the_demo_ends_with_the_proof_and_status_zero() -> None:
    done = subprocess.run([*COMMAND, "demo"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == ("336,776 flights in the source, 336,776 in Anaplan")
    assert "Load airports 1,440 rows loaded,  18 rejected" in done.stdout
    assert "Load flights  3,744 rows loaded, 125 rejected" in done.stdout
    assert done.stderr == ""


@pytest.mark.long
def test_the_demo_holds_to_the_contract_all_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    """In this process, where each answer of the sandbox is checked.

    So it is while a difference is shown; see the test of exit status 8.
    """
    assert main(["demo"]) == 0
    assert "all equal" in capsys.readouterr().out


def test_the_sandbox_is_served_on_loopback_until_it_is_ended() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*COMMAND, "sandbox", "--demo", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        try:
            assert serving.stdout is not None
            printed = serving.stdout.readline()
            assert re.search(rf"http://127\.0\.0\.1:{port}\b", printed)
            answer = requests.post(
                f"http://127.0.0.1:{port}/token/authenticate",
                auth=("demo@example.com", "demo"),
                timeout=10,
            )
            assert answer.status_code == 201
        finally:
            serving.terminate()
        assert serving.wait(timeout=10) == 0
