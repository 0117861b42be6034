"""What the plan of an import into a list rejects is what Anaplan rejects, for random lists."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from tests.preflight.list_imports import ListImport, build_import, list_rows
from tests.preflight.list_shapes import build_list
from tests.restored_models import RestoredModel

pytestmark = pytest.mark.filterwarnings("ignore::anaplan_frames.errors.AnaplanWarning")
SHAPES = 8
TIMES = int(os.environ.get("PREFLIGHT_TIMES", "1"))  # more, to look longer
FEW, MANY = 3 * TIMES, 24 * TIMES


class Built:
    """Imports of random shapes; not a dataclass, which Hypothesis would show whole."""

    def __init__(self, model: af.Model, own: Model, loads: list[ListImport]) -> None:
        self.model, self.loads = model, loads
        self.restored = RestoredModel(own)


@pytest.fixture(scope="module", params=["folded", "exact"])
def built(request: pytest.FixtureRequest) -> Iterator[Built]:
    chance = random.Random(f"{request.param} {os.environ.get('PREFLIGHT_SEED', 'list imports')}")
    with Sandbox(rate_limit=None, task_pause=0, behavior={"keys": request.param}) as sandbox:
        model = sandbox.workspace("W").model("M")
        shapes = [build_list(model, number, chance) for number in range(SHAPES)]
        loads = [
            build_import(model, shape, f"Load {number}", chance)
            for number, shape in enumerate(shapes)
        ]
        with sandbox.connect(requests_per_minute=None) as connection:
            yield Built(connection.model("M"), model, loads)


def send(plan: af.WritePlan) -> af.WriteResult | None:
    """Send a plan; None if the import was rejected as a whole, because rows have the same key."""
    try:
        return plan.send(on_rejected="ignore")
    except af.TaskFailed as error:
        if "several rows have the same key" not in str(error):
            raise
        return None


def draw_and_check(built: Built, data: st.DataObject, number: int) -> None:
    load = built.loads[number]
    unclear, named = data.draw(st.integers(0, 4)) == 0, data.draw(st.integers(0, 4)) > 0
    frame = pd.DataFrame(data.draw(list_rows(load, unclear=unclear)), dtype=object)
    built.restored.restore()
    target = built.model.imports[load.name]
    plan = target.write(frame, dry_run=True, check=load.check if named else None)
    planned = set(plan.rejected.index)
    assert plan.rows_rejected == len(planned)
    result = send(plan)
    if result is None:
        event("the whole import was rejected")
        return
    assert result.note == ""
    rejected = set(result.rejected.index)
    assert planned <= rejected, (plan.rejected, result.rejected)
    subjects = [each for each in plan.unchecked["subject"] if not each.startswith("import ")]
    event(f"{len(planned)} rejected, {'not all is' if subjects else 'all is'} sure")
    if not subjects:
        assert planned == rejected, (plan.rejected, result.rejected)


PHASES = (Phase.explicit, Phase.generate) if TIMES > 1 else tuple(Phase)
slow = settings(phases=PHASES, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.sampled(1)
@settings(slow, max_examples=FEW)
@given(data=st.data())
def test_a_plan_of_an_import_into_a_list_rejects_what_is_rejected(
    built: Built, data: st.DataObject
) -> None:
    draw_and_check(built, data, data.draw(st.integers(0, SHAPES - 1)))


# A test for each shape, so that several workers share the examples.
@pytest.mark.long
@pytest.mark.parametrize("number", range(SHAPES))
@settings(slow, max_examples=MANY // SHAPES)
@given(data=st.data())
def test_plans_of_many_imports_into_lists_reject_what_is_rejected(
    built: Built, number: int, data: st.DataObject
) -> None:
    draw_and_check(built, data, number)
