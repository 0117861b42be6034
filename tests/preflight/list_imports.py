"""Imports into lists of random shapes: what their files have, and how they find items."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.preflight.drawn_values import values
from tests.preflight.list_shapes import ListShape


@dataclass
class ListImport:
    """An import into a list, and what a frame for it may have.

    Attributes
    ----------
    headers : dict of str to str
        The file's header for each target.
    check : dict of str to str
        What the caller can say of all columns.
    """

    shape: ListShape
    name: str
    headers: dict[str, str] = field(default_factory=dict)
    check: dict[str, str] = field(default_factory=dict)


def build_import(model: Model, shape: ListShape, name: str, chance: random.Random) -> ListImport:
    """Add an import; some headers have names of their own."""
    lst = shape.lst
    keys = ["Code"] if lst.numbered else chance.choice([["Code"], ["Name"], ["Code", "Name"]])
    members = [each for each in shape.formats if chance.random() < 0.7]
    if lst.numbered and not members:
        members = list(shape.formats)[:1]
    targets = [*keys, *(["Parent"] if chance.random() < 0.7 else []), *members]
    found = ListImport(shape, name)
    for number, target in enumerate(targets):
        header = f"column {number}" if chance.random() < 0.4 else target
        found.headers[target] = header
        found.check[header] = f"{lst.name}.{target}"
    options = _options(shape, keys, members, chance)
    file = model.file(f"{name}.csv", columns=list(found.headers.values()))
    mapping = {header: target for target, header in found.headers.items()}
    model.import_(name, file=file, into=lst, mapping=mapping, **options)
    return found


def _options(
    shape: ListShape, keys: list[str], members: list[str], chance: random.Random
) -> dict[str, Any]:
    """Choose by what items are found; by properties only in numbered lists."""
    if shape.lst.numbered:
        return {"identify": chance.choice(["code", None, tuple(members)])}
    ways: list[str | None] = [None, *(each.lower() for each in keys)]
    if len(keys) > 1:
        ways.append("name or code")
    chosen = chance.choice(ways)
    by_code = chosen in (None, "code") and "Code" in keys
    unique = by_code and "Name" in keys and chance.random() < 0.3
    return {
        "identify": chosen,
        "unique_names": unique,
        "duplicates": chance.choice(["first", "first", "first", "reject"]),
    }


@st.composite
def list_rows(draw: st.DrawFn, load: ListImport, *, unclear: bool) -> dict[str, list[Any]]:
    """Draw rows of new and known items, some of them twice; most can be loaded."""
    shape, count = load.shape, draw(st.integers(1, 8))
    new = [f"New {n}" for n in range(count)]
    wrong: list[Any] = ["x" * 61, None, "  "]
    odd: list[Any] = ["C0", "item 1", "NEW 0", "c1\u00a0"] if unclear else []
    pools: dict[str, list[Any]] = {
        "Code": [*shape.codes, "n0", "n1", "n2", "n3", "n4", *odd, *wrong],
        "Name": [*shape.names, *new, *new, *odd, *wrong],
        "Parent": [*shape.parents, None, "n0", "New 1", "n2", *odd],
    }
    rows: list[dict[str, Any]] = []
    for number in range(count):
        if rows and draw(st.integers(0, 5)) == 0:
            rows.append(dict(draw(st.sampled_from(rows))))
            continue
        fresh = draw(st.booleans())  # a row of a new item, with nothing wrong about its keys
        row: dict[str, Any] = {}
        for target in load.headers:
            if target in pools:
                own = {"Code": f"n{number}", "Name": new[number]}.get(target)
                chosen = st.just(own) if fresh and own else st.sampled_from(pools[target])
            else:
                chosen = values(shape.formats[target], unclear=unclear)
            row[target] = draw(chosen)
        rows.append(row)
    return {header: [row[target] for row in rows] for target, header in load.headers.items()}
