"""Modules by subsets and time scales, line items with dimensions of their own, and headings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.sandbox.planning.action_outcome import Unwatched
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from anaplan_frames.sandbox.planning.schema.definitions import ModuleDefinition
from anaplan_frames.sandbox.planning.store.cell_tables import cells_of
from anaplan_frames.sandbox.planning.store.row_blocks import count
from anaplan_frames.sandbox.planning.structure.structure_records import structure_of
from anaplan_frames.sandbox.planning.structure.structure_synchronization import synchronize
from tests.restored_models import RestoredModel
from tests.sandbox.full_tenant import build_everything
from tests.sandbox.planning.model_actions import Loaded, load


@pytest.fixture(scope="module")
def tenant() -> Iterator[tuple[Model, RestoredModel]]:
    sandbox = Sandbox()
    model = build_everything(sandbox)
    yield model, RestoredModel(model)
    sandbox.close()


@pytest.fixture
def model(tenant: tuple[Model, RestoredModel]) -> Model:
    tenant[1].restore()
    return tenant[0]


def named(model: Model, name: str) -> ModuleDefinition:
    return next(one for one in model.modules.values() if one.name == name)


def exported(model: Model, of: Any, tmp_path: Path, **options: Any) -> list[list[str]]:
    """Return the rows of an export, which is removed again."""
    definition = model.export("Once", of=of, **options)
    path = tmp_path / "out.csv"
    assert model.run_export(definition, path, Unwatched()).successful
    model.remove(definition)
    return [line.split(",") for line in path.read_text().splitlines()]


def loaded(model: Model, name: str, *lines: str) -> Loaded:
    """Run an import of the tenant."""
    definition = next(one for one in model.imports.values() if one.name == name)
    return load(model, definition, "\n".join(lines) + "\n")


def cells(model: Model, table: ModuleDefinition) -> int:
    with model.store.reading() as con:
        return count(con, cells_of(table))


def test_a_module_by_a_subset_has_its_items_and_the_totals_above_them(
    model: Model, tmp_path: Path
) -> None:
    rows = exported(model, named(model, "Sales"), tmp_path)
    assert list(dict.fromkeys(row[0] for row in rows[1:])) == [
        *("Oslo", "Rome", "North", "South", "World")  # neither Nice nor East
    ]
    assert rows[0][:5] == ["Large", "Products", "Time", "Inputs", "Units"]
    by_place = {tuple(row[:3]): row for row in rows}
    assert by_place["World", "Hammer", "FY26"][4] == "3"
    assert by_place["South", "Tools", "Q1 FY26"][4] == "4.5"


def test_a_subset_of_a_list_with_parents_within_itself_has_only_its_own_items(
    model: Model, tmp_path: Path
) -> None:
    rows = exported(model, named(model, "Quarterly"), tmp_path)
    assert list(dict.fromkeys(row[0] for row in rows[1:])) == ["Tools", "Hammer", "Glue"]
    by_place = {tuple(row[:3]): row for row in rows}
    assert by_place["Tools", "Actual", "FY26"][3] == "5"  # Hammer is below Tools


@pytest.mark.long
def test_the_periods_of_a_module_begin_with_its_time_scale(model: Model, tmp_path: Path) -> None:
    rows = exported(model, named(model, "Quarterly"), tmp_path)
    assert list(dict.fromkeys(row[2] for row in rows[1:])) == [
        *("Q1 FY26", "Q2 FY26", "H1 FY26", "Q3 FY26", "Q4 FY26", "H2 FY26", "FY26")
    ]


def test_a_module_shows_headings_and_line_items_with_own_dimensions_without_values(
    model: Model, tmp_path: Path
) -> None:
    header, *rows = exported(model, named(model, "Sales"), tmp_path)
    empty = ["Inputs", "Outputs", "Price", "Cost", "Goal", "Rate", "Flag", "Best"]
    assert {row[header.index(name)] for row in rows for name in empty} == {""}
    header, *rows = exported(
        model, named(model, "Sales"), tmp_path, omit_empty=True, layout="TABULAR_SINGLE_COLUMN"
    )
    assert {row[3] for row in rows} == {"Units", "Note", "Double"}


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("Price", [["Hammer", "1.5"], ["Saw", "0"], ["Glue", "2"]]),
        ("Rate", [["0.25"]]),
        ("Flag", [["Actual", "Oslo", "false"], ["Actual", "Rome", "false"]]),
    ],
)
def test_a_line_item_with_own_dimensions_has_an_export_of_its_own(
    model: Model, tmp_path: Path, name: str, rows: list[list[str]]
) -> None:
    item = named(model, "Sales").line_item(name)
    found = exported(model, item, tmp_path, leaves_only=True)
    assert found[1 : len(rows) + 1] == rows


def test_items_outside_of_a_subset_are_rejected(model: Model) -> None:
    found = loaded(
        model,
        "Load sales",
        "Large,Products,Time,Units,Note",
        "Oslo,Saw,Jan 26,1,",
        "Nice,Saw,Jan 26,1,",
        "North,Saw,Jan 26,1,",
    )
    assert found.counts == (0, 1, 1, 1)  # North is a total, and ignored
    assert found.types == {"moduleImportInvalidListIdentifier": 1}
    assert found.dump[1][-1] == 'Item not located in subset Large: Large ("Nice")'


def test_a_column_of_line_items_names_only_those_with_cells_in_the_module(model: Model) -> None:
    found = loaded(
        model,
        "Load long",
        "Large,Products,Time,Line items,Value",
        "Oslo,Saw,Jan 26,Units,1",
        "Oslo,Saw,Jan 26,Price,1",
        "Oslo,Saw,Jan 26,Inputs,1",
        "Oslo,Saw,Jan 26,Double,1",
    )
    assert found.counts == (0, 1, 1, 2)
    assert found.types == {"moduleImportInvalidLineItemIdentifier": 2}
    assert found.dump[1][-1] == 'Invalid line item identifier: Line items ("Price")'


def test_an_import_into_a_line_item_reads_dates_on_its_time_scale(
    model: Model, tmp_path: Path
) -> None:
    found = loaded(
        model,
        "Load goals",
        "Large;Products;Day;Goal",
        "Oslo;Saw;31.12.2026;4",
        "Oslo;Saw;1.10.2026;5",
        "Oslo;Saw;1.10.2027;5",
    )
    assert found.counts == (0, 2, 0, 1)
    goal = named(model, "Sales").line_item("Goal")
    rows = exported(model, goal, tmp_path, leaves_only=True, omit_empty=True)
    assert rows[1:] == [["Oslo", "Saw", "Q4 FY26", "9"]]  # the others were cleared before
    assert cells(model, named(model, "Sales")) == 3


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (["Products", "Price"], "has dimensions of its own. Make an import into the line item"),
        (["Products", "Inputs"], "is a heading: it has no values"),
    ],
)
def test_an_import_into_a_module_cannot_map_what_has_no_cells_there(
    model: Model, columns: list[str], words: str
) -> None:
    sales = named(model, "Sales")
    file = model.file("once.csv", columns=columns)
    mapping = dict(zip(columns, columns, strict=True))
    with pytest.raises(ValueError, match=words):
        model.import_("Once", file, into=sales, mapping=mapping)
    with pytest.raises(ValueError, match="has the dimensions of its module: name the module"):
        model.import_("Once", file, into=sales.line_item("Units"))
    model.remove(file)


@pytest.mark.long
def test_an_item_that_leaves_a_subset_loses_its_cells(model: Model) -> None:
    sales = named(model, "Sales")
    best = sales.parts[sales.line_item("Best").id]
    assert (cells(model, sales), cells(model, best)) == (3, 1)
    assert loaded(model, "Load cities", "Name,Code,Parent,Large", "Oslo,OSL,North,false")
    assert (cells(model, sales), cells(model, best)) == (1, 0)


@pytest.mark.long
def test_deleted_items_take_the_cells_of_line_items_along(model: Model) -> None:
    sales = named(model, "Sales")
    [clear] = (one for one in model.actions.values() if one.name == "Clear ended")
    assert model.run_delete(clear, Unwatched()).successful  # type: ignore[arg-type]
    assert cells(model, sales.parts[sales.line_item("Cost").id]) == 0
    with model.store.reading() as con:
        best = cells_of(sales.parts[sales.line_item("Best").id])
        assert con.execute(f"SELECT v0 FROM {best}").fetchall() == [(None,)]


@pytest.mark.long
def test_a_fiscal_year_that_moves_takes_the_quarters_of_other_years() -> None:
    sandbox = Sandbox()
    model = sandbox.workspace("W").model("M", calendar=Calendar(2026, 0, 1))
    frame = pd.DataFrame({"Time": ["Q4 FY26", "Q1 FY27"], "V": [1, 2]})
    own = {"format": "NUMBER", "time_scale": "Year"}
    items = {"V": "NUMBER", "Y": own}
    module = model.module("Q", None, ["Time"], items, frame, time_scale="Quarter")
    model.load_cells(module.line_item("Y"), pd.DataFrame({"Time": ["FY26", "FY27"], "Y": [1, 2]}))
    model.set_fiscal_year("FY27")
    assert [cells(model, table) for table in module.tables] == [1, 1]
    sandbox.close()


@pytest.mark.long
def test_a_copy_and_a_sync_have_the_same_dimensions(model: Model) -> None:
    workspace = Workspace("W")
    copy, twin = (
        workspace.model(name, calendar=model.calendar, versions=["Actual", "Plan"])
        for name in ("Copy", "Twin")
    )
    for each in (copy, twin):
        synchronize(each, structure_of(model), {})
    assert structure_of(copy).equals(structure_of(model))
    assert copy.subsidiary_views.keys() == model.subsidiary_views.keys()
    sales = named(copy, "Sales")
    copy.add_line_items(sales, {"More": {"format": "NUMBER", "dimensions": ["Time"]}})
    assert sales.line_item("More").id in copy.subsidiary_views
    synchronize(twin, structure_of(copy), {})
    assert structure_of(twin).equals(structure_of(copy))
    assert twin.subsidiary_views.keys() == copy.subsidiary_views.keys()
    workspace.close()


@pytest.mark.long
def test_a_data_folder_keeps_the_cells_of_line_items(tmp_path: Path) -> None:
    for _ in range(2):
        with Sandbox(data=tmp_path) as sandbox:
            model = sandbox.workspace("W").model("M", calendar=Calendar(2026))
            module = model.module(
                "S", line_items={"A": {"format": "NUMBER", "dimensions": ["Time"]}}
            )
            if not cells(model, module.parts[module.line_items[0].id]):
                frame = pd.DataFrame({"Time": ["Jan 26"], "A": [1]})
                model.load_cells(module.line_items[0], frame)
            assert cells(model, module.parts[module.line_items[0].id]) == 1


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"dimensions": ["Nowhere"]}, "'Nowhere' is not a dimension of this model"),
    ({"time_scale": "Week"}, "The calendar has no time scale 'Week'; it has Month, Quarter"),
    ({"dimensions": [], "time_scale": "Year"}, "The time scale 'Year' needs Time"),
    ({"format": "NONE", "formula": "1"}, "is a heading, so it has no formula"),
    ({"formula": "Units * 2", "dimensions": []}, "names 'Units', which has other dimensions"),
    ({"formula": "Price * 2"}, "names 'Price', which has other dimensions"),
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("options", "words"), REFUSED)
def test_a_line_item_that_cannot_be_is_refused(
    model: Model, options: dict[str, Any], words: str
) -> None:
    sales = named(model, "Sales")
    with pytest.raises(ValueError, match=words):
        model.add_line_items(sales, {"New": {"format": "NUMBER", **options}})
    assert "New" not in [item.name for item in sales.line_items]


def test_what_is_used_as_a_dimension_cannot_be_removed(model: Model) -> None:
    [measures] = model.line_item_subsets.values()
    with pytest.raises(ValueError, match="'Measures' is used by 'By measure'"):
        model.remove(measures)
    with pytest.raises(ValueError, match="'Sales' is used by"):
        model.remove(named(model, "Sales"))
    products = next(one for one in model.lists.values() if one.name == "Products")
    with pytest.raises(ValueError, match="'Products' is used by"):
        model.remove(products)


@pytest.mark.long
def test_a_view_filters_rows_by_line_items_that_it_shows_only(model: Model) -> None:
    with pytest.raises(ValueError, match="where names 'Price', whose values the view does not"):
        model.view(named(model, "Sales"), "Cheap", ["Products"], ["Line items"], where={"Price": 1})


def test_a_line_item_can_name_a_subset_of_its_list(model: Model) -> None:
    cities = next(one for one in model.lists.values() if one.name == "Cities")
    with pytest.raises(ValueError, match="has no subset 'Small'; it has 'Large'"):
        cities.subset("Small")
    with pytest.raises(ValueError, match="cannot have the format NONE"):
        model.add_properties(cities, {"Nothing": "NONE"})
