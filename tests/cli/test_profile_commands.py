"""``anaplan-frames profile``: logins and databases under names, and prompts for secrets."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from anaplan_frames.cli import main
from anaplan_frames.config import database_url
from anaplan_frames.sandbox import Sandbox


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what prompts get, in order; they are asked for without being shown."""
    given: list[str] = []

    def answer(text: str, *, hide_input: bool = False, err: bool = False) -> str:
        assert err
        assert hide_input or text == "Email"
        return given.pop(0)

    monkeypatch.setattr("click.prompt", answer)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    return given


@pytest.fixture
def no_login(loaded: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Return the tenant, with nothing of its login in the environment."""
    monkeypatch.delenv("ANAPLAN_EMAIL")
    monkeypatch.delenv("ANAPLAN_PASSWORD")
    return loaded


def test_a_profile_is_added_listed_checked_and_used(
    no_login: Sandbox, answers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    answers += [no_login.password]
    email, model = ["--email", no_login.email], ["--model", "Flight Planning"]
    assert main(["profile", "add", "night", *email, *model]) == 0
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "anaplan-frames" / "profiles.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    capsys.readouterr()
    assert main(["profile", "list", "--json"]) == 0
    shown = capsys.readouterr().out
    assert json.loads(shown) == [
        {"name": "night", "sign_in": "password", "databases": [], "email": no_login.email}
        | {"model": "Flight Planning"}
    ]
    assert no_login.password not in shown.replace(no_login.email, "")
    assert main(["profile", "list"]) == 0
    assert "night  password" in capsys.readouterr().out
    assert main(["profile", "check", "night"]) == 0
    assert capsys.readouterr().out == (
        f"Signed in as {no_login.email}. This user may see 1 models in 1 workspaces.\n"
    )
    assert main(["ls", "imports", "--profile", "night"]) == 0
    assert main(["profile", "check", "day"]) == 1


def test_settings_are_added_and_the_rest_of_the_file_stays(
    no_login: Sandbox, answers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "anaplan-frames" / "profiles.toml"
    path.parent.mkdir(parents=True)
    path.write_text('# ours\n[a]\nregion = "eu3" # there\n\n[b]\nregion = "us1"\n')
    assert main(["profile", "add", "a", "--model", 'My "model" \\ é']) == 0
    answers += ["first", "second"]
    assert main(["profile", "add", "a", "--database", "w", "--database", "x y"]) == 0
    assert path.read_text("utf-8") == (
        '# ours\n[a]\nregion = "eu3" # there\nmodel = "My \\"model\\" \\\\ é"\n\n'
        '[b]\nregion = "us1"\n\n[a.databases]\nw = "first"\n"x y" = "second"\n'
    )
    assert database_url("x y", "a").reveal() == "second"  # type: ignore[union-attr]
    assert main(["profile", "add", "a", "--region", "us2"]) == 2
    assert "Profile 'a' has region already. Add --replace" in capsys.readouterr().err
    assert main(["profile", "add", "a", "--region", "us2", "--replace"]) == 0
    assert 'region = "us2"' in path.read_text("utf-8")
    assert main(["profile", "add", "c"]) == 2
    path.write_text("no toml")
    assert main(["profile", "add", "a", "--region", "us2"]) == 1
    assert path.read_text() == "no toml"


@pytest.mark.long
def test_a_secret_may_come_from_stdin(
    no_login: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{no_login.password}\n"))
    words = ["profile", "add", "night", "--email", no_login.email]
    assert main(words) == 0
    assert main(["profile", "check", "night"]) == 0
    assert main([*words, "--replace"]) == 2
    assert "stdin is not a terminal and has no line for it" in capsys.readouterr().err


@pytest.mark.long
def test_a_database_of_a_profile_is_found_by_its_name(loaded: Sandbox, answers: list[str]) -> None:
    with sqlite3.connect("w.db") as connection:
        connection.execute("CREATE TABLE lines AS SELECT 'AA' AS carrier, 'Found' AS name")
    answers += ["sqlite:///w.db"]
    assert main(["profile", "add", "default", "--database", "warehouse"]) == 0
    words = ["copy", "--sql", "warehouse", "--query", "select * from lines"]
    assert main([*words, "--to", "airlines.csv", "-q"]) == 0


@pytest.mark.long
def test_a_missing_password_is_asked_for_at_a_terminal(
    no_login: Sandbox, answers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anaplan_frames.cli.sign_in._somebody_is_there", lambda: True)
    answers += [no_login.password]
    assert main(["ls", "--email", no_login.email]) == 0
    answers += [no_login.email, no_login.password]
    assert main(["ls"]) == 0
    monkeypatch.setenv("ANAPLAN_EMAIL", no_login.email)
    answers += [no_login.password]
    assert main(["ls"]) == 0
    assert answers == []


def test_without_a_terminal_nothing_is_asked_for(
    no_login: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ls"]) == 1
    assert "No credentials." in capsys.readouterr().err
    assert main(["ls", "--email", no_login.email]) == 2
    assert "there is no terminal to ask for it. Set ANAPLAN_PASSWORD." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--email", "a@b", "--keystore", "f"], "--email and --keystore cannot be used together."),
        (["--private-key", "f"], "--private-key needs --certificate."),
        (["--keystore-alias", "a"], "--keystore-alias needs --keystore."),
        (["--certificate", "nothing.pem"], "File 'nothing.pem' does not exist."),
    ],
)
def test_options_for_signing_in_must_fit_together(
    no_login: Sandbox, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("f").touch()
    assert main(["ls", *words]) == 2
    assert sentence in capsys.readouterr().err
