"""What is shown of an error, by whatever shows it, holds no secret; neither does the log."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from rich.traceback import Traceback

from anaplan_frames import connect
from anaplan_frames.errors import AnaplanError
from tests.secrets.scenes import (
    CREDENTIALS,
    DATA,
    MISHAPS,
    STORE,
    interrupted,
    planner,
    secrets_of,
    suffer,
    work,
)
from tests.transport.scripted import ScriptedServer

ROOT = Path(__file__).parents[2]


def ended(work: Callable[[], object]) -> BaseException:
    """Return the error of some work; its frames are not the test's, which knows the secrets."""
    with pytest.raises((AnaplanError, KeyboardInterrupt)) as caught:
        work()
    return caught.value


def by_rich(error: BaseException) -> str:
    """Return what rich prints of an error, with all local variables at full length."""
    console = Console(file=io.StringIO(), width=5_000)
    console.print(
        Traceback.from_exception(
            type(error),
            error,
            error.__traceback__,
            show_locals=True,
            locals_max_string=None,
            locals_max_length=None,
            max_frames=1_000,
        )
    )
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def by_python(error: BaseException | None) -> str:
    """Return the traceback of each error of the chain, also the suppressed ones, with locals."""
    text = ""
    while error is not None:
        each = traceback.TracebackException.from_exception(error, capture_locals=True)
        text += "".join(each.format())
        error = error.__cause__ or error.__context__
    return text


def assert_nothing_shows(text: str, secrets: list[str]) -> None:
    assert [secret for secret in secrets if secret in text] == []


@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("credential", CREDENTIALS)
def test_no_secret_is_in_a_traceback_or_in_the_log(
    credential: str, mishap: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedServer() as server:
        error = ended(lambda: suffer(server, credential, mishap))
        secrets = secrets_of(server)
    assert isinstance(error, AnaplanError)
    assert "urllib3" in {record.name.split(".")[0] for record in caplog.records}
    assert_nothing_shows(by_rich(error), secrets)
    assert_nothing_shows(by_python(error) + repr(vars(error)), secrets)
    assert_nothing_shows(caplog.text + repr([vars(each) for each in caplog.records]), secrets)


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_no_secret_shows_after_ctrl_c(credential: str) -> None:
    with ScriptedServer() as server:
        with interrupted():
            error = ended(lambda: work(server, credential))
        secrets = secrets_of(server)
    assert isinstance(error, KeyboardInterrupt)
    assert_nothing_shows(by_rich(error) + by_python(error), secrets)


def test_no_secret_is_in_what_pytest_shows_of_local_variables(tmp_path: Path) -> None:
    noted = tmp_path / "secrets"
    options = "--showlocals --tb=long --full-trace --log-level=DEBUG -vv -rA -n0"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/secrets/failing.py", *options.split()],
        cwd=ROOT,
        env={**os.environ, "SECRETS": str(noted)},
        capture_output=True,
        text=True,
        check=False,
    )
    secrets = [secret for line in noted.read_text().splitlines() for secret in json.loads(line)]
    failures = len(noted.read_text().splitlines())
    assert f"{failures} failed" in done.stdout
    for shown in ("AuthenticationError", "TransferError", r"transport +=", "DEBUG +urllib3"):
        assert re.search(shown, done.stdout)
    assert_nothing_shows(done.stdout + done.stderr, secrets)


@pytest.mark.parametrize(
    "settings",
    [
        {"KEYSTORE": str(DATA / "two.jks"), "KEYSTORE_PASSWORD": "wrong-sesame"},
        {"KEYSTORE": str(DATA / "two.pkcs12"), "KEYSTORE_PASSWORD": "wrong-sesame"},
        {
            "KEYSTORE": str(DATA / "two.jks"),
            "KEYSTORE_PASSWORD": STORE,
            "KEYSTORE_ALIAS": "planner",
            "KEYSTORE_KEY_PASSWORD": "wrong-sesame",
        },
        {"CERTIFICATE": planner().pem.decode(), "PRIVATE_KEY": "-----BEGIN wrong-sesame"},
        {
            "CERTIFICATE": planner().pem.decode(),
            "PRIVATE_KEY": planner().key_pem(b"a").decode(),
            "PRIVATE_KEY_PASSWORD": "wrong-sesame",
        },
        {"EMAIL": "a:b@example.com", "PASSWORD": "wrong-sesame"},
        {"TOKEN": "two wrong-sesame"},
    ],
    ids=lambda settings: "+".join(settings),
)
def test_no_secret_of_the_environment_shows_where_it_does_not_open(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name, value in settings.items():
        monkeypatch.setenv(f"ANAPLAN_{name}", value)
    error = ended(connect)
    secrets = ["wrong-sesame", STORE, *settings.get("PRIVATE_KEY", "").splitlines()[1:-1]]
    assert_nothing_shows(by_rich(error) + by_python(error), secrets)


def test_no_secret_of_a_profile_shows_where_the_file_is_broken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    profiles = tmp_path / "anaplan-frames" / "profiles.toml"
    profiles.parent.mkdir()
    for text in (
        '[default]\nemail = "a@example.com"\npassword = "wrong-sesame\n',
        '[default]\npassword = "wrong-sesame"\npassword = "wrong-sesame"\n',
        '[default]\npasword = "wrong-sesame"\n',
        '[default]\npassword = ["wrong-sesame"]\n',
    ):
        profiles.write_text(text)
        profiles.chmod(0o600)
        error = ended(connect)
        assert_nothing_shows(by_rich(error) + by_python(error), ["wrong-sesame"])
