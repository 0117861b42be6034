"""What the plan of an import rejects is what Anaplan rejects, as far as the headers show it."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.preflight.drawn_values import values
from tests.preflight.module_shapes import ModuleShape, build_models

pytestmark = pytest.mark.filterwarnings("ignore::anaplan_frames.errors.AnaplanWarning")
SHAPES = 4
TIMES = int(os.environ.get("PREFLIGHT_TIMES", "1"))  # more, to look longer
FEW, MANY = 2 * TIMES, 12 * TIMES
FORMATS = {"number": "NUMBER", "flag": "BOOLEAN", "day": "DATE", "word": "TEXT"}


class Built:
    """Imports of random shapes; not a dataclass, which Hypothesis would show whole."""

    def __init__(self, models: dict[str, af.Model], shapes: list[ModuleShape]) -> None:
        self.models, self.shapes = models, shapes


@pytest.fixture(scope="module", params=["folded", "exact"])
def built(request: pytest.FixtureRequest) -> Iterator[Built]:
    chance = random.Random(f"{request.param} {os.environ.get('PREFLIGHT_SEED', 'imports')}")
    with Sandbox(rate_limit=None, task_pause=0, behavior={"keys": request.param}) as sandbox:
        shapes = build_models(sandbox, chance, SHAPES)
        things = sandbox.workspace("L").model("Lists")
        lst = things.list("Things", properties=FORMATS)
        file = things.file("things.csv", columns=["Code", "Name", *FORMATS])
        things.import_("Load things", file=file, into=lst)
        with sandbox.connect(requests_per_minute=None) as connection:
            names = {shape.model for shape in shapes} | {"Lists"}
            yield Built({name: connection.model(name) for name in names}, shapes)


def check(target: Any, frame: pd.DataFrame, unclear: bool, **options: Any) -> None:
    plan = target.write(frame, dry_run=True, **options)
    result = plan.send(on_rejected="ignore")
    assert result.note == ""
    planned, rejected = set(plan.rejected.index), set(result.rejected.index)
    event(f"{len(planned)} rejected")
    subjects = [
        each for each in plan.unchecked["subject"] if each.startswith(("column", "blank rows"))
    ]
    if unclear or subjects:
        assert planned <= rejected, (plan.rejected, result.rejected)
    else:
        assert planned == rejected, (plan.rejected, result.rejected)
        assert plan.rows_rejected == result.rows_rejected == len(planned)


@st.composite
def rows(draw: st.DrawFn, shape: ModuleShape, *, unclear: bool) -> pd.DataFrame:
    """Draw the rows of a module's file; the items of lists are always right ones."""
    count = draw(st.integers(1, 8))
    columns: dict[str, list[Any]] = {}
    for name, (right, wrong) in shape.dimensions.items():
        chosen = right if unclear else [each for each in right if _is_plain(each)]
        pools = st.sampled_from([chosen] * 4 + [wrong]).flatmap(st.sampled_from)
        header = shape.headers[name]
        columns[header] = draw(st.lists(pools, min_size=count, max_size=count))
    for name, format_ in shape.formats.items():
        own = shape.periods if format_ == "TIME PERIOD" else None
        drawn = (
            st.sampled_from(["Ann", None])
            if format_ == "LIST"
            else values(format_, unclear=unclear, right=own)
        )
        columns[name] = draw(st.lists(drawn, min_size=count, max_size=count))
    return pd.DataFrame(columns, dtype=object)


def _is_plain(text: str) -> bool:
    """Whether an item's text is neither folded nor a date."""
    return text == text.strip() and not text.isupper() and text not in ("JAN 26", "2026-02-14")


@st.composite
def things(draw: st.DrawFn, *, unclear: bool) -> pd.DataFrame:
    """Draw the rows of a list's file, each with a key of its own."""
    count = draw(st.integers(1, 8))
    numbers = draw(st.permutations(range(count)))
    long = draw(st.lists(st.integers(0, 5), min_size=count, max_size=count))
    tails = ["" if each else "x" * 60 for each in long]
    columns = {
        "Code": [f"c{n}{tail}" for n, tail in zip(numbers, tails, strict=True)],
        "Name": [f"Thing {n}" for n in numbers],
    }
    for name, format_ in FORMATS.items():
        drawn = values(format_, unclear=unclear)
        columns[name] = draw(st.lists(drawn, min_size=count, max_size=count))
    return pd.DataFrame(columns, dtype=object)


def draw_and_check(built: Built, data: st.DataObject, number: int) -> None:
    unclear = data.draw(st.integers(0, 4)) == 0
    if number == SHAPES:
        frame = data.draw(things(unclear=unclear))
        check(built.models["Lists"].imports["Load things"], frame, unclear)
        return
    shape = built.shapes[number]
    frame = data.draw(rows(shape, unclear=unclear))
    target = built.models[shape.model].imports[f"Load {shape.name}"]
    check(target, frame, unclear, check=shape.check)


PHASES = (Phase.explicit, Phase.generate) if TIMES > 1 else tuple(Phase)
slow = settings(phases=PHASES, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.sampled(1)
@settings(slow, max_examples=FEW)
@given(data=st.data())
def test_a_plan_of_an_import_rejects_what_is_rejected(built: Built, data: st.DataObject) -> None:
    draw_and_check(built, data, data.draw(st.integers(0, SHAPES)))


# A test for each shape, so that several workers share the examples.
@pytest.mark.long
@pytest.mark.parametrize("number", range(SHAPES + 1))
@settings(slow, max_examples=MANY // SHAPES)
@given(data=st.data())
def test_plans_of_many_imports_reject_what_is_rejected(
    built: Built, number: int, data: st.DataObject
) -> None:
    draw_and_check(built, data, number)
