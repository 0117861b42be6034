"""Views with chosen items, levels, conditions and pages, through the API and as they are read."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pytest
import requests

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.sandbox.access.conftest import ALL, Seen
from tests.sandbox.http_client import InModel


def tuples(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return list(frame[list(columns)].itertuples(index=False, name=None))


def grid(model: InModel, view: str, **params: str) -> requests.Response:
    """Ask for the page of a view as JSON, or for what `params` say."""
    accept = {"Accept": "text/csv" if "exportType" in params else "application/json"}
    path = f"{model.path}/views/{view}/data"
    return model.http.send("GET", path, params={"format": "v1", **params}, headers=accept)


def test_a_condition_leaves_out_rows_also_by_a_line_item_that_is_not_shown(kept: Seen) -> None:
    read = kept[ALL].views["Sales.Open"].read()
    assert read.columns.tolist() == ["Versions", "City", "Time", "Units"]
    assert tuples(read, "City", "Time", "Units") == [
        ("Oslo", "Jan 26", 1.0),
        ("Rome", "Jan 26", 8.0),
        ("Rome", "May 26", 16.0),
    ]


def test_empty_rows_and_hidden_items_are_left_out(kept: Seen) -> None:
    read = kept[ALL].views["Filled"].read(totals=False)
    assert tuples(read, "Versions", "City", "Time") == [
        ("Actual", "Bergen", "Jan 26"),
        ("Actual", "Rome", "Jan 26"),
        ("Actual", "Rome", "May 26"),
        ("Forecast", "Milan", "Jan 26"),
    ]
    totals = kept[ALL].views["Filled"].read(where={"City": "North", "Versions": "Actual"})
    assert totals["Units"].tolist() == [5.0, 2.0, 7.0, 7.0]  # with those of the hidden item


def test_only_the_chosen_levels_are_shown(kept: Seen) -> None:
    read = kept[ALL].views["Quarters"].read(where={"Versions": "Actual"})
    assert tuples(read, "City", "Time", "Units") == [
        ("North", "Q1 FY26", 7.0),
        ("North", "Q2 FY26", 0.0),
        ("North", "Q3 FY26", 0.0),
        ("North", "Q4 FY26", 0.0),
        ("North", "FY26", 7.0),
        ("South", "Q1 FY26", 8.0),
        ("South", "Q2 FY26", 16.0),
        ("South", "Q3 FY26", 0.0),
        ("South", "Q4 FY26", 0.0),
        ("South", "FY26", 24.0),
    ]


def test_the_chosen_page_is_shown_if_none_is_asked_for(kept: Seen) -> None:
    shown = grid(kept.http(), kept[ALL].views["Quarters"].id).json()
    assert shown["pages"] == ["Units", "Forecast"]
    assert [row["cells"][0] for row in shown["rows"]] == ["0", "32"]


def test_the_grids_of_a_filtered_view_have_only_its_rows(kept: Seen) -> None:
    model, view = kept.http(), kept[ALL].views["Sales.Open"].id
    shown = grid(model, view).json()
    assert [row["rowCoordinates"] for row in shown["rows"]] == [
        ["Oslo", "Jan 26"],
        ["Rome", "Jan 26"],
        ["Rome", "May 26"],
    ]
    assert grid(model, view, maxRows="1").json()["rows"] == shown["rows"][:1]
    assert grid(model, view, exportType="GRID_ALL_PAGES").text.splitlines() == [
        "Actual",
        ",,Units",
        "Oslo,Jan 26,1",
        "Rome,Jan 26,8",
        "Rome,May 26,16",
    ]
    assert set(model.get(f"/views/{view}").json()) == {
        *("meta", "status", "viewName", "viewId", "rows", "columns", "pages")
    }


def test_a_page_of_which_no_row_is_left_is_shown_without_rows(kept: Seen) -> None:
    model, view = kept.http(), kept[ALL].views["Sales.Open"].id
    forecast = model.get("/dimensions/20000000020/items")
    assert forecast.status_code == 400  # Versions are looked up by name
    found = model.post("/dimensions/20000000020/items", {"names": ["Forecast"]}).json()
    page = f"20000000020:{found['items'][0]['id']}"
    assert grid(model, view, pages=page).json()["rows"] == []
    whole = grid(model, view, pages=page, exportType="GRID_CURRENT_PAGE").text
    assert whole.splitlines() == ["Forecast", ",,Units"]


def test_items_of_dimensions_are_those_that_the_view_shows(kept: Seen) -> None:
    views = kept[ALL].views
    assert views["Sales.Open"].dimension_items("City")["name"].tolist() == ["Oslo", "Rome"]
    assert views["Sales.Open"].dimension_items("Line items")["name"].tolist() == ["Units"]
    assert views["Quarters"].dimension_items("City")["name"].tolist() == ["North", "South"]
    assert "Oslo" not in views["Filled"].dimension_items("City")["name"].tolist()


def test_what_a_view_does_not_show_cannot_be_selected(kept: Seen) -> None:
    view = kept[ALL].views["Quarters"]
    assert len(view.read(where={"City": "Oslo"})) == 0
    with pytest.raises(af.NotFound, match="no 'Atlantis' among the items of 'City'"):
        view.read(where={"City": "Atlantis"})


@pytest.mark.long
def test_a_view_beyond_the_limit_of_cells_is_read_if_few_rows_are_left() -> None:
    with Sandbox(cell_read_limit=100, rate_limit=None) as sandbox:
        model = sandbox.workspace("W").model("M")
        names = pd.DataFrame({"Name": [f"i{number}" for number in range(150)]})
        lst = model.list("L", items=names)
        cells = pd.DataFrame({"L": ["i7", "i140"], "V": [1.0, 2.0]})
        module = model.module("Mod", dimensions=[lst], line_items={"V": "NUMBER"}, cells=cells)
        model.view(module, "Few", rows=["L"], columns=["Line items"], where={"V": (">", 1)})
        model.view(module, "Most", rows=["L"], columns=["Line items"], where={"V": ("<=", 1)})
        read = sandbox.connect().model("M").views
        assert read["Few"].read()["L"].tolist() == ["i140"]
        assert len(read["Most"].read()) == 149  # by a large read


@pytest.mark.long
def test_exports_of_views_and_imports_from_them_have_only_what_is_shown(seen: Seen) -> None:
    model = seen[ALL]
    assert len(af.read_anaplan("Open out", model)) == 3
    assert model.imports["Take open"].run(on_rejected="ignore").rows_created == 2
    assert model.lists["Open cities"].read()["name"].tolist() == ["Oslo", "Rome"]


@pytest.mark.long
def test_writes_to_the_module_are_not_limited_by_a_view(seen: Seen) -> None:
    model = seen[ALL]
    cells = pd.DataFrame(
        {"City": ["Milan"], "Time": ["Dec 26"], "Versions": ["Actual"], "Open": [True]}
    )
    assert model.modules["Sales"].write(cells).rows_loaded == 1
    assert model.views["Sales.Open"].read()["City"].tolist() == ["Oslo", "Rome", "Rome", "Milan"]


@pytest.mark.parametrize(
    ("condition", "cities"),
    [
        ({"Units": 4}, ["Bergen"]),
        ({"Units": ("<>", 0)}, ["Oslo", "Bergen", "Rome"]),
        ({"Open": False}, ["Bergen", "Milan"]),
        ({"Note": "a"}, ["Oslo"]),
        ({"Note": None}, ["Rome", "Milan"]),
        ({"Since": ("<", datetime.date(2026, 2, 1))}, ["Oslo"]),
        ({"Home": "South"}, ["Rome"]),
        ({"Home": ("<>", None)}, ["Oslo", "Rome"]),
        ({"Double": (">=", 8), "Open": True}, ["Rome"]),
    ],
)
def test_conditions_compare_values_of_each_format(
    kept: Seen, condition: Any, cities: list[str]
) -> None:
    view = kept.built.view(
        kept.sales,
        f"Some of {condition}",
        ["City"],
        ["Line items"],
        where=condition,
        levels={"City": ["City"]},
        show={"Time": ["Jan 26"], "Versions": ["Actual"]},
    )
    assert [row["rowCoordinates"] for row in grid(kept.http(), view.id).json()["rows"]] == [
        [city] for city in cities
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"show": {"Town": ["Oslo"]}}, "'Town', which is not a dimension"),
        ({"show": {"City": "Oslo"}}, "needs a list of items of 'City'"),
        ({"hide": {"Line items": ["Unit"]}}, "'Unit', which is not a line item of 'Sales'"),
        ({"show": {"Line items": []}}, "shows no line item"),
        ({"levels": {"City": ["Country"]}}, "Use lists of 'City': City, Region"),
        ({"levels": {"Time": ["Q1"]}}, "Use levels of Time: week, month"),
        ({"levels": {"Versions": ["Actual"]}}, "'Versions', which has no levels"),
        ({"chosen": {"City": "Oslo"}}, "not on the pages"),
        ({"where": {"Units": "7"}}, "of format NUMBER, with '7'"),
        ({"where": {"Units": ("~", 7)}}, "cannot compare by '~'"),
        ({"where": {"Home": (">", "North")}}, "only compare the items of 'Home' by"),
        ({"where": {"Units": ("<", None)}}, "'Units' with None by = and <>"),
        ({"filter": {"Units": 1}}, "no option 'filter'; it has show, hide"),
    ],
)
def test_options_that_do_not_fit_are_refused(kept: Seen, options: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        kept.built.view(kept.sales, "Wrong", ["City"], ["Line items"], **options)


def test_copies_of_a_model_have_its_views_and_lists_with_selective_access(kept: Seen) -> None:
    copy = kept.sandbox.copy_model(kept.built, "Copy")
    before = {each.name: each.choices for each in kept.built.views.values()}
    assert {each.name: each.choices for each in copy.views.values()} == before
    chosen = {lst.name for lst in copy.lists.values() if lst.selective_access}
    assert chosen == {"Region"}
    assert not copy.rights.roles


def test_conditions_need_line_items_on_columns_or_pages(kept: Seen) -> None:
    with pytest.raises(ValueError, match="line items on columns or on pages"):
        kept.built.view(kept.sales, "Wrong", ["Line items"], ["Time"], where={"Units": 1})
