"""Plans of imports and processes: which columns they check, and by what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Calendar, Sandbox

SALES = pd.DataFrame(
    {
        "Products": ["Pipe", "p2", "Nut", "Tubes"],
        "when": ["Jan 26", "Feb 26", "Mar 26", "Jan 26"],
        "Versions": ["Actual", "Budget", "Forecast", "Actual"],
        "Amount": [1.0, 2.0, 3.0, 4.0],
    }
)


@pytest.fixture(scope="module")
def stock() -> Iterator[af.Model]:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        built = sandbox.workspace("W").model("Stock", calendar=Calendar(2026, 0, 0))
        kinds = built.list("Kinds", items=pd.DataFrame({"Name": ["Tubes"], "Code": ["T"]}))
        products = built.list(
            "Products",
            parent=kinds,
            items=pd.DataFrame({"Name": ["Pipe", "Valve"], "Code": ["p1", "p2"]}),
            properties={"Weight": "NUMBER"},
            subsets=["Heavy"],
        )
        sales = built.module(
            "Sales", dimensions=[products, "Time", "Versions"], line_items={"Amount": "NUMBER"}
        )
        names = ["Products", "when", "Versions", "Amount"]
        file = built.file("sales.csv", columns=names, decimal_separator=",")
        mapping = {name: name for name in names} | {"when": "Time"}
        load = built.import_("Load sales", file=file, into=sales, mapping=mapping)
        items = built.file("products.csv", columns=["Code", "Name", "Weight"])
        fill = built.import_("Load products", file=items, into=products)
        built.process("Load all", [fill, load])
        with sandbox.connect(requests_per_minute=None) as connection:
            yield connection.model("Stock")


def plan(stock: af.Model, data: Any = SALES, target: str = "Load sales", **options: Any) -> Any:
    return af.to_anaplan(data, target, stock, dry_run=True, **options)


def test_columns_named_like_dimensions_are_checked_and_totals_are_not_rejected(
    stock: af.Model,
) -> None:
    found = plan(stock)
    assert found.rejected["error"].tolist() == [
        "'Budget' in column 'Versions' is not a version",
        "'Nut' in column 'Products' is not an item of list 'Products'",
    ]
    assert (found.rows_sent, found.rows_rejected) == (4, 2)
    assert found.unchecked["subject"].tolist() == [
        "column 'when'",
        "column 'Amount'",
        "import 'Load sales'",
    ]


def test_check_names_what_other_columns_hold(stock: af.Model) -> None:
    frame = SALES.assign(
        when=["Jan 26", "Feb 26", "Mar 27", "x"], Amount=["1,5", "one", "1", "1.5"]
    ).rename(columns={"when": "month"})
    check = {"month": "Time", "Amount": "Sales.Amount", "Versions": "Versions"}
    found = plan(stock, frame, mapping={"month": "when"}, check=check)
    assert found.rejected["error"].tolist() == [
        "'Budget' in column 'Versions' is not a version\n'one' in column 'Amount' is not a number",
        "'Nut' in column 'Products' is not an item of list 'Products'\n"
        "'Mar 27' in column 'when' is not a period of the model's calendar",
        "'x' in column 'when' is not a period of the model's calendar",
    ]
    assert found.unchecked["subject"].tolist() == ["column 'Amount'", "import 'Load sales'"]


def test_periods_that_are_read_by_a_pattern_are_not_judged(stock: af.Model) -> None:
    frame = SALES.assign(when=pd.to_datetime(["2026-01-01"] * 4))
    found = plan(stock, frame, check={"when": "Time"})
    assert found.rows_rejected == 2
    reason = found.unchecked.set_index("subject").loc["column 'when'", "reason"]
    assert reason.startswith("None of its texts is the name of a period")


@pytest.mark.parametrize(
    ("what", "rejected"),
    [("Products", 1), ("Kinds", 3), ("101000000001", 3), ("Products.Weight", 4)],
)
def test_a_dimension_or_a_property_may_be_named(stock: af.Model, what: str, rejected: int) -> None:
    frame = SALES.assign(Versions="Actual")
    assert plan(stock, frame, check={"Products": what}).rows_rejected == rejected


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ({"nope": "Time"}, "'nope' among the columns that are sent to import 'Load sales'"),
        ({"when": "Tim"}, "'Tim' among the dimensions of model 'Stock'"),
        ({"when": "Sales.Amont"}, "'Amont' among the line items of module 'Sales'"),
        ({"when": "Products.Wight"}, "'Wight' among the properties of list 'Products'"),
        ({"when": "Nothing.Amount"}, "'Nothing' among the lists and modules"),
    ],
)
def test_what_check_names_must_be_there(
    stock: af.Model, check: dict[str, str], message: str
) -> None:
    with pytest.raises(af.NotFound, match=message):
        plan(stock, check=check)


def test_check_is_for_dry_runs_of_imports_and_processes(stock: af.Model) -> None:
    with pytest.raises(ValueError, match="option of dry_run=True"):
        af.to_anaplan(SALES, "Load sales", stock, check={"when": "Time"})
    for target in (stock.imports["Load sales"], stock.processes["Load all"]):
        with pytest.raises(ValueError, match="option of dry_run=True"):
            target.start({"Load sales": SALES}, check={"when": "Time"})
    with pytest.raises(TypeError, match="check must be a dict"):
        plan(stock, check="Time")
    with pytest.raises(ValueError, match="check= is an option of imports and processes"):
        plan(stock, pd.DataFrame({"code": ["p1"]}), "Products", check={"code": "Products"})


def test_an_import_into_a_list_is_checked_by_properties_and_lengths(stock: af.Model) -> None:
    frame = pd.DataFrame(
        {"Code": ["a", "b" * 61], "Name": ["A", "B"], "Weight": ["heavy", "1,000"]}
    )
    found = plan(stock, frame, "Load products")
    assert found.rejected["error"].str[:40].tolist() == [
        "'heavy' in column 'Weight' is not a numb",
        "'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    ]
    assert found.unchecked["subject"].tolist() == ["column 'Weight'", "import 'Load products'"]


def test_in_a_process_items_that_another_import_may_add_are_not_judged(stock: af.Model) -> None:
    products = pd.DataFrame({"Code": ["p3"], "Name": ["Nut"], "Weight": ["heavy"]})
    found = plan(stock, {"Load sales": SALES, "Load products": products}, "Load all")
    assert found.rows_rejected == 2
    assert found.rejected.index.get_level_values("import").tolist() == [
        "Load sales",
        "Load products",
    ]
    reason = found.unchecked.set_index("subject").loc["column 'Products'", "reason"]
    assert "also loads lists" in reason


def test_a_stream_is_judged_and_its_rows_are_given_back(stock: af.Model) -> None:
    found = plan(stock, iter([SALES.iloc[:2], SALES.iloc[2:]]))
    assert found.rejected["Products"].tolist() == ["p2", "Nut"]


def test_rows_without_an_item_are_rejected_and_rows_without_any_value_are_unclear(
    stock: af.Model,
) -> None:
    frame = pd.DataFrame([["Pipe", "Jan 26", None, 1.0], [None] * 4], columns=list(SALES))
    found = plan(stock, frame)
    assert found.rejected["error"].tolist() == ["column 'Versions' has no value"]
    assert "blank rows" in found.unchecked["subject"].tolist()
