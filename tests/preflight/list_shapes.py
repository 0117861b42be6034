"""Lists of random shapes: kind, properties, subsets, parents and first items."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pandas as pd

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition

FORMATS = ("NUMBER", "BOOLEAN", "DATE", "TEXT", "TIME PERIOD")


@dataclass(frozen=True)
class ListShape:
    """A list, and what a frame for it may have."""

    lst: ListDefinition
    formats: dict[str, str]
    codes: list[str]
    names: list[str]
    parents: list[Any]


def build_list(model: Model, number: int, chance: random.Random) -> ListShape:
    """Build a list of a random shape."""
    numbered, own = chance.random() < 0.2, chance.random() < 0.6
    top = chance.choice([None, f"All {number}"])
    formats = {f"p{n}": chance.choice(FORMATS) for n in range(chance.randint(1, 3))}
    subsets = [f"s{n}" for n in range(chance.randint(0, 2))]
    above = None
    parents: list[Any] = []
    if not own:
        names = ["West", "East"]
        items = pd.DataFrame({"name": [f"{each} {number}" for each in names], "code": ["W", "E"]})
        above = model.list(f"Above {number}", items=items, top_level_item=top)
        parents = [f"West {number}", "E", "e", f"west {number} "]
    codes = [f"c{n}" for n in range(5)]
    names = [f"Item {n}" for n in range(5)]
    there = chance.sample(range(5), chance.randint(0, 4))
    first: dict[str, list[Any]] = {"code": [codes[n] for n in there]}
    if not numbered:
        first["name"] = [names[n] for n in there]
    lst = model.list(
        f"List {number}",
        parent=above,
        numbered=numbered,
        properties=formats,
        subsets=subsets,
        items=pd.DataFrame(first, dtype=object) if there else None,
        top_level_item=None if above else top,
    )
    if own:
        parents = [*names, *codes] if not numbered else [*codes]
    parents += [None, None, "nobody", top]
    return ListShape(lst, formats | dict.fromkeys(subsets, "SUBSET"), codes, names, parents)
