"""Numbered lists whose items are shown by a property."""

from __future__ import annotations

import pandas as pd
import pytest

from anaplan_frames.sandbox import Calendar
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.tenant.tenant_state import Tenant
from tests.sandbox.planning.model_actions import export_lines, load, new_model


def build(model: Model) -> None:
    orders = model.list(
        "Orders",
        id="101000000001",
        numbered=True,
        properties={"N": "NUMBER", "Label": "TEXT"},
        display_name="Label",
        items=pd.DataFrame({"Code": ["a", "b", "c"], "Label": ["Big, one", "Same", ""]}),
    )
    places = model.list("Places", items=pd.DataFrame({"Name": ["X"]}))
    model.module(
        "Sales",
        id="102000000001",
        dimensions=[orders],
        line_items={"Units": "NUMBER"},
        cells=pd.DataFrame({"Orders": ["a", "#2", "c"], "Units": [1, 2, 3]}),
    )
    model.module(
        "Best",
        id="102000000002",
        dimensions=[places],
        line_items={"Order": {"list": orders}},
        cells=pd.DataFrame({"Places": ["X"], "Order": ["b"]}),
    )


@pytest.fixture
def model() -> Model:
    made = new_model(Calendar(2026, 0, 0))
    build(made)
    return made


def test_modules_show_display_names_and_numbers_of_items_without_one(model: Model) -> None:
    sales, best = model.modules.values()
    assert export_lines(model, model.export("E", sales))[1:] == ['"Big, one",1', "Same,2", "#3,3"]
    assert export_lines(model, model.export("B", best))[1:] == ["X,Same"]
    by_code = model.export("C", sales, labels="code")
    assert export_lines(model, by_code)[1:] == ["a,1", "b,2", "c,3"]
    grid = model.view(sales, "Grid", rows=["Line items"], columns=["Orders"])
    across = model.export("G", grid, layout="GRID_CURRENT_PAGE")
    assert export_lines(model, across) == [',"Big, one",Same,#3', "Units,1,2,3"]
    assert model.export_metadata(across)["headerNames"][1:] == ["Big, one", "Same", "#3"]


def test_imports_find_items_by_code_or_number_and_not_by_display_name(model: Model) -> None:
    sales = model.modules["102000000001"]
    file = model.file("f", columns=["Orders", "Units"])
    definition = model.import_("Load", file, sales)
    loaded = load(model, definition, "Orders,Units\n#1,5\nb,6\nSame,7\n")
    assert loaded.counts == (0, 2, 0, 1)
    assert loaded.dump[1][1] == "Same"
    assert export_lines(model, model.export("E", sales))[1:3] == ['"Big, one",5', "Same,6"]


@pytest.mark.long
def test_the_list_itself_keeps_its_numbers_as_names(model: Model) -> None:
    lines = export_lines(model, model.export("L", model.lists["101000000001"]))
    assert lines[:2] == ["Orders,Parent,Code,N,Label", '#1,,a,0,"Big, one"']


def test_only_a_text_of_a_numbered_list_can_be_its_display_name() -> None:
    model = new_model()
    for options in (
        {"properties": {"L": "TEXT"}},
        {"properties": {"L": "NUMBER"}, "numbered": True},
        {"numbered": True},
    ):
        with pytest.raises(ValueError, match="must be a TEXT property of a numbered list"):
            model.list("N", display_name="L", **options)  # type: ignore[arg-type]
    assert not model.lists


@pytest.mark.long
def test_a_copy_of_the_model_shows_the_same_property() -> None:
    tenant = Tenant()
    dev = tenant.workspace("W").model("Dev", calendar=Calendar(2026, 0, 0))
    build(dev)
    tenant.revision(dev, "v1")
    copied = tenant.copy_model(dev, "Prod").lists["101000000001"]
    assert copied.display_name == "Label"
    assert list(copied.properties) == ["N", "Label"]
    tenant.release()
