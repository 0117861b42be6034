"""How a command ends: each exit status, by a real error."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.cli import main
from anaplan_frames.cli.exit_status import ExitStatus, status_of
from anaplan_frames.clock import Clock
from anaplan_frames.demo import job
from anaplan_frames.sandbox import Sandbox

COMMAND = [sys.executable, "-u", "-m", "anaplan_frames"]
MODEL = ["-m", "Flight Planning"]


@pytest.fixture
def airlines(signed_in: Sandbox) -> str:
    Path("airlines.csv").write_text("carrier,name\nAA,American\nUA,United\n")
    return "airlines.csv"


def test_0_if_all_rows_are_loaded(airlines: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["write", airlines, "Load airlines", *MODEL, "--workspace", "Demo"]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert re.fullmatch(
        r"anaplan-frames: import 'Load airlines': loaded, 2 of 2 rows loaded .*\n", shown.err
    )


def test_1_and_a_sentence_for_any_other_error(
    airlines: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(airlines).write_text("carier,name\nAA,American\n")
    assert main(["write", airlines, "Load airlines", *MODEL]) == 1
    error = capsys.readouterr().err
    assert error.startswith("anaplan-frames: The columns do not fit file 'airlines.csv'. ")
    assert error.count("\n") == 1


def test_1_if_there_are_no_credentials(
    signed_in: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ANAPLAN_EMAIL")
    monkeypatch.delenv("ANAPLAN_PASSWORD")
    assert main(["read", "airlines.csv", *MODEL]) == 1
    assert capsys.readouterr().err.startswith("anaplan-frames: No credentials. ")


def test_1_and_a_traceback_for_a_bug(
    tenant_commands: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["broken"]) == 1
    first, *_, last = capsys.readouterr().err.splitlines()
    assert first.startswith("anaplan-frames: This is a bug in anaplan-frames.")
    assert last == "ZeroDivisionError: division by zero"


def test_1_if_the_port_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["sandbox", "--port", str(port)]) == 1
    assert capsys.readouterr().err == (
        f"anaplan-frames: Port {port} of 127.0.0.1 cannot be used: Address already in use. "
        "Choose another port.\n"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["demmo"],
            "There is no command 'demmo'. Did you mean 'demo'? "
            "Commands: write, read, upload, download, run, ls, ",
        ),
        (["sandbox", "--demmo"], "No such option '--demmo'. Did you mean '--demo'?"),
        (["sandbox", "--port", "99999"], "'--port': 99999 is not in the range 0<=x<=65535."),
        (["sandbox", "--port", "http"], "'--port': 'http' is not a valid integer range."),
        (["sandbox", "--port"], "Option '--port' requires an argument."),
        (["demo", "now"], "Got unexpected extra argument (now)"),
        (["demo", "--model", "Flight Planning"], "No such option '--model'."),
        (["demo", "-v", "-q"], "-v and -q cannot be used together."),
        (["demo", "--log-file", "no/such/folder"], "'no/such/folder' cannot be written: No such"),
    ],
    ids=" ".join,
)
def test_2_if_the_command_line_is_wrong(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    shown = capsys.readouterr()
    assert _words(sentence) in _words(shown.err)
    assert "Traceback" not in shown.err
    assert shown.out == ""


def _words(text: str) -> str:
    """Leave out the quotes and stops that not all versions of click write."""
    return text.translate(str.maketrans("", "", "':."))


def test_the_status_is_that_of_the_process() -> None:
    done = subprocess.run([*COMMAND, "demmo"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "There is no command 'demmo'." in done.stderr


def test_3_if_rows_are_rejected(airlines: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(airlines).write_text("carrier,name\nAA,American\nAA,Again\n")
    assert main(["write", airlines, "Load airlines", *MODEL]) == 3
    assert "1 of 2 rows" in capsys.readouterr().err


def test_4_if_the_task_fails(
    tenant: Sandbox, sign_in: Callable[[Sandbox], None], capsys: pytest.CaptureFixture[str]
) -> None:
    builder = tenant.workspace("W").model("M")
    things = builder.list("Things", items=pd.DataFrame({"Code": ["a"], "Name": ["A"]}))
    module = builder.module("P", dimensions=[things, "Versions"], line_items={"Amount": "NUMBER"})
    file = builder.file("plan.csv", columns=["Things", "Amount"])
    builder.import_("Load plan", file=file, into=module, parameters={"Version": None})
    sign_in(tenant)
    Path("plan.csv").write_text("Things,Amount\na,5\n")
    assert main(["write", "plan.csv", "Load plan", "-m", "M"]) == 4
    assert "Version" in capsys.readouterr().err


def test_5_if_the_outcome_is_not_known(
    airlines: str,
    signed_in: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sleep = Clock.sleep
    monkeypatch.setattr(Clock, "sleep", lambda self, seconds: sleep(self, min(seconds, 0.01)))
    signed_in.faults.add("reset", method="POST", path="*/imports/*/tasks")
    assert main(["write", airlines, "Load airlines", *MODEL]) == 5
    assert "import 'Load airlines'" in capsys.readouterr().err


def test_6_if_signing_in_fails(
    airlines: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANAPLAN_PASSWORD", "sesame-open")
    assert main(["write", airlines, "Load airlines", *MODEL]) == 6
    error = capsys.readouterr().err
    assert error.startswith("anaplan-frames: Anaplan does not accept the email")
    assert "sesame-open" not in error


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["Load airline", *MODEL], "Did you mean 'Load airlines'"),
        (["Load airlines", "-m", "Flight Planing"], "Did you mean 'Flight Planning'?"),
        (["Load airlines", *MODEL, "--workspace", "Demmo"], "Did you mean 'Demo'?"),
    ],
)
def test_7_if_a_name_is_not_found(
    airlines: str, words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *options = words
    assert main(["write", airlines, name, *options]) == 7
    assert sentence in capsys.readouterr().err


def test_8_if_tables_differ(airlines: str) -> None:
    assert main(["write", airlines, "Load airlines", *MODEL]) == 0
    assert main(["compare", "113000000001", airlines, "--key", "carrier", *MODEL]) == 0
    Path(airlines).write_text("carrier,name\nAA,American\nUA,Untied\n")
    assert main(["compare", "113000000001", airlines, "--key", "carrier", *MODEL]) == 8


@pytest.mark.long
def test_8_if_the_demo_finds_a_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    by_code = job._by_code

    def with_one_flight_more(*tables: pd.DataFrame) -> pd.DataFrame:
        frame = by_code(*tables)
        frame.loc[frame.index[3], "flights"] += 1
        return frame

    monkeypatch.setattr(job, "_by_code", with_one_flight_more)
    assert main(["demo"]) == 8
    assert "NOT all equal" in capsys.readouterr().out


def test_130_and_no_traceback_if_ctrl_c_is_pressed() -> None:
    with subprocess.Popen(
        [*COMMAND, "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("A sandbox of Anaplan is running")
        running.send_signal(signal.SIGINT)
        _, error = running.communicate(timeout=20)
    assert running.returncode == 130
    assert error.strip() == ""


# Python writes at once, or when the command ends; --help ends the same way as a command.
@pytest.mark.parametrize(
    "words", [["-u", "-m", "anaplan_frames", "demo"], ["-m", "anaplan_frames", "--help"]]
)
def test_a_closed_pipe_ends_the_command_without_a_word(words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, *words], stdout=writer, stderr=subprocess.PIPE, timeout=30, check=False
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TimeoutError("time is up"), ExitStatus.UNCERTAIN),
        (PermissionError(13, "Permission denied"), ExitStatus.ERROR),
        (af.MissingExtra("The sandbox", "sandbox"), ExitStatus.ERROR),
        (af.AmbiguousName("two"), ExitStatus.ERROR),
        (af.RateLimited("too many"), ExitStatus.ERROR),
        (KeyboardInterrupt(), ExitStatus.INTERRUPTED),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_other_exceptions(error: BaseException, status: ExitStatus) -> None:
    assert status_of(error) is status
