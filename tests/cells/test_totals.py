"""Totals left out of modules, views and exports: by hierarchies and the calendar, not by names."""

from __future__ import annotations

import itertools
import logging
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.bulk.export_columns import ExportColumns
from anaplan_frames.calendar.model_calendar import TIME_ID
from anaplan_frames.cells.cell_options import CellOptions
from anaplan_frames.cells.item_filter import LeafFilter
from anaplan_frames.cells.total_items import TotalItems, _labels, read_totals
from anaplan_frames.cells.view_description import ViewDescription
from anaplan_frames.cells.view_shape import Axes, Dimension
from anaplan_frames.errors import AnaplanWarning
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.sandbox import Calendar, Sandbox
from anaplan_frames.transport import Transport
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_json

CALENDAR = Calendar(2026, 0, 0, halves=True, total=True)
SHOPS = ["Oslo", "Bergen", "Rome", "Q1 FY26"]  # one is named like a period
CELLS = pd.DataFrame(
    [
        (shop, account, month, version, float(n))
        for n, (shop, account, month, version) in enumerate(
            itertools.product(SHOPS, ["Rent", "Pay"], ["Jan 26", "Dec 26"], ["Actual", "Forecast"]),
            start=1,
        )
    ],
    columns=["Shops", "Accounts", "Time", "Versions", "Amount"],
)


def build(sandbox: Sandbox) -> None:
    model = sandbox.workspace("Demo").model("Totals", calendar=CALENDAR)
    world = model.list("Zones", items=pd.DataFrame({"Name": ["Europe"]}), top_level_item="World")
    regions = model.list(
        "Regions",
        parent=world,
        items=pd.DataFrame(
            {"Name": ["North", "South", "Empty"], "Code": ["N", "S", "E"], "Parent": ["Europe"] * 3}
        ),
    )
    shops = pd.DataFrame({"Name": SHOPS, "Parent": ["North", "North", "South", "South"]})
    shops_list = model.list("Shops", parent=regions, items=shops)
    accounts = model.list(
        "Accounts",
        items=pd.DataFrame({"Name": ["All", "Rent", "Pay"], "Parent": ["", "All", "All"]}),
    )
    flat = model.list("Flat", items=pd.DataFrame({"Name": ["a", "b"]}))
    plan = model.module(
        "Plan",
        dimensions=[shops_list, accounts, "Time", "Versions"],
        line_items={"Amount": "NUMBER", "Twice": {"format": "NUMBER", "formula": "Amount * 2"}},
        cells=CELLS,
    )
    model.view(plan, "By month", [shops_list, accounts], ["Time"], ["Versions", "Line items"])
    model.module("Flat", dimensions=[flat], line_items={"x": "NUMBER"})
    model.module("One", dimensions=[], line_items={"x": "NUMBER"})
    model.export("All of it", of=plan)
    model.export("Single", of=plan, layout="TABULAR_SINGLE_COLUMN")
    model.export("Leaves", of=plan, leaves_only=True)
    model.export("Grid", of=plan, layout="GRID_CURRENT_PAGE")


@pytest.fixture(scope="module")
def totals_model() -> Iterator[af.Model]:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        build(sandbox)
        with sandbox.connect(requests_per_minute=None) as connection:
            yield connection.model("Totals")


KEYS = ["Shops", "Accounts", "Time", "Versions"]


def test_the_sum_of_a_module_is_the_sum_of_what_was_put_in(totals_model: af.Model) -> None:
    frame = totals_model.modules["Plan"].read()
    assert frame["Amount"].sum() == CELLS["Amount"].sum()
    assert len(frame) == 4 * 2 * 12 * 2
    assert set(frame["Shops"]) == set(SHOPS)
    found = frame[frame["Amount"] != 0].sort_values(KEYS)[[*KEYS, "Amount"]]
    expected = CELLS.sort_values(KEYS)
    assert found.to_numpy().tolist() == expected.to_numpy().tolist()
    assert frame.attrs["anaplan"]["totals"] is False


def test_totals_are_read_if_asked_for(totals_model: af.Model) -> None:
    frame = totals_model.modules["Plan"].read(totals=True)
    assert len(frame) == (4 + 3 + 1 + 1) * 3 * (12 + 4 + 2 + 1 + 1) * 2
    assert frame.attrs["anaplan"]["totals"] is True
    whole = totals_model.views["Plan"].read()
    pd.testing.assert_frame_equal(frame.sort_values(KEYS), whole.sort_values(KEYS))
    assert whole.attrs["anaplan"]["totals"] is None


def test_views_and_exports_leave_totals_out_if_asked_for(totals_model: af.Model) -> None:
    expected = totals_model.modules["Plan"].read().set_index(KEYS).sort_index()
    for source in ("Plan.By month", "All of it"):
        whole = af.read_anaplan(source, totals_model)
        assert "Europe" in set(whole["Shops"])
        found = af.read_anaplan(source, totals_model, totals=False).set_index(KEYS).sort_index()
        pd.testing.assert_frame_equal(found[expected.columns], expected)
    single = af.read_anaplan("Single", totals_model, totals=False, dtype={"Value": "float64"})
    assert len(single) == 2 * len(expected)
    leaves = af.read_anaplan("Leaves", totals_model, totals=False, run=True)
    pd.testing.assert_frame_equal(leaves, af.read_anaplan("Leaves", totals_model))


def test_an_item_that_is_named_is_read_even_if_it_is_a_total(totals_model: af.Model) -> None:
    module = totals_model.modules["Plan"]
    frame = module.read(where={"Shops": ["North", "Oslo"], "Time": "FY26"})
    assert set(frame["Shops"]) == {"North", "Oslo"}
    assert set(frame["Time"]) == {"FY26"}
    assert set(frame["Accounts"]) == {"Rent", "Pay"}
    of_north = CELLS[CELLS["Shops"].isin(["Oslo", "Bergen"])]
    assert frame[frame["Shops"] == "North"]["Amount"].sum() == of_north["Amount"].sum()
    top = module.read(where={"Shops": "World", "Accounts": "All", "Time": "All Periods"})
    assert top["Amount"].sum() == CELLS["Amount"].sum()
    export = af.read_anaplan("All of it", totals_model, totals=False, where={"Shops": "World"})
    assert set(export["Shops"]) == {"World"}
    assert set(export["Accounts"]) == {"Rent", "Pay"}


def test_columns_and_arrow_have_no_totals_either(totals_model: af.Model) -> None:
    module = totals_model.modules["Plan"]
    assert module.read(columns=["Amount"])["Amount"].sum() == CELLS["Amount"].sum()
    table = module.read_arrow(columns=["Twice"]).read_all()
    assert sum(table["Twice"].to_pylist()) == 2 * CELLS["Amount"].sum()
    assert pa.table(module).num_rows == 192
    grid = module.read(layout="grid")
    assert grid.size == 192 * 2
    assert sum(len(chunk) for chunk in module.read(chunksize=50)) == 192


def test_empty_rows_are_left_out(totals_model: af.Model) -> None:
    frame = totals_model.modules["Plan"].read(omit_empty=True)
    assert len(frame) == len(CELLS)
    for source in ("All of it", "Single"):
        whole = (
            af.read_anaplan(source, totals_model, totals=False, dtype={"Value": "float64"})
            if (source == "Single")
            else af.read_anaplan(source, totals_model, totals=False)
        )
        options: Any = {"dtype": {"Value": "float64"}} if source == "Single" else {}
        found = af.read_anaplan(source, totals_model, totals=False, omit_empty=True, **options)
        values = whole.columns[-1]
        pd.testing.assert_frame_equal(found, whole[whole[values] != 0].reset_index(drop=True))
    with pytest.raises(ValueError, match="omit_empty=True needs a line item"):
        totals_model.modules["Plan"].read(columns=["Shops"], omit_empty=True)
    with pytest.raises(ValueError, match="omit_empty=True needs line items"):
        totals_model.exports["All of it"].read(columns=["Shops"], omit_empty=True)


def test_layouts_that_are_not_tabular_are_refused_before_they_run(totals_model: af.Model) -> None:
    export = totals_model.exports["Grid"]
    for option in ({"totals": False}, {"omit_empty": True}):
        given: Any = option
        with pytest.raises(ValueError, match="needs a tabular layout, and that of export 'Grid'"):
            export.read(**given)
    assert len(export.tasks()) == 0


def test_hierarchies_are_not_read_for_time_versions_or_asked_dimensions(
    totals_model: af.Model, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "anaplan_frames")
    totals_model.modules["Plan"].read(where={"Shops": "Oslo", "Accounts": "Rent"})
    assert "/lists/" not in caplog.text
    caplog.clear()
    totals_model.modules["Plan"].read(totals=True)
    assert "/lists/" not in caplog.text
    assert "modelCalendar" not in caplog.text
    assert totals_model.modules["One"].read().shape == (1, 1)
    assert totals_model.modules["Flat"].read()["Flat"].tolist() == ["a", "b"]


def test_a_name_of_a_total_and_of_a_leaf_is_an_error_with_the_way_out(tenant: Sandbox) -> None:
    builder = tenant.workspace("Demo").model("Names")
    up = builder.list("Up", items=pd.DataFrame({"Name": ["Other", "Rest"]}))
    down = builder.list(
        "Down", parent=up, items=pd.DataFrame({"Name": ["Other", "x"], "Parent": ["Other", "Rest"]})
    )
    builder.module("M", dimensions=[down], line_items={"v": "NUMBER"})
    module = tenant.connect().model("Names").modules["M"]
    with pytest.raises(
        af.DataError,
        match=r"'Other' is the name of a total and of another item of "
        r"'Down' in module 'M'.*totals=True",
    ):
        module.read()
    assert len(module.read(totals=True)) == 4
    assert module.read(where={"Down": "x"})["Down"].tolist() == ["x"]


@pytest.mark.filterwarnings("ignore:.*a view that shows its values")
def test_periods_of_the_scale_of_any_line_item_with_values_are_kept(
    tenant: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The module's view has values of q here, which Anaplan may do, too."""
    builder = tenant.workspace("Demo").model("Scales", calendar=Calendar(2026, 0, 0))
    builder.module("M", dimensions=["Time"], line_items={"m": "NUMBER", "q": "NUMBER"})
    module = tenant.connect().model("Scales").modules["M"]
    from anaplan_frames.cells import view_description

    scales = {"m": "Month", "q": "Quarter"}
    monkeypatch.setattr(view_description, "time_scale", lambda record: scales[str(record["name"])])
    months, quarters = 12, 4
    assert len(module.read()) == months + quarters
    assert len(module.read(columns=["Time", "m"])) == months
    assert module.read(columns=["Time", "q"])["Time"].tolist() == [
        "Q1 FY26",
        "Q2 FY26",
        "Q3 FY26",
        "Q4 FY26",
    ]
    assert len(module.read(columns=["Time"])) == months


def test_a_period_that_the_calendar_does_not_have_is_an_error(
    totals_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anaplan_frames.calendar.period_names import PeriodNames

    monkeypatch.setattr(PeriodNames, "scale_of", lambda self, name: None)
    with pytest.raises(af.DataError, match=r"'Jan 26' in column 'Time' .* totals=True"):
        totals_model.modules["Plan"].read()


def labels(names: list[str], codes: list[str], leaves: Any, *, numbered: bool = False) -> Any:
    found = _labels(
        pa.array(names, pa.string()),
        pa.array(codes, pa.string()),
        pa.table(leaves, schema=pa.schema([("name", pa.string()), ("code", pa.string())])),
        numbered=numbered,
    )
    return sorted(found.names.to_pylist()), found.ambiguous.to_pylist()


def test_codes_of_totals_count_unless_they_are_texts_of_other_items() -> None:
    leaves = {"name": ["a", "b"], "code": ["1", "N"]}
    assert labels(["North"], ["N", "2"], leaves) == (["2", "North"], [])
    assert labels(["a"], [], leaves) == ([], ["a"])
    # The text of a numbered list may have codes.
    assert labels(["1"], [], leaves) == (["1"], [])
    assert labels(["1"], [], leaves, numbered=True) == ([], ["1"])


def test_totals_of_a_subset_are_items_with_others_of_the_subset_below(
    server: ScriptedServer, transport: Transport
) -> None:
    records = {"Accounts": "101000000001", "Other": "101000000002"}
    items = [
        {"id": "1", "name": "All", "code": "A", "subsets": {"Big": True}},
        {"id": "2", "name": "Costs", "parentId": "1", "subsets": {"Big": True}},
        {"id": "3", "name": "Rent", "parentId": "2", "subsets": {"Big": False}},
    ]

    def rule(seen: Seen) -> Answer:
        path = seen.path.split("?")[0]
        if path.endswith("/lists"):
            paging = {"currentPageSize": 2, "totalSize": 2, "offset": 0}
            listed = [{"id": id_, "name": name} for name, id_ in records.items()]
            return as_json({"meta": {"paging": paging}, "lists": listed})
        if path.endswith("/items"):
            return as_json({"listItems": items})
        id_ = path.rsplit("/", 1)[1]
        subsets = [{"id": "109000000001", "name": "Big"}] if id_ == records["Accounts"] else []
        return as_json({"metadata": {"id": id_, "name": "x", "subsets": subsets}})

    server.rule = rule
    catalogue = Catalogue(transport, "/models/m", "model 'M'")
    dimensions = [
        Dimension("109000000001", "Big"),
        Dimension(records["Accounts"], "Accounts"),
        Dimension("109000000002", "Unknown"),
        Dimension("114000000001", "Some line items"),
        Dimension("20000000003", "Time"),
    ]
    found = {
        each.name: sorted(t.names.to_pylist()) for each, t in read_totals(catalogue, dimensions)
    }
    assert found == {"Big": ["A", "All"], "Accounts": ["A", "All", "Costs"]}


REGIONS, SHOPS_LIST, PLANTS = "101000000001", "101000000002", "101000000003"


def hierarchies(seen: Seen) -> Answer:
    """Answer as a model of two lists below a third."""
    path = seen.path.split("?")[0]
    parent = {} if path.endswith(REGIONS) else {"parent": {"id": REGIONS, "name": "Regions"}}
    if path.endswith("/lists"):
        names = {REGIONS: "Regions", SHOPS_LIST: "Shops", PLANTS: "Plants"}
        paging = {"currentPageSize": 3, "totalSize": 3, "offset": 0}
        listed = [{"id": id_, "name": name} for id_, name in names.items()]
        return as_json({"meta": {"paging": paging}, "lists": listed})
    if path.endswith(f"{REGIONS}/items"):
        return as_json({"listItems": [{"id": "1", "name": "North"}]})
    if path.endswith("/items"):
        return as_json({"listItems": [{"id": path[-8:-6], "name": "Oslo", "parentId": "1"}]})
    return as_json({"metadata": {"id": path.rsplit("/", 1)[1], "name": "x", **parent}})


def test_each_list_and_the_listing_are_read_once_however_many_dimensions_share_them(
    server: ScriptedServer, transport: Transport
) -> None:
    server.rule = hierarchies
    catalogue = Catalogue(transport, "/models/m", "model 'M'")
    dimensions = [Dimension(SHOPS_LIST, "Shops"), Dimension(PLANTS, "Plants")]
    found = {each.name: t.names.to_pylist() for each, t in read_totals(catalogue, dimensions)}
    assert found == {"Shops": ["North"], "Plants": ["North"]}
    asked = [each.path.split("/models/m/")[1] for each in server.calls]
    assert len(server.asked("/2/0/models/m/lists")) == 1
    items = sorted(path.split("?")[0] for path in asked if "/items" in path)
    assert items == [f"lists/{id_}/items" for id_ in (REGIONS, SHOPS_LIST, PLANTS)]


def test_the_calendar_is_asked_for_while_the_lists_are_read(
    server: ScriptedServer, transport: Transport
) -> None:
    asked = threading.Event()
    waited: list[bool] = []

    def rule(seen: Seen) -> Answer:
        if seen.path.endswith("/modelCalendar"):
            asked.set()
            year = {"year": "FY26", "startDate": "2026-01-01", "endDate": "2026-12-31"}
            months = "Calendar Months/Quarters/Years"
            return as_json({"modelCalendar": {"calendarType": months, "fiscalYear": year}})
        if seen.path.endswith("/currentPeriod"):
            return as_json({"currentPeriod": {"periodText": "", "lastDay": ""}})
        if seen.path.split("?")[0].endswith("/lists"):
            waited.append(asked.wait(10))
        return hierarchies(seen)

    server.rule = rule
    catalogue = Catalogue(transport, "/models/m", "model 'M'")
    axes = Axes((), (Dimension(SHOPS_LIST, "Shops"),), (Dimension(TIME_ID, "Time"),))
    line_item = {"id": "206000000001", "name": "Amount", "format": "NUMBER", "timeScale": "Month"}
    view = ViewDescription(catalogue, "102", "102", "module 'Plan'", axes, [line_item])
    # With columns= the filters are made before anything else is asked for.
    view.table(CellOptions(totals=False), columns=["Amount"])
    assert waited == [True]


def test_totals_of_numbered_lists_that_have_other_names_are_warned_of() -> None:
    names = pa.array(["#1"])
    for numbered, kept in ((True, ["x", "y"]), (False, ["x", "y"])):
        totals = TotalItems(names, pa.array([], pa.string()), numbered=numbered)
        leaves = LeafFilter("Shops", totals, "module 'M'")
        batch = pa.RecordBatch.from_pydict({"Shops": kept})
        leaves.begin(batch.schema, ["Shops"])
        assert leaves.mask(batch) is None
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            leaves.end()
        assert [each.category for each in caught] == [AnaplanWarning] * numbered


def test_a_column_of_an_export_that_may_be_a_dimension_is_not_guessed(
    totals_model: af.Model,
) -> None:
    export = totals_model.exports["All of it"]
    metadata = dict(export.metadata())
    catalogue = export.catalogue
    header = ["Shops", "Somewhere", "Time", "Amount"]
    metadata |= {
        "headerNames": header,
        "dataTypes": ["ENTITY", "ENTITY", "TIME_ENTITY", "NUMBER"],
        "listNames": ["Shops", "", "", ""],
    }
    columns = ExportColumns.of(catalogue, "export 'E'", "TABULAR_MULTI_COLUMN", metadata)
    with pytest.raises(af.DataError, match="not known whether column 'Somewhere' of export 'E'"):
        columns.filters(None, {}, CellOptions(totals=False))
    # A line item may have items as its values.
    metadata |= {
        "headerNames": ["Shops", "Time", "Twice", "Amount"],
        "dataTypes": ["ENTITY", "TIME_ENTITY", "ENTITY", "NUMBER"],
    }
    columns = ExportColumns.of(catalogue, "export 'E'", "TABULAR_MULTI_COLUMN", metadata)
    (empty,) = columns.filters(None, {}, CellOptions(omit_empty=True))
    assert empty.columns(["Shops", "Time", "Twice", "Amount"]) == ["Twice", "Amount"]
