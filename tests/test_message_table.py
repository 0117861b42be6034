"""The messages of everyday mistakes, as a table that people can read: ``message_table.md``.

To write the table again after a message was changed, run this with ``WRITE_MESSAGE_TABLE=1``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import getdoc
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.integrations.narwhals import read_narwhals
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model as SandboxModel
from tests.transport.scripted import Answer, ScriptedServer, TurnedClock, as_json

TABLE = Path(__file__).with_name("message_table.md")
_HEAD = """\
# Messages of everyday mistakes

| what was done | message | what to do |
| --- | --- | --- |
"""
_ROWS = pd.DataFrame({"Name": ["West"], "Text": ["a"]})
_CELLS = pd.DataFrame({"Region": ["West"], "Time": ["Jan 26"], "Cost": [1.0]})
_ANSWERS = {
    "403 of a firewall": Answer(403, b"<html>blocked</html>", {"Content-Type": "text/html"}),
    "403 of Anaplan": as_json({"status": {"code": 403, "message": "Not allowed"}}, 403),
    "500": as_json({"status": {"code": 500, "message": "Something went wrong"}}, 500),
    "502 of a gateway": Answer(502, b"<html>bad gateway</html>", {"Content-Type": "text/html"}),
    "503": as_json({"status": {"code": 503, "message": "Busy"}}, 503),
}


def build(sandbox: Sandbox) -> SandboxModel:
    """Make a model with a thing of every kind."""
    model = sandbox.workspace("Finance").model("Planning")
    items = pd.DataFrame({"name": ["West", "East", "North 1", "North 2", "North 3"]})
    regions = model.list("Region", properties={"Text": "TEXT"}, items=items)
    model.list("Caf\u00e9s")
    costs = model.module(
        "Costs",
        dimensions=[regions, "Time"],
        line_items={"Cost": "NUMBER"},
        cells=_CELLS,
    )
    model.export("Costs export", of=costs)
    file = model.file("regions.csv", columns=["Name", "Text"])
    load = model.import_("Load regions", file=file, into=regions)
    model.process("Load all", [load])
    model.delete_action("Clear regions", of=regions)
    return model


@dataclass(frozen=True)
class Mistake:
    """What was done, and which part of the message says what to do about it."""

    code: str
    what_to_do: str


MISTAKES = [
    Mistake('af.read_anaplan("Costs export", "Planing")', "Did you mean 'Planning'?"),
    Mistake('af.read_anaplan(model, "Costs export")', "read_anaplan('Costs export', model)"),
    Mistake('af.read_anaplan("Costs export", 5)', "read_anaplan('Costs export', model)"),
    Mistake("af.read_anaplan(rows)", "a table such as model.exports['Flights export']"),
    Mistake(
        'af.to_anaplan("Load regions", rows, model)', "to_anaplan(data, 'Load regions', model)"
    ),
    Mistake(
        'af.to_anaplan(rows, model, "Load regions")', "to_anaplan(data, 'Load regions', model)"
    ),
    Mistake('af.connect(("me@corp.com", "password"))', "af.connect('me@corp.com', 'password')"),
    Mistake('af.connect(auth=("me@corp.com", "x"))', "af.connect('me@corp.com', 'password')"),
    Mistake('af.connect("me@corp.com")', "af.connect('me@corp.com', 'password')"),
    Mistake('model.exports["Costs export"].read(columns=["Cots"])', "Did you mean 'Cost'?"),
    Mistake('model.exports["Costs export"].read(dtype={"Cots": "int64"})', "Did you mean 'Cost'?"),
    Mistake('model.exports["Costs export"].read(index_col="Regions")', "Did you mean 'Region'?"),
    Mistake('model.exports["Costs export"].read(layout="grid")', "Leave it out"),
    Mistake('af.read_anaplan("Load regions", model)', "to_anaplan(data, 'Load regions', model)"),
    Mistake('af.read_anaplan("Load all", model)', "model.processes['Load all'].run()"),
    Mistake('af.read_anaplan("Clear regions", model)', "model.actions['Clear regions'].run()"),
    Mistake('af.to_anaplan(rows, "Clear regions", model)', "model.actions['Clear regions'].run()"),
    Mistake('af.to_anaplan(rows, "Costs export", model)', "Its imports are 'Load regions'."),
    Mistake('model.modules["Costs"].write(cells.assign(Time="2026-01"))', "such as 'Jan 25'"),
    Mistake('model.modules["Costs"].write(cells.assign(Time="Jan 2026"))', "'Jan 26'"),
    Mistake('model.modules["Costs"].read(where={"Time": "2026-01"})', "There are 'Jan 25'"),
    Mistake('model.modules["Costs"].write(grid)', "Read it with layout='table'"),
    Mistake('model.modules["Costs"].write(cells.drop(columns="Time"))', "fixed={'Time': 'item'}"),
    Mistake('model.lists["Cafe\\u0301s\\u200bX"]', "There are 'Region', 'Cafés'."),
    Mistake(
        'model.modules["Costs"].read(where={"Region": "North"})',
        "Did you mean 'North 3', 'North 2' or 'North 1'?",
    ),
    Mistake('model.imports["Load region"]', "Did you mean 'Load regions'?"),
    Mistake('conn.model("Planning", workspace="Finnance")', "Did you mean 'Finance'?"),
    Mistake('af.connect("me@corp.com", "wrong").models()', "others use CertificateAuth"),
    Mistake('af.connect(api_url="http://anaplan.corp")', "Use https://"),
    Mistake('af.CertificateAuth("nocert.pem", "key.pem")', "Check the path"),
    Mistake("closed.models()", "Make a new one: connect()"),
    Mistake('conn.task("abc")', "anaplan://workspace_id/model_id/imports/id/tasks/task_id"),
    Mistake('af.to_anaplan([1, 2], "Load regions", model)', "a pandas DataFrame"),
    Mistake(
        'af.to_anaplan(rows.rename(columns={"Name": "Nam"}), "Load regions", model)',
        "pass mapping={'your column': 'its header'}",
    ),
    Mistake('af.to_anaplan(rows, "Load regions", model, mode="upsert")', "Leave it out"),
    Mistake(
        'af.to_anaplan(rows, "Load regions", model, on_rejected="skip")',
        "'raise', 'warn' or 'ignore'",
    ),
    Mistake('model.lists["Region"].insert(rows)', "pass mapping={'Name': 'name'}"),
    Mistake('af.compare(rows, rows, key="Nam")', "Did you mean 'Name'?"),
    Mistake(
        'without("narwhals", read_narwhals, "Costs export", model)',
        "pip install 'anaplan-frames[narwhals]'",
    ),
    Mistake('answered("403 of a firewall")', "Ask those who run it to let requests"),
    Mistake('answered("403 of Anaplan")', "Ask a workspace administrator for access"),
    Mistake('answered("500")', "ask Anaplan's support"),
    Mistake('answered("502 of a gateway")', "Try again later"),
    Mistake('answered("503")', "Try again later"),
    Mistake('command("sandbox", "--port", "99999")', "is not in the range 0<=x<=65535"),
]


def answered(name: str) -> object:
    """Ask for the models, and get this answer each time."""
    with ScriptedServer() as server:
        server.rule = lambda seen: _ANSWERS[name]
        urls = {"api_url": server.url, "auth_url": server.url}
        with af.connect("a@example.com", "x", clock=TurnedClock(), **urls) as connection:
            return connection.models()


def without(module: str, function: Callable[..., object], *given: object) -> object:
    """Call a function as if a module were not installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module, None)
        return function(*given)


def command(*words: str) -> object:
    """Run the command line in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "anaplan_frames", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    raise RuntimeError(done.stderr)


@pytest.fixture(scope="module")
def names() -> Iterator[dict[str, Any]]:
    """Return what the code of the mistakes can name."""
    with (
        Sandbox(rate_limit=None, task_pause=0) as sandbox,
        pytest.MonkeyPatch.context() as environment,
        sandbox.connect() as connection,
    ):
        built = build(sandbox)
        for name, value in {
            "EMAIL": sandbox.email,
            "PASSWORD": sandbox.password,
            "API_URL": sandbox.api_url,
            "AUTH_URL": sandbox.auth_url,
        }.items():
            environment.setenv(f"ANAPLAN_{name}", value)
        model = connection.model("Planning")
        closed = sandbox.connect()
        closed.close()
        grid = model.modules["Costs"].read(layout="grid")
        yield {
            "af": af,
            "answered": answered,
            "built": built,
            "cells": _CELLS,
            "closed": closed,
            "command": command,
            "conn": connection,
            "grid": grid,
            "model": model,
            "read_narwhals": read_narwhals,
            "rows": _ROWS,
            "sandbox": sandbox,
            "without": without,
        }


def message_of(mistake: Mistake, names: dict[str, Any]) -> str:
    """Return what a person reads who makes a mistake."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(Exception) as caught:  # noqa: PT011  the message is what is tested
            eval(mistake.code, dict(names))
    error = caught.value
    name = "" if isinstance(error, RuntimeError) else f"{type(error).__name__}: "
    return name + re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8080", str(error))


def test_the_messages_are_those_of_the_table_and_say_what_to_do(names: dict[str, Any]) -> None:
    lines = []
    for mistake in MISTAKES:
        message = message_of(mistake, names)
        assert mistake.what_to_do in message, mistake.code
        cells = (f"`{mistake.code}`", message, mistake.what_to_do)
        lines.append("| " + " | ".join(" ".join(each.split()) for each in cells) + " |\n")
    table = _HEAD + "".join(lines)
    if os.environ.get("WRITE_MESSAGE_TABLE"):
        TABLE.write_text(table, "utf-8")
    assert table == TABLE.read_text("utf-8")


def test_an_option_that_cannot_be_right_is_refused_before_an_export_runs(
    names: dict[str, Any],
) -> None:
    built = names["built"]
    (export,) = built.exports
    count = len(names["sandbox"].tasks.of("exports", built.id, export))
    for mistake in MISTAKES:
        if 'exports["Costs export"].read' in mistake.code:
            message_of(mistake, names)
    assert len(names["sandbox"].tasks.of("exports", built.id, export)) == count


def test_what_was_made_after_the_listing_was_read_is_found(tenant: Sandbox) -> None:
    built = build(tenant)
    with tenant.connect() as connection:
        model = connection.model("Planning")
        assert "New" not in model.lists.names
        built.list("New")
        assert model.lists["New"].name == "New"
        built.list("Newer")
        result = af.to_anaplan(pd.DataFrame({"name": ["a"]}), "Newer", model, mode="insert")
    assert result.rows_created == 1


def test_a_name_that_looks_the_same_is_taken_with_a_warning(names: dict[str, Any]) -> None:
    with pytest.warns(af.AnaplanWarning, match=r"There is no 'Cafe\\u0301s' .*'Cafés' was taken"):
        assert names["model"].lists["Cafe\u0301s"].name == "Caf\u00e9s"


@pytest.mark.parametrize("kind", ["exports", "lists", "modules"])
def test_help_of_read_is_found(names: dict[str, Any], kind: str) -> None:
    thing = next(iter(getattr(names["model"], kind).values()))
    assert "Parameters" in str(getdoc(thing.read))
