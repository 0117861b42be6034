"""The page about the command line: its commands are run, and print what the page shows."""

from __future__ import annotations

import io
import re
import shlex
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from anaplan_frames.cli import main
from anaplan_frames.cli.commands import COMMANDS
from anaplan_frames.sandbox import Sandbox
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "command-line.md").read_text("utf-8")
DATA = files("anaplan_frames.demo") / "data"
# What differs from run to run.
_VARYING = (
    (r"\(\d+\.\d s\)", "(0.0 s)"),
    (r"\b[0-9A-F]{32}\b", "ID"),
    (r'"seconds": [\d.]+', '"seconds": 0'),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+", "TIME"),
    (r"in \S+/anaplan-frames/profiles.toml", "in profiles.toml"),
    (r" +", " "),
)


def lines(text: str) -> list[str]:
    """Return the lines of output, in any order, without what differs from run to run."""
    for pattern, words in _VARYING:
        text = re.sub(pattern, words, text)
    return sorted(line.rstrip() for line in text.splitlines() if line.strip())


def shown_commands() -> list[tuple[list[str], str]]:
    found = []
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        for shown in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, output = shown.partition("\n")
            program, *words = shlex.split(line)
            assert program == "anaplan-frames"
            found.append((words, output))
    return found


@pytest.mark.long
def test_each_command_prints_what_the_page_shows(
    demo_sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.chdir(tmp_path)
    for variable, value in {
        "API_URL": demo_sandbox.api_url,
        "AUTH_URL": demo_sandbox.auth_url,
        "EMAIL": demo_sandbox.email,
        "PASSWORD": demo_sandbox.password,
        "MODEL": "Flight Planning",
    }.items():
        monkeypatch.setenv(f"ANAPLAN_{variable}", value)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{demo_sandbox.password}\n"))
    for source, name in (
        ("airlines", "airlines"),
        ("airports", "airports"),
        ("flights_monthly", "flights"),
    ):
        shutil.copy(str(DATA / f"{source}.csv"), f"{name}.csv")
    commands = shown_commands()
    assert len(commands) >= 20
    for words, expected in commands:
        main(words)
        shown = capfdbinary.readouterr()
        assert lines((shown.out + shown.err).decode()) == lines(expected), words


def test_the_page_names_each_command() -> None:
    others = {"sandbox", "demo", "login", "logout"}
    for name in COMMANDS.keys() - others:
        assert re.search(rf"anaplan-frames {name}\b", PAGE), name


def test_the_page_has_a_line_for_each_option_of_anaplan_connect() -> None:
    """Those of its newest public source."""
    table = PAGE.partition("## From Anaplan Connect")[2]
    options = (
        "-h -version -d -q -s -auth -u -c -pkey -k -kp -ka -oauth-client-id --rotatable "
        "--forceRegister -vu -mrc -rt -ct -W -M -F -I -E -A -P -MO -V -L -w -m -w_id -m_id -g "
        "-gets -getc -p -puts -putc -ch -x -xl -xc -xm -o -emd -get -pages -putItems -updateItems "
        "-upsertItems -deleteItems -im -output -jdbcproperties -export"
    )
    for option in options.split():
        assert re.search(rf"`{option}\b", table), option
