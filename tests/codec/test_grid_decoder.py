"""Cross tables, page after page, as one flat table."""

from __future__ import annotations

import itertools
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.codec.column_types import export_schema
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.grid_decoder import decode_grid
from anaplan_frames.errors import ColumnMismatch, EncodingError


def table(text: str, metadata: dict[str, Any] | None = None, **options: Any) -> pa.Table:
    batches = decode_grid([text.encode()], Dialect(), export_schema(metadata or {}), **options)
    return pa.Table.from_batches(list(batches), batches.schema)


def rows(text: str, metadata: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in table(text, metadata).to_pylist()]


def test_a_plain_cross_table_keeps_its_values_as_text() -> None:
    found = table(",Jan,Feb\nA,1,2.50\nB,,4\n")
    assert found.to_pydict() == {
        "Row 1": ["A", "B"],
        "Jan": ["1", None],
        "Feb": ["2.50", "4"],
    }


def test_several_header_lines_are_joined() -> None:
    text = ",,Jan,Jan,Feb,Feb\n,,Plan,Actual,Plan,Actual\nA,x,1,2,3,4\n"
    assert table(text).column_names == [
        "Row 1", "Row 2", "Jan | Plan", "Jan | Actual", "Feb | Plan", "Feb | Actual",
    ]  # fmt: skip
    blank = text.replace("Jan,Jan,Feb,Feb", "Jan,,Feb,")
    assert table(blank).equals(table(text))


def test_page_items_become_leading_columns() -> None:
    assert table("Actual,North\n,Jan\nA,1\n").to_pydict() == {
        "Page 1": ["Actual"],
        "Page 2": ["North"],
        "Row 1": ["A"],
        "Jan": ["1"],
    }


@pytest.mark.parametrize("between", ["", "\n", "\r\n\r\n"])
@pytest.mark.parametrize("padding", ["", ",,,"])
def test_all_pages_form_one_table(between: str, padding: str) -> None:
    text = (
        f"Actual{padding}\n,Jan,Feb\nA,1,2\nB,3,4\n{between}"
        f"Budget{padding}\n,Jan,Feb\nA,5,6\n{between}"
        f"Forecast{padding}\n,Jan,Feb\n"
    )
    assert rows(text) == [
        ("Actual", "A", "1", "2"),
        ("Actual", "B", "3", "4"),
        ("Budget", "A", "5", "6"),
    ]


def test_items_that_are_not_repeated_are_filled_down() -> None:
    assert rows(",,Jan\nA,x,1\n,y,2\nB,x,3\n") == [
        ("A", "x", "1"),
        ("A", "y", "2"),
        ("B", "x", "3"),
    ]


def test_the_metadata_names_row_dimensions_and_types_columns() -> None:
    metadata = {
        "headerNames": ["Product", "Cost", "Open"],
        "dataTypes": ["ENTITY", "NUMBER", "BOOLEAN"],
    }
    assert table("Actual\n,Cost,Open\nA,1.5,true\n", metadata).to_pydict() == {
        "Page 1": ["Actual"],
        "Product": ["A"],
        "Cost": [1.5],
        "Open": [True],
    }


@pytest.mark.parametrize("page", ["", "Actual\n"])
def test_a_corner_that_names_the_row_dimensions_is_used(page: str) -> None:
    found = table(f"{page}Product,Jan,Feb\nA,1,2\n{page}Product,Jan,Feb\nB,3,4\n")
    assert found.column_names[-3:] == ["Product", "Jan", "Feb"]
    assert found["Product"].to_pylist() == ["A", "B"]


def test_a_later_page_may_have_the_columns_in_another_order_or_fewer() -> None:
    text = "P\n,Jan,Feb\nA,1,2\nQ\n,Feb,Jan\nA,3,4\nR\n,Feb\nA,5\n"
    assert rows(text) == [("P", "A", "1", "2"), ("Q", "A", "4", "3"), ("R", "A", None, "5")]


def test_a_column_that_is_not_on_the_first_page_is_refused() -> None:
    with pytest.raises(ColumnMismatch) as caught:
        rows("P\n,January\nA,1\nQ\n,Januar\nA,2\n")
    assert str(caught.value) == (
        "Page 'Q' has a column 'Januar' that the first page does not have. Did you mean 'January'? "
        "Export in a tabular layout instead."
    )


def test_a_row_with_too_many_cells_is_named() -> None:
    with pytest.raises(EncodingError, match="Row 1: 3 fields where 2 are expected"):
        rows(",Jan\nA,1\nB,1,2\n")


def test_a_carriage_return_in_a_cell_is_kept() -> None:
    assert rows(',Jan,Feb\n"A\rB","\r",2\n') == [("A\rB", "\r", "2")]


def test_an_empty_grid_has_the_columns_of_the_metadata() -> None:
    metadata = {"headerNames": ["Product", "Cost"], "dataTypes": ["ENTITY", "NUMBER"]}
    assert table("", metadata).to_pydict() == {"Product": [], "Cost": []}
    assert table(",Cost\n", metadata).to_pydict() == {"Product": [], "Cost": []}


def test_only_the_columns_asked_for_are_read() -> None:
    assert table("P\n,Jan,Feb\nA,1,2\n", columns=["Feb", "Page 1"]).to_pydict() == {
        "Feb": ["2"],
        "Page 1": ["P"],
    }


ITEMS = ["North", "South, east", 'the "best"', "1", "Total"]


@given(
    pages=st.integers(0, 2),
    across=st.integers(1, 3),
    down=st.integers(1, 3),
    members=st.integers(1, 3),
    repeated=st.booleans(),
    cut=st.integers(1, 50),
)
def test_any_grid_holds_the_cells_that_were_laid_out(
    pages: int, across: int, down: int, members: int, repeated: bool, cut: int
) -> None:
    def combinations(axis: str, dimensions: int) -> list[tuple[str, ...]]:
        items = [f"{axis}{item}" for item in ITEMS[:members]]
        return list(itertools.product(items, repeat=dimensions))

    def quoted(fields: list[str]) -> str:
        return ",".join('"' + field.replace('"', '""') + '"' if field else "" for field in fields)

    lines: list[list[str]] = []
    expected: list[tuple[str, ...]] = []
    heads = combinations("c", across)
    for page in combinations("p", pages):
        if page:
            lines.append(list(page))
        for place in range(across):
            labels = [head[place] for head in heads]
            if not repeated and place < across - 1:
                starts = [None, *(head[: place + 1] for head in heads)]
                labels = [
                    "" if starts[n] == head[: place + 1] else head[place]
                    for n, head in enumerate(heads)
                ]
            lines.append([*[""] * down, *labels])
        for row in combinations("r", down):
            cells = [f"{'/'.join((*page, *row))}@{number}" for number in range(len(heads))]
            lines.append([*row, *cells])
            expected.append((*page, *row, *cells))
    content = "\n".join(map(quoted, lines)).encode()
    chunks = [content[start : start + cut] for start in range(0, len(content), cut)]
    batches = decode_grid(chunks, Dialect(), threads=1)
    assert [tuple(row.values()) for batch in batches for row in batch.to_pylist()] == expected
    assert batches.schema.names[-len(heads) :] == [" | ".join(head) for head in heads]
