"""Views over HTTP: axes, and cells as grids, JSON and tables, with pages and limits."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.http_client import Http, InModel
from tests.sandbox.sales import (
    CELLS,
    CITIES,
    DOUBLE,
    EMPTY,
    ITEMS_ON_PAGES,
    LINE_ITEMS,
    MODULE,
    NO_PAGES,
    NOTE,
    SHOPS,
    SMALL,
    TIME,
    VERSIONS,
    VIEW,
    WIDE,
    build_sales,
)


@pytest.fixture(scope="module")
def sales_sandbox() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, cell_read_limit=500) as running:
        yield running


@pytest.fixture(scope="module")
def sales_api(sales_sandbox: Sandbox) -> InModel:
    return build_sales(sales_sandbox)


@pytest.fixture(scope="module")
def ids(sales_sandbox: Sandbox, sales_api: InModel) -> dict[str, str]:
    """The ids of all items by their names."""
    built = sales_sandbox.models[sales_api.path.rpartition("/")[2]]
    tables = ["time_members", "version_members", *(f"list_{lst}" for lst in built.lists)]
    with built.store.reading() as con:
        rows = [
            row for table in tables for row in con.sql(f"SELECT name, id FROM {table}").fetchall()
        ]
    return {name: str(id) for name, id in rows}


def _data(model: InModel, view: str, accept: str = "text/csv", **params: Any) -> requests.Response:
    path = f"{model.path}/views/{view}/data"
    return model.http.send("GET", path, params=params, headers={"Accept": accept})


def _lines(model: InModel, view: str, accept: str = "text/csv", **params: Any) -> list[str]:
    answer = _data(model, view, accept, **params)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return answer.text.splitlines()


def _json(model: InModel, view: str, **params: Any) -> dict[str, Any]:
    answer = _data(model, view, "application/json", format="v1", **params)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    body: dict[str, Any] = answer.json()
    return body


def _refusal(answer: requests.Response) -> str:
    assert answer.status_code == 400, answer.text
    message: str = answer.json()["status"]["message"]
    return message


def test_a_view_shows_the_dimensions_on_its_axes(sales_api: InModel) -> None:
    view = sales_api.get(f"/views/{WIDE}").json()
    assert (view["viewName"], view["viewId"]) == ("Wide", WIDE)
    assert view["rows"] == [{"id": TIME, "name": "Time"}]
    assert view["columns"] == [
        {"id": LINE_ITEMS, "name": "Line items"},
        {"id": SHOPS, "name": "Shop"},
    ]
    assert view["pages"] == [{"id": VERSIONS, "name": "Versions"}, {"id": CITIES, "name": "City"}]


def test_an_axis_without_dimensions_is_left_out(sales_api: InModel) -> None:
    view = sales_api.get(f"/views/{NO_PAGES}").json()
    assert "pages" not in view
    assert [dimension["name"] for dimension in view["rows"]] == ["Shop"]


def test_a_default_view_has_the_name_and_id_of_its_module(sales_api: InModel) -> None:
    view = sales_api.get(f"/views/{MODULE}").json()
    assert (view["viewName"], view["viewId"]) == ("Sales", MODULE)
    assert [dimension["name"] for dimension in view["columns"]] == ["Time"]


def test_a_line_item_instead_of_a_view_has_the_default_views_axes(sales_api: InModel) -> None:
    default, of_item = (
        sales_api.get(f"/views/{MODULE}").json(),
        sales_api.get(f"/views/{NOTE}").json(),
    )
    assert of_item["pages"] == default["pages"]
    assert of_item["columns"] == default["columns"]


def test_both_url_forms_are_served(sales_sandbox: Sandbox, sales_api: InModel) -> None:
    direct = InModel(sales_api.http, f"/models/{sales_api.path.rpartition('/')[2]}")
    assert direct.path != sales_api.path
    assert direct.get(f"/views/{VIEW}").json()["viewName"] == "By city"
    assert _lines(direct, VIEW) == _lines(sales_api, VIEW)


@pytest.mark.parametrize("path", ["/views/999000000001", "/views/999000000001/data"])
def test_an_unknown_view_is_not_found(sales_api: InModel, path: str) -> None:
    assert sales_api.get(path).status_code == 404


def test_an_inaccessible_model_is_not_found(sales_sandbox: Sandbox, sales_api: InModel) -> None:
    sales_sandbox.add_user("other@example.com", "pw", models=[])
    stranger = InModel(Http(sales_sandbox, "other@example.com", "pw"), sales_api.path)
    assert stranger.get(f"/views/{VIEW}").status_code == 404
    assert stranger.get(f"/views/{VIEW}/data").status_code == 404


def test_the_default_page_is_the_first_item_of_every_dimension_on_pages(sales_api: InModel) -> None:
    assert _lines(sales_api, VIEW) == [
        "X,Jan 13,Actual",
        ",Units,Note,Double",
        'Oslo,1,"p,q",2',
        "Rome,4,=1+1,8",
        "North,1,,2",
        "South,4,,8",
    ]


def test_each_dimension_on_columns_has_its_own_header_line(sales_api: InModel) -> None:
    assert _lines(sales_api, WIDE)[:4] == [
        "Actual,Oslo",
        ",Units,Units,Note,Note,Double,Double",
        ',X,"Y, Z",X,"Y, Z",X,"Y, Z"',
        'Jan 13,1,0,"p,q",,2,0',
    ]


def test_a_view_without_pages_has_no_line_of_page_items(sales_api: InModel) -> None:
    assert _lines(sales_api, NO_PAGES) == [",V", "X,0", '"Y, Z",0']


@pytest.mark.parametrize("one_by_one", [True, False])
def test_pages_select_items_in_one_parameter_or_several(
    sales_api: InModel, ids: dict[str, str], one_by_one: bool
) -> None:
    pages = [f"{TIME}:{ids['May 13']}", f"{SHOPS}:{ids['Y, Z']}"]
    assert _lines(sales_api, VIEW, pages=pages if one_by_one else ",".join(pages)) == [
        '"Y, Z",May 13,Actual',
        ",Units,Note,Double",
        "Oslo,0,,0",
        "Rome,8,,16",
        "North,0,,0",
        "South,8,,16",
    ]


def test_a_total_on_a_page_adds_up_the_items_below_it(
    sales_api: InModel, ids: dict[str, str]
) -> None:
    lines = _lines(sales_api, VIEW, pages=f"{TIME}:{ids['Q1 FY13']}")
    assert lines[0] == "X,Q1 FY13,Actual"
    assert lines[2:] == ["Oslo,3,,6", "Rome,4,,8", "North,3,,6", "South,4,,8"]


def test_a_version_can_be_selected(sales_api: InModel, ids: dict[str, str]) -> None:
    lines = _lines(sales_api, VIEW, pages=f"{VERSIONS}:{ids['Forecast']}")
    assert lines[:3] == ["X,Jan 13,Forecast", ",Units,Note,Double", "Oslo,16,,32"]


_ABOVE = {
    "Oslo": ["Oslo", "North"],
    "Rome": ["Rome", "South"],
    "Jan 13": ["Jan 13", "Q1 FY13", "FY13"],
    "Feb 13": ["Feb 13", "Q1 FY13", "FY13"],
    "May 13": ["May 13", "Q2 FY13", "FY13"],
}


def _sums_of_the_cells_loaded() -> dict[tuple[str, ...], int]:
    """Add up the units in `CELLS` by city, shop, version and period."""
    sums: Counter[tuple[str, ...]] = Counter()
    for cell in csv.DictReader(io.StringIO(CELLS)):
        for city, period in product(_ABOVE[cell["City"]], _ABOVE[cell["Time"]]):
            sums[city, cell["Shop"], cell["Versions"], period] += int(cell["Units"])
    return sums


def test_every_page_adds_up_the_loaded_cells(sales_api: InModel, ids: dict[str, str]) -> None:
    shown: dict[tuple[str, ...], int] = {}
    cities, shops = ["Oslo", "Rome", "North", "South"], ["X", "Y, Z"]
    for page in product(cities, shops, ["Actual", "Forecast"]):
        pairs = zip((CITIES, SHOPS, VERSIONS), page, strict=True)
        read = _json(sales_api, MODULE, pages=[f"{place}:{ids[item]}" for place, item in pairs])
        assert read["pages"] == list(page)
        units, double = (read["rows"][place] for place in (0, 2))
        assert [units["rowCoordinates"], double["rowCoordinates"]] == [["Units"], ["Double"]]
        assert [2 * int(cell) for cell in units["cells"]] == [int(cell) for cell in double["cells"]]
        for (period,), cell in zip(read["columnCoordinates"], units["cells"], strict=True):
            shown[*page, period] = int(cell)
    assert len(shown) == 4 * 2 * 2 * 17
    assert {cell: units for cell, units in shown.items() if units} == _sums_of_the_cells_loaded()


def test_line_items_on_pages_are_selected_by_their_ids(sales_api: InModel) -> None:
    assert _lines(sales_api, ITEMS_ON_PAGES)[0] == "X,Oslo,Units"
    lines = _lines(sales_api, ITEMS_ON_PAGES, pages=f"{LINE_ITEMS}:{DOUBLE}")
    assert lines[:4] == ["X,Oslo,Double", ",Actual,Forecast", "Jan 13,2,32", "Feb 13,4,0"]
    refused = _data(sales_api, ITEMS_ON_PAGES, pages=f"{LINE_ITEMS}:{VIEW}")
    assert "Line items has no item" in _refusal(refused)


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        (f"{CITIES}:1", f"no dimension {CITIES} on its pages"),
        ("999:1", "no dimension 999 on its pages"),
        (f"{TIME}:1", "Time has no item 1"),
        (f"{TIME}:Jan 13", "Time has no item Jan 13"),
        (f"{TIME}:9223372036854775808", "Time has no item"),
        (TIME, f"{TIME} is not of the form"),
        (f"{TIME}:", f"{TIME} is not of the form"),
    ],
)
def test_an_unknown_page_is_refused(sales_api: InModel, pages: str, words: str) -> None:
    assert words in _refusal(_data(sales_api, VIEW, pages=pages))


def test_a_page_dimension_without_items_gives_no_rows(sales_api: InModel) -> None:
    assert _lines(sales_api, EMPTY) == []
    page = _json(sales_api, EMPTY)
    assert (page["pages"], page["rows"]) == ([], [])


def test_json_has_the_unchanged_coordinates_of_every_cell(sales_api: InModel) -> None:
    assert _json(sales_api, VIEW) == {
        "pages": ["X", "Jan 13", "Actual"],
        "columnCoordinates": [["Units"], ["Note"], ["Double"]],
        "rows": [
            {"rowCoordinates": ["Oslo"], "cells": ["1", "p,q", "2"]},
            {"rowCoordinates": ["Rome"], "cells": ["4", "=1+1", "8"]},
            {"rowCoordinates": ["North"], "cells": ["1", "", "2"]},
            {"rowCoordinates": ["South"], "cells": ["4", "", "8"]},
        ],
    }
    assert _json(sales_api, WIDE)["columnCoordinates"][:2] == [["Units", "X"], ["Units", "Y, Z"]]


@pytest.mark.parametrize(
    ("accept", "params"),
    [("application/json", {}), ("text/csv", {"format": "v1"}), ("*/*", {"format": "v1"})],
)
def test_json_requires_both_the_header_and_the_format(
    sales_api: InModel, accept: str, params: dict[str, str]
) -> None:
    assert _lines(sales_api, VIEW, accept, **params)[0] == "X,Jan 13,Actual"


def test_escaped_csv_delimits_texts_that_look_like_formulas(sales_api: InModel) -> None:
    lines = _lines(sales_api, VIEW, "text/csv;escaped=true")
    assert 'Rome,4,"=1+1",8' in lines
    assert list(csv.reader(lines)) == list(csv.reader(_lines(sales_api, VIEW)))


def test_a_line_item_instead_of_a_view_shows_that_line_item(sales_api: InModel) -> None:
    lines = _lines(sales_api, NOTE)
    assert lines[0] == "Oslo,X,Actual"
    assert [line.partition(",")[0] for line in lines[1:]] == ["", "Note"]
    assert lines[2].startswith('Note,"p,q",,')


def test_one_value_column_has_all_cells_of_the_selected_pages(
    sales_api: InModel, ids: dict[str, str]
) -> None:
    pages = [f"{TIME}:{ids['Jan 13']}", f"{SHOPS}:{ids['X']}"]
    lines = _lines(
        sales_api, VIEW, exportType="TABULAR_SINGLE_COLUMN", moduleId=MODULE, pages=pages
    )
    assert lines[:4] == [
        "Shop,Time,Versions,City,Line items,Value",
        "X,Jan 13,Actual,Oslo,Units,1",
        'X,Jan 13,Actual,Oslo,Note,"p,q"',
        "X,Jan 13,Actual,Oslo,Double,2",
    ]
    assert len(lines) == 1 + 2 * 4 * 3
    assert "X,Jan 13,Forecast,Oslo,Units,16" in lines


def test_a_tabular_layout_has_all_pages_unless_some_are_selected(
    sales_api: InModel, ids: dict[str, str]
) -> None:
    whole = _lines(sales_api, NO_PAGES, exportType="TABULAR_MULTI_COLUMN", moduleId=SMALL)
    assert whole == ["Shop,V", "X,0", '"Y, Z",0']
    tabular = {"exportType": "TABULAR_MULTI_COLUMN", "moduleId": MODULE}
    pages = [f"{TIME}:{ids['FY13']}"]
    lines = _lines(sales_api, VIEW, pages=pages, **tabular)
    assert len(lines) == 1 + 2 * 2 * 4
    assert "X,FY13,Actual,South,4,,8" in lines
    assert '"Y, Z",FY13,Actual,South,8,,16' in lines


def test_all_pages_of_a_grid_follow_each_other(sales_api: InModel, ids: dict[str, str]) -> None:
    pages = [f"{TIME}:{ids['Jan 13']}", f"{SHOPS}:{ids['X']}"]
    lines = _lines(sales_api, VIEW, exportType="GRID_ALL_PAGES", pages=pages)
    assert [line for line in lines if line.startswith("X,")] == [
        "X,Jan 13,Actual",
        "X,Jan 13,Forecast",
    ]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"exportType": "TABULAR_MULTI_COLUMN"}, "requires moduleId"),
        ({"exportType": "TABULAR_MULTI_COLUMN", "moduleId": SMALL}, f"not of a module {SMALL}"),
        ({"exportType": "PIVOT", "moduleId": MODULE}, "exportType must be one of"),
        ({"maxRows": "-1"}, "maxRows"),
    ],
)
def test_invalid_parameters_are_refused(
    sales_api: InModel, params: dict[str, str], words: str
) -> None:
    assert words in _refusal(_data(sales_api, VIEW, **params))


def test_the_number_of_rows_can_be_limited(sales_api: InModel) -> None:
    lines = _lines(sales_api, VIEW, maxRows=1)
    assert lines[1:] == [",Units,Note,Double", 'Oslo,1,"p,q",2']
    assert len(_json(sales_api, VIEW, maxRows=2)["rows"]) == 2
    tabular = {"exportType": "TABULAR_MULTI_COLUMN", "moduleId": SMALL}
    assert _lines(sales_api, SMALL, maxRows=1, **tabular) == ["Shop,V", "X,0"]


def test_more_cells_than_the_limit_are_refused_and_fewer_pages_are_not(
    sales_api: InModel, ids: dict[str, str]
) -> None:
    tabular = {"exportType": "TABULAR_MULTI_COLUMN", "moduleId": MODULE}
    cells = 4 * 2 * 17 * 2 * 3
    assert f"has {cells} cells; at most 500" in _refusal(_data(sales_api, VIEW, **tabular))
    whole = 4 * 17 * 2 * 3  # of one shop
    assert 400 < whole < 500
    lines = _lines(sales_api, VIEW, pages=f"{SHOPS}:{ids['X']}", **tabular)
    assert len(lines) == 1 + whole // 3


def test_a_locked_model_refuses_reads(sales_sandbox: Sandbox, sales_api: InModel) -> None:
    locked = sales_sandbox.models[sales_api.path.rpartition("/")[2]]
    locked.state = "LOCKED"
    try:
        assert _data(sales_api, VIEW).status_code == 423
        assert sales_api.get(f"/views/{VIEW}").status_code == 423
    finally:
        locked.state = "UNLOCKED"
