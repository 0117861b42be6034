"""For a limited user, a plan rejects what is rejected, but for the cells without access."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.access.conftest import ALL, Seen
from tests.sandbox.access_tenant import BOB

pytestmark = pytest.mark.filterwarnings("ignore::anaplan_frames.errors.AnaplanWarning")
ACCESS = ("read-only for the user", "could not be found")
TIMES = int(os.environ.get("ACCESS_TIMES", "1"))  # more, to look longer
PLAIN = settings(deadline=None, phases=[Phase.generate, Phase.shrink])


@pytest.fixture(scope="module")
def limited() -> Iterator[Seen]:
    """Yield a model in which Bob writes to the North, reads the South, and one version only."""
    with Sandbox(rate_limit=None, task_pause=0) as sandbox, ExitStack() as stack:
        seen = Seen(sandbox, stack)
        role = seen.built.role("Forecasts", others="write", versions={"Actual": "read"})
        seen.built.assign(BOB, role, items={"Region": {"write": ["North"]}})
        yield seen


CELLS = st.tuples(
    st.sampled_from(["Oslo", "Bergen", "Rome", "North", "South", "World", "Paris"]),
    st.sampled_from(["Jan 26", "Feb 26", "Q1 FY26", "Jan 99"]),
    st.sampled_from(["Actual", "Forecast", "Plan"]),
)
MAY_WRITE = {
    (city, time, "Forecast") for city in ("Oslo", "Bergen") for time in ("Jan 26", "Feb 26")
}


def check(limited: Seen, cells: list[tuple[str, str, str]]) -> None:
    frame = pd.DataFrame(cells, columns=["City", "Time", "Versions"]).assign(Units=1.0)
    module = limited[BOB].modules["Sales"]
    plan = module.write(frame, dry_run=True)
    truth = module.write(frame, on_rejected="ignore")
    may_write = [cell in MAY_WRITE for cell in cells]
    assert truth.rows_loaded == sum(may_write)
    assert set(plan.rejected.index) <= set(truth.rejected.index)
    beyond = truth.rejected.drop(index=plan.rejected.index)
    reasons = beyond["error"] if len(beyond) else pd.Series(dtype="str")
    assert reasons.str.contains("|".join(ACCESS)).all()
    loaded = af.to_anaplan(frame, "Load sales", limited[BOB], on_rejected="ignore")
    totals = loaded.rows_ignored
    assert loaded.rows_loaded == sum(may_write)
    assert loaded.rows_loaded + loaded.rows_rejected + totals == len(cells)
    read = limited[ALL].modules["Sales"].read(where={"Versions": "Forecast"}, omit_empty=True)
    assert set(read["City"]) <= {"Oslo", "Bergen", "Milan"}


@pytest.mark.long
@settings(PLAIN, max_examples=12 * TIMES)
@given(cells=st.lists(CELLS, min_size=1, max_size=6, unique=True))
def test_what_a_limited_user_writes(limited: Seen, cells: list[tuple[str, str, str]]) -> None:
    check(limited, cells)
