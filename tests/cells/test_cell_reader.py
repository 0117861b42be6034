"""The cells of views and modules of a sandbox, as tables and as cross tables."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.model import Model
from anaplan_frames.sandbox import Calendar, Sandbox

NAMES = ['Pipe 3/4", steel', "=1+1", "Ölkanne"]
CELLS = pd.DataFrame(
    {
        "Parts": NAMES,
        "Shops": ["Oslo", "Oslo", "Rome"],
        "Time": ["Jan 13", "Feb 13", "Dec 13"],
        "Amount": [1.5, -2.0, 1e-9],
        "Note": ["a, b", 'two\nlines, "so"', None],
        "Open": [True, False, True],
        "Since": pd.to_datetime(["2013-01-31", None, "1999-12-31"]),
        "Until": ["Q1 FY13", None, "Mar 13"],
    }
)
FORMATS: dict[str, Any] = {
    "Amount": "NUMBER",
    "Note": "TEXT",
    "Open": "BOOLEAN",
    "Since": "DATE",
    "Until": "TIME PERIOD",
    "Twice": {"format": "NUMBER", "formula": "Amount * 2"},
}


def build(sandbox: Sandbox) -> None:
    """Make a module over parts, shops of one region, and months; and views of it."""
    model = sandbox.workspace("Demo").model("Stock", calendar=Calendar(2013, 0, 0))
    region = model.list("Regions", items=pd.DataFrame({"Name": ["Europe"]}))
    codes = ["00123", "x", "oil"]
    parts = model.list("Parts", items=pd.DataFrame({"Name": NAMES, "Code": codes}))
    shops = pd.DataFrame({"Name": ["Oslo", "Rome"], "Parent": ["Europe", "Europe"]})
    shops_list = model.list("Shops", parent=region, items=shops)
    stock = model.module(
        "Stock", dimensions=[parts, shops_list, "Time"], line_items=FORMATS, cells=CELLS
    )
    model.view(stock, "Flat", [parts, shops_list, "Time"], ["Line items"], [])
    model.view(stock, "Crossed", [shops_list], ["Line items", "Time"], [parts])
    model.view(stock, "By item", ["Time"], [shops_list], ["Line items", parts])
    model.module("One", dimensions=[], line_items={"Rate": "NUMBER"})
    versions = model.module("Versions", dimensions=["Versions"], line_items={"Rate": "NUMBER"})
    model.export("Out", of=stock, leaves_only=True, omit_empty=False)
    model.export("Grid out", of=versions, layout="GRID_CURRENT_PAGE")


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        build(sandbox)
        yield sandbox


@pytest.fixture(scope="module")
def stock_model(served: Sandbox) -> Iterator[Model]:
    with served.connect(requests_per_minute=None) as connection:
        yield connection.model("Stock")


@pytest.fixture(scope="module")
def narrow() -> Iterator[tuple[Sandbox, Model]]:
    """Serve the same where nearly every view is too large to be read at once."""
    options: dict[str, Any] = {"cell_read_limit": 100, "read_page_size": 500, "task_pause": 0}
    with Sandbox(rate_limit=None, **options) as sandbox:
        build(sandbox)
        with sandbox.connect(requests_per_minute=None) as connection:
            yield sandbox, connection.model("Stock")


@contextmanager
def large_reads(sandbox: Sandbox, count: int) -> Iterator[None]:
    """Make sure that so many large reads are begun, and deleted."""
    before = set(sandbox.large_reads._reads)
    yield
    begun = [read for id_, read in sandbox.large_reads._reads.items() if id_ not in before]
    assert [read.state for read in begun] == ["CANCELLED"] * count


def leaves(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have no total in them."""
    months = frame["Time"].str.match(r"[A-Z][a-z]{2} 13$")
    return frame[(frame["Shops"] != "Europe") & months].reset_index(drop=True)


def test_a_row_for_each_combination_of_items_and_a_column_for_each_line_item(
    stock_model: Model,
) -> None:
    frame: Any = stock_model.modules["Stock"].read(totals=True)
    assert frame.columns.tolist() == ["Parts", "Shops", "Time", *FORMATS]
    periods = 12 + 4 + 1
    assert len(frame) == 3 * 3 * periods
    assert not frame.duplicated(["Parts", "Shops", "Time"]).any()


def test_the_cells_are_those_that_were_put_in_typed_by_their_formats(stock_model: Model) -> None:
    frame: Any = stock_model.views["Stock.Flat"].read()
    found = CELLS[["Parts", "Shops", "Time"]].merge(frame)
    expected = CELLS.assign(Twice=CELLS["Amount"] * 2)
    expected["Since"] = expected["Since"].astype("datetime64[s]")
    expected["Open"] = expected["Open"].astype("boolean")
    for text in ("Parts", "Shops", "Time", "Note", "Until"):
        assert pd.api.types.is_string_dtype(found[text])
        expected[text] = expected[text].astype(found[text].dtype)
    pd.testing.assert_frame_equal(found, expected[found.columns])


def test_totals_are_read_if_asked_for(stock_model: Model) -> None:
    frame: Any = stock_model.modules["Stock"].read(
        index_col=["Parts", "Shops", "Time"], totals=True
    )
    assert frame.loc[("=1+1", "Europe", "FY13"), "Amount"] == -2.0
    assert frame.loc[("=1+1", "Oslo", "Q1 FY13"), "Twice"] == -4.0


def test_dimensions_come_by_pages_then_rows_then_columns(stock_model: Model) -> None:
    frame: Any = stock_model.views["Stock.By item"].read()
    assert frame.columns.tolist() == ["Parts", "Time", "Shops", *FORMATS]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("Stock", {}),
        ("Stock.Flat", {}),
        ("Stock.Crossed", {}),
        ("Stock.By item", {}),
        ("Stock.Crossed", {"Parts": "=1+1"}),
        ("Stock.By item", {"Parts": "=1+1"}),
        ("Stock.By item", {"Line items": "Note"}),
    ],
)
def test_a_large_read_gives_the_same_table(
    name: str, pages: dict[str, str], stock_model: Model, narrow: tuple[Sandbox, Model]
) -> None:
    sandbox, other = narrow
    at_once: Any = stock_model.views[name].read(where=pages)
    with large_reads(sandbox, 1):
        by_pages: Any = other.views[name].read(where=pages)
    pd.testing.assert_frame_equal(at_once, by_pages)


def test_what_fits_is_read_at_once(served: Sandbox, stock_model: Model) -> None:
    with large_reads(served, 0):
        stock_model.modules["Stock"].read()
        stock_model.views["Stock.Crossed"].read(where={"Parts": "Ölkanne"})


def test_one_page_in_the_place_of_all_is_not_taken_for_all(
    served: Sandbox, stock_model: Model
) -> None:
    # The line item that the page shows first might be the only one that comes at once.
    with large_reads(served, 1):
        frame: Any = stock_model.views["Stock.By item"].read()
    assert frame.columns.tolist()[3:] == list(FORMATS)


@pytest.mark.parametrize("item", ["Ölkanne", "oil"])
@pytest.mark.parametrize("dimension", ["Parts", "id"])
def test_a_page_is_chosen_by_name_code_or_id(dimension: str, item: str, stock_model: Model) -> None:
    dimension = stock_model.lists["Parts"].id if dimension == "id" else dimension
    whole: Any = stock_model.views["Stock.Crossed"].read()
    frame: Any = stock_model.views["Stock.Crossed"].read(where={dimension: item})
    expected = whole[whole["Parts"] == "Ölkanne"].reset_index(drop=True)
    pd.testing.assert_frame_equal(frame, expected)
    ids: Any = stock_model.lists["Parts"].read(index_col="name")
    by_id: Any = stock_model.views["Stock.Crossed"].read(
        where={dimension: ids.loc["Ölkanne", "id"]}
    )
    pd.testing.assert_frame_equal(by_id, expected)


def test_a_line_item_is_a_page_if_the_line_items_are_on_pages(stock_model: Model) -> None:
    view = stock_model.views["Stock.By item"]
    frame: Any = view.read(where={"Line items": "Note", "Parts": "x"})
    assert frame.columns.tolist() == ["Parts", "Time", "Shops", "Note"]
    assert frame["Note"].dropna().tolist() == ['two\nlines, "so"']


def test_versions_are_pages_by_name_and_a_miss_names_the_near_ones(stock_model: Model) -> None:
    sandbox_view = stock_model.modules["Versions"]
    frame: Any = sandbox_view.read()
    assert frame["Versions"].tolist() == ["Actual", "Forecast"]
    actual: Any = sandbox_view.read(where={"Versions": "Actual"})
    assert actual["Versions"].tolist() == ["Actual"]
    with pytest.raises(af.NotFound, match=r"no 'Actua' among the items of 'Versions'.*'Actual'?"):
        sandbox_view.read(where={"Versions": "Actua"})


def test_an_unknown_page_is_refused_with_the_near_names(stock_model: Model) -> None:
    view = stock_model.views["Stock.By item"]
    for pages, message in (
        (
            {"Part": "x"},
            "no 'Part' among the dimensions and line items of view 'Stock.By item'. "
            "Did you mean 'Parts'?",
        ),
        ({"Parts": "Ölkane"}, "no 'Ölkane' among the items of 'Parts'.*Did you mean 'Ölkanne'?"),
        ({"Line items": "Amounts"}, "no 'Amounts' among the line items.*Did you mean 'Amount'?"),
        ({"Time": "Jan 31"}, "no 'Jan 31' among the items of 'Time' in view 'Stock.By item'"),
        (
            {"Colour": "red"},
            "no 'Colour' among the dimensions and line items.*There are 'Line items', 'Parts'",
        ),
    ):
        with pytest.raises(af.NotFound, match=message):
            view.read(where=pages)


def test_a_view_without_dimensions_is_one_row(stock_model: Model) -> None:
    frame: Any = stock_model.modules["One"].read()
    pd.testing.assert_frame_equal(frame, pd.DataFrame({"Rate": [0.0]}))
    grid: Any = stock_model.modules["One"].read(layout="grid")
    assert grid.shape == (1, 1)
    assert grid["Rate"].tolist() == [0.0]


def test_the_id_of_a_line_item_is_that_of_its_view(stock_model: Model) -> None:
    items = stock_model.modules["Stock"].line_items().set_index("name")["id"]
    frame: Any = stock_model.views[items["Note"]].read()
    assert frame.columns.tolist() == ["Parts", "Shops", "Time", "Note"]
    assert items["Note"] in stock_model.views
    assert "206999999999" not in stock_model.views
    with pytest.raises(af.NotFound, match="no '206999999999' among the views"):
        stock_model.views["206999999999"]


def test_a_view_is_found_without_the_quotes_that_anaplan_puts_around_names(
    tenant: Sandbox,
) -> None:
    builder = tenant.workspace("Demo").model("Quotes")
    regions = builder.list("Regions", items=pd.DataFrame({"Name": ["North"]}))
    plan = builder.module("P&L/US", dimensions=[regions], line_items={"Cost": "NUMBER"})
    builder.view(plan, "By region", ["Regions"], ["Line items"], [], id="203000000001")
    with tenant.connect() as connection:
        views = connection.model("Quotes").views
        assert any(name.startswith("'") for name in views.names)
        assert views["P&L/US.By region"].id == "203000000001"
        assert "P&L/US.By region" in views


def test_a_view_is_found_by_its_own_name_if_no_other_has_it(tenant: Sandbox) -> None:
    builder = tenant.workspace("Demo").model("Names")
    regions = builder.list("Regions", items=pd.DataFrame({"Name": ["North"]}))
    for number, name in enumerate(["Plan", "P&L/US"]):
        module = builder.module(name, dimensions=[regions], line_items={"Cost": "NUMBER"})
        builder.view(module, f"Only {number}", ["Regions"], ["Line items"], [])
        builder.view(module, "By region", ["Regions"], ["Line items"], [])
    with tenant.connect() as connection:
        model = connection.model("Names")
        assert model.views["Only 1"].name == "'P&L/US'.Only 1"
        assert list(af.read_anaplan("Only 0", model)["Regions"]) == ["North"]
        with pytest.raises(af.AmbiguousName, match=r"2 views .* are named 'By region'"):
            model.views["By region"]


def test_a_grid_is_the_view_with_its_dimensions_in_index_and_columns(stock_model: Model) -> None:
    grid: Any = stock_model.views["Stock.Crossed"].read(layout="grid", where={"Parts": "=1+1"})
    assert list(grid.columns.names) == ["Line items", "Time"]
    assert grid.index.name == "Shops"
    assert grid.index.tolist() == ["Oslo", "Rome", "Europe"]
    assert grid.loc["Oslo", ("Amount", "Feb 13")] == -2.0
    assert grid["Note"].loc["Oslo", "Feb 13"] == 'two\nlines, "so"'
    assert grid["Amount"].columns.tolist()[:4] == ["Jan 13", "Feb 13", "Mar 13", "Q1 FY13"]
    assert set(grid.dtypes["Amount"]) == {grid.dtypes["Amount", "Jan 13"]}
    assert grid.dtypes["Open", "Jan 13"] == "boolean"


def test_a_grid_holds_what_the_table_holds(stock_model: Model) -> None:
    for name in ("Stock", "Stock.Flat", "Stock.Crossed", "Stock.By item"):
        table: Any = stock_model.views[name].read(index_col=["Parts", "Shops", "Time"])
        grid: Any = stock_model.views[name].read(layout="grid")
        assert grid.size == table.size
        key = dict(zip(["Parts", "Shops", "Time"], ["=1+1", "Europe", "FY13"], strict=True))
        for item in ("Amount", "Twice"):
            labels = key | {"Line items": item}
            row = tuple(labels[level] for level in grid.index.names)
            column = tuple(labels[level] for level in grid.columns.names)
            row, column = (x[0] if len(x) == 1 else x for x in (row, column))
            assert grid.loc[row, column] == table.loc[("=1+1", "Europe", "FY13"), item]


@pytest.mark.parametrize(
    "options", [{"columns": ["Amount"]}, {"chunksize": 5}, {"index_col": "Time"}, {"dtype": str}]
)
def test_a_grid_has_its_own_rows_and_columns(options: dict[str, Any], stock_model: Model) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(options))}= does not go with layout='grid'"):
        stock_model.modules["Stock"].read(layout="grid", **options)


def test_periods_become_their_first_days(stock_model: Model) -> None:
    table: Any = stock_model.modules["Stock"].read(totals=True)
    dated: Any = stock_model.modules["Stock"].read(periods="start", totals=True)
    assert dated["Time"].dtype == dated["Until"].dtype == "datetime64[s]"
    days = dict(zip(table["Time"], dated["Time"], strict=True))
    assert days["Feb 13"] == pd.Timestamp("2013-02-01")
    assert days["Q4 FY13"] == pd.Timestamp("2013-10-01")
    assert days["FY13"] == pd.Timestamp("2013-01-01")
    assert dated["Until"].dropna().tolist() == [
        pd.Timestamp("2013-01-01"),
        pd.Timestamp("2013-03-01"),
    ]
    grid: Any = stock_model.views["Stock.Crossed"].read(layout="grid", periods="start")
    assert grid.columns.get_level_values("Time").dtype.kind == "M"


def test_periods_follow_dtype_and_columns(stock_model: Model) -> None:
    module = stock_model.modules["Stock"]
    frame: Any = module.read(periods="start", columns=["Amount", "Time"], dtype={"Time": "str"})
    assert frame.columns.tolist() == ["Amount", "Time"]
    assert frame["Time"][0] == "Jan 13"
    arrow: Any = module.read(periods="start", dtype_backend="pyarrow")
    assert arrow["Time"].dtype == pd.ArrowDtype(pa.date32())
    assert module.read_arrow(periods="start").schema.field("Until").type == pa.date32()


def test_periods_of_an_export_become_dates_too(stock_model: Model) -> None:
    names: Any = af.read_anaplan("Out", stock_model)
    frame: Any = af.read_anaplan("Out", stock_model, periods="start", run=False)
    assert frame["Time"].dtype == frame["Until"].dtype == "datetime64[s]"
    assert names["Time"][0] == "Jan 13"
    assert frame["Time"][0] == pd.Timestamp("2013-01-01")
    others = ["Parts", "Amount", "Since"]
    pd.testing.assert_frame_equal(frame[others], names[others])


def test_columns_chunks_and_arrow_are_as_of_any_table(stock_model: Model) -> None:
    view = stock_model.views["Stock.Crossed"]
    whole: Any = view.read(columns=["Amount", "Time"], where={"Parts": "x"})
    assert whole.columns.tolist() == ["Amount", "Time"]
    chunks: Any = view.read(columns=["Amount", "Time"], where={"Parts": "x"}, chunksize=10)
    parts = list(chunks)
    assert [len(part) for part in parts] == [10] * 5 + [1]
    pd.testing.assert_frame_equal(pd.concat(parts), whole)
    assert pl.DataFrame(view).height == pa.table(view).num_rows == 3 * 3 * 17
    with pytest.raises(af.ColumnMismatch, match=r"no column 'Amounts'. Did you mean 'Amount'?"):
        view.read(columns=["Amounts"], where={"Parts": "x"})


def test_a_caller_who_stops_early_leaves_no_large_read(narrow: tuple[Sandbox, Model]) -> None:
    sandbox, model = narrow
    with large_reads(sandbox, 1):
        chunks: Any = model.modules["Stock"].read(chunksize=3)
        assert len(next(chunks)) == 3
        chunks.close()
    with large_reads(sandbox, 1):
        reader = model.modules["Stock"].read_arrow()
        reader.read_next_batch()
        del reader


@pytest.mark.long
def test_a_page_that_breaks_off_is_fetched_again(narrow: tuple[Sandbox, Model]) -> None:
    sandbox, model = narrow
    whole: Any = model.modules["Stock"].read()
    cut = sandbox.faults.add("cut body", path="*/readRequests/*/pages/2")
    busy = sandbox.faults.add("503", path="*/readRequests/*/pages/3", retry_after=0)
    again: Any = model.modules["Stock"].read()
    pd.testing.assert_frame_equal(again, whole)
    assert cut.hits == busy.hits == 1


def test_a_leaf_table_is_what_an_export_of_leaves_has(stock_model: Model) -> None:
    frame: Any = stock_model.views["Stock.Flat"].read()
    export: Any = af.read_anaplan("Out", stock_model)
    pd.testing.assert_frame_equal(leaves(frame), export)


def test_unknown_layouts_and_periods_are_refused(stock_model: Model) -> None:
    module: Any = stock_model.modules["Stock"]
    with pytest.raises(ValueError, match="layout='wide' is not known"):
        module.read(layout="wide")
    with pytest.raises(ValueError, match="periods='date' is not known"):
        module.read(periods="date")


def test_views_modules_and_lists_are_read_by_name_id_and_url(stock_model: Model) -> None:
    stock: Any = stock_model.modules["Stock"].read()
    for source in ("Stock", stock_model.modules["Stock"].id, "anaplan://Demo/Stock/modules/Stock"):
        found: Any = af.read_anaplan(source, stock_model)
        pd.testing.assert_frame_equal(found, stock)
    url = "anaplan://Demo/Stock/views/Stock.Crossed"
    grid: Any = af.read_anaplan(url, stock_model, where={"Parts": "x"}, layout="grid")
    assert list(grid.columns.names) == ["Line items", "Time"]
    assert (
        af.read_arrow("Stock.Crossed", stock_model, where={"Parts": "x"}).read_all().num_rows == 51
    )
    parts: Any = af.read_anaplan("Parts", stock_model)
    assert parts["name"].tolist() == NAMES


@pytest.mark.parametrize(
    ("source", "options"),
    [
        ("Out", {"layout": "grid"}),
        ("Out", {"hierarchy": True}),
        ("Parts", {"totals": False}),
        ("Parts", {"omit_empty": True}),
        ("Parts", {"periods": "start"}),
        ("Stock", {"hierarchy": True}),
    ],
)
def test_an_option_that_a_kind_does_not_have_is_refused_with_the_kinds_that_have_it(
    source: str, options: dict[str, Any], stock_model: Model
) -> None:
    [option] = options
    with pytest.raises(ValueError, match=f"'{source}' has no {option}=, which is an option of"):
        af.read_anaplan(source, stock_model, **options)


def test_every_layout_is_read_with_every_choice_of_pages(stock_model: Model) -> None:
    view = stock_model.views["Stock.By item"]
    for item, part in itertools.product([None, "Amount"], [None, "x"]):
        pages = {"Line items": item, "Parts": part}
        chosen = {name: each for name, each in pages.items() if each is not None}
        grid: Any = view.read(where=chosen, layout="grid")
        assert grid.shape == (17 * (1 if part else 3) * (1 if item else 6), 3)
        assert list(grid.index.names) == [n for n in pages if n not in chosen] + ["Time"]
