"""Structures of models: what differs between two, and how one is given to another model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from anaplan_frames.sandbox.planning.structure import comparison_report
from anaplan_frames.sandbox.planning.structure.structure_differences import differences
from anaplan_frames.sandbox.planning.structure.structure_records import structure_of
from anaplan_frames.sandbox.planning.structure.structure_synchronization import synchronize


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    made = Workspace("W")
    yield made
    made.close()


def build(model: Model) -> None:
    """Build one of each kind of thing."""
    regions = model.list(
        "Regions",
        items=pd.DataFrame({"Name": ["North"], "Code": ["N"]}),
        properties={"Since": "DATE"},
        subsets=["Large"],
        top_level_item="World",
    )
    cities = model.list(
        "Cities", parent=regions, properties={"Home": regions}, production=True, data_tags=["PII"]
    )
    model.list("Orders", numbered=True)
    items = {
        "Units": {"format": "NUMBER", "data_tags": ["x"], "notes": "pieces"},
        "Double": {"format": "NUMBER", "formula": "Units * 2", "parent": "Units"},
        "Region": regions,
    }
    sales = model.module("Sales", dimensions=[cities, "Time", "Versions"], line_items=items)
    view = model.view(sales, "Rows", ["Cities"], ["Line items"])
    model.line_item_subset("Measures", sales.line_items[:2])
    file = model.file("regions.csv", columns=["Name", "Code"], separator=";")
    load = model.import_("Load", file, regions)
    take = model.import_from_model("Take", regions, cities, mapping={"Regions": "Name"})
    out = model.export("Out", view, leaves_only=True)
    clear = model.delete_action("Clear", cities)
    run = model.optimizer_action("Optimize", "log")
    model.process("All", [load, take, out, clear, run])
    model.dashboard("Board", code="B")


def test_everything_is_copied_and_works(workspace: Workspace) -> None:
    source = workspace.model("Source")
    build(source)
    copy = workspace.model("Copy")
    synchronize(copy, structure_of(source), {})
    assert structure_of(copy).equals(structure_of(source))
    assert differences(structure_of(copy), structure_of(source)) == []
    [take] = [each for each in copy.imports.values() if each.name == "Take"]
    assert take.source is not None
    assert take.source.model_id == copy.id  # it reads its own list, not the source's
    subset = next(iter(copy.lists.values())).subsets
    assert subset == next(iter(source.lists.values())).subsets


def test_an_import_from_a_third_model_still_reads_from_it(workspace: Workspace) -> None:
    hub = workspace.model("Hub")
    people = hub.list("People")
    source = workspace.model("Source")
    source.import_from_model(
        "Take", people, source.list("Staff"), mapping={"People": "Name"}, model=hub
    )
    copy = workspace.model("Copy")
    synchronize(copy, structure_of(source), {hub.id: hub})
    [take] = copy.imports.values()
    assert take.source is not None
    assert take.source.model_id == hub.id


def test_what_is_used_cannot_be_removed(workspace: Workspace) -> None:
    model = workspace.model("Source")
    build(model)
    regions = next(iter(model.lists.values()))
    with pytest.raises(ValueError, match="'Regions' is used by 'Cities': remove that first"):
        model.remove(regions)
    sales = next(iter(model.modules.values()))
    with pytest.raises(ValueError, match="is not in model"):
        model.remove(model.views[sales.id])
    with pytest.raises(ValueError, match="has 'Units' twice"):
        model.add_line_items(sales, {"Units": "NUMBER"})
    assert len(sales.line_items) == 3
    with pytest.raises(ValueError, match="has 'Since' already"):
        model.add_properties(regions, {"Since": "TEXT"})


def test_cells_of_line_items_that_stay_are_kept(workspace: Workspace) -> None:
    source = workspace.model("Source")
    regions = source.list("Regions", items=pd.DataFrame({"Name": ["North"]}))
    module = source.module("Sales", dimensions=[regions], line_items={"Units": "NUMBER"})
    copy = workspace.model("Copy")
    synchronize(copy, structure_of(source), {})
    with copy.store.transaction() as con:
        con.execute(f"INSERT INTO cells_{module.id} SELECT id, 7 FROM list_{regions.id}")
    source.add_line_items(module, {"Price": "NUMBER"})
    synchronize(copy, structure_of(source), {})
    with copy.store.reading() as con:
        assert con.execute(f"SELECT v0, v1 FROM cells_{module.id}").fetchall() == [(7.0, None)]


def test_cells_of_items_that_go_go_too(workspace: Workspace) -> None:
    source = workspace.model("Source")
    regions = source.list("Regions", items=pd.DataFrame({"Name": ["North", "South"]}))
    module = source.module("Sales", dimensions=[regions], line_items={"Units": "NUMBER"})
    copy = workspace.model("Copy")
    synchronize(copy, structure_of(source), {})
    with copy.store.transaction() as con:
        con.execute(f"INSERT INTO cells_{module.id} SELECT id, 7 FROM list_{regions.id}")
    with source.store.transaction() as con:
        con.execute(f"DELETE FROM list_{regions.id} WHERE name = 'South'")
    [gone] = differences(structure_of(copy), structure_of(source))
    assert (gone.kind, gone.change, gone.record["name"]) == ("listItems", "deleted", "South")
    synchronize(copy, structure_of(source), {})
    with copy.store.reading() as con:
        assert con.execute(f"SELECT count(*) FROM cells_{module.id}").fetchall() == [(1,)]


Step = Callable[[Model, int], None]


def _add_list(model: Model, number: int) -> None:
    model.list(f"List {number}", items=pd.DataFrame({"Name": [f"item {number}"]}))


def _add_module(model: Model, number: int) -> None:
    lists = list(model.lists.values())[-1:]
    model.module(f"Module {number}", dimensions=[*lists, "Time"], line_items={"V": "NUMBER"})


def _add_line_item(model: Model, number: int) -> None:
    for module in list(model.modules.values())[-1:]:
        model.add_line_items(module, {f"Item {number}": "TEXT"})


def _add_property(model: Model, number: int) -> None:
    for lst in list(model.lists.values())[:1]:
        model.add_properties(lst, {f"P{number}": list(model.lists.values())[-1]})


def _add_actions(model: Model, number: int) -> None:
    for lst in list(model.lists.values())[-1:]:
        clear = model.delete_action(f"Clear {number}", lst)
        model.process(f"Process {number}", [clear])
        model.export(f"Export {number}", lst)


def _remove(model: Model, number: int) -> None:
    every = [
        one
        for kind in (model.processes, model.exports, model.actions, model.modules, model.lists)
        for one in kind.values()
    ]
    for one in every[number % 3 :][:1]:
        with suppress(ValueError):  # it is used
            model.remove(one)


STEPS = st.lists(
    st.sampled_from([_add_list, _add_module, _add_line_item, _add_property, _add_actions, _remove]),
    max_size=3,
)


@settings(max_examples=settings().max_examples // 3)  # each builds two models
@given(STEPS, STEPS)
def test_a_synchronized_model_has_the_structure_whatever_was_changed(
    before: list[Step], after: list[Step]
) -> None:
    workspace = Workspace("W")
    try:
        source, target = workspace.model("Source"), workspace.model("Target")
        for number, step in enumerate(before):
            step(source, number)
        synchronize(target, structure_of(source), {})
        first = structure_of(source)
        for number, step in enumerate(after, start=100):
            step(source, number)
        second = structure_of(source)
        found = differences(structure_of(target), second)
        assert (found == []) == first.equals(second)
        totals = comparison_report.summary(found)["totals"]
        assert sum(totals.values()) == len(found)
        titles = comparison_report.report(found, second, first).count("=== ")
        assert (titles > 0) == bool(found)
        synchronize(target, second, {})
        assert structure_of(target).equals(second)
    finally:
        workspace.close()
