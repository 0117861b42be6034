"""Errors as clients read them: in words of tools, without secrets and tracebacks."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import pytest

import anaplan_frames as af
from anaplan_frames.cli import main, sign_in
from anaplan_frames.errors import AnaplanError, TaskTimeout
from anaplan_frames.integrations.mcp_server.model_tools import ListModels
from anaplan_frames.integrations.mcp_server.tool_errors import error_text
from anaplan_frames.results import WriteResult
from tests.mcp_server.tool_client import MODEL, ToolClient, tools_of


def test_messages_name_tools_and_arguments_instead_of_python(reading: ToolClient) -> None:
    said = reading.refused("read_table", model=MODEL, source="Load flights")
    assert "Load data with it: plan_write with target='Load flights'." in said
    said = reading.refused("plan_write", model=MODEL, target="Flights export", rows=[{"a": 1}])
    assert "Read it: read_table with source='Flights export'." in said
    said = reading.refused("show_task", model=MODEL, task="0" * 32)
    assert said.endswith("list_tasks lists those that there are.")
    said = reading.refused("run_export", model=MODEL, export="Flight export")
    assert "'Flights export'" in said
    said = reading.refused("list_lines", model=MODEL)
    assert said.startswith("There is no tool 'list_lines'.")


def test_a_model_that_is_not_named_is_asked_for(reading: ToolClient) -> None:
    said = reading.refused("list_things", kind="lists")
    assert said == (
        "Which model? Give its name or id: model='Flight Planning', or set ANAPLAN_MODEL."
    )


def test_a_task_that_goes_on_is_named_with_the_tool_that_shows_it() -> None:
    task = "anaplan://w/m/imports/112000000003/tasks/T"
    error = TaskTimeout(
        "It goes on. The error's .task.result() waits for its end, .task.cancel() cancels it. In "
        f"another process it is found by conn.task('{task}').",
        WriteResult(target="Load flights"),
    )
    assert f"show_task with task='{task}' shows how it ends." in error_text(ListModels, error)


def test_a_wrong_password_is_an_error_of_the_call_without_the_password(
    flight_connection: af.Connection,
) -> None:
    api_url = flight_connection._transport.api_url
    with (
        af.connect(
            "demo@example.com", "correct horse", api_url=api_url, auth_url=api_url
        ) as connection,
        tools_of(connection) as tools,
    ):
        said = tools.refused("list_models")
    assert "demo@example.com" in said
    assert "correct horse" not in said


def test_a_bug_is_logged_and_its_details_are_not_answered(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, reading: ToolClient
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("details")

    monkeypatch.setattr(ListModels, "answer", fail)
    with caplog.at_level(logging.ERROR, "anaplan_frames"):
        said = reading.refused("list_models")
    assert said == (
        "This is a bug in anaplan-frames (ZeroDivisionError in list_models). The log of the "
        "server has the details."
    )
    assert "details" in caplog.text


def test_an_error_is_never_long() -> None:
    assert len(error_text(ListModels, AnaplanError("x" * 50_000))) < 2_100


def test_without_the_extra_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = "anaplan_frames.integrations.mcp_server"
    for name in [name for name in sys.modules if name.startswith(package)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert main(["mcp"]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == (
        "anaplan-frames: The MCP server needs an extra: pip install 'anaplan-frames[mcp]'\n"
    )


def test_the_command_never_asks_as_stdin_is_for_the_client(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(*_: object, **__: object) -> str:
        raise AssertionError("asked")

    for name in [name for name in os.environ if name.startswith("ANAPLAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(sign_in, "_somebody_is_there", lambda: True)
    monkeypatch.setattr("click.prompt", ask)
    assert main(["mcp"]) == 1
    assert main(["mcp", "--email", "me@corp.com"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Set ANAPLAN_PASSWORD." in shown.err
