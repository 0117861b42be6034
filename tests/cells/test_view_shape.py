"""The columns of a tidy table of cells, from a view's metadata and a text's header."""

from __future__ import annotations

import pyarrow as pa
import pytest

from anaplan_frames.cells.view_shape import (
    Axes,
    Cells,
    Dimension,
    LineItem,
    schema_by_header,
    shows_one_page,
)

LINE_ITEMS = {"id": "20000000012", "name": "Line items"}
METADATA = {
    "pages": [{"id": "101000000001", "name": "Employee"}],
    "rows": [LINE_ITEMS, {"id": "101000000002", "name": "Regions"}],
    "columns": [{"id": "20000000003", "name": "Time"}],
}
ITEMS = tuple(
    LineItem.of({"id": f"20600000000{n}", "name": name, "format": word})
    for n, (name, word) in enumerate(
        {
            "Salary": "NUMBER",
            "Employee": "LIST",
            "Active": "BOOLEAN",
            "Since": "DATE",
            "Until": "TIME PERIOD",
            "Note": "TEXT",
            "Heading": "NONE",
        }.items()
    )
)
CELLS = Cells(Axes.of(METADATA), ITEMS)


def test_dimensions_come_by_pages_rows_columns_and_then_the_line_items() -> None:
    assert [column.name for column in CELLS.columns] == [
        *("Employee", "Regions", "Time"),
        *("Salary", "Employee.1", "Active", "Since", "Until", "Note", "Heading"),
    ]


def test_a_line_item_that_is_named_like_a_dimension_keeps_its_own_id() -> None:
    ids = {column.name: column.id for column in CELLS.columns}
    assert ids["Employee"] == "101000000001"
    assert ids["Employee.1"] == "206000000001"


def test_line_items_are_typed_by_their_format_and_dimensions_are_text() -> None:
    types = {column.name: column.type for column in CELLS.columns}
    assert types["Salary"] == pa.float64()
    assert types["Active"] == pa.bool_()
    assert types["Since"] == pa.date32()
    text = set(types) - {"Salary", "Active", "Since"}
    assert {types[name] for name in text} == {pa.string()}


@pytest.mark.parametrize("word", ["TIME PERIOD", "TIME_PERIOD", "time period"])
def test_periods_are_known_by_dimension_and_by_format_however_spelt(word: str) -> None:
    items = (LineItem.of({"id": "1", "name": "Until", "format": word}), ITEMS[0])
    columns = Cells(Axes.of(METADATA), items).columns
    assert [column.name for column in columns if column.is_period] == ["Time", "Until"]


def test_the_format_may_be_in_its_metadata_alone() -> None:
    item = LineItem.of({"id": "1", "name": "x", "formatMetadata": {"dataType": "NUMBER"}})
    assert item.format == "NUMBER"


def test_an_axis_that_is_not_there_is_empty() -> None:
    axes = Axes.of({"columns": [LINE_ITEMS]})
    assert axes.pages == axes.rows == axes.dimensions == ()
    assert axes.columns == (Dimension("20000000012", "Line items"),)


@pytest.mark.parametrize(
    ("id_", "name"), [("20000000012", "Rubriques"), ("101999999999", "Line Items")]
)
def test_line_items_are_known_by_id_or_by_name(id_: str, name: str) -> None:
    assert Dimension(id_, name).is_line_items


def test_users_are_not_line_items_though_documents_give_both_one_id() -> None:
    assert not Dimension("101999999999", "Users").is_line_items


def test_the_header_shows_which_line_items_there_are_in_whatever_order() -> None:
    header = ["Time", "Regions", "Employee", "Active", "Salary"]
    schema = schema_by_header(CELLS.columns)(header)
    assert schema.names == ["Employee", "Regions", "Time", "Salary", "Active"]
    assert schema.types[-2:] == [pa.float64(), pa.bool_()]


def test_unknown_columns_come_last_as_text() -> None:
    schema = schema_by_header(CELLS.columns)(["New", "Time", "Salary"])
    assert schema.names == ["Time", "Salary", "New"]
    assert schema.field("New").type == pa.string()


def test_what_is_left_out_is_not_in_the_schema() -> None:
    schema = schema_by_header(CELLS.columns, {"Salary"})(["Time", "Salary", "Note"])
    assert schema.names == ["Time", "Note"]


def test_an_empty_text_has_all_columns() -> None:
    assert schema_by_header(CELLS.columns)([]).names == [c.name for c in CELLS.columns]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Page,Row,X\na,1,0\nb,1,0\n", False),
        ("Page,Row,X\r\na,1,0\r\na,2,0\r\nb,1,0\r\n", False),
        ("Page,Row,X\na,1,0\na,2,0\n", True),
        ("Page,Row,X\na,1,0\na,2,0", True),
        ("Page,Row,X\na,1,0\n", True),
        ("Page,Row,X\n", True),
        ("Page,Row,X", True),
        ("", True),
        ('Page,Row,X\n"a,b",1,0\n"a,b",2,0\n', True),
        ('Page,Row,X\n"a,b",1,0\n"a,c",2,0\n', False),
        ('Page,Row,X\na,1,0\nb,2,"two\nlines"\n', True),
    ],
)
def test_one_page_is_suspected_unless_first_and_last_row_differ(text: str, expected: bool) -> None:
    assert shows_one_page(text.encode(), ["Page"]) is expected
