"""What a plan rejects is what is rejected, for modules by subsets and dimensions of line items."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.sandbox import Sandbox
from tests.preflight.drawn_values import values
from tests.sandbox.full_tenant import NAME, build_everything

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore::anaplan_frames.errors.AnaplanWarning"),
]

TIMES = int(os.environ.get("PREFLIGHT_TIMES", "1"))  # more, to look longer
LARGE = ["Oslo", "Rome", "OSL", "oslo", "Nice", "North", "East", "World", "N", "nobody", None]
PRODUCTS = ["Hammer", "Saw", "Glue", "G", "Tools", "nothing"]
SOLD = ["Hammer", "Glue", "H", "Saw", "Tools"]
MONTHS = ["Jan 26", "Jun 26", "2026-02-14", "Q1 FY26", "Q3 FY26", "H1 FY26", "FY26", "YTD", "x"]
VERSIONS = ["Actual", "Plan", "Budget"]

SALES = {"Large": LARGE, "Products": PRODUCTS, "Time": MONTHS}
QUARTERLY = {"Sold": SOLD, "Versions": VERSIONS, "Time": MONTHS}
BY_MEASURE = {"Measures": ["Units", "Double", "x"], "Products": PRODUCTS}
SHAPES: list[tuple[str, Mapping[str, list[Any]], dict[str, str]]] = [
    ("Sales", SALES, {"Units": "NUMBER", "Note": "TEXT", "Goal": "NUMBER", "Double": "NUMBER"}),
    ("Sales", SALES, {"Goal": "NUMBER"}),
    ("Sales", SALES, {"Units": "NUMBER", "Price": "NUMBER", "Inputs": "TEXT"}),
    ("Sales", {"Products": PRODUCTS}, {"Price": "NUMBER", "Cost": "NUMBER"}),
    ("Sales", {"Cities": LARGE, "Versions": VERSIONS}, {"Flag": "BOOLEAN"}),
    ("Sales", {"Large": LARGE, "Time": MONTHS}, {"Best": "LIST"}),
    ("Quarterly", QUARTERLY, {"Target": "NUMBER", "Day": "DATE", "Monthly": "NUMBER"}),
    ("Quarterly", QUARTERLY, {"Yearly": "NUMBER"}),
    (
        "By measure",
        {"Measures": ["Units", "Double", "x"], "Products": PRODUCTS},
        {"Weight": "NUMBER"},
    ),
    ("Loose", {"Time": MONTHS}, {"B": "TEXT"}),
]
IMPORTS: list[tuple[str, Mapping[str, list[Any]], dict[str, str], dict[str, str]]] = [
    ("Load sales", SALES, {"Units": "NUMBER"}, {"Units": "Sales.Units", "Note": "Sales.Note"}),
    ("Load prices", {"Products": PRODUCTS}, {"Price": "NUMBER"}, {"Price": "Sales.Price"}),
]


@pytest.fixture(scope="module")
def everything() -> Iterator[af.Model]:
    with Sandbox(rate_limit=None, task_pause=0) as tenant:
        build_everything(tenant)
        with tenant.connect(requests_per_minute=None) as connection:
            yield connection.model(NAME)


@st.composite
def frames(
    draw: st.DrawFn,
    dimensions: Mapping[str, list[Any]],
    formats: Mapping[str, str],
    *,
    single: bool = False,
) -> pd.DataFrame:
    count = draw(st.integers(1, 6))

    def column(drawn: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(drawn, min_size=count, max_size=count))

    columns = {name: column(st.sampled_from(pool)) for name, pool in dimensions.items()}
    drawn = {
        name: st.sampled_from(["Saw", "G", "nothing", None])
        if format_ == "LIST"
        else values(format_, unclear=False)
        for name, format_ in formats.items()
    }
    if single:
        names = column(st.sampled_from([*formats, "Rate", "Outputs", "nothing"]))
        columns["Line items"] = names
        columns["Value"] = [draw(drawn.get(name, st.just("1"))) for name in names]
    else:
        columns |= {name: column(each) for name, each in drawn.items()}
    return pd.DataFrame(columns, dtype=object)


def check_module(everything: af.Model, number: int, data: st.DataObject) -> None:
    name, dimensions, formats = SHAPES[number]
    single = data.draw(st.booleans()) and "Units" in formats
    frame = data.draw(frames(dimensions, formats, single=single))
    module = everything.modules[name]
    try:
        plan = module.write(frame, dry_run=True)
    except ColumnMismatch:
        event("two rows write one cell")
        return
    event(f"{plan.rows_rejected} rejected")
    truth = module.write(frame, on_rejected="ignore")  # what is wrong is sent
    assert set(plan.rejected.index) == set(truth.rejected.index), (plan.rejected, truth.rejected)
    assert (plan.rows_rejected, plan.rows_updated, plan.rows_ignored) == (
        truth.rows_rejected,
        truth.rows_updated,
        truth.rows_ignored,
    )
    assert plan.send(on_rejected="ignore").rows_rejected == plan.rows_rejected


def check_import(everything: af.Model, number: int, data: st.DataObject) -> None:
    name, dimensions, formats, check = IMPORTS[number]
    frame = data.draw(frames(dimensions, formats))
    if name == "Load sales":
        frame["Note"] = "n"
    plan = everything.imports[name].write(frame, dry_run=True, check=check)
    result = plan.send(on_rejected="ignore")
    planned, rejected = set(plan.rejected.index), set(result.rejected.index)
    unclear = any(str(each).startswith(("column", "blank")) for each in plan.unchecked["subject"])
    assert planned <= rejected if unclear else planned == rejected, (plan.unchecked, rejected)


slow = settings(deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("number", range(len(SHAPES)))
@settings(slow, max_examples=2 * TIMES)
@given(data=st.data())
def test_plans_of_each_kind_of_dimensions_reject_what_is_rejected(
    everything: af.Model, number: int, data: st.DataObject
) -> None:
    check_module(everything, number, data)


@pytest.mark.parametrize("number", range(len(IMPORTS)))
@settings(slow, max_examples=2 * TIMES)
@given(data=st.data())
def test_plans_of_imports_by_subsets_reject_what_is_rejected(
    everything: af.Model, number: int, data: st.DataObject
) -> None:
    check_import(everything, number, data)
