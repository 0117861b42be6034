"""The columns of a list, from its metadata."""

from __future__ import annotations

import pyarrow as pa
import pytest

from anaplan_frames.codec.item_columns import item_columns


def test_a_list_without_properties_has_four_columns() -> None:
    columns = item_columns({"id": "101000000001", "name": "Regions"})
    assert [column.name for column in columns] == [
        "id",
        "code",
        "name",
        "parent",
    ]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("NUMBER", pa.float64()),
        ("BOOLEAN", pa.bool_()),
        ("DATE", pa.date32()),
        ("TEXT", pa.string()),
        ("LIST", pa.string()),
        ("TIME PERIOD", pa.string()),
        ("TIME_PERIOD", pa.string()),
        (None, pa.string()),
    ],
)
def test_a_property_has_the_type_of_its_format(word: str | None, kind: pa.DataType) -> None:
    metadata = {"properties": [{"name": "P", "format": word}]}
    [column] = [column for column in item_columns(metadata) if column.name == "P"]
    assert column.type == kind


def test_properties_come_before_subsets_each_in_their_own_order() -> None:
    metadata = {
        "subsets": [{"id": "109000000001", "name": "A"}],
        "properties": [{"name": "Z", "format": "TEXT"}, {"name": "B", "format": "NUMBER"}],
    }
    columns = item_columns(metadata)
    assert [(column.name, column.section) for column in columns[4:]] == [
        ("Z", "properties"),
        ("B", "properties"),
        ("A", "subsets"),
    ]
    assert columns[-1].type == pa.bool_()


def test_a_property_named_like_an_item_s_own_column_gets_a_name_of_its_own() -> None:
    metadata = {
        "properties": [{"name": "code", "format": "TEXT"}, {"name": "Active", "format": "BOOLEAN"}],
        "subsets": [{"name": "Active"}],
    }
    columns = item_columns(metadata)
    assert [column.name for column in columns[4:]] == ["code.1", "Active", "Active.1"]
    assert [column.key for column in columns[4:]] == ["code", "Active", "Active"]


def test_a_property_with_a_formula_is_calculated() -> None:
    metadata = {
        "properties": [
            {"name": "Sum", "format": "NUMBER", "formula": "A + B"},
            {"name": "Plain", "format": "NUMBER", "formula": ""},
        ]
    }
    assert [column.calculated for column in item_columns(metadata)[4:]] == [True, False]
