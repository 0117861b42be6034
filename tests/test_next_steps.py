"""Each next step of the table of everyday mistakes is followed, and helps."""

from __future__ import annotations

import contextlib
import io
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.cli import main
from tests.test_message_table import MISTAKES, message_of
from tests.test_message_table import names as names

# What to do is to ask or to wait, which no test can follow.
_NOTHING_TO_TYPE = {
    'af.CertificateAuth("nocert.pem", "key.pem")',
    'answered("403 of a firewall")',
    'answered("403 of Anaplan")',
    'answered("500")',
    'answered("502 of a gateway")',
    'answered("503")',
}


@dataclass(frozen=True)
class Step:
    """What a person types who has read the message, and what holds of what comes."""

    mistake: str
    typed: str
    holds: str = "len(got) > 0"


LOAD = 'to_anaplan(data, "Load regions", model)'
CONNECT = 'af.connect("me@corp.com", "password").models()'
COSTS = 'model.exports["Costs export"]'
WRITE = 'model.modules["Costs"].write'
READ = 'model.modules["Costs"].read'
LOADED = "got.rows_loaded == 1"
STEPS = [
    Step(
        'af.read_anaplan("Costs export", "Planing")', 'af.read_anaplan("Costs export", "Planning")'
    ),
    Step('af.read_anaplan(model, "Costs export")', 'read_anaplan("Costs export", model)'),
    Step('af.read_anaplan("Costs export", 5)', 'read_anaplan("Costs export", model)'),
    Step("af.read_anaplan(rows)", f"af.read_anaplan({COSTS})"),
    Step('af.to_anaplan("Load regions", rows, model)', LOAD, LOADED),
    Step('af.to_anaplan(rows, model, "Load regions")', LOAD, LOADED),
    Step('af.connect(("me@corp.com", "password"))', CONNECT),
    Step('af.connect(auth=("me@corp.com", "x"))', CONNECT),
    Step('af.connect("me@corp.com")', CONNECT),
    Step(f'{COSTS}.read(columns=["Cots"])', f'{COSTS}.read(columns=["Cost"])'),
    Step(
        f'{COSTS}.read(dtype={{"Cots": "int64"}})',
        f'{COSTS}.read(nrows=1, dtype={{"Cost": "Int64"}})',
    ),
    Step(f'{COSTS}.read(index_col="Regions")', f'{COSTS}.read(index_col="Region")'),
    Step(f'{COSTS}.read(layout="grid")', f"{COSTS}.read()"),
    Step('af.read_anaplan("Load regions", model)', LOAD, LOADED),
    Step('af.to_anaplan(rows, "Costs export", model)', LOAD, LOADED),
    Step(f'{WRITE}(cells.assign(Time="2026-01"))', f'{WRITE}(cells.assign(Time="Jan 25"))', LOADED),
    Step(
        f'{WRITE}(cells.assign(Time="Jan 2026"))', f'{WRITE}(cells.assign(Time="Jan 26"))', LOADED
    ),
    Step(f'{READ}(where={{"Time": "2026-01"}})', f'{READ}(where={{"Time": "Jan 25"}})'),
    Step(f"{WRITE}(grid)", f'{WRITE}({READ}(layout="table"))', "got.rows_loaded > 1"),
    Step(
        f'{WRITE}(cells.drop(columns="Time"))',
        f'{WRITE}(cells.drop(columns="Time"), fixed={{"Time": "Jan 26"}})',
        LOADED,
    ),
    Step('model.lists["Cafe\\u0301s\\u200bX"]', 'model.lists["Cafés"]', 'got.name == "Cafés"'),
    Step(f'{READ}(where={{"Region": "North"}})', f'{READ}(where={{"Region": "North 3"}})'),
    Step('model.imports["Load region"]', 'model.imports["Load regions"]', "got.name"),
    Step(
        'conn.model("Planning", workspace="Finnance")',
        'conn.model("Planning", workspace="Finance")',
        "got.id",
    ),
    Step('af.connect("me@corp.com", "wrong").models()', CONNECT),
    Step(
        'af.connect(api_url="http://anaplan.corp")',
        'af.connect(api_url="https://anaplan.corp")',
        "got",
    ),
    Step("closed.models()", "connect().models()"),
    Step('conn.task("abc")', "conn.task(last_task)", 'got.result().outcome == "loaded"'),
    Step(
        'af.to_anaplan([1, 2], "Load regions", model)',
        'to_anaplan(pd.DataFrame(data), "Load regions", model)',
        LOADED,
    ),
    Step(
        'af.to_anaplan(rows.rename(columns={"Name": "Nam"}), "Load regions", model)',
        'af.to_anaplan(rows.rename(columns={"Name": "Nam"}), "Load regions", model, '
        'mapping={"Nam": "Name"})',
        LOADED,
    ),
    Step('af.to_anaplan(rows, "Load regions", model, mode="upsert")', LOAD, LOADED),
    Step(
        'af.to_anaplan(rows, "Load regions", model, on_rejected="skip")',
        'af.to_anaplan(rows, "Load regions", model, on_rejected="warn")',
        LOADED,
    ),
    Step(
        'model.lists["Region"].insert(rows)',
        'model.lists["Region"].insert(rows.assign(Name="South"), mapping={"Name": "name"})',
        "got.rows_created == 1",
    ),
    Step('af.compare(rows, rows, key="Nam")', 'af.compare(rows, rows, key="Name")', "got.equal"),
    Step(
        'without("narwhals", read_narwhals, "Costs export", model)',
        'read_narwhals("Costs export", model) if "narwhals" in extras["narwhals"][0] else None',
    ),
    Step(
        'command("sandbox", "--port", "99999")', 'printed("sandbox", "--help")', '"--port" in got'
    ),
    Step('af.read_anaplan("Load all", model)', 'model.processes["Load all"].run()', LOADED),
    # These two empty the list.
    Step(
        'af.read_anaplan("Clear regions", model)',
        'model.actions["Clear regions"].run()',
        "got.outcome",
    ),
    Step(
        'af.to_anaplan(rows, "Clear regions", model)',
        'model.actions["Clear regions"].run()',
        "got.outcome",
    ),
]


def printed(*words: str) -> str:
    """Run a command; return what it prints."""
    with contextlib.redirect_stdout(io.StringIO()) as text:
        assert main([*words]) == 0
    return text.getvalue()


@pytest.fixture(scope="module")
def at_hand(names: dict[str, Any]) -> dict[str, Any]:
    """What a person has who follows the steps."""
    sandbox, model = names["sandbox"], names["model"]
    sandbox.add_user("me@corp.com", "password")
    names["model"].modules["Costs"].write(
        pd.DataFrame({"Region": ["West"], "Time": ["Jan 26"], "Cost": [1.0]})
    )
    load = model.imports["Load regions"]
    done = load.write(names["rows"])
    ids = {"workspace_id": model.workspace_id, "model_id": model.id, "task_id": done.task_id}
    form = message_of(next(m for m in MISTAKES if m.code == 'conn.task("abc")'), names)
    url = form.partition("of the form ")[2].rstrip(".").replace("/id/", f"/{load.id}/")
    for name, value in ids.items():
        url = url.replace(name, value)
    settings = tomllib.loads(
        Path(__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8")
    )
    return names | {
        "connect": af.connect,
        "data": names["rows"],
        "extras": settings["project"]["optional-dependencies"],
        "last_task": url,
        "pd": pd,
        "printed": printed,
        "read_anaplan": af.read_anaplan,
        "to_anaplan": af.to_anaplan,
    }


@pytest.mark.sampled(10)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.mistake)
def test_what_the_message_says_helps(step: Step, at_hand: dict[str, Any]) -> None:
    got = eval(step.typed, dict(at_hand))
    assert eval(step.holds, {"got": got}), got


def test_each_mistake_is_followed_by_its_next_step() -> None:
    codes = {mistake.code for mistake in MISTAKES}
    assert {step.mistake for step in STEPS} == codes - _NOTHING_TO_TYPE
    assert codes >= _NOTHING_TO_TYPE


def test_what_is_typed_is_the_code_of_the_message_if_that_has_any() -> None:
    advice = {mistake.code: mistake.what_to_do.replace("'", '"') for mistake in MISTAKES}
    literal = [
        (advice[step.mistake], step.typed)
        for step in STEPS
        if advice[step.mistake].startswith(("to_anaplan(", "read_anaplan(", "model."))
    ]
    assert len(literal) >= 8
    assert [pair for pair in literal if pair[0] != pair[1]] == []
