"""What a plan of a list rejects is what is rejected, for lists of random shapes."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from typing import Any, cast

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.store.list_tables import table_of
from anaplan_frames.sandbox.planning.writes import list_item_writes
from tests.preflight.drawn_values import values
from tests.preflight.list_shapes import ListShape, build_list
from tests.restored_models import RestoredModel

pytestmark = pytest.mark.filterwarnings("ignore::anaplan_frames.errors.AnaplanWarning")
MODES = ("insert", "update", "upsert", "sync")
SHAPES = 4
TIMES = int(os.environ.get("PREFLIGHT_TIMES", "1"))  # more, to look longer
FEW, MANY = 3 * TIMES, 16 * TIMES
# What the library refuses on a service that compares keys exactly, too, by its decision on keys.
TWINS = ("which it has as", "differ from it only in case", "' and '")


class Built:
    """Lists of random shapes in one model; not a dataclass, which Hypothesis would show whole."""

    def __init__(self, model: af.Model, own: Model, shapes: list[ListShape]) -> None:
        self.model, self.own, self.shapes = model, own, shapes
        self.restored = RestoredModel(own)


@pytest.fixture(scope="module", params=["folded", "exact"])
def built(request: pytest.FixtureRequest) -> Iterator[Built]:
    chance = random.Random(f"{request.param} {os.environ.get('PREFLIGHT_SEED', 'lists')}")
    with Sandbox(rate_limit=None, behavior={"keys": request.param}) as sandbox:
        model = sandbox.workspace("W").model("M")
        shapes = [build_list(model, number, chance) for number in range(SHAPES)]
        with sandbox.connect(requests_per_minute=None) as connection:
            yield Built(connection.model("M"), model, shapes)


@st.composite
def frames(draw: st.DrawFn, shape: ListShape, *, unclear: bool) -> pd.DataFrame:
    """Draw rows of new and known items, some of which are wrong."""
    count = draw(st.integers(1, 6))
    columns: dict[str, list[Any]] = {}

    def fill(name: str, drawn: st.SearchStrategy[Any]) -> None:
        columns[name] = draw(st.lists(drawn, min_size=count, max_size=count))

    codes = [*shape.codes, "c7", "c8", "C0", "c1\u00a0", "x" * 61]
    columns["code"] = draw(st.permutations(codes))[:count]
    if not shape.lst.numbered:
        names = [*shape.names, *shape.names, "Item 7", "ITEM 1", "n" * 61, "  ", None]
        fill("name", st.sampled_from(names))
    if draw(st.booleans()):
        fill("parent", st.sampled_from(shape.parents))
    for name, format_ in shape.formats.items():
        if draw(st.integers(0, 3)):
            fill(name, values(format_, unclear=unclear))
    return pd.DataFrame(columns, dtype=object)


def is_refused(built: Built, shape: ListShape, row: dict[str, Any], mode: str) -> bool:
    """Send one row as it is, by itself, to the list as it is now; return whether it is refused."""
    item = {key: row[key] for key in ("code", "name", "parent") if row.get(key) is not None}
    for section, names in (("properties", shape.lst.properties), ("subsets", shape.lst.subsets)):
        item[section] = {name: row[name] for name in names if row.get(name) is not None}
    with built.own.store.transaction() as con:
        query = f"SELECT 1 FROM {table_of(shape.lst)} WHERE code = ?"
        known = con.execute(query, [row["code"]]).fetchall()
        new = mode == "insert" or (mode != "update" and not known)
        write = list_item_writes.add if new else list_item_writes.update
        return bool(write(con, shape.lst, [item]).failures)


def check(built: Built, shape: ListShape, frame: pd.DataFrame, mode: Any, unclear: bool) -> None:
    built.restored.restore()
    lst = built.model.lists[shape.lst.name]
    try:
        plan = cast(af.WritePlan, lst.write(frame, mode=mode, dry_run=True))
    except ColumnMismatch:
        event("columns, keys or parents do not fit")
        return
    event(f"{mode}: {plan.rows_rejected} rejected")
    result = plan.send(on_rejected="ignore", confirm=True)
    assert len(result.unmatched) == 0
    planned, done = set(plan.rejected.index), set(result.rejected.index)
    if unclear:
        assert planned <= done
        return
    assert done == planned, (result.rejected, plan.rejected)
    for row in plan.rejected.to_dict("records"):
        if not any(words in row["error"] for words in TWINS):
            assert is_refused(built, shape, row, mode), row
    assert set(plan.unchecked["subject"]) == {"access"}


def draw_and_check(built: Built, data: st.DataObject, number: int) -> None:
    shape = built.shapes[number]
    unclear = data.draw(st.integers(0, 4)) == 0
    frame = data.draw(frames(shape, unclear=unclear))
    check(built, shape, frame, data.draw(st.sampled_from(MODES)), unclear)


PHASES = (Phase.explicit, Phase.generate) if TIMES > 1 else tuple(Phase)
slow = settings(phases=PHASES, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.sampled(1)
@settings(slow, max_examples=FEW)
@given(data=st.data())
def test_a_plan_of_a_list_rejects_what_is_rejected(built: Built, data: st.DataObject) -> None:
    draw_and_check(built, data, data.draw(st.integers(0, SHAPES - 1)))


# A test for each shape, so that several workers share the examples.
@pytest.mark.long
@pytest.mark.parametrize("number", range(SHAPES))
@settings(slow, max_examples=MANY // SHAPES)
@given(data=st.data())
def test_plans_of_many_lists_reject_what_is_rejected(
    built: Built, number: int, data: st.DataObject
) -> None:
    draw_and_check(built, data, number)
