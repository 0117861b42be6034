"""The names that the shell completes: what commands have listed, without a request."""

from __future__ import annotations

import os
import pty
import select
import shlex
import stat
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from anaplan_frames.cli import main, remembered_names
from anaplan_frames.cli.remembered_names import (
    keep_models,
    keep_things,
    model_names,
    thing_names,
)
from anaplan_frames.folders import cache_folder
from anaplan_frames.sandbox import Sandbox

MODEL_ID = "D2D29CEE237C422099D83DCC4338CEA6"
THINGS = {
    "exports": ["Flights export", "$(reboot)", "Costs, net"],
    "imports": ["Load flights", "Load airports"],
    "files": ["flights.csv"],
    "modules": ["Flights by Month"],
    "lists": ["Airlines"],
}

Typed = Callable[[str], list[str]]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep names of a model, which the environment names."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("ANAPLAN_MODEL", "Flight Planning")
    keep_things(MODEL_ID, "Flight Planning", THINGS)
    keep_things("A" * 32, "Headcount", {"imports": ["Load staff"], "lists": ["Staff"]})


@pytest.fixture
def typed(kept: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Return what shows the completions of a command line."""

    def complete(line: str) -> list[str]:
        words = shlex.split(line) + [""] * line.endswith(" ")
        monkeypatch.setenv("COMP_WORDS", "\n".join(map(shlex.quote, words)))
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        monkeypatch.setenv("_ANAPLAN_FRAMES_COMPLETE", "bash_complete")
        with pytest.raises(SystemExit, match="0"):
            main([])
        return capsys.readouterr().out.strip().splitlines()

    return complete


@pytest.mark.sampled(8)
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("anaplan-frames read Fl", ["name,Flights by Month", "name,Flights export"]),
        ("anaplan-frames read fli", ["plain,flights.csv"]),
        ("anaplan-frames read co", ["name,Costs, net"]),
        ("anaplan-frames run Lo", ["name,Load airports", "name,Load flights"]),
        ("anaplan-frames tasks 'Load f", ["name,Load flights"]),
        ("anaplan-frames cancel 'Load f", ["name,Load flights"]),
        ("anaplan-frames show Air", ["plain,Airlines"]),
        ("anaplan-frames line-items F", ["name,Flights by Month"]),
        ("anaplan-frames download f", ["plain,flights.csv"]),
        ("anaplan-frames upload f.csv f", ["plain,flights.csv"]),
        ("anaplan-frames write fl", ["file,"]),
        ("anaplan-frames write f.csv Lo", ["name,Load airports", "name,Load flights"]),
        ("anaplan-frames write f.csv zz", ["file,"]),
        ("anaplan-frames copy --sql U --query q --to Air", ["plain,Airlines"]),
        ("anaplan-frames copy --sql U --table t --from 'Flights e", ["name,Flights export"]),
        ("anaplan-frames run -m Headcount ", ["name,Load staff"]),
        (f"anaplan-frames run -m {'A' * 32} ", ["name,Load staff"]),
        (f"anaplan-frames run -m anaplan://{'0' * 32}/{'A' * 32} ", ["name,Load staff"]),
        ("anaplan-frames run -m Unknown L", []),
        ("anaplan-frames ls -m F", ["name,Flight Planning"]),
        ("anaplan-frames read '$", []),  # bash would run what is in a name
    ],
)
def test_names_that_were_listed_are_completed(typed: Typed, line: str, expected: list[str]) -> None:
    if line.count("'") % 2:
        line += "'"
    assert typed(line) == expected


def test_the_model_of_a_profile_is_the_one_whose_names_are_completed(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANAPLAN_MODEL")
    assert typed("anaplan-frames run L") == []
    profiles = tmp_path / "config" / "anaplan-frames" / "profiles.toml"
    profiles.parent.mkdir(parents=True)
    profiles.write_text('[default]\nmodel = "Headcount"\n[day]\nmodel = "Flight Planning"\n')
    assert typed("anaplan-frames run L") == ["name,Load staff"]
    assert len(typed("anaplan-frames run --profile day L")) == 2
    profiles.write_text("damaged [")
    assert typed("anaplan-frames run L") == []


def test_nothing_is_completed_if_nothing_was_listed(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    assert typed("anaplan-frames read F") == []
    assert typed("anaplan-frames ls -m F") == []


def test_commands_keep_what_they_list(loaded: Sandbox) -> None:
    assert main(["ls", "imports"]) == 0
    assert thing_names("Flight Planning", ["imports"])[0] == "Load airlines"
    assert main(["show", "Airlines", "-q"]) == 0
    assert thing_names(MODEL_ID, ["lists"]) == ["Airlines", "Airports", "Origins"]
    assert model_names() == ["Flight Planning"]
    assert main(["ls", "models"]) == 0
    assert model_names() == ["Flight Planning"]
    path = cache_folder() / "completions.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert loaded.password not in path.read_text().replace("demo@example.com", "")


def test_what_is_kept_is_bounded_and_the_latest_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered_names, "_MOST_MODELS", 5)
    for number in range(9):
        keep_things(f"{number:032}", f"Model {number}", {"lists": ["L"]})
    keep_things(f"{5:032}", "Model 5", {"imports": ["I"] * 9, "exports": ["E"]})
    assert thing_names("Model 5", ["lists", "imports"]) == ["I", "L"]
    assert thing_names("Model 3", ["lists"]) == []
    assert len(model_names()) == 5
    keep_things("B" * 32, "Large", {"lists": map(str, range(10_000))})
    assert len(thing_names("Large", ["lists"])) == 3_000


@pytest.mark.parametrize(
    "damage", [b"", b"[1]", b"{\xff", b'{"format": 1, "models": [], "listed": 3}', b"[" * 100_000]
)
def test_a_damaged_file_counts_as_empty(damage: bytes) -> None:
    keep_models(["Plan"])
    (cache_folder() / "completions.json").write_bytes(damage)
    assert model_names() == []
    keep_models(["Plan"])
    assert model_names() == ["Plan"]


def test_a_folder_that_cannot_be_written_to_keeps_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(remembered_names, "replace_private", refuse)
    keep_models(["Plan"])
    assert model_names() == []


class Terminal:
    """An interactive bash."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process, self.handle = pty.fork()
        if self.process == 0:
            os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], environment)
        self.shown = ""

    def send(self, text: str, until: str) -> str:
        """Type something, and return what is shown once a text is among it."""
        self.shown = ""
        os.write(self.handle, text.encode())
        end = time.monotonic() + 30
        while until not in self.shown and time.monotonic() < end:
            if select.select([self.handle], [], [], 0.05)[0]:
                self.shown += os.read(self.handle, 4096).decode("utf-8", "replace")
        assert until in self.shown, self.shown
        return self.shown

    def close(self) -> None:
        """End it."""
        os.close(self.handle)
        os.waitpid(self.process, 0)


@pytest.fixture
def terminal(kept: None, tmp_path: Path) -> Iterator[Terminal]:
    """Start bash with the completion of anaplan-frames, as `~/.bashrc` does."""
    program = tmp_path / "bin" / "anaplan-frames"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m anaplan_frames "$@"\n')
    program.chmod(0o755)
    path = os.pathsep.join([str(program.parent), os.environ["PATH"]])
    bash = Terminal({**os.environ, "PATH": path, "PS1": "> ", "TERM": "dumb"})
    setup = 'eval "$(_ANAPLAN_FRAMES_COMPLETE=bash_source anaplan-frames)"'
    bash.send(f'{setup}; echo re"ady"\n', "ready")
    yield bash
    bash.close()


def test_bash_completes_a_name_with_blanks_quoted(terminal: Terminal) -> None:
    terminal.send("anaplan-frames run Load\\ f\t", "Load\\ flights ")


@pytest.mark.long
def test_bash_completes_within_quotes_and_what_several_names_begin_with(
    terminal: Terminal,
) -> None:
    terminal.send('anaplan-frames run "Lo\t', "ad ")
    terminal.send("f\t", 'flights" ')
    terminal.send("\x15anaplan-frames read Co\t", "Costs\\,\\ net ")
    terminal.send("\x15anaplan-frames ls -m Fl\t", "Flight\\ Planning ")
