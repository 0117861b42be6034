"""Exports in the grid layouts: cross tables, page by page."""

from __future__ import annotations

import pytest

from anaplan_frames.sandbox import Calendar
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.definitions import ModuleDefinition
from tests.sandbox.planning.model_actions import export_lines, load, names, new_model


@pytest.fixture
def year_model() -> Model:
    return new_model(Calendar(2013, past_years=0, future_years=0))


@pytest.fixture
def sales(year_model: Model) -> ModuleDefinition:
    product = year_model.list("Product", items=names("A", "B"))
    shop = year_model.list("Shop", items=names("X", "Y, Z"))
    module = year_model.module(
        "Sales",
        dimensions=[product, shop],
        line_items={"Units": "NUMBER", "Open": "BOOLEAN", "Note": "TEXT"},
    )
    file = year_model.file("sales.csv", columns=["Product", "Shop", "Units", "Open", "Note"])
    load(
        year_model,
        year_model.import_("Load", file, into=module),
        'Product,Shop,Units,Open,Note\nA,X,1,true,n\nA,"Y, Z",2,,\nB,"Y, Z",3,,"p,q"\n',
    )
    return module


def test_the_current_page_is_the_first(year_model: Model, sales: ModuleDefinition) -> None:
    export = year_model.export("Out", sales, layout="GRID_CURRENT_PAGE")
    assert export_lines(year_model, export) == [
        "X",
        ",Units,Open,Note",
        "A,1,true,n",
        "B,0,false,",
    ]
    metadata = year_model.export_metadata(export)
    assert metadata["headerNames"] == ["Product", "Units", "Open", "Note"]
    assert metadata["dataTypes"] == ["ENTITY", "NUMBER", "BOOLEAN", "TEXT"]
    assert metadata["rowCount"] == 2


def test_all_pages_follow_each_other(year_model: Model, sales: ModuleDefinition) -> None:
    export = year_model.export("Out", sales, layout="GRID_ALL_PAGES")
    assert export_lines(year_model, export) == [
        "X",
        ",Units,Open,Note",
        "A,1,true,n",
        "B,0,false,",
        '"Y, Z"',
        ",Units,Open,Note",
        "A,2,false,",
        'B,3,false,"p,q"',
    ]
    assert year_model.export_metadata(export)["rowCount"] == 4


def test_empty_rows_and_pages_can_be_left_out(year_model: Model, sales: ModuleDefinition) -> None:
    view = year_model.view(sales, "V", rows=["Shop"], columns=["Line items"], pages=["Product"])
    export = year_model.export("Out", view, layout="GRID_ALL_PAGES", omit_empty=True)
    assert export_lines(year_model, export) == [
        "A",
        ",Units,Open,Note",
        "X,1,true,n",
        '"Y, Z",2,false,',
        "B",
        ",Units,Open,Note",
        '"Y, Z",3,false,"p,q"',
    ]


def test_each_dimension_on_columns_has_a_header_line(
    year_model: Model, sales: ModuleDefinition
) -> None:
    view = year_model.view(sales, "V", rows=["Product"], columns=["Shop", "Line items"], pages=[])
    export = year_model.export("Out", view, layout="GRID_CURRENT_PAGE")
    assert export_lines(year_model, export) == [
        ',X,X,X,"Y, Z","Y, Z","Y, Z"',
        ",Units,Open,Note,Units,Open,Note",
        "A,1,true,n,2,false,",
        'B,0,false,,3,false,"p,q"',
    ]
    assert year_model.export_metadata(export)["headerNames"][1:3] == ["X | Units", "X | Open"]


def test_each_dimension_on_rows_has_a_column(year_model: Model, sales: ModuleDefinition) -> None:
    view = year_model.view(sales, "V", rows=["Product", "Line items"], columns=["Shop"], pages=[])
    export = year_model.export("Out", view, layout="GRID_CURRENT_PAGE")
    assert export_lines(year_model, export) == [
        ',,X,"Y, Z"',
        "A,Units,1,2",
        "A,Open,true,false",
        "A,Note,n,",
        "B,Units,0,3",
        "B,Open,false,false",
        'B,Note,,"p,q"',
    ]
    metadata = year_model.export_metadata(export)
    assert metadata["dataTypes"] == ["ENTITY", "ENTITY", "MIXED", "MIXED"]
    assert metadata["rowCount"] == 6


def test_line_items_can_be_on_pages(year_model: Model, sales: ModuleDefinition) -> None:
    view = year_model.view(sales, "V", rows=["Product"], columns=["Shop"], pages=["Line items"])
    export = year_model.export("Out", view, layout="GRID_ALL_PAGES")
    lines = export_lines(year_model, export)
    assert lines[:4] == ["Units", ',X,"Y, Z"', "A,1,2", "B,0,3"]
    assert lines[4:6] == ["Open", ',X,"Y, Z"']


def test_a_default_view_has_time_on_columns(year_model: Model) -> None:
    module = year_model.module("M", dimensions=["Time"], line_items={"V": "NUMBER"})
    definition = year_model.import_(
        "Load", year_model.file("f", columns=["Time", "V"]), into=module
    )
    load(year_model, definition, "Time,V\nJan 13,1\nMay 13,2\n")
    lines = export_lines(year_model, year_model.export("Out", module, layout="GRID_CURRENT_PAGE"))
    assert lines == [
        ",Jan 13,Feb 13,Mar 13,Q1 FY13,Apr 13,May 13,Jun 13,Q2 FY13,Jul 13,Aug 13,Sep 13,Q3 FY13,"
        "Oct 13,Nov 13,Dec 13,Q4 FY13,FY13",
        "V,1,0,0,1,0,2,0,2,0,0,0,0,0,0,0,0,3",
    ]
