"""Host names under which a sandbox is served, and the folder of its data."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.http.middleware import host_name


@pytest.fixture(scope="module")
def checked_sandbox() -> Iterator[Sandbox]:
    with Sandbox(allowed_hosts=["Anaplan.test", "sandbox"]) as running:
        yield running


def login(sandbox: Sandbox, host: str) -> int:
    """Log in with this header Host; return the status."""
    url, headers = f"{sandbox.auth_url}/token/authenticate", {"Host": host}
    auth = (sandbox.email, sandbox.password)
    return requests.post(url, auth=auth, headers=headers, timeout=10).status_code


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost:8900", "LOCALHOST", "[::1]:80", "anaplan.test:1", "sandbox."],
)
def test_names_of_this_machine_and_those_that_are_allowed_are_served(
    checked_sandbox: Sandbox, host: str
) -> None:
    assert login(checked_sandbox, host) == 201


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "[::2]", "x"]
)
def test_a_request_to_another_host_is_refused(checked_sandbox: Sandbox, host: str) -> None:
    assert login(checked_sandbox, host) == 421


def test_the_refusal_names_the_option(checked_sandbox: Sandbox) -> None:
    answer = requests.get(
        f"{checked_sandbox.api_url}/2/0/models", headers={"Host": "x"}, timeout=10
    )
    assert answer.status_code == 421
    assert "allowed_hosts" in answer.json()["status"]["message"]


def test_every_host_can_be_allowed() -> None:
    with Sandbox(allowed_hosts="*") as sandbox:
        assert login(sandbox, "anything.example") == 201


def test_the_address_that_it_listens_on_is_served() -> None:
    sandbox = Sandbox(task_pause=0)
    sandbox.start(host="127.0.0.2")
    try:
        assert sandbox.api_url.startswith("http://127.0.0.2:")
        assert login(sandbox, "127.0.0.2") == 201
        assert login(sandbox, "127.0.0.3") == 421
    finally:
        sandbox.close()


def test_on_every_address_it_still_checks_the_host() -> None:
    sandbox = Sandbox(allowed_hosts=["anaplan"])
    sandbox.start(host="0.0.0.0")
    try:
        assert login(sandbox, "anaplan") == 201
        assert login(sandbox, "evil.example") == login(sandbox, "0.0.0.0") == 421
    finally:
        sandbox.close()


def test_an_address_of_another_machine_cannot_be_used() -> None:
    with pytest.raises(OSError, match=r"of 192\.0\.2\.1 cannot be used"):
        Sandbox().start(host="192.0.2.1")


def test_the_name_of_a_host_is_without_its_port() -> None:
    assert [host_name(host) for host in ("A:1", "[::1]:1", "[::1]", "a.b.")] == [
        "a",
        "[::1]",
        "[::1]",
        "a.b",
    ]


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")
@pytest.mark.parametrize("exists", [False, True])
def test_only_this_user_can_read_the_folder_of_the_data(tmp_path: Path, exists: bool) -> None:
    data = tmp_path / "tenant"
    if exists:
        data.mkdir()
        data.chmod(0o755)
    with Sandbox(data=data) as sandbox:
        model = sandbox.workspace("W").model("M")
        model.list("L", items=pd.DataFrame({"Name": ["a"]}))
    folders = [data, *(path for path in data.rglob("*") if path.is_dir())]
    assert len(folders) == 3
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
