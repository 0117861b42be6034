"""Models with given versions, and modules over every calendar."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from anaplan_frames.sandbox import Calendar, ThirteenPeriods, WeekCalendar, WeeksGeneral
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.time.timescale import Timescale
from tests.sandbox.planning.model_actions import export_lines, load, new_model


def build(versions: Any = ("Actual", "Forecast"), calendar: Timescale | None = None) -> Model:
    return new_model(calendar or Calendar(2026), versions=versions)


def test_the_default_versions_are_actual_and_forecast_and_forecast_is_current() -> None:
    [actual, forecast] = new_model().versions
    assert (actual.name, actual.id, actual.actual) == ("Actual", "107000000001", True)
    assert (forecast.name, forecast.id, forecast.actual) == ("Forecast", "107000000002", False)
    assert (actual.current, forecast.current) == (False, True)


def test_a_version_can_be_given_with_its_attributes() -> None:
    variance = {"name": "Variance", "id": "107000000009", "code": "V", "formula": "Actual - Plan"}
    [plan, shown] = build(["Plan", {**variance, "notes": "n", "current": True}]).versions
    assert (plan.actual, plan.current) == (False, False)
    assert (shown.id, shown.code, shown.notes, shown.current) == ("107000000009", "V", "n", True)
    [only] = build([{"name": "History", "actual": True}]).versions
    assert (only.actual, only.current) == (True, True)


@pytest.mark.parametrize(
    ("versions", "complaint"),
    [
        ([], "at least one version"),
        (["Plan", "Plan"], "'Plan' twice"),
        ([{"id": "107000000001"}], "needs a name"),
        ([{"name": "Plan", "colour": "red"}], "'Plan' has no option 'colour'"),
        (["Actual", {"name": "Past", "actual": True}], "Only one version can be the actual"),
        (
            [{"name": "A", "current": True}, {"name": "B", "current": True}],
            "Only one version can be current",
        ),
    ],
)
def test_invalid_versions_are_refused(versions: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        build(versions)


def test_cells_are_loaded_into_versions_by_name_or_code() -> None:
    model = build(["Budget", {"name": "Last estimate", "code": "LE"}])
    plan = model.module("Plan", dimensions=["Versions"], line_items={"a": "NUMBER"})
    file = model.file("plan.csv", columns=["Versions", "a"])
    definition = model.import_("Load", file=file, into=plan)
    loaded = load(model, definition, "Versions,a\nBudget,1\nLE,2\nActual,3\n")
    assert (loaded.counts[1], loaded.counts[3]) == (2, 1)
    export = model.export("out", of=plan)
    assert export_lines(model, export)[1:] == ["Budget,1", "Last estimate,2"]


def test_an_import_without_a_version_uses_the_first() -> None:
    model = build(["Budget", "Actual"])
    plan = model.module("Plan", dimensions=["Time", "Versions"], line_items={"a": "NUMBER"})
    file = model.file("plan.csv", columns=["Time", "a"])
    load(model, model.import_("Load", file=file, into=plan), "Time,a\nJan 26,1\n")
    export = model.export("out", of=plan, leaves_only=True, omit_empty=True)
    assert export_lines(model, export)[1:] == ["Jan 26,Budget,1"]


@pytest.mark.parametrize(
    ("calendar", "first", "second", "totals"),
    [
        (
            WeekCalendar(2026, 0, 0, halves=True),
            "Week 4 FY26",
            "Week 5 FY26",
            ["Jan 26,1", "Feb 26,2", "Q1 FY26,3", "H1 FY26,3", "FY26,3"],
        ),
        (
            ThirteenPeriods(2026, 0, 0, total=True),
            "Week 4 FY26",
            "Week 5 FY26",
            ["P1 FY26,1", "P2 FY26,2", "Q1 FY26,3", "FY26,3", "All Periods,3"],
        ),
        (WeeksGeneral(datetime.date(2026, 1, 5), 5), "Week 4", "Week 5", []),
    ],
    ids=lambda value: type(value).__name__,
)
def test_weeks_add_up_to_their_totals(
    calendar: Timescale, first: str, second: str, totals: list[str]
) -> None:
    model = build(calendar=calendar)
    plan = model.module("Plan", dimensions=["Time"], line_items={"a": "NUMBER"})
    file = model.file("plan.csv", columns=["Time", "a"])
    definition = model.import_("Load", file=file, into=plan)
    loaded = load(model, definition, f"Time,a\n{first},1\n{second},2\nJan 27,4\nFY26,8\n")
    assert (loaded.counts[1], loaded.lines) == (2, [4] if totals else [4, 5])
    shown = export_lines(model, model.export("out", of=plan, omit_empty=True))[1:]
    assert sorted(shown) == sorted([f"{first},1", f"{second},2", *totals])


def test_a_line_item_keeps_its_options() -> None:
    options = {
        "format": "NUMBER",
        "code": "c",
        "notes": "n",
        "summary": "None",
        "style": "Heading1",
    }
    module = new_model().module("M", line_items={"a": options, "b": "TEXT"})
    a, b = module.line_items
    assert (a.code, a.notes, a.summary, a.style) == ("c", "n", "None", "Heading1")
    assert (b.code, b.notes, b.summary, b.style) == (None, None, None, "Normal")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"format": "NUMBER", "colour": "red"}, "line item 'a' has no option 'colour'"),
        ({"format": "NUMBER", "summary": "Most"}, "summary of line item 'a' must be one of"),
    ],
)
def test_an_invalid_line_item_option_is_refused(options: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        new_model().module("M", line_items={"a": options})
