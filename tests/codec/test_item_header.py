"""Fields of a list's large read, found by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.codec.column_types import unique_names
from anaplan_frames.codec.item_columns import item_columns
from anaplan_frames.codec.item_header import UnlikeHeader, fields_in_header

METADATA = {
    "properties": [{"name": "Size", "format": "NUMBER"}, {"name": "Mayor", "format": "TEXT"}],
    "subsets": [{"name": "Big"}],
}
COLUMNS = item_columns(METADATA)
FIELDS = {
    "code": "Code",
    "name": "Cities",
    "parent": "Parent",
    "Size": "Size",
    "Mayor": "Mayor",
    "Big": "Big",
}


@given(st.permutations(list(FIELDS.values())))
def test_fields_are_found_in_any_order(header: list[str]) -> None:
    assert fields_in_header(header, COLUMNS, "Cities") == FIELDS


def test_names_may_stand_below_name_and_an_id_may_be_given() -> None:
    header = ["ID", "name", "code", "parent", "Size", "Mayor", "Big", "More"]
    places = fields_in_header(header, COLUMNS, "Cities")
    assert (places["id"], places["name"], places["code"]) == ("ID", "name", "code")


def test_a_property_named_like_another_field_is_the_later_one() -> None:
    columns = item_columns(
        {
            "properties": [{"name": "Code"}, {"name": "Cities"}, {"name": "Big"}],
            "subsets": [{"name": "Big"}],
        }
    )
    header = unique_names(["Cities", "Parent", "Code", "Code", "Cities", "Big", "Big"])
    places = fields_in_header(header, columns, "Cities")
    assert places == {
        "name": "Cities",
        "parent": "Parent",
        "code": "Code",
        "Code": "Code.1",
        "Cities": "Cities.1",
        "Big": "Big",
        "Big.1": "Big.1",
    }


def test_only_what_is_asked_for_is_found() -> None:
    assert fields_in_header(["Cities", "Code", "Size"], COLUMNS[4:5], "Cities") == {"Size": "Size"}


@pytest.mark.parametrize("missing", FIELDS)
def test_a_header_without_a_column_is_distinguished_from_others(missing: str) -> None:
    header = [field for column, field in FIELDS.items() if column != missing]
    with pytest.raises(UnlikeHeader):
        fields_in_header(header, COLUMNS, "Cities")
