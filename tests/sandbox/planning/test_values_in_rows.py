"""Imports with line items in a column, with items across columns, and with a cleared target."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anaplan_frames.sandbox import Calendar
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from anaplan_frames.sandbox.planning.schema.definitions import ModuleDefinition
from anaplan_frames.sandbox.tenant.tenant_state import Tenant
from tests.sandbox.planning.model_actions import export_lines, load, names, new_model

LINE_ITEMS = {
    "Units": {"format": "NUMBER", "code": "U"},
    "Open": "BOOLEAN",
    "Note": "TEXT",
    "Due": "DATE",
    "Twice": {"format": "NUMBER", "formula": "Units * 2"},
}


ACROSS = {"across": "Time", "line_item": "Units"}


def build(model: Model, name: str) -> ModuleDefinition:
    return model.module(name, dimensions=["Product", "Time"], line_items=LINE_ITEMS)


@pytest.fixture
def model() -> Model:
    made = new_model(Calendar(2026, 0, 0))
    made.list("Product", items=names("A", "B"))
    return made


def rows(model: Model, module: ModuleDefinition) -> list[str]:
    export = model.export(f"E{len(model.exports)}", module, leaves_only=True, omit_empty=True)
    return export_lines(model, export)[1:]


def test_a_column_can_name_the_line_item_of_the_value(model: Model) -> None:
    module = build(model, "Sales")
    file = model.file("f", columns=["Product", "Time", "Measure", "Amount"])
    mapping = {"Product": "Product", "Time": "Time", "Measure": "Line items", "Amount": "Value"}
    definition = model.import_("Load", file, module, mapping=mapping)
    lines = [
        *("A,Jan 26,Units,1", "A,Jan 26,U,2", "A,Jan 26,Note,x", "A,Jan 26,Due,2026-01-31"),
        *("B,Feb 26,Open,yes", "B,Feb 26,Twice,8", "B,Q1 FY26,Units,1"),
    ]
    loaded = load(model, definition, "Product,Time,Measure,Amount\n" + "\n".join(lines) + "\n")
    assert loaded.counts == (0, 5, 2, 0)  # calculated line items and totals are ignored
    assert rows(model, module) == ["A,Jan 26,3,false,x,2026-01-31,6", "B,Feb 26,0,true,,,0"]
    load(model, definition, "Product,Time,Measure,Amount\nA,Jan 26,Note,y\nB,Feb 26,units,4\n")
    assert rows(model, module) == ["A,Jan 26,3,false,y,2026-01-31,6", "B,Feb 26,4,true,,,8"]


def test_faults_of_rows_with_line_items_name_both_columns(model: Model) -> None:
    module = build(model, "Sales")
    file = model.file("f", columns=["Product", "Time", "Line items", "Value"])
    definition = model.import_("Load", file, module)
    lines = "A,Jan 26,Nothing,1\nA,Jan 26,Units,x\nA,Jan 26,Due,1.1.26\nA,Jan 26,Note,x\n,,,\n"
    loaded = load(model, definition, "Product,Time,Line items,Value\n" + lines)
    assert loaded.counts == (0, 1, 0, 4)
    assert loaded.types == {
        "moduleImportDateFormat": 1,
        "moduleImportInvalidLineItemIdentifier": 2,
        "moduleImportInvalidListIdentifier": 1,
        "moduleImportInvalidTimeEntityIdentifier": 1,
        "moduleImportNumberFormat": 1,
    }
    messages = [row[-1] for row in loaded.dump[1:4]]
    assert messages == [
        'Invalid line item identifier: Line items ("Nothing")',
        'Invalid number: Value ("x")',
        'Invalid date: Value ("1.1.26")',
    ]


def test_periods_can_be_across_columns(model: Model) -> None:
    module = build(model, "Sales")
    file = model.file("f", columns=["Product", "Jan 26", "Feb 26"])
    definition = model.import_("Load", file, module, across="Time", line_item="Units")
    loaded = load(model, definition, "Product,Jan 26,Mar 26,Q1 FY26\nA,1,,9\nB,3,4,9\nC,1,2,3\n")
    assert loaded.counts == (0, 2, 0, 1)
    assert rows(model, module) == [
        "A,Jan 26,1,false,,,2",
        "B,Jan 26,3,false,,,6",
        "B,Mar 26,4,false,,,8",
    ]
    assert loaded.dump[1][1:5] == ["C", "1", "2", "3"]


def test_a_row_with_one_faulty_cell_is_rejected_as_a_whole_and_once(model: Model) -> None:
    module = build(model, "Sales")
    file = model.file("f", columns=["Product", "Jan 26", "Feb 26"])
    definition = model.import_("Load", file, module, across="Time", line_item="Units")
    loaded = load(model, definition, "Product,Jan 26,Feb 26\nA,1,x\nB,y,z\nB,5,6\n")
    assert loaded.counts == (0, 1, 0, 2)
    assert loaded.lines == [2, 3]
    assert loaded.dump[2][-2:] == ['Invalid number: Jan 26 ("y")', 'Invalid number: Feb 26 ("z")']
    assert rows(model, module) == ["B,Jan 26,5,false,,,10", "B,Feb 26,6,false,,,12"]
    unknown = load(model, definition, "Product,Jan 26,Jan 99\nA,1,2\n")
    assert unknown.counts == (0, 0, 0, 1)
    assert unknown.dump[1][-1] == 'Item not located in the calendar: Jan 99 ("Jan 99")'


def test_headers_can_be_dates_and_a_column_can_name_the_line_items(model: Model) -> None:
    module = build(model, "Sales")
    file = model.file("f", columns=["Product", "What", "x"])
    definition = model.import_(
        "Load",
        file,
        module,
        mapping={"Product": "Product", "What": "Line items"},
        across="Time",
        formats={"Time": "D-M-Y", "Value": "YYYYMMDD"},
    )
    lines = "A,Units,1,2\nA,Due,20260115,\nB,Note,n,m\nB,Twice,1,1\n"
    loaded = load(model, definition, "Product,What,31.01.2026,28.02.2026\n" + lines)
    assert loaded.counts == (0, 3, 1, 0)
    assert rows(model, module) == [
        *("A,Jan 26,1,false,,2026-01-15,2", "A,Feb 26,2,false,,,4"),
        *("B,Jan 26,0,false,n,,0", "B,Feb 26,0,false,m,,0"),
    ]


@pytest.mark.long
def test_a_file_without_columns_for_the_items_fails_as_a_whole(model: Model) -> None:
    module = build(model, "Sales")
    file = model.file("f", columns=["Product", "Jan 26"])
    definition = model.import_("Load", file, module, across="Time", line_item="Units")
    outcome = load(model, definition, "Product\nA\n").outcome
    assert not outcome.successful
    assert outcome.details[0]["type"] == "missingFields"


def test_the_target_is_cleared_first_for_the_line_items_of_the_import(model: Model) -> None:
    module = build(model, "Sales")
    file = model.file("f", columns=["Product", "Time", "Units", "Note"])
    load(
        model,
        model.import_("All", file, module),
        "Product,Time,Units,Note\nA,Jan 26,1,a\nB,Feb 26,2,\n",
    )
    some = model.file("g", columns=["Product", "Time", "Units"])
    clearing = model.import_("Clearing", some, module, clear=True)
    assert load(model, clearing, "Product,Time,Units\nB,Mar 26,7\nX,Jan 26,1\n").counts == (
        0,
        1,
        0,
        1,
    )
    assert rows(model, module) == ["A,Jan 26,0,false,a,,0", "B,Mar 26,7,false,,,14"]
    assert not load(model, clearing, "Product,Time\nA,Jan 26\n").outcome.successful
    assert (
        rows(model, module)[-1] == "B,Mar 26,7,false,,,14"
    )  # a column is missing: nothing is done


def test_of_a_fixed_item_only_its_own_cells_are_cleared(model: Model) -> None:
    module = model.module("V", dimensions=["Product", "Versions"], line_items={"Units": "NUMBER"})
    file = model.file("f", columns=["Product", "Units"])
    asked = {"Version": None}
    load_one = model.import_("Load", file, module, parameters=asked, clear=True)
    for version, number in (("Actual", 1), ("Forecast", 2), ("Forecast", 3)):
        product = "A" if number < 3 else "B"
        content = f"Product,Units\n{product},{number}\n"
        assert load(model, load_one, content, {"Version": version}).counts[1] == 1
    assert rows(model, module) == ["A,Actual,1", "B,Forecast,3"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"across": "Region"}, "is not a dimension of 'Sales'"),
        ({"across": "Time"}, "need line_item, or else a column"),
        ({"across": "Time", "line_item": "No"}, "is not in module"),
        ({"line_item": "Units"}, "line_item needs across"),
        ({"acros": "Time"}, "has no option 'acros'; it has formats, across"),
        (
            {
                "across": "Time",
                "line_item": "Units",
                "mapping": {"Product": "Product", "x": "Time"},
            },
            "'Time' is not a target",
        ),
        (
            {
                "across": "Time",
                "line_item": "Units",
                "mapping": {"Product": "Product", "x": "Units"},
            },
            "'Units' is not a target",
        ),
        ({"mapping": {"Product": "Product", "x": "Line items"}}, "'Line items' is not a target"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    model: Model, options: dict[str, object], words: str
) -> None:
    module = build(model, "Sales")
    file = model.file("f", columns=["Product", "x", "y"])
    with pytest.raises(ValueError, match=words):
        model.import_("Load", file, module, **options)  # type: ignore[arg-type]


def test_a_file_whose_columns_are_all_mapped_has_none_across(model: Model) -> None:
    module = build(model, "Sales")
    file = model.file("f", columns=["Product"])
    with pytest.raises(ValueError, match="has no columns left for 'Time'"):
        model.import_("Load", file, module, across="Time", line_item="Units")


@pytest.mark.long
def test_options_of_cells_are_not_for_lists(model: Model) -> None:
    file = model.file("f", columns=["Name"])
    with pytest.raises(
        ValueError, match="'clear' is for imports into modules; 'Product' is a list"
    ):
        model.import_("Load", file, next(iter(model.lists.values())), clear=True)


@pytest.mark.long
def test_a_copy_of_the_model_has_the_options_of_its_imports() -> None:
    tenant = Tenant()
    dev = tenant.workspace("Dev").model("Dev", calendar=Calendar(2026, 0, 0))
    dev.list("Product")
    module = build(dev, "Sales")
    file = dev.file("f", columns=["Product", "x"])
    formats = {"Time": "'FY'YY 'P'PP"}
    dev.import_("Load", file, module, **ACROSS, formats=formats, clear=True)  # type: ignore[arg-type]
    tenant.revision(dev, "v1")
    [copied] = tenant.copy_model(dev, "Prod").imports.values()
    assert copied.options.choices() == {**ACROSS, "formats": formats, "clear": True}
    tenant.release()


@pytest.fixture(scope="module")
def three_ways() -> tuple[Model, list[ModuleDefinition]]:
    """A model with three equal modules, filled in one way each."""
    made = Workspace("W").model("M", calendar=Calendar(2026, 0, 0))
    made.list("Product", items=names("A", "B"))
    modules = [build(made, name) for name in ("Wide", "Long", "Across")]
    wide = made.file("wide", columns=["Product", "Time", "Units", "Note"])
    long = made.file("long", columns=["Product", "Time", "Line items", "Value"])
    across = made.file("across", columns=["Product", "Line items", "Jan 26", "Feb 26"])
    made.import_("Wide", wide, modules[0], id="112000000001", clear=True)
    made.import_("Long", long, modules[1], id="112000000002", clear=True)
    made.import_("Across", across, modules[2], id="112000000003", across="Time", clear=True)
    return made, modules


PRODUCTS, PERIODS = st.sampled_from(["A", "B"]), st.sampled_from(["Jan 26", "Feb 26"])
UNITS = st.integers(-9, 9).filter(bool)


@settings(max_examples=settings().max_examples // 10)
@given(st.lists(st.tuples(PRODUCTS, PERIODS, UNITS, st.sampled_from("xyz")), max_size=8))
def test_a_table_fills_the_same_cells_in_each_of_its_forms(
    three_ways: tuple[Model, list[ModuleDefinition]], table: list[tuple[str, str, int, str]]
) -> None:
    model, modules = three_ways
    wide = [f"{product},{period},{units},{note}" for product, period, units, note in table]
    long, across = [], []
    for product, period, units, note in table:
        for name, value in (("Units", units), ("Note", note)):
            long.append(f"{product},{period},{name},{value}")
            cells = [str(value) if period == one else "" for one in ("Jan 26", "Feb 26")]
            across.append((name, f"{product},{name},{','.join(cells)}"))
    # An empty text makes a cell blank, so each text stands in a row of its own, with its other
    # period taken from the rows before.
    last: dict[tuple[str, str], str] = {}
    texts = []
    for product, period, _, note in table:
        last[product, period] = note
        cells = [last.get((product, one), "") for one in ("Jan 26", "Feb 26")]
        texts.append(f"{product},Note,{','.join(cells)}")
    numbers = [line for name, line in across if name == "Units"]
    contents = (
        ("112000000001", "Product,Time,Units,Note", wide),
        ("112000000002", "Product,Time,Line items,Value", long),
        ("112000000003", "Product,Line items,Jan 26,Feb 26", numbers + texts),
    )
    for id, header, lines in contents:
        loaded = load(model, model.imports[id], "\n".join([header, *lines]) + "\n")
        assert loaded.counts == (0, len(lines), 0, 0)
    shown = [rows(model, module) for module in modules]
    assert shown[0] == shown[1] == shown[2]
    assert len(shown[0]) == len({(product, period) for product, period, *_ in table})
