"""Help texts and the version."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

import anaplan_frames as af
from anaplan_frames.cli import main
from anaplan_frames.cli.commands import COMMANDS, app


def command(name: str) -> click.Command:
    found = app.get_command(click.Context(app), name)
    assert found is not None
    return found


@pytest.mark.parametrize("words", [["--help"], ["-h"]])
def test_the_help_lists_the_commands(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    shown = capsys.readouterr().out
    for name, entry in COMMANDS.items():
        assert re.search(rf"^  {name}\b", shown, re.MULTILINE)
        assert entry.summary in " ".join(shown.split())


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"anaplan-frames {af.__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_of_a_command_begins_its_help(name: str) -> None:
    text = command(name).help
    assert text is not None
    assert text.splitlines()[0] == COMMANDS[name].summary


def every_command() -> list[list[str]]:
    """Return the words that call each command, those of groups as well."""
    found = []
    for name in COMMANDS:
        found.append([name])
        group = command(name)
        if isinstance(group, click.Group):
            found += [[name, inner] for inner in group.commands]
    return found


@pytest.mark.parametrize("called", every_command(), ids=" ".join)
def test_the_help_of_a_command_has_examples_that_are_right(
    called: list[str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)  # a log file is opened when its option is parsed
    for name in ("flights.csv", "airlines.csv", "cert.pem", "key.pem"):
        Path(name).touch()
    assert main([*called, "--help"]) == 0
    _, _, shown = capsys.readouterr().out.partition("Examples:\n")
    lines = [line for line in shown.splitlines() if line.strip()]
    assert lines
    for line in lines:
        words = shlex.split(line, comments=True)
        words = words[words.index("anaplan-frames") + 1 :]
        end = next((n for n, word in enumerate(words) if word in {"|", ">"}), len(words))
        found, words = command(words[0]), words[1:end]
        while isinstance(found, click.Group):
            found, words = found.commands[words[0]], words[1:]
        context = click.Context(found, resilient_parsing=True)
        assert found.parse_args(context, words) == []
        assert not [p for p in found.params if p.required and context.params[p.name or ""] is None]


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["demmo"]])
def test_no_command_and_nothing_slow_is_imported_for(words: list[str]) -> None:
    code = f"import sys; from anaplan_frames.cli import main; main({words}); "
    code += "print('modules:', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = set(done.stdout.split("modules:")[1].split())
    assert not modules & {"pandas", "pyarrow", "requests", *(e.module for e in COMMANDS.values())}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("anaplan-frames wri", ["write"]),
        ("anaplan-frames write --mo", ["--mode", "--model"]),
        ("anaplan-frames write f --mode up", ["upsert", "update"]),
        ("anaplan-frames ls --profile ni", ["night"]),
    ],
)
def test_the_shell_completes_commands_options_and_values(
    typed: str,
    expected: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    profiles = tmp_path / "anaplan-frames" / "profiles.toml"
    profiles.parent.mkdir()
    profiles.write_text('[day]\nregion = "eu3"\n[night]\nregion = "eu3"\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(typed.count(" ")))
    monkeypatch.setenv("_ANAPLAN_FRAMES_COMPLETE", "bash_complete")
    with pytest.raises(SystemExit, match="0"):
        main([])
    assert capsys.readouterr().out.split() == [f"plain,{word}" for word in expected]
