"""Modules of random shapes: dimensions with and without totals, calendars, formats."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pandas as pd

from anaplan_frames.sandbox import Calendar, Sandbox, WeekCalendar, WeeksGeneral
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition, ModuleDefinition

VALUES = ("NUMBER", "BOOLEAN", "DATE", "TEXT", "TIME PERIOD", "LIST")
CALENDARS: tuple[Any, ...] = (
    Calendar(2026, past_years=0, future_years=0, quarters=True, halves=True),
    WeekCalendar(2026, grouping="4-5-4"),
    WeeksGeneral(dt.date(2026, 1, 5), weeks=8),
)
PERIODS: tuple[tuple[list[Any], list[Any]], ...] = (
    (["Jan 26", "Mar 26", "2026-02-14", "JAN 26"], ["Q1 FY26", "H1 FY26", "FY26", "Jan 62", None]),
    (["Week 1 FY26", "Week 7 FY26"], ["Feb 26", "Q1 FY26", "FY26", "Week 77 FY26"]),
    (["Week 1", "2026-01-14"], ["Week 77", "Jan 26"]),
)
"""For each calendar periods that can be written to, and others."""

LEAVES = ["Ann", "Bob", "a", "b", "ANN", "bob\u00a0"]


class ModuleShape:
    """A module, and what a frame for it may have; not shown whole in failures."""

    def __init__(self, model: str, name: str) -> None:
        self.model, self.name = model, name
        self.dimensions: dict[str, tuple[list[Any], list[Any]]] = {}
        self.formats: dict[str, str] = {}
        self.calculated: list[str] = []
        self.periods: list[str] = []
        self.headers: dict[str, str] = {}
        self.check: dict[str, str] = {}


def build_models(sandbox: Sandbox, chance: random.Random, count: int) -> list[ModuleShape]:
    """Build a model for each calendar, and modules in them in turns."""
    workspace = sandbox.workspace("W")
    models = [workspace.model(f"M{n}", calendar=calendar) for n, calendar in enumerate(CALENDARS)]
    lists = [_lists(model) for model in models]
    return [
        _module(models[n % 3], lists[n % 3], PERIODS[n % 3], f"Module {n}", chance)
        for n in range(count)
    ]


def _lists(model: Model) -> dict[str, ListDefinition]:
    """Build a flat list, one with parents within itself, and one below another."""
    people = pd.DataFrame({"name": ["Ann", "Bob"], "code": ["a", "b"]})
    tree = pd.DataFrame(
        {
            "name": ["Team", "Ann", "Bob", "Alone"],
            "code": ["t", "a", "b", "l"],
            "parent": [None, "Team", "Team", None],
        }
    )
    regions = model.list("Regions", items=pd.DataFrame({"name": ["West", "East"]}))
    return {
        "Flat": model.list("Flat", items=people),
        "Tree": model.list("Tree", items=tree, top_level_item="Everybody"),
        "Below": model.list("Below", parent=regions, items=people.assign(parent=["West", "West"])),
    }


def _module(
    model: Model,
    lists: dict[str, ListDefinition],
    periods: tuple[list[Any], list[Any]],
    name: str,
    chance: random.Random,
) -> ModuleShape:
    shape = ModuleShape(model.name, name)
    shape.periods = periods[0][:1]
    known: dict[str, tuple[list[Any], list[Any]]] = {
        "Flat": (LEAVES, ["nobody", None]),
        "Tree": ([*LEAVES, "Alone"], ["Team", "t", "Everybody", "nobody"]),
        "Below": (LEAVES, ["West", "East", "nobody"]),
        "Time": periods,
        "Versions": (["Actual", "Forecast"], ["Budget", None]),
    }
    chosen = chance.sample(sorted(known), chance.randint(1, 3))
    shape.dimensions = {each: known[each] for each in chosen}
    shape.formats = {f"v{n}": chance.choice(VALUES) for n in range(chance.randint(1, 4))}
    items: dict[str, Any] = {
        each: lists["Below"] if format_ == "LIST" else format_
        for each, format_ in shape.formats.items()
    }
    if "NUMBER" in shape.formats.values() and chance.random() < 0.5:
        number = next(n for n, format_ in shape.formats.items() if format_ == "NUMBER")
        items["calc"] = {"format": "NUMBER", "formula": f"{number} * 2"}
        shape.calculated = ["calc"]
    module = model.module(
        name, dimensions=[lists.get(each, each) for each in chosen], line_items=items
    )
    _import(model, module, shape, chance)
    return shape


def _import(
    model: Model, module: ModuleDefinition, shape: ModuleShape, chance: random.Random
) -> None:
    """Add an import; the headers of some dimensions have names of their own."""
    for number, name in enumerate(shape.dimensions):
        own = chance.random() < 0.4
        shape.headers[name] = f"column {number}" if own else name
        if own:
            shape.check[f"column {number}"] = name
    for name, format_ in shape.formats.items():
        shape.headers[name] = name
        if format_ != "LIST":
            shape.check[name] = f"{shape.name}.{name}"
    file = model.file(f"{shape.name}.csv", columns=list(shape.headers.values()))
    mapping = {header: name for name, header in shape.headers.items()}
    model.import_(f"Load {shape.name}", file=file, into=module, mapping=mapping)
