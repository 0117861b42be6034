"""Help texts and the version."""

from __future__ import annotations

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
        assert f"  {name} " in shown
        assert entry.summary in " ".join(shown.split())


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"anaplan-frames {af.__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_of_a_command_begins_its_help(name: str) -> None:
    text = command(name).help
    assert text is not None
    assert text.splitlines()[0] == COMMANDS[name].summary


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_has_examples_that_are_right(
    name: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)  # a log file is opened when its option is parsed
    assert main([name, "--help"]) == 0
    _, _, examples = capsys.readouterr().out.partition("Examples:\n")
    lines = [shlex.split(line) for line in examples.splitlines()]
    assert lines
    for program, called, *words in lines:
        assert (program, called) == ("anaplan-frames", name)
        context = click.Context(command(name), resilient_parsing=True)
        assert command(name).parse_args(context, words) == []


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["demmo"]])
def test_no_command_and_nothing_slow_is_imported_for(words: list[str]) -> None:
    code = f"import sys; from anaplan_frames.cli import main; main({words}); "
    code += "print('modules:', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = set(done.stdout.split("modules:")[1].split())
    assert not modules & {"pandas", "pyarrow", "requests", *(e.module for e in COMMANDS.values())}
