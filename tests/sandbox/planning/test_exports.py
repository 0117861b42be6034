"""Exports in the tabular layouts: rows, totals, formulas, labels and dialects."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.sandbox.planning.exports.rendering import plain_number
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.action_definitions import ImportDefinition
from anaplan_frames.sandbox.planning.schema.definitions import ModuleDefinition
from tests.examples import FEW
from tests.sandbox.planning.model_actions import export_bytes, export_lines, load, names, new_model


@pytest.fixture
def sales(empty_model: Model) -> ModuleDefinition:
    """Two products in two months, with a text and a formula."""
    product = empty_model.list(
        "Product", items=pd.DataFrame({"Name": ["Ale", "Bread, dark"], "Code": ["a", "b"]})
    )
    module = empty_model.module(
        "Sales",
        dimensions=[product, "Time"],
        line_items={
            "Units": "NUMBER",
            "Price": "NUMBER",
            "Note": "TEXT",
            "Revenue": {"format": "NUMBER", "formula": "Units * Price"},
        },
    )
    file = empty_model.file("sales.csv", columns=["Product", "Time", "Units", "Price", "Note"])
    load(
        empty_model,
        empty_model.import_("Load", file, into=module),
        "Product,Time,Units,Price,Note\n"
        'b,Jan 13,2,3,"say ""hi"""\na,Feb 13,10,0.5,\na,Jan 13,4,0.25,x\na,Mar 13,0,0,\n',
    )
    return module


def test_leaf_rows_come_in_the_order_of_the_dimensions(
    empty_model: Model, sales: ModuleDefinition
) -> None:
    export = empty_model.export("Out", sales, leaves_only=True, omit_empty=True)
    assert export_lines(empty_model, export) == [
        "Product,Time,Units,Price,Note,Revenue",
        "Ale,Jan 13,4,0.25,x,1",
        "Ale,Feb 13,10,0.5,,5",
        '"Bread, dark",Jan 13,2,3,"say ""hi""",6',
    ]


def test_empty_rows_are_written_unless_left_out(
    empty_model: Model, sales: ModuleDefinition
) -> None:
    lines = export_lines(empty_model, empty_model.export("Out", sales, leaves_only=True))
    assert len(lines) == 1 + 2 * 36
    assert lines[1] == "Ale,Jan 12,0,0,,0"


def test_totals_add_up_months_quarters_and_years(
    empty_model: Model, sales: ModuleDefinition
) -> None:
    export = empty_model.export("Out", sales, omit_empty=True)
    assert export_lines(empty_model, export)[1:] == [
        "Ale,Jan 13,4,0.25,x,1",
        "Ale,Feb 13,10,0.5,,5",
        "Ale,Q1 FY13,14,0.75,,6",
        "Ale,FY13,14,0.75,,6",
        '"Bread, dark",Jan 13,2,3,"say ""hi""",6',
        '"Bread, dark",Q1 FY13,2,3,,6',
        '"Bread, dark",FY13,2,3,,6',
    ]


def test_totals_are_written_for_empty_rows_too(empty_model: Model, sales: ModuleDefinition) -> None:
    lines = export_lines(empty_model, empty_model.export("Out", sales))
    assert len(lines) == 1 + 2 * 3 * (12 + 4 + 1)
    assert "Ale,FY12,0,0,,0" in lines
    assert "Ale,FY13,14,0.75,,6" in lines


def test_totals_include_all_levels_of_a_list(empty_model: Model) -> None:
    org = empty_model.list("Org")
    file = empty_model.file("org.csv", columns=["Name", "Parent"])
    load(
        empty_model,
        empty_model.import_("Load org", file, into=org),
        "Name,Parent\nall,\nnorth,all\nsouth,all\nn1,north\nn2,north\ns1,south\n",
    )
    module = empty_model.module("Cost", dimensions=[org], line_items={"Cost": "NUMBER"})
    costs = empty_model.import_(
        "Load", empty_model.file("c.csv", columns=["Org", "Cost"]), into=module
    )
    load(empty_model, costs, "Org,Cost\nn1,1\nn2,2\ns1,4\n")
    lines = export_lines(empty_model, empty_model.export("Out", module))
    assert lines == ["Org,Cost", "all,7", "north,3", "south,4", "n1,1", "n2,2", "s1,4"]
    leaves = export_lines(empty_model, empty_model.export("Leaves", module, leaves_only=True))
    assert leaves == ["Org,Cost", "n1,1", "n2,2", "s1,4"]


def test_totals_include_the_items_of_parent_lists(empty_model: Model) -> None:
    regions = empty_model.list("Regions", items=names("North", "South"))
    cities = empty_model.list(
        "Cities",
        parent=regions,
        items=pd.DataFrame({"Name": ["Oslo", "Rome"], "Parent": ["North", "South"]}),
    )
    module = empty_model.module("Cost", dimensions=[cities], line_items={"Cost": "NUMBER"})
    costs = empty_model.import_(
        "Load", empty_model.file("c.csv", columns=["Cities", "Cost"]), into=module
    )
    load(empty_model, costs, "Cities,Cost\nOslo,1\nRome,2\n")
    lines = export_lines(empty_model, empty_model.export("Out", module))
    assert lines == ["Cities,Cost", "Oslo,1", "Rome,2", "North,1", "South,2"]


def test_one_value_column_has_a_row_per_line_item(
    empty_model: Model, sales: ModuleDefinition
) -> None:
    export = empty_model.export(
        "Out", sales, layout="TABULAR_SINGLE_COLUMN", leaves_only=True, omit_empty=True
    )
    assert export_lines(empty_model, export) == [
        "Product,Time,Line items,Value",
        "Ale,Jan 13,Units,4",
        "Ale,Jan 13,Price,0.25",
        "Ale,Jan 13,Note,x",
        "Ale,Jan 13,Revenue,1",
        "Ale,Feb 13,Units,10",
        "Ale,Feb 13,Price,0.5",
        "Ale,Feb 13,Revenue,5",
        '"Bread, dark",Jan 13,Units,2',
        '"Bread, dark",Jan 13,Price,3',
        '"Bread, dark",Jan 13,Note,"say ""hi"""',
        '"Bread, dark",Jan 13,Revenue,6',
    ]
    assert empty_model.export_metadata(export)["dataTypes"] == [
        "ENTITY",
        "TIME_ENTITY",
        "ENTITY",
        "MIXED",
    ]


def test_the_current_line_item_is_the_first(empty_model: Model, sales: ModuleDefinition) -> None:
    export = empty_model.export(
        "Out", sales, layout="TABULAR_CURRENT_LINE_ITEM", leaves_only=True, omit_empty=True
    )
    assert export_lines(empty_model, export)[:2] == ["Product,Time,Units", "Ale,Jan 13,4"]


def test_all_line_items_are_columns(empty_model: Model, sales: ModuleDefinition) -> None:
    export = empty_model.export(
        "Out", sales, layout="TABULAR_ALL_LINE_ITEMS", leaves_only=True, omit_empty=True
    )
    assert export_lines(empty_model, export)[1] == "Ale,Jan 13,4,0.25,x,1"


def test_a_view_gives_its_order_of_dimensions(empty_model: Model, sales: ModuleDefinition) -> None:
    view = empty_model.view(sales, "By month", rows=["Time"], columns=["Line items"])
    assert [dimension.name for dimension in view.pages] == ["Product"]
    view = empty_model.view(
        sales, "By time", rows=["Product"], columns=["Line items"], pages=["Time"]
    )
    export = empty_model.export("Out", view, leaves_only=True, omit_empty=True)
    assert export_lines(empty_model, export)[:3] == [
        "Time,Product,Units,Price,Note,Revenue",
        "Jan 13,Ale,4,0.25,x,1",
        'Jan 13,"Bread, dark",2,3,"say ""hi""",6',
    ]


def test_labels_can_be_codes(empty_model: Model, sales: ModuleDefinition) -> None:
    export = empty_model.export("Out", sales, leaves_only=True, omit_empty=True, labels="code")
    assert [line[:8] for line in export_lines(empty_model, export)[1:]] == [
        "a,Jan 13",
        "a,Feb 13",
        "b,Jan 13",
    ]


def test_an_export_has_its_own_dialect(empty_model: Model, sales: ModuleDefinition) -> None:
    export = empty_model.export(
        "Out",
        sales,
        leaves_only=True,
        omit_empty=True,
        separator=";",
        delimiter="'",
        encoding="UTF-16LE",
    )
    text = export_bytes(empty_model, export).decode("UTF-16LE")
    assert text.splitlines()[1] == "Ale;Jan 13;4;0.25;x;1"
    assert text.splitlines()[3] == 'Bread, dark;Jan 13;2;3;say "hi";6'
    metadata = empty_model.export_metadata(export)
    assert (metadata["separator"], metadata["delimiter"]) == (";", "'")
    assert metadata["encoding"] == "UTF-16LE"


def test_a_list_is_exported_with_its_properties(empty_model: Model) -> None:
    grades = empty_model.list("Grades", items=names("G1"))
    lst = empty_model.list(
        "Staff",
        properties={"FTE": "NUMBER", "Since": "DATE", "Grade": grades, "Start": "TIME PERIOD"},
        subsets=["Active"],
        items=pd.DataFrame(
            {
                "Name": ["Boss", "Al"],
                "Code": ["x", "y"],
                "Parent": [None, "Boss"],
                "FTE": [0.5, None],
                "Since": ["2013-01-02", None],
                "Grade": ["G1", None],
                "Start": ["Feb 13", None],
                "Active": [True, False],
            }
        ),
    )
    export = empty_model.export("Out", lst)
    assert export_lines(empty_model, export) == [
        "Staff,Parent,Code,FTE,Since,Grade,Start,Active",
        "Boss,,x,0.5,2013-01-02,G1,Feb 13,true",
        "Al,Boss,y,0,,,,false",
    ]
    metadata = empty_model.export_metadata(export)
    assert metadata["dataTypes"] == [
        *("ENTITY", "ENTITY", "TEXT", "NUMBER", "DATE", "ENTITY", "TIME_ENTITY", "BOOLEAN")
    ]
    assert metadata["listNames"] == ["Staff", "Staff", "", "", "", "Grades", "", ""]
    assert metadata["rowCount"] == 2
    assert export_lines(empty_model, empty_model.export("Leaves", lst, leaves_only=True))[1:] == [
        "Al,Boss,y,0,,,,false"
    ]


def test_the_row_count_of_the_metadata_equals_the_outputs(
    empty_model: Model, sales: ModuleDefinition
) -> None:
    for number, layout in enumerate(("TABULAR_MULTI_COLUMN", "TABULAR_SINGLE_COLUMN")):
        export = empty_model.export(f"Out {number}", sales, layout=layout)
        rows = len(export_lines(empty_model, export)) - 1
        assert empty_model.export_metadata(export)["rowCount"] == rows


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def plain_text(connection: duckdb.DuckDBPyConnection, number: float) -> str:
    query = f"SELECT {plain_number('x')} FROM (SELECT ?::DOUBLE AS x)"
    row = connection.execute(query, [number]).fetchone()
    assert row is not None
    return str(row[0])


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_written_plainly_and_exactly(
    connection: duckdb.DuckDBPyConnection, number: float
) -> None:
    text = plain_text(connection, number)
    assert float(text) == number
    assert "e" not in text.lower()
    assert text != "-0"
    if 0.001 < abs(number) < 1e15:
        assert Decimal(text) == Decimal(repr(number))
        assert not text.endswith(".0")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1e16, "10000000000000000"),
        (-1.5e-7, "-0.00000015"),
        (-0.0, "0"),
        (1.0, "1"),
        (0.1, "0.1"),
        (1e22, "10000000000000000000000"),
        (123456789012345680.0, "123456789012345680"),
    ],
)
def test_numbers_have_no_exponent(
    connection: duckdb.DuckDBPyConnection, number: float, text: str
) -> None:
    assert plain_text(connection, number) == text


MOST_TEXTS = 6


@pytest.fixture(scope="module")
def notes() -> Iterator[tuple[Model, ImportDefinition]]:
    """A text for each item of a list, and an import of texts."""
    model = new_model()
    lst = model.list("L", items=names(*(f"n{i}" for i in range(MOST_TEXTS))))
    module = model.module("M", dimensions=[lst], line_items={"Text": "TEXT"})
    yield model, model.import_("Load", model.file("f", columns=["L", "Text"]), into=module)
    model.close()


@FEW
@given(
    texts=st.lists(
        st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1),
        min_size=1,
        max_size=MOST_TEXTS,
    ),
    separator=st.sampled_from([",", ";", "\t"]),
    delimiter=st.sampled_from("\"'"),
)
def test_texts_are_exported_as_they_were_imported(
    notes: tuple[Model, ImportDefinition], texts: list[str], separator: str, delimiter: str
) -> None:
    model, definition = notes
    with model.store.transaction() as con:
        con.execute(f"DELETE FROM cells_{definition.into.id}")
    out = io.StringIO()
    rows = [["L", "Text"], *([f"n{i}", text] for i, text in enumerate(texts))]
    csv.writer(out).writerows(rows)
    load(model, definition, out.getvalue())
    dialect = {"separator": separator, "delimiter": delimiter}
    name = f"Out {len(model.exports)}"
    export = model.export(name, definition.into, omit_empty=True, **dialect)
    text = export_bytes(model, export).decode()
    read = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quotechar=delimiter)
    assert list(read) == rows


def test_sums_of_fractions_are_not_rounded(empty_model: Model) -> None:
    lst = empty_model.list("L", items=names("a"))
    module = empty_model.module("M", dimensions=[lst], line_items={"V": "NUMBER"})
    definition = empty_model.import_("Load", empty_model.file("f", columns=["L", "V"]), into=module)
    load(empty_model, definition, "L,V\na,0.1\na,0.2\n")
    value = export_lines(empty_model, empty_model.export("Out", module))[1].split(",")[1]
    assert math.isclose(float(value), 0.3)
