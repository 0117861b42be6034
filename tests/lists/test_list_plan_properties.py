"""A plan's `send` does what the plan said, for random lists and frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import pandas as pd
import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from anaplan_frames.errors import ColumnMismatch, PlanStale
from anaplan_frames.key_folding import fold_key
from anaplan_frames.lists.item_planner import Mode
from anaplan_frames.lists.lists import List
from anaplan_frames.results import COUNTS
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.writes import list_item_writes
from anaplan_frames.writes.plan import WritePlan
from tests.restored_models import RestoredModel

CODES = list("abcde")
NAMES = [f"Item {code}" for code in CODES]  # which are unlike the codes, whatever the case
OTHERWISE = ["ITEM A", "item b\u00a0", "\ufeffItem C"]  # the same, and not equal
PROPERTIES = {"Grade": "TEXT", "FTE": "NUMBER"}
PLANNED = [name for name in COUNTS if name != "rows_loaded"]
MODES = get_args(Mode)
ORDINARY, LONG = 8, 80


@dataclass(frozen=True)
class Changing:
    """A list, and the sandbox's own model to change it without the library."""

    lst: List
    model: Model
    built: RestoredModel

    def reset(self, frame: pd.DataFrame) -> None:
        """Make the list what a frame says, as far as that is possible."""
        clean = frame.dropna(subset=["code"])
        clean = clean[~clean["code"].map(fold_key).duplicated()]
        if "name" in clean:
            clean = clean.dropna(subset=["name"])
            clean = clean[~clean["name"].map(fold_key).duplicated()]
        else:
            clean = clean.assign(name=[f"Item {code}" for code in clean["code"]])
        self.built.restore()
        [definition] = self.model.lists.values()
        with self.model.store.transaction() as con:
            added = list_item_writes.add(con, definition, as_request(clean))
        assert not added.failures


def as_request(frame: pd.DataFrame) -> list[Mapping[str, Any]]:
    """Return the items of a frame, without parents, in the form of the API."""
    return [
        {
            "code": row["code"],
            "name": row["name"],
            "properties": {name: row[name] for name in PROPERTIES if not pd.isna(row.get(name))},
            "subsets": {"Active": row.get("Active", False)},
        }
        for row in frame.to_dict("records")
    ]


@pytest.fixture(scope="module", params=["folded", "exact"])
def changing(request: pytest.FixtureRequest) -> Iterator[Changing]:
    with Sandbox(rate_limit=None, behavior={"keys": request.param}) as sandbox:
        model = sandbox.workspace("W").model("M")
        model.list("L", properties=PROPERTIES, subsets=["Active"], top_level_item="All")
        with sandbox.connect(requests_per_minute=None) as connection:
            yield Changing(connection.model("M").lists["L"], model, RestoredModel(model))


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Draw rows that may have missing values, share names, and name parents that do not exist."""
    texts = {
        "code": [*CODES, None],
        "name": [*NAMES, *NAMES, *OTHERWISE, None],
        "parent": [*NAMES, None, None, None, "All", "nobody", " all", *OTHERWISE],
        "Grade": ["x", "y", None],
        "FTE": [1.0, 2.0, None],
        "Active": [True, False],
    }
    columns = {"code", *draw(st.sets(st.sampled_from([*texts, "name", "name"]), min_size=1))}
    count = draw(st.integers(0, 5))
    frame = pd.DataFrame(
        {
            name: draw(st.lists(st.sampled_from(values), min_size=count, max_size=count))
            for name, values in texts.items()
            if name in columns
        }
    )
    if draw(st.integers(0, 3)):  # else codes may repeat, which is an error
        codes = draw(st.permutations(CODES))[:count]
        codes = [draw(st.sampled_from([code, code, f"{code.upper()} "])) for code in codes]
        frame["code"] = [code if draw(st.integers(0, 4)) else None for code in codes]
    index = draw(st.permutations(range(count)))
    return frame.set_axis(pd.Index(index, dtype="int64"))


def planned(lst: List, frame: pd.DataFrame, mode: Any, **options: Any) -> WritePlan | None:
    """Return the plan, None if the frame cannot be written in this way."""
    try:
        if mode == "sync":
            plan = lst.sync(frame, dry_run=True, **options)
        else:
            plan = lst.write(frame, mode=mode, dry_run=True)
    except ColumnMismatch:
        event("columns, keys or parents do not fit")
        return None
    assert isinstance(plan, WritePlan)
    return plan


def check_plan_is_kept(
    changing: Changing, before: pd.DataFrame, frame: pd.DataFrame, mode: Any, delete: bool
) -> None:
    changing.reset(before)
    lst = changing.lst
    options = {"delete": delete} if mode == "sync" else {}
    plan = planned(lst, frame, mode, **options)
    if plan is None:
        return
    event(f"{mode}: {plan.rows_rejected} rejected")
    names = set(lst.read()["name"].dropna().map(fold_key))
    result = plan.send(on_rejected="ignore", confirm=True)
    assert {name: getattr(result, name) for name in PLANNED} == {
        name: getattr(plan, name) for name in PLANNED
    }
    pd.testing.assert_frame_equal(result.changes, plan.changes)
    pd.testing.assert_frame_equal(result.rejected, plan.rejected)
    assert (len(result.unmatched), result.note) == (0, "")
    if mode in ("upsert", "sync", "update") and not plan.rows_rejected:
        again = planned(lst, frame, mode, **options)
        assert again is not None
        # A row may name a parent that another row of the same frame has renamed.
        renamed = names - set(lst.read()["name"].dropna().map(fold_key))
        parents = frame["parent"].dropna() if "parent" in frame else pd.Series(dtype="str")
        if not renamed & set(parents.map(fold_key)):
            assert (len(again.changes), again.rows_rejected) == (0, 0)


def check_plan_is_stale(
    changing: Changing,
    before: pd.DataFrame,
    frame: pd.DataFrame,
    meanwhile: pd.DataFrame,
    mode: Any,
) -> None:
    changing.reset(before)
    lst = changing.lst
    plan = planned(lst, frame, mode)
    if plan is None:
        return
    changing.reset(meanwhile)
    state = lst.read()
    now = planned(lst, frame, mode)
    same = now is not None and now.changes.equals(plan.changes)
    try:
        result = plan.send(on_rejected="ignore", confirm=True)
    except (PlanStale, ColumnMismatch):
        event("stale")
        pd.testing.assert_frame_equal(lst.read(), state)
        return
    event("still the same")
    assert same
    pd.testing.assert_frame_equal(result.changes, plan.changes)


pytestmark = pytest.mark.filterwarnings("ignore::anaplan_frames.errors.AnaplanWarning")
slow = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.sampled(1)
@settings(slow, max_examples=ORDINARY)
@given(before=frames(), frame=frames(), mode=st.sampled_from(MODES), delete=st.booleans())
def test_what_is_sent_is_what_was_planned(
    changing: Changing, before: pd.DataFrame, frame: pd.DataFrame, mode: str, delete: bool
) -> None:
    check_plan_is_kept(changing, before, frame, mode, delete)


@pytest.mark.sampled(1)
@settings(slow, max_examples=ORDINARY)
@given(before=frames(), frame=frames(), meanwhile=frames(), mode=st.sampled_from(MODES))
def test_a_plan_for_a_list_that_has_changed_is_stale(
    changing: Changing,
    before: pd.DataFrame,
    frame: pd.DataFrame,
    meanwhile: pd.DataFrame,
    mode: str,
) -> None:
    check_plan_is_stale(changing, before, frame, meanwhile, mode)


# A test for each mode, so that several workers share the examples.
@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@settings(slow, max_examples=LONG // len(MODES))
@given(before=frames(), frame=frames(), delete=st.booleans())
@example(
    before=pd.DataFrame({"code": ["c"], "parent": ["Item a"], "Grade": ["x"]}),
    frame=pd.DataFrame(
        {
            "code": [None, "c"],
            "name": ["Item a", "Item e"],
            "parent": ["Item c", None],
            "Grade": ["x", "x"],
        }
    ),
    delete=False,
)
def test_what_is_sent_is_what_was_planned_for_many_frames(
    changing: Changing, before: pd.DataFrame, frame: pd.DataFrame, mode: str, delete: bool
) -> None:
    check_plan_is_kept(changing, before, frame, mode, delete)


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
@settings(slow, max_examples=LONG // len(MODES))
@given(before=frames(), frame=frames(), meanwhile=frames())
def test_a_plan_for_a_list_that_has_changed_is_stale_for_many_frames(
    changing: Changing,
    before: pd.DataFrame,
    frame: pd.DataFrame,
    meanwhile: pd.DataFrame,
    mode: str,
) -> None:
    check_plan_is_stale(changing, before, frame, meanwhile, mode)
