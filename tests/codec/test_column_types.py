"""Anaplan's data types and header names as an Arrow schema."""

from __future__ import annotations

import pyarrow as pa
import pytest

from anaplan_frames.codec.column_types import arrow_type, export_schema, unique_names


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("NUMBER", pa.float64()),
        ("number ", pa.float64()),
        ("BOOLEAN", pa.bool_()),
        ("DATE", pa.date32()),
        ("ENTITY", pa.string()),
        ("TEXT", pa.string()),
        ("TIME_ENTITY", pa.string()),
        ("MIXED", pa.string()),
        ("FORMAT", pa.string()),
        ("SOMETHING_NEW", pa.string()),
        ("", pa.string()),
        (None, pa.string()),
    ],
)
def test_each_data_type_has_one_arrow_type(word: str | None, expected: pa.DataType) -> None:
    assert arrow_type(word) == expected


def test_columns_beyond_the_described_ones_are_text() -> None:
    metadata = {"headerNames": ["Item", "Cost", "Note"], "dataTypes": ["ENTITY", "NUMBER"]}
    assert export_schema(metadata) == pa.schema(
        [("Item", pa.string()), ("Cost", pa.float64()), ("Note", pa.string())]
    )


def test_more_data_types_than_headers_are_ignored() -> None:
    schema = export_schema({"headerNames": ["Cost"], "dataTypes": ["NUMBER", "DATE"]})
    assert schema == pa.schema([("Cost", pa.float64())])


@pytest.mark.parametrize("metadata", [{}, {"headerNames": None}, {"headerNames": []}])
def test_metadata_without_headers_gives_no_columns(metadata: dict[str, object]) -> None:
    assert export_schema(metadata) == pa.schema([])


def test_empty_headers_are_named_by_position_and_repeated_ones_are_counted() -> None:
    assert unique_names(["Amount", "", "Amount", None, "Amount", " "]) == [
        "Amount",
        "Column 2",
        "Amount.1",
        "Column 4",
        "Amount.2",
        "Column 6",
    ]


def test_a_counted_name_never_takes_the_name_of_another_column() -> None:
    names = unique_names(["a", "a", "a.1", "Column 4", ""])
    assert names == ["a", "a.2", "a.1", "Column 4", "Column 5"]
    assert len(set(unique_names(["", "Column 1", "Column 1.1"]))) == 3
