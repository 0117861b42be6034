"""What a plan of a module rejects is what Anaplan rejects, for modules of random shapes."""

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
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.sandbox import Sandbox
from tests.preflight.drawn_values import values
from tests.preflight.module_shapes import ModuleShape, build_models

pytestmark = pytest.mark.filterwarnings("ignore::anaplan_frames.errors.AnaplanWarning")
SHAPES = 6
TIMES = int(os.environ.get("PREFLIGHT_TIMES", "1"))  # more, to look longer
FEW, MANY = 3 * TIMES, 18 * TIMES


class Built:
    """Modules of random shapes; not a dataclass, which Hypothesis would show whole."""

    def __init__(self, models: dict[str, af.Model], shapes: list[ModuleShape]) -> None:
        self.models, self.shapes = models, shapes


@pytest.fixture(scope="module", params=["folded", "exact"])
def built(request: pytest.FixtureRequest) -> Iterator[Built]:
    chance = random.Random(f"{request.param} {os.environ.get('PREFLIGHT_SEED', 'modules')}")
    with Sandbox(rate_limit=None, behavior={"keys": request.param}) as sandbox:
        shapes = build_models(sandbox, chance, SHAPES)
        with sandbox.connect(requests_per_minute=None) as connection:
            models = {shape.model: connection.model(shape.model) for shape in shapes}
            yield Built(models, shapes)


@st.composite
def frames(draw: st.DrawFn, shape: ModuleShape, *, unclear: bool, single: bool) -> pd.DataFrame:
    """Draw rows, most of which can be written: one per cell, or one value in each."""
    count = draw(st.integers(1, 6))
    columns: dict[str, list[Any]] = {}
    for name, (right, wrong) in shape.dimensions.items():
        pools = st.sampled_from([right] * 4 + [wrong]).flatmap(st.sampled_from)
        columns[name] = draw(st.lists(pools, min_size=count, max_size=count))
    drawn = {
        name: values(
            format_, unclear=unclear, right=shape.periods if format_ == "TIME PERIOD" else None
        )
        for name, format_ in shape.formats.items()
    }
    if single:
        names = [*shape.formats, *shape.calculated, "nothing"]
        items = draw(st.lists(st.sampled_from(names), min_size=count, max_size=count))
        columns["Line items"] = items
        columns["Value"] = [draw(drawn.get(name, st.just("1"))) for name in items]
    else:
        for name, each in drawn.items():
            columns[name] = draw(st.lists(each, min_size=count, max_size=count))
        for name in shape.calculated:
            columns[name] = ["1"] * count
    return pd.DataFrame(columns, dtype=object)


def check(built: Built, shape: ModuleShape, frame: pd.DataFrame, unclear: bool) -> None:
    module = built.models[shape.model].modules[shape.name]
    try:
        plan = module.write(frame, dry_run=True)
    except ColumnMismatch:
        event("two rows write one cell")
        return
    event(f"{plan.rows_rejected} rejected")
    truth = module.write(frame, on_rejected="ignore")  # what is wrong is sent
    planned, rejected = set(plan.rejected.index), set(truth.rejected.index)
    result = plan.send(on_rejected="ignore")
    assert set(result.rejected.index) == rejected
    if unclear:
        assert planned <= rejected
        return
    assert planned == rejected, (plan.rejected, truth.rejected)
    assert (plan.rows_rejected, plan.rows_updated, plan.rows_ignored) == (
        truth.rows_rejected,
        truth.rows_updated,
        truth.rows_ignored,
    )
    assert set(plan.unchecked["subject"]) <= {"access", "versions"}


def draw_and_check(built: Built, data: st.DataObject, number: int) -> None:
    shape = built.shapes[number]
    unclear = data.draw(st.integers(0, 4)) == 0
    frame = data.draw(frames(shape, unclear=unclear, single=data.draw(st.booleans())))
    check(built, shape, frame, unclear)


PHASES = (Phase.explicit, Phase.generate) if TIMES > 1 else tuple(Phase)
slow = settings(phases=PHASES, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.sampled(1)
@settings(slow, max_examples=FEW)
@given(data=st.data())
def test_a_plan_of_a_module_rejects_what_is_rejected(built: Built, data: st.DataObject) -> None:
    draw_and_check(built, data, data.draw(st.integers(0, SHAPES - 1)))


# A test for each shape, so that several workers share the examples.
@pytest.mark.long
@pytest.mark.parametrize("number", range(SHAPES))
@settings(slow, max_examples=MANY // SHAPES)
@given(data=st.data())
def test_plans_of_many_modules_reject_what_is_rejected(
    built: Built, number: int, data: st.DataObject
) -> None:
    draw_and_check(built, data, number)
