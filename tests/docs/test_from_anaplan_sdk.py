"""The page for users of anaplan-sdk names everything that the installed anaplan-sdk has."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anaplan_sdk
import pandas as pd
import pytest
from anaplan_sdk import exceptions

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.docs.pages import ROOT, blocks

PAGE = "docs/from-anaplan-sdk.md"
PARTS = ["tr", "alm", "audit", "scim", "cw"]
ROOTS = ("conn", "model", "dev", "prod", "af")
_TABLE = (ROOT / PAGE).read_text("utf-8").splitlines()
ROWS = [line.strip("| ").split(" | ") for line in _TABLE if line.startswith("| `")]
CODE = re.compile(r"`([^`]+)`")


def public(owner: object) -> Iterator[str]:
    return (name for name, _ in inspect.getmembers(owner) if not name.startswith("_"))


def methods_of_clients(make: Callable[..., Any]) -> set[str]:
    """Return the methods of a client and its parts, and the names of the parts."""
    client = make(workspace_id="0", model_id="0", token="unused")
    parts = {"client": client, "client.cw.flows": client.cw.flows}
    parts |= {f"client.{name}": getattr(client, name) for name in PARTS}
    return {f"{part}.{name}" for part, owner in parts.items() for name in public(type(owner))}


def called(shown: str) -> str:
    return shown.removesuffix("()")


def left() -> list[str]:
    return [called(shown) for row in ROWS for shown in CODE.findall(row[0])]


@pytest.mark.parametrize("make", [anaplan_sdk.Client, anaplan_sdk.AsyncClient])
def test_every_public_method_of_the_installed_clients_has_its_line(
    make: Callable[..., Any],
) -> None:
    names = methods_of_clients(make)
    assert len(names) > 100
    assert {name for name in left() if name.startswith("client.")} == names


def test_everything_else_that_the_installed_package_offers_has_its_line() -> None:
    offered = {name for name in anaplan_sdk.__all__ if name not in ("models", "exceptions")}
    offered |= {
        f"{name}.{method}"
        for name in ("AnaplanLocalOAuth", "AnaplanRefreshTokenAuth", "Oauth")
        for method in vars(getattr(anaplan_sdk, name))
        if not method.startswith("_")
    }
    offered.add("Oauth.authorization_url")  # which both kinds inherit
    offered |= {
        name for name in public(exceptions) if issubclass(getattr(exceptions, name), Exception)
    }
    assert {name for name in left() if not name.startswith("client.")} == offered


def test_no_line_stands_there_twice() -> None:
    assert len(left()) == len(set(left()))


@pytest.fixture
def at_hand(at_work: Sandbox) -> dict[str, Any]:
    """What the page's lines use: a connection, models, data and ids."""
    [planned] = at_work.models.values()
    solve = planned.optimizer_action("Solve", "Optimal solution found\n")
    planned.process("Optimize", [solve])
    planned.list("Tickets", numbered=True)
    at_work.workspace("Demo").model("Old model").is_open = False
    at_work.add_user("a.planner@example.com", None)
    few = {
        "airlines.csv": pd.read_csv("airlines.csv"),
        "airports.csv": pd.read_csv("airports.csv").query("faa == 'ATL'"),
        "flights.csv": pd.read_csv("flights.csv").query("dest == 'ATL'"),
    }
    Path("bucket").mkdir()
    for file, table in few.items():
        table.to_csv(file, index=False)
        table.to_csv(Path("bucket", file), index=False)
    names: dict[str, Any] = {"pd": pd, "df": few["flights.csv"], "key_id": "AKIA", "key": "secret"}
    exec(blocks(PAGE)[0], names)
    return names | with_runs(at_work, planned) | with_data(names["model"]) | with_revisions(at_work)


def with_data(model: af.Model) -> dict[str, Any]:
    """Load few rows, and run a process of the optimizer."""
    for file in ("airlines.csv", "airports.csv", "flights.csv"):
        model.files[file].upload(file)
    return {
        "task_id": model.processes["Load all"].run().task_id,
        "optimizer_task_id": model.processes["Optimize"].run().task_id,
        "cells": model.modules["Flights by Month"].read(nrows=2),
    }


def with_revisions(sandbox: Sandbox) -> dict[str, Any]:
    """Make two models, one of which is ahead of the other."""
    dev = sandbox.workspace("Demo").model("Planning Dev")
    dev.list("Regions")
    sandbox.revision(dev, "v1")
    sandbox.copy_model(dev, "Planning Prod")
    dev.list("Channels")
    sandbox.revision(dev, "v2")
    connection = sandbox.connect()
    source, target = connection.model("Planning Dev"), connection.model("Planning Prod")
    synced = target.alm.sync(source, confirm=True)
    dev.list("Segments")
    return {"dev": source, "prod": target, "sync_task_id": synced.task_id}


def with_runs(sandbox: Sandbox, planned: Model) -> dict[str, Any]:
    """Make integrations of files, and a run whose rows are rejected."""
    bucket = sandbox.cloudworks_connection("Bucket", "bucket", place="flights")
    for name, load in (("airports", "112000000002"), ("flights", "112000000003")):
        jobs = [(bucket, f"{name}.csv", planned.imports[load])]
        sandbox.cloudworks_integration(f"Nightly {name}", planned, jobs)
    known = planned.imports["112000000001"]
    again = planned.import_("Load airlines again", known.file, known.into, mapping=known.mapping)
    airlines = Path("bucket/airlines.csv")
    airlines.write_text(airlines.read_text() + "AA,American\n")  # which is there already
    integration = sandbox.cloudworks_integration("Once", planned, [(bucket, airlines.name, again)])
    return {"run_id": sandbox.cloudworks_run(integration).id}


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:.*waiting for its end:anaplan_frames.AnaplanWarning")
def test_every_line_runs(at_hand: dict[str, Any]) -> None:
    for row in ROWS:
        lines = [code for code in CODE.findall(row[1]) if code.split(".")[0] in ROOTS]
        assert lines or re.search("not needed|the same|as a text", row[1]), row
        for line in lines:
            eval(line, at_hand)


def test_errors_are_mapped_to_classes_of_errors() -> None:
    rows = [row for row in ROWS if row[0].endswith(("Exception`", "Error`"))]
    assert len(rows) == 6
    for row in rows:
        for name in CODE.findall(row[1]):
            assert issubclass(getattr(af, name.removeprefix("af.")), af.AnaplanError)
