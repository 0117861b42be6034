"""`where=` of views and modules: items of every dimension, line items, and values."""

from __future__ import annotations

import datetime as dt
import itertools
import logging
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Calendar, Sandbox

SHOPS = ["Oslo", "Rome", "2026"]
KEYS = ["Shops", "Parts", "Time"]


@pytest.fixture(scope="module")
def shops_model() -> Iterator[af.Model]:
    """A module over three dimensions with a view in which each axis has one of them."""
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        builder = sandbox.workspace("Demo").model("Where", calendar=Calendar(2026, 0, 0))
        shops = builder.list("Shops", items=pd.DataFrame({"Name": SHOPS, "Code": ["O", "R", "x"]}))
        parts = builder.list("Parts", items=pd.DataFrame({"Name": ["Pipe", "Valve"]}))
        cells = pd.DataFrame(
            [
                (shop, part, month, n, f"{shop} {n % 3}")
                for n, (shop, part, month) in enumerate(
                    itertools.product(SHOPS, ["Pipe", "Valve"], ["Jan 26", "Feb 26", "Mar 26"])
                )
            ],
            columns=[*KEYS, "Amount", "Note"],
        )
        module = builder.module(
            "Stock",
            dimensions=[shops, parts, "Time"],
            line_items={"Amount": "NUMBER", "Note": "TEXT"},
            cells=cells,
        )
        builder.view(module, "Each", rows=[parts], columns=["Time", "Line items"], pages=[shops])
        builder.view(module, "Lines", rows=[parts], columns=["Time", shops], pages=["Line items"])
        with sandbox.connect(requests_per_minute=None) as connection:
            yield connection.model("Where")


VIEWS = ["Stock.Each", "Stock.Lines", "Stock"]


@pytest.fixture(scope="module")
def wholes(shops_model: af.Model) -> dict[str, pd.DataFrame]:
    return {name: shops_model.views[name].read() for name in VIEWS}


@pytest.mark.sampled(8)
@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"Shops": "Oslo"}, {"Shops": ["Oslo"]}),
        ({"Shops": "O"}, {"Shops": ["Oslo"]}),
        ({"Shops": ["O", "Rome"]}, {"Shops": ["Oslo", "Rome"]}),
        ({"Shops": ["Oslo", "O"]}, {"Shops": ["Oslo"]}),
        ({"Shops": 2026}, {"Shops": ["2026"]}),
        ({"Shops": []}, {"Shops": []}),
        ({"Parts": "Valve"}, {"Parts": ["Valve"]}),
        ({"Time": ["Jan 26", "Mar 26"]}, {"Time": ["Jan 26", "Mar 26"]}),
        ({"Time": dt.date(2026, 2, 17)}, {"Time": ["Feb 26"]}),
        (
            {"Time": [pd.Timestamp("2026-02-01"), "FY26"], "Parts": "Pipe", "Shops": "Rome"},
            {"Time": ["Feb 26", "FY26"], "Parts": ["Pipe"], "Shops": ["Rome"]},
        ),
    ],
)
def test_items_of_every_dimension_are_selected(
    name: str,
    where: dict[str, Any],
    expected: dict[str, list[str]],
    shops_model: af.Model,
    wholes: dict[str, pd.DataFrame],
) -> None:
    view = shops_model.views[name]
    found = view.read(where=where)
    kept = wholes[name]
    for column, items in expected.items():
        kept = kept[kept[column].isin(items)]
    pd.testing.assert_frame_equal(found, kept.reset_index(drop=True))
    ids = {row.name: row.id for row in shops_model.lists["Shops"].read().itertuples()}
    if "Shops" in where and expected["Shops"]:
        by_id = where | {"Shops": [ids[shop] for shop in expected["Shops"]]}
        pd.testing.assert_frame_equal(view.read(where=by_id), found)
    by_dimension = {shops_model.lists[n].id if n != "Time" else n: v for n, v in where.items()}
    pd.testing.assert_frame_equal(view.read(where=by_dimension), found)


@pytest.mark.parametrize("name", VIEWS)
def test_line_items_are_selected_wherever_the_view_has_them(
    name: str, shops_model: af.Model
) -> None:
    view = shops_model.views[name]
    found = view.read(where={"Line items": "Note", "Time": "Jan 26"})
    assert found.columns[len(KEYS) :].tolist() == ["Note"]
    pd.testing.assert_frame_equal(found, view.read(where={"Time": "Jan 26"})[found.columns])
    both = view.read(where={"Line items": ["Note", "Amount"]})
    pd.testing.assert_frame_equal(both, view.read())


def test_rows_are_selected_by_values_of_line_items(shops_model: af.Model) -> None:
    module = shops_model.modules["Stock"]
    found = module.read(where={"Note": ["Oslo 1", "Rome 2"], "Time": ["Feb 26", "Mar 26"]})
    assert sorted(set(found["Note"])) == ["Oslo 1", "Rome 2"]
    assert module.read(where={"Amount": 4}, columns=["Shops", "Time"]).to_dict("list") == {
        "Shops": ["Oslo"],
        "Time": ["Feb 26"],
    }
    with pytest.raises(ValueError, match=r"where= of column 'Amount'.*'many'"):
        module.read(where={"Amount": "many"})


def test_one_item_of_a_page_is_asked_of_anaplan_and_others_are_not(
    shops_model: af.Model, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "urllib3")
    view, shops = shops_model.views["Stock.Each"], shops_model.lists["Shops"]
    view.read(where={"Shops": "Oslo", "Parts": "Pipe"})
    assert f"pages={shops.id}%3A" in caplog.text
    caplog.clear()
    view.read(where={"Shops": ["Oslo", "Rome"], "Parts": "Pipe"})
    assert "/data?" in caplog.text
    assert "pages=" not in caplog.text


def test_many_items_are_looked_up_at_once(
    shops_model: af.Model, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "anaplan_frames")
    shops_model.modules["Stock"].read(where={"Shops": ["Oslo", "Rome", "x"]})
    asked = [record.getMessage() for record in caplog.records]
    assert sum("POST" in each and "/items" in each for each in asked) == 2  # by name, then code


def test_what_is_not_there_is_named_with_the_near_ones(shops_model: af.Model) -> None:
    module = shops_model.modules["Stock"]
    for where, message in (
        (
            {"Shop": "Oslo"},
            r"no 'Shop' among the dimensions and line items of module 'Stock'\. Did",
        ),
        ({"Shops": ["Oslo", "Romee"]}, r"no 'Romee' among the items of 'Shops'.* 'Rome'\?"),
        ({"Line items": "Notes"}, r"no 'Notes' among the line items .* 'Note'\?"),
        ({"Time": "2026-01"}, r"no '2026-01' among the items of 'Time'"),
    ):
        given: Any = where
        with pytest.raises(af.NotFound, match=message):
            module.read(where=given)
    with pytest.raises(ValueError, match="where= names no line item"):
        module.read(where={"Line items": []})


def test_periods_become_their_last_days(shops_model: af.Model) -> None:
    frame = shops_model.modules["Stock"].read(
        periods="end", where={"Shops": "Oslo", "Parts": "Pipe"}
    )
    assert frame["Time"].tolist()[:2] == [pd.Timestamp("2026-01-31"), pd.Timestamp("2026-02-28")]
    quarter = shops_model.modules["Stock"].read(periods="end", where={"Time": "Q1 FY26"})
    assert set(quarter["Time"]) == {pd.Timestamp("2026-03-31")}


def test_a_grid_has_the_items_that_are_asked_for(shops_model: af.Model) -> None:
    grid = shops_model.views["Stock.Each"].read(
        layout="grid", where={"Shops": "Oslo", "Time": ["Jan 26", "Feb 26"], "Line items": "Amount"}
    )
    assert grid.index.tolist() == ["Pipe", "Valve"]
    assert grid.to_numpy().tolist() == [[0.0, 1.0], [3.0, 4.0]]
    assert grid.attrs["anaplan"]["where"]["Shops"] == ["Oslo"]
    with pytest.raises(ValueError, match="nrows= does not go with layout='grid'"):
        shops_model.views["Stock.Each"].read(layout="grid", nrows=1)
