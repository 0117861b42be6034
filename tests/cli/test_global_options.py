"""The options that commands share, and what they do."""

from __future__ import annotations

import json
import logging
import re
import warnings
from pathlib import Path

import pytest

from anaplan_frames.cli import main
from anaplan_frames.sandbox import Sandbox

MODEL = ["-m", "Flight Planning"]


@pytest.fixture
def extra_column(signed_in: Sandbox) -> list[str]:
    """Return a command that loads a file with a column that Anaplan does not know."""
    Path("airlines.csv").write_text("carrier,name,hub\nAA,American,DFW\n")
    return ["write", "airlines.csv", "Load airlines", *MODEL]


def test_the_options_reach_the_command(
    tenant_commands: None, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "options",
        "-m",
        "M",
        "--workspace",
        "W",
        "--profile",
        "P",
        "--region",
        "eu3",
        "--timeout",
        "2.5",
        "--tries",
        "3",
        "--cancel-on-interrupt",
        "--json",
    ]
    assert main(words) == 0
    assert capsys.readouterr().out == (
        "{'model': 'M', 'workspace': 'W', 'profile': 'P', 'region': 'eu3', 'timeout': 2.5, "
        "'tries': 3, 'cancel_on_interrupt': True} True\n"
    )


def test_without_options_nothing_is_set(
    tenant_commands: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["options"]) == 0
    assert capsys.readouterr().out == "{} False\n"


@pytest.mark.parametrize("seconds", ["0", "-1", "soon"])
def test_a_timeout_that_is_not_a_time_is_a_usage_error(
    tenant_commands: None, seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["options", "--timeout", seconds]) == 2
    assert "Invalid value for '--timeout'" in capsys.readouterr().err


def test_the_model_of_the_environment_is_the_default(
    signed_in: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANAPLAN_MODEL", "Flight Planning")
    Path("airlines.csv").write_text("carrier,name\nAA,American\n")
    assert main(["write", "airlines.csv", "Load airlines", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows_loaded"] == 1


def test_an_unknown_profile_is_an_error(
    signed_in: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(Path.cwd()))
    assert main(["read", "airlines.csv", *MODEL, "--profile", "prod"]) == 1
    assert "There is no profile 'prod'" in capsys.readouterr().err


def test_a_warning_is_one_line_on_stderr(
    extra_column: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(extra_column) == 0
    warning, summary = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"anaplan-frames: .*does not take the columns 'hub'.*", warning)
    assert re.fullmatch(r"anaplan-frames: import 'Load airlines': loaded, 1 of 1 .*", summary)


def test_quiet_hides_warnings_but_not_errors(
    extra_column: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*extra_column, "-q"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["write", "airlines.csv", "Load airline", *MODEL, "-q"]) == 7
    assert "Did you mean 'Load airlines'" in capsys.readouterr().err


def test_twice_verbose_shows_the_requests(
    extra_column: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*extra_column, "-v"]) == 0
    assert "GET http" not in capsys.readouterr().err
    assert main([*extra_column, "-vv"]) == 0
    assert "GET http" in capsys.readouterr().err
    assert main([*extra_column, "-vvv"]) == 0
    assert "GET http" in capsys.readouterr().err


def test_the_log_file_gets_warnings_and_the_error_with_their_times(
    extra_column: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*extra_column, "-q", "--log-file", "night.log"]) == 0
    assert main(["write", "airlines.csv", "Load airline", *MODEL, "--log-file", "night.log"]) == 7
    lines = Path("night.log").read_text("utf-8").splitlines()
    time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}"
    steps = [line for line in lines if re.match(rf"{time} INFO ", line)]
    assert [word for word in ("upload", "start", "end") if any(word in line for line in steps)]
    first, second, third = [line for line in lines if line not in steps]
    assert re.fullmatch(rf"{time} WARNING .*does not take the columns 'hub'.*", first)
    assert re.fullmatch(rf"{time} SUMMARY import 'Load airlines': loaded, 1 of 1 .*", second)
    assert re.fullmatch(rf"{time} ERROR There is no 'Load airline' .*", third)


def test_the_log_file_of_a_verbose_command_has_its_requests(extra_column: list[str]) -> None:
    assert main([*extra_column, "-vv", "--log-file", "night.log"]) == 0
    assert " DEBUG GET http" in Path("night.log").read_text("utf-8")


def test_the_logger_is_as_before_when_the_command_ends(extra_column: list[str]) -> None:
    logger, shown = logging.getLogger("anaplan_frames"), warnings.showwarning
    before = (logger.level, list(logger.handlers))
    assert main([*extra_column, "-vv", "--log-file", "night.log"]) == 0
    assert (logger.level, logger.handlers) == before
    assert warnings.showwarning is shown
