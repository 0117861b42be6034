"""Imports into modules: which cells are written, and which rows are rejected or ignored."""

from __future__ import annotations

import pytest

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.action_definitions import ImportDefinition
from anaplan_frames.sandbox.planning.schema.definitions import ModuleDefinition
from tests.sandbox.planning.model_actions import export_lines, load, names

HEADER = "Product,Time,Amount,Open,Note,Due\n"


@pytest.fixture
def sales(empty_model: Model) -> ImportDefinition:
    product = empty_model.list("Product", items=names("A", "B", "C"))
    module = empty_model.module(
        "Sales",
        dimensions=[product, "Time"],
        line_items={
            "Amount": "NUMBER",
            "Open": "BOOLEAN",
            "Note": "TEXT",
            "Due": "DATE",
            "Twice": {"format": "NUMBER", "formula": "Amount * 2"},
        },
    )
    file = empty_model.file(
        "sales.csv", columns=["Product", "Time", "Amount", "Open", "Note", "Due"]
    )
    return empty_model.import_("Load sales", file, into=module)


def rows(model: Model, module: ModuleDefinition) -> list[str]:
    """The filled rows at leaf items."""
    name = f"Export {len(model.exports)}"
    return export_lines(model, model.export(name, module, leaves_only=True, omit_empty=True))[1:]


def test_each_row_fills_its_cells(empty_model: Model, sales: ImportDefinition) -> None:
    loaded = load(
        empty_model,
        sales,
        HEADER + "B,Feb 13,2.5,true,late,2013-02-28\nA,Jan 13,-1,no,,\n",
    )
    assert loaded.counts == (0, 2, 0, 0)
    assert loaded.outcome.details[0]["type"] == "lineItemRowsProcessed"
    assert rows(empty_model, sales.into) == [
        "A,Jan 13,-1,false,,,-2",
        "B,Feb 13,2.5,true,late,2013-02-28,5",
    ]


def test_rows_of_one_cell_are_combined(empty_model: Model, sales: ImportDefinition) -> None:
    loaded = load(
        empty_model,
        sales,
        HEADER
        + "A,Jan 13,1,true,first,2013-01-01\nB,Jan 13,5,,,\n"
        + "A,Jan 13,2,false,second,2013-01-02\nA,Jan 13,,,,\n",
    )
    assert loaded.counts == (0, 4, 0, 0)
    # Numbers are added up; for other formats the last row is used, even if it is blank.
    assert rows(empty_model, sales.into) == ["A,Jan 13,3,false,,,6", "B,Jan 13,5,false,,,10"]


def test_a_second_import_only_overwrites_its_own_cells(
    empty_model: Model, sales: ImportDefinition
) -> None:
    load(empty_model, sales, HEADER + "A,Jan 13,1,,x,\nB,Jan 13,2,,y,\n")
    load(empty_model, sales, HEADER + "B,Jan 13,7,,,\nC,Mar 13,1,,,\n")
    assert rows(empty_model, sales.into) == [
        "A,Jan 13,1,false,x,,2",
        "B,Jan 13,7,false,,,14",
        "C,Mar 13,1,false,,,2",
    ]


def test_line_items_that_are_not_mapped_keep_their_values(
    empty_model: Model, sales: ImportDefinition
) -> None:
    load(empty_model, sales, HEADER + "A,Jan 13,1,true,x,\n")
    file = empty_model.file("notes.csv", columns=["Product", "Time", "Note"])
    notes = empty_model.import_("Load notes", file, into=sales.into)
    load(empty_model, notes, "Product,Time,Note\nA,Jan 13,z\n")
    assert rows(empty_model, sales.into) == ["A,Jan 13,1,true,z,,2"]


def test_an_empty_number_clears_the_cell(empty_model: Model, sales: ImportDefinition) -> None:
    load(empty_model, sales, HEADER + "A,Jan 13,1,,,\n")
    assert load(empty_model, sales, HEADER + "A,Jan 13,,,,\n").counts == (0, 1, 0, 0)
    assert rows(empty_model, sales.into) == []


def test_each_kind_of_fault_has_its_type(empty_model: Model, sales: ImportDefinition) -> None:
    loaded = load(
        empty_model,
        sales,
        HEADER
        + "X,Jan 13,1,,,\n,Jan 13,1,,,\nA,Jan 99,1,,,\nA,Jan 13,1x,,,\n"
        + "A,Jan 13,1,perhaps,,\nA,Jan 13,1,,,31.12.2013\nA,Jan 13,8,,,\n",
    )
    assert loaded.counts == (0, 1, 0, 6)
    assert loaded.types == {
        "moduleImportInvalidListIdentifier": 2,
        "moduleImportInvalidTimeEntityIdentifier": 1,
        "moduleImportNumberFormat": 1,
        "moduleImportBooleanFormat": 1,
        "moduleImportDateFormat": 1,
    }
    assert loaded.outcome.successful
    assert rows(empty_model, sales.into) == ["A,Jan 13,8,false,,,16"]


def test_a_row_with_several_faults_has_a_message_for_each(
    empty_model: Model, sales: ImportDefinition
) -> None:
    loaded = load(empty_model, sales, HEADER + "X,Jan 99,1x,perhaps,n,d\nA,Jan 13,?,,,\n")
    assert loaded.counts == (0, 0, 0, 2)
    assert loaded.dump[0] == [
        *("_Status_", "Product", "Time", "Amount", "Open", "Note", "Due"),
        *("_Line_", "_Error_1_"),
    ]
    assert loaded.dump[1] == [
        *("Failed", "X", "Jan 99", "1x", "perhaps", "n", "d", "2"),
        'Item not located in list Product: Product ("X")',
        'Item not located in the calendar: Time ("Jan 99")',
        'Invalid number: Amount ("1x")',
        'Invalid boolean: Open ("perhaps")',
        'Invalid date: Due ("d")',
    ]
    assert loaded.dump[2][-2:] == ["3", 'Invalid number: Amount ("?")']


@pytest.mark.parametrize(
    "text",
    ["nan", "inf", "-Infinity", "1_000", "1,5", "0x10", "1 2", "--1", "+-1", "e5", "1e999"],
)
def test_a_text_that_is_not_a_plain_number_is_rejected(
    empty_model: Model, sales: ImportDefinition, text: str
) -> None:
    loaded = load(empty_model, sales, HEADER + f'A,Jan 13,"{text}",,,\n')
    assert loaded.types == {"moduleImportNumberFormat": 1}


@pytest.mark.parametrize(
    ("text", "value"), [("1e3", "1000"), (" 7 ", "7"), ("-0.50", "-0.5"), (".5", "0.5")]
)
def test_numbers_can_be_written_in_several_ways(
    empty_model: Model, sales: ImportDefinition, text: str, value: str
) -> None:
    load(empty_model, sales, HEADER + f"A,Jan 13,{text},,,\n")
    assert rows(empty_model, sales.into)[0].split(",")[2] == value


def test_rows_for_totals_are_ignored(empty_model: Model, sales: ImportDefinition) -> None:
    loaded = load(
        empty_model, sales, HEADER + "A,FY13,1,,,\nA,Q1 FY13,1,,,\nA,Jan 13,1,,,\nX,FY13,1,,,\n"
    )
    assert loaded.counts == (0, 1, 2, 1)
    assert rows(empty_model, sales.into) == ["A,Jan 13,1,false,,,2"]


def test_rows_for_items_with_children_are_ignored(empty_model: Model) -> None:
    lst = empty_model.list("Org")
    file = empty_model.file("org.csv", columns=["Name", "Parent"])
    load(
        empty_model,
        empty_model.import_("Load org", file, into=lst),
        "Name,Parent\ntop,\na,top\nb,top\n",
    )
    module = empty_model.module("Cost", dimensions=[lst], line_items={"Cost": "NUMBER"})
    costs = empty_model.import_(
        "Load costs", empty_model.file("costs.csv", columns=["Org", "Cost"]), into=module
    )
    loaded = load(empty_model, costs, "Org,Cost\ntop,9\na,1\nb,2\n")
    assert loaded.counts == (0, 2, 1, 0)
    assert rows(empty_model, module) == ["a,1", "b,2"]


def test_rows_for_items_of_the_parent_list_are_ignored(empty_model: Model) -> None:
    regions = empty_model.list("Regions", items=names("North"))
    cities = empty_model.list("Cities", parent=regions, items=names("Oslo"))
    module = empty_model.module("Cost", dimensions=[cities], line_items={"Cost": "NUMBER"})
    file = empty_model.file("costs.csv", columns=["Cities", "Cost"])
    loaded = load(
        empty_model,
        empty_model.import_("Load", file, into=module),
        "Cities,Cost\nNorth,9\nOslo,1\n",
    )
    assert loaded.counts == (0, 1, 1, 0)


def test_rows_for_calculated_line_items_are_ignored(
    empty_model: Model, sales: ImportDefinition
) -> None:
    file = empty_model.file("twice.csv", columns=["Product", "Time", "Twice"])
    definition = empty_model.import_("Load twice", file, into=sales.into)
    loaded = load(empty_model, definition, "Product,Time,Twice\nA,Jan 13,4\nX,Jan 13,4\n")
    assert loaded.counts == (0, 0, 1, 1)
    assert rows(empty_model, sales.into) == []


@pytest.mark.parametrize(
    ("match_by", "found"), [("either", "one"), ("code", "one"), ("name", "two")]
)
def test_items_are_found_by_code_before_name_by_default(
    empty_model: Model, match_by: str, found: str
) -> None:
    import pandas as pd

    lst = empty_model.list("L", items=pd.DataFrame({"Name": ["one", "x"], "Code": ["x", "two"]}))
    module = empty_model.module("M", dimensions=[lst], line_items={"V": "NUMBER"})
    file = empty_model.file("m.csv", columns=["L", "V"])
    load(
        empty_model, empty_model.import_("Load", file, into=module, match_by=match_by), "L,V\nx,1\n"
    )
    assert rows(empty_model, module) == [f"{'one' if found == 'one' else 'x'},1"]


def test_matching_by_code_only_ignores_names(empty_model: Model) -> None:
    import pandas as pd

    lst = empty_model.list("L", items=pd.DataFrame({"Name": ["one"], "Code": ["c"]}))
    module = empty_model.module("M", dimensions=[lst], line_items={"V": "NUMBER"})
    file = empty_model.file("m.csv", columns=["L", "V"])
    definition = empty_model.import_("Load", file, into=module, match_by={"L": "code"})
    assert load(empty_model, definition, "L,V\none,1\nc,1\n").counts == (0, 1, 0, 1)


def versioned(model: Model, parameters: dict[str, str | None] | None) -> ImportDefinition:
    lst = model.list("L", items=names("A"))
    module = model.module("M", dimensions=[lst, "Versions"], line_items={"V": "NUMBER"})
    file = model.file("m.csv", columns=["L", "V"])
    return model.import_("Load", file, into=module, parameters=parameters)


def test_the_default_version_is_actual(empty_model: Model) -> None:
    definition = versioned(empty_model, None)
    load(empty_model, definition, "L,V\nA,1\n")
    assert rows(empty_model, definition.into) == ["A,Actual,1"]


def test_a_parameter_chooses_the_version_of_one_run(empty_model: Model) -> None:
    definition = versioned(empty_model, {"Version": "Actual"})
    load(empty_model, definition, "L,V\nA,1\n")
    load(empty_model, definition, "L,V\nA,2\n", {"Version": "Forecast"})
    assert rows(empty_model, definition.into) == ["A,Actual,1", "A,Forecast,2"]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "asks for 'Version'"),
        ({"Version": "Budget"}, "'Budget'"),
        ({"Colour": "x"}, "'Colour'"),
    ],
)
def test_a_missing_or_unknown_parameter_makes_the_import_fail(
    empty_model: Model, parameters: dict[str, str], words: str
) -> None:
    definition = versioned(empty_model, {"Version": None})
    outcome = load(empty_model, definition, "L,V\nA,1\n", parameters).outcome
    assert not outcome.successful
    assert outcome.details[0]["type"] == "importFailedGeneralError"
    assert words in outcome.details[0]["localMessageText"]
    assert rows(empty_model, definition.into) == []


def test_line_items_can_hold_items_and_periods(empty_model: Model) -> None:
    grades = empty_model.list("Grades", items=names("G1", "G2"))
    lst = empty_model.list("L", items=names("A", "B"))
    module = empty_model.module(
        "M", dimensions=[lst], line_items={"Grade": grades, "Start": "TIME_PERIOD"}
    )
    file = empty_model.file("m.csv", columns=["L", "Grade", "Start"])
    definition = empty_model.import_("Load", file, into=module)
    loaded = load(empty_model, definition, "L,Grade,Start\nA,G2,Q1 FY13\nB,G9,\n")
    assert loaded.types == {"moduleImportInvalidListIdentifier": 1}
    assert rows(empty_model, module) == ["A,G2,Q1 FY13"]


def test_a_module_without_dimensions_has_one_cell_per_line_item(empty_model: Model) -> None:
    module = empty_model.module("M", line_items={"V": "NUMBER"})
    definition = empty_model.import_("Load", empty_model.file("m.csv", columns=["V"]), into=module)
    assert load(empty_model, definition, "V\nx\n").counts == (0, 0, 0, 1)
    assert load(empty_model, definition, "V\n4\n5\n").counts == (0, 2, 0, 0)
    assert rows(empty_model, module) == ["9"]


def test_the_summary_counts_every_row_once(empty_model: Model, sales: ImportDefinition) -> None:
    loaded = load(empty_model, sales, HEADER + "A,Jan 13,1,,,\nX,Jan 13,,,,\nA,FY13,1,,,\nbad\n")
    detail = loaded.outcome.details[0]
    assert detail["type"] == "lineItemRowsProcessedWithFailures"
    assert detail["localMessageText"] == ("Sales: 1 (0/1) rows successful, 2 failed, 1 ignored ")
    assert loaded.count("totalRowCount") == 4


# DuckDB's row groups have 122,880 rows.
@pytest.mark.parametrize("count", [10_000, pytest.param(150_000, marks=pytest.mark.long)])
def test_all_of_many_rejected_rows_are_in_the_dump(
    empty_model: Model, sales: ImportDefinition, count: int
) -> None:
    # Two faults in each row.
    loaded = load(empty_model, sales, HEADER + "X,Jan 99,1,,,\n" * count)
    assert loaded.counts == (0, 0, 0, count)
    assert loaded.types == {
        "moduleImportInvalidListIdentifier": count,
        "moduleImportInvalidTimeEntityIdentifier": count,
    }
    assert loaded.lines == list(range(2, count + 2))
