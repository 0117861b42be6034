"""Loads that are killed: a process that forks a child for each, and kills it after some seconds."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any, Literal

import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Calendar, Sandbox

Target = Literal["Load cells", "Cells", "Things"]
CITIES, MONTHS = [f"City {n}" for n in range(12)], ["Jan 13", "Feb 13", "Mar 13"]
_KEYS = {"Load cells": ["City", "Time"], "Cells": ["City", "Time"], "Things": ["code"]}
_ROWS = 40


def build(sandbox: Sandbox, name: str) -> None:
    """Make a model with a module, its import, and a list."""
    model = sandbox.workspace("W").model(name, calendar=Calendar(2013, 0, 0))
    cities = model.list("City", items=pd.DataFrame({"Name": CITIES}))
    model.list("Things", properties={"Units": "NUMBER"})
    for target in ("Imported", "Cells"):
        module = model.module(target, dimensions=[cities, "Time"], line_items={"Units": "NUMBER"})
        if target == "Imported":
            file = model.file("cells.csv", columns=["City", "Time", "Units"])
            model.import_("Load cells", file=file, into=module)


def table(target: Target, seed: int) -> pd.DataFrame:
    """Return rows, of which about half are those of the next seed, too."""
    chance = random.Random(f"{target} {seed // 2}")
    rows = [
        (chance.choice(CITIES), chance.choice(MONTHS), chance.randrange(1, 9)) for _ in range(_ROWS)
    ]
    chance = random.Random(f"{target} {seed}")
    for place in chance.sample(range(_ROWS), _ROWS // 2):
        rows[place] = (chance.choice(CITIES), chance.choice(MONTHS), chance.randrange(1, 9))
    frame = pd.DataFrame(rows, columns=["City", "Time", "Units"])
    if target == "Load cells":
        return frame
    frame = frame.drop_duplicates(["City", "Time"], ignore_index=True)
    if target == "Cells":
        return frame
    code = frame["City"] + frame["Time"]
    return pd.DataFrame({"code": code, "name": code + " name", "Units": frame["Units"]})


def load(url: str, model: str, target: Target, state: str, seed: int) -> None:
    """Load what has changed."""
    with af.connect(
        "demo@example.com", "demo", api_url=url, auth_url=url, requests_per_minute=None
    ) as connection:
        af.load_changes(
            table(target, seed),
            target,
            connection.model(model),
            key=_KEYS[target],
            state=state,
            on_deleted="delete" if target == "Things" else "blank",
            confirm=True,
            progress=False,
        )


def content(model: af.Model, target: Target) -> dict[Any, float]:
    """Return what Anaplan has, without what is empty."""
    if target == "Things":
        items = model.lists["Things"].read()
        return dict(zip(items["code"], items["Units"], strict=True))
    name = "Imported" if target == "Load cells" else "Cells"
    cells = model.modules[name].read()
    pairs = zip(cells["City"] + cells["Time"], cells["Units"], strict=True)
    return {key: units for key, units in pairs if units}


def expected(target: Target, seed: int) -> dict[Any, float]:
    """Return what Anaplan must have: rows of a cell are added up."""
    frame = table(target, seed)
    if target == "Things":
        return dict(zip(frame["code"], frame["Units"].astype(float), strict=True))
    sums = frame.groupby(frame["City"] + frame["Time"])["Units"].sum()
    return {key: float(units) for key, units in sums.items()}


def main() -> None:
    """Read what to load and when to kill it, and answer how long it took if it had ended."""
    warnings.simplefilter("ignore")
    assert callable(af.load_changes)  # and so imported before the forks
    assert callable(af.connect)
    for line in sys.stdin:
        seconds, *arguments = json.loads(line)
        child = os.fork()
        if not child:
            _run(arguments)
        print(json.dumps(_wait(child, seconds)), flush=True)


def _run(arguments: list[Any]) -> None:
    status = 1
    try:
        load(*arguments)
        status = 0
    finally:
        os._exit(status)


def _wait(child: int, seconds: float) -> float | None:
    """Kill a child after some seconds; return how long it took if it had ended before."""
    begin = time.monotonic()
    while time.monotonic() < begin + seconds:
        found, _ = os.waitpid(child, os.WNOHANG)
        if found:
            return time.monotonic() - begin
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def state_folder(folder: Path, target: Target) -> str:
    """Return a folder for the state of a target."""
    return str(folder / target.replace(" ", "-"))


if __name__ == "__main__":
    main()
