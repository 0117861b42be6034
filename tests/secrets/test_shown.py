"""What is shown of an error, by whatever shows it, holds no secret; neither does the log."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from itertools import cycle
from pathlib import Path

import pytest

from anaplan_frames import connect
from anaplan_frames.errors import AnaplanError
from tests.secrets.looking import (
    assert_nothing_shows,
    by_python,
    by_rich,
    ended,
    known_to_rich,
    printed_by_rich,
)
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
    assert_nothing_shows(by_python(error) + by_rich(error) + repr(vars(error)), secrets)
    assert_nothing_shows(caplog.text + repr([vars(each) for each in caplog.records]), secrets)


def test_rich_prints_the_texts_that_are_looked_through() -> None:
    with ScriptedServer() as server:
        error = ended(lambda: suffer(server, "certificate", "a redirect"))
    frames = [frame for stack in known_to_rich(error).stacks for frame in stack.frames]
    values = [
        text
        for frame in frames
        for node in (frame.locals or {}).values()
        for text in node.iter_tokens()
        if len(text) < 100  # others are cut into lines
    ]
    printed = printed_by_rich(error)
    assert len(values) > 500
    assert [text for text in values if text.strip() not in printed] == []


# Each mishap once, with the credentials in turn.
@pytest.mark.long
@pytest.mark.parametrize(("credential", "mishap"), list(zip(cycle(CREDENTIALS), MISHAPS)))
def test_no_secret_is_in_a_traceback_that_rich_prints(credential: str, mishap: str) -> None:
    with ScriptedServer() as server:
        error = ended(lambda: suffer(server, credential, mishap))
        secrets = secrets_of(server)
    assert_nothing_shows(printed_by_rich(error), secrets)


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_no_secret_shows_after_ctrl_c(credential: str) -> None:
    with ScriptedServer() as server:
        with interrupted():
            error = ended(lambda: work(server, credential))
        secrets = secrets_of(server)
    assert isinstance(error, KeyboardInterrupt)
    assert_nothing_shows(by_rich(error) + by_python(error), secrets)


@pytest.mark.long
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
