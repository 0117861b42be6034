"""Top level items: the totals of whole hierarchies."""

from __future__ import annotations

import pandas as pd

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ListDefinition
from tests.sandbox.planning.model_actions import export_lines, new_model


def totals(model: Model, lst: ListDefinition, cells: dict[str, float]) -> list[str]:
    """The lines of an export of a module over the list with these values."""
    frame = pd.DataFrame({lst.name: cells.keys(), "v": cells.values()})
    module = model.module("M", dimensions=[lst], line_items={"v": "NUMBER"}, cells=frame)
    return export_lines(model, model.export("E", of=module))[1:]


def test_the_items_of_a_flat_list_add_up_to_its_top_level_item() -> None:
    model = new_model()
    items = pd.DataFrame({"Name": ["a", "b"]})
    lst = model.list("L", items=items, top_level_item="All")
    assert totals(model, lst, {"a": 1, "b": 2}) == ["a,1", "b,2", "All,3"]


def test_parents_within_a_list_add_up_to_its_top_level_item() -> None:
    model = new_model()
    items = pd.DataFrame({"Name": ["a", "b", "up"], "Parent": ["up", "up", ""]})
    lst = model.list("L", items=items, top_level_item="All")
    assert totals(model, lst, {"a": 1, "b": 2}) == ["a,1", "b,2", "up,3", "All,3"]


def test_a_list_adds_up_to_the_top_level_item_of_its_hierarchy() -> None:
    model = new_model()
    items = pd.DataFrame({"Name": ["west", "east"]})
    regions = model.list("Regions", items=items, top_level_item="World")
    cities = model.list(
        "Cities",
        parent=regions,
        items=pd.DataFrame({"Name": ["a", "b", "lost"], "Parent": ["west", "west", ""]}),
    )
    lines = totals(model, cities, {"a": 1, "b": 2, "lost": 4})
    assert lines == ["a,1", "b,2", "lost,4", "west,3", "east,0", "World,7"]
