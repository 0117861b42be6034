"""Delete actions that select items by a property, a subset or a line item."""

from __future__ import annotations

import pandas as pd
import pytest

from anaplan_frames.sandbox import Calendar
from anaplan_frames.sandbox.planning.action_outcome import Unwatched
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from anaplan_frames.sandbox.tenant.tenant_state import Tenant
from tests.sandbox.planning.model_actions import export_lines, new_model


def build(model: Model) -> ListDefinition:
    staff = model.list(
        "Staff",
        properties={"Left": "BOOLEAN", "Grade": "TEXT"},
        subsets=["Interns"],
        items=pd.DataFrame(
            {"Name": ["Ada", "Bo", "Cy"], "Left": ["true", "false", ""], "Interns": ["", "1", ""]}
        ),
    )
    flags = pd.DataFrame({"Staff": ["Bo", "Cy"], "Obsolete": ["false", "true"]})
    model.module(
        "Flags",
        id="102000000001",
        dimensions=[staff],
        line_items={"Obsolete": "BOOLEAN"},
        cells=flags,
    )
    model.module(
        "Costs",
        dimensions=[staff, "Time"],
        line_items={"Salary": "NUMBER", "Open": "BOOLEAN"},
        cells=pd.DataFrame(
            {"Staff": ["Ada", "Bo", "Cy"], "Time": ["Jan 26"] * 3, "Salary": [1, 2, 3]}
        ),
    )
    return staff


@pytest.fixture
def model() -> Model:
    return new_model(Calendar(2026, 0, 0))


def left(model: Model) -> list[str]:
    """Return the names of the items, each with its salary."""
    costs = list(model.modules.values())[1]
    export = model.export(f"E{len(model.exports)}", costs, leaves_only=True, omit_empty=True)
    return [line.replace(",Jan 26", "") for line in export_lines(model, export)[1:]]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("where", "kept"),
    [
        (None, []),
        ("Left", ["Bo,2,false", "Cy,3,false"]),
        ("Interns", ["Ada,1,false", "Cy,3,false"]),
        ("Obsolete", ["Ada,1,false", "Bo,2,false"]),
    ],
)
def test_only_the_selected_items_are_deleted(
    model: Model, where: str | None, kept: list[str]
) -> None:
    staff = build(model)
    chosen = model.modules["102000000001"].line_items[0] if where == "Obsolete" else where
    outcome = model.run_delete(model.delete_action("Clean", staff, where=chosen), Unwatched())
    [detail] = outcome.details
    assert detail["values"] == ["hierarchyName", "Staff", "deletedCount", str(3 - len(kept))]
    assert left(model) == kept


def test_what_cannot_select_items_is_refused(model: Model) -> None:
    staff = build(model)
    costs = list(model.modules.values())[1]
    for where in ("Grade", "Nothing"):
        with pytest.raises(ValueError, match="neither a property of the list 'Staff' with"):
            model.delete_action("Clean", staff, where=where)
    other = new_model().module("M", line_items={"Open": "BOOLEAN"}).line_items[0]
    for item in (*costs.line_items, other):
        with pytest.raises(ValueError, match="whose only dimension is 'Staff'"):
            model.delete_action("Clean", staff, where=item)
    assert not model.actions


def test_a_line_item_that_selects_items_keeps_its_module(model: Model) -> None:
    staff = build(model)
    flags = model.modules["102000000001"]
    action = model.delete_action("Clean", staff, where=flags.line_items[0])
    with pytest.raises(ValueError, match="'Flags' is used by 'Clean'"):
        model.remove(flags)
    model.remove(action)
    model.remove(flags)


@pytest.mark.long
def test_a_copy_of_the_model_selects_the_same_items() -> None:
    tenant = Tenant()
    dev = tenant.workspace("W").model("Dev", calendar=Calendar(2026, 0, 0))
    staff = build(dev)
    dev.delete_action("By flag", staff, where=dev.modules["102000000001"].line_items[0])
    dev.delete_action("By property", staff, where="Left")
    tenant.revision(dev, "v1")
    prod = tenant.copy_model(dev, "Prod")
    copies = [action.where for action in prod.actions.values()]  # type: ignore[union-attr]
    assert copies == [prod.modules["102000000001"].line_items[0], "Left"]
    tenant.release()
