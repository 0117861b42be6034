"""Columns go to headers by name, and all that does not fit is named at once."""

from __future__ import annotations

import pytest

from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.writes.columns import match_columns

TARGET = "import 'Load flights'"


def match(columns, headers, mapping=None):
    return match_columns(columns, headers, mapping, TARGET)


def refusal(columns, headers, mapping=None):
    with pytest.raises(ColumnMismatch) as caught:
        match(columns, headers, mapping)
    return str(caught.value)


def test_columns_are_put_into_the_order_of_the_file():
    found = match(["c", "a", "b"], ["a", "b", "c"])
    assert found.headers == ("a", "b", "c")
    assert found.positions == (1, 2, 0)
    assert found.unused == ()


def test_columns_that_the_file_does_not_take_are_surplus():
    found = match(["x", "a", "y"], ["a"])
    assert found.unused == ("x", "y")
    assert found.needed == {1}


def test_every_missing_header_is_named_with_the_near_names():
    assert refusal(["Carier", "month"], ["Carrier", "Origin"]) == (
        "The columns do not fit import 'Load flights'. "
        "The data has no column 'Carrier'. Did you mean 'Carier'? The data has no column 'Origin'. "
        "If only the names differ, pass mapping={'your column': 'its header'}."
    )


def test_case_and_blanks_count():
    assert "The data has no column 'Name'. Did you mean 'name'?" in refusal(["name"], ["Name"])


def test_a_mapping_names_the_header():
    assert match(["mine", "b"], ["a", "b"], {"mine": "a"}).positions == (0, 1)


def test_a_mapping_may_swap_columns():
    assert match(["a", "b"], ["a", "b"], {"a": "b", "b": "a"}).positions == (1, 0)


def test_a_mapping_comes_before_an_equal_name():
    found = match(["flights", "all flights"], ["flights"], {"all flights": "flights"})
    assert found.positions == (1,)
    assert found.unused == ("flights",)


def test_a_mapping_from_no_column_is_refused_with_near_names():
    text = refusal(["carrier"], ["Carrier"], {"carier": "Carrier"})
    assert (
        "The mapping names 'carier', which is not a column of the data. Did you mean 'carrier'?"
        in text
    )


def test_a_mapping_to_no_header_is_refused_with_near_names():
    text = refusal(["carrier"], ["Carrier"], {"carrier": "Carier"})
    assert (
        "sends 'carrier' to 'Carier', which is not a header of the file. Did you mean 'Carrier'?"
        in text
    )


def test_two_columns_cannot_be_mapped_to_one_header():
    text = refusal(["x", "y"], ["a"], {"x": "a", "y": "a"})
    assert "The mapping sends 'x' and 'y' to 'a'; only one of them can go there." in text


def test_a_column_that_is_there_twice_is_refused_if_it_is_needed():
    assert "The data has 2 columns named 'a'" in refusal(["a", "a"], ["a"])


def test_a_column_that_is_there_twice_is_accepted_if_it_is_not_needed():
    assert match(["a", "x", "x"], ["a"]).unused == ("x", "x")


def test_a_repeated_header_takes_two_columns_of_that_name_in_order():
    assert match(["a", "b", "a"], ["b", "a", "a"]).positions == (1, 0, 2)


def test_a_repeated_header_is_not_fed_by_one_column():
    text = refusal(["a"], ["a", "a"])
    assert "The data has 1 column named 'a', the file 2 headers 'a'" in text


def test_an_empty_header_is_left_empty():
    assert match(["a"], ["a", ""]).positions == (0, None)


def test_an_empty_header_may_be_fed_by_its_number():
    assert match(["Column 2", "a"], ["a", ""]).positions == (1, 0)


def test_names_that_are_not_text_count_as_text():
    assert match([2013, 2014], ["2014", "2013"], {2013: "2013"}).positions == (1, 0)


def test_a_target_without_headers_is_refused():
    assert "Anaplan has no columns for import 'Load flights'" in refusal(["a"], [])


def test_of_thousands_of_missing_columns_the_first_are_named_without_delay():
    columns = [f"colum {n}" for n in range(5_000)]
    with pytest.raises(ColumnMismatch) as caught:
        match_columns(columns, [f"column {n}" for n in range(5_000)], None, "the file")
    assert "no column 'column 0'. Did you mean 'colum 0'" in str(caught.value)
    assert "It also has none of 4,990 others." in str(caught.value)
    assert len(str(caught.value)) < 2_000
