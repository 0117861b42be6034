"""Which columns are compared: `mapping=`, `columns=`, and what cannot be."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af

OLD = pd.DataFrame({"Airport code": ["JFK", "LGA"], "Flights": [1, 2], "note": ["x", "y"]})
NEW = pd.DataFrame({"count": [1, 3], "code": ["JFK", "LGA"], "note": ["x", "y"]})
MAPPING = {"Airport code": "code", "Flights": "count"}


def test_columns_with_other_names_are_compared_by_a_mapping() -> None:
    found = af.compare(OLD, NEW, key="code", mapping=MAPPING)
    assert (found.key, found.columns) == (("code",), ("count", "note"))
    assert found.changed["count"].to_dict("list") == {"old": [2], "new": [3]}
    assert found.changed.index.tolist() == ["LGA"]
    assert found.totals()["count"].iloc[0].tolist() == [3, 4, 1]
    gone = af.compare(OLD, NEW.head(1), key="code", mapping=MAPPING, columns=["note"])
    assert gone.removed.columns.tolist() == ["Airport code", "Flights", "note"]


def test_a_mapping_can_swap_two_columns() -> None:
    old, new = pd.DataFrame({"a": [1], "b": [2]}), pd.DataFrame({"a": [2], "b": [1]})
    assert not af.compare(old, new, key="a").equal
    assert af.compare(old, new, key="a", mapping={"a": "b", "b": "a"}).equal


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"mapping": {"Airport cod": "code"}}, af.ColumnMismatch, "not a column of the old table."),
        ({"mapping": {"Airport cod": "code"}}, af.ColumnMismatch, "Did you mean 'Airport code'?"),
        ({"mapping": {"Flights": "counts"}}, af.ColumnMismatch, "Did you mean 'count'?"),
        ({"mapping": {"code": "Airport code"}}, af.ColumnMismatch, "{'Airport code': 'code'}"),
        (
            {"mapping": {"Airport code": "code", "note": "code"}},
            af.ColumnMismatch,
            "Two columns of the old table, 'Airport code' and 'note', would be compared with",
        ),
        ({"mapping": {"Flights": "note"}}, af.ColumnMismatch, "'Flights' and 'note', would be"),
        (
            {"mapping": MAPPING, "key": "Airport code"},
            af.ColumnMismatch,
            "is mapped to 'code'. key= and columns= take the new table's names: write 'code'.",
        ),
        ({"mapping": "code"}, TypeError, "must be a dict, {'column of old': 'column of new'}"),
        ({"mapping": {"Flights": 3}}, TypeError, "must name a column of new, a str, not 3"),
        (
            {"mapping": {"Airport code": "code"}},
            af.ColumnMismatch,
            "only the old one has 'Flights', only the new one has 'count'.",
        ),
        ({"mapping": MAPPING, "columns": "notes"}, af.ColumnMismatch, "Did you mean 'note'?"),
        ({"mapping": MAPPING, "rtol": "a"}, TypeError, "rtol and atol must be numbers, not 'a'"),
        ({"mapping": MAPPING, "atol": float("nan")}, ValueError, "must not be negative"),
    ],
)
def test_a_mapping_that_does_not_fit_is_an_error_with_a_way_out(
    options: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as info:
        af.compare(OLD, NEW, **({"key": "code"} | options))
    assert sentence in str(info.value)


def test_a_near_name_is_suggested_as_a_mapping() -> None:
    with pytest.raises(af.ColumnMismatch, match=r"pass mapping=\{'Amounts': 'Amount'\}"):
        af.compare(
            pd.DataFrame({"k": [1], "Amounts": 1}), pd.DataFrame({"k": [1], "Amount": 1}), key="k"
        )


@pytest.mark.parametrize(
    ("data", "error", "sentence"),
    [
        (pd.DataFrame([[1, 2, 3]], columns=["k", "v", "v"]), af.ColumnMismatch, "two columns 'v'"),
        (pd.DataFrame({"k": [1], "v": 1}).set_index("k"), af.ColumnMismatch, ".reset_index() on"),
        (pd.DataFrame([[1]], columns=[["k"], ["v"]]), af.ColumnMismatch, "The columns have 2"),
        ([], af.ColumnMismatch, "The data has no parts"),
        ([pd.DataFrame({"k": [1], "v": 1}), pd.DataFrame({"k": [2]})], af.ColumnMismatch, "Part 1"),
        ([{"k": 1}], TypeError, "Part 0 of the data is not a table."),
        ("old.csv", TypeError, "Read it with pandas.read_csv()"),
        (pl_lazy := pd.Series([1], name="k"), TypeError, "Call .to_frame() first."),
    ],
)
def test_what_is_not_one_table_is_an_error(
    data: Any, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as info:
        af.compare(data, pd.DataFrame({"k": [1], "v": 1}), key="k")
    assert sentence in str(info.value)


def test_parts_are_one_table_if_their_columns_stand_in_another_order() -> None:
    parts = iter([pa.table({"k": [1], "v": [2]}), pd.DataFrame({"v": [3], "k": [2]})])
    assert af.compare(parts, pd.DataFrame({"k": [1, 2], "v": [2, 3]}), key="k").equal


def test_added_and_removed_rows_have_all_columns_and_the_index_of_the_data() -> None:
    old = pd.DataFrame({"k": ["a", "b"], "v": [1, 2], "w": [3, 4]}, index=[10, 20])
    new = pd.DataFrame({"k": ["b", "c"], "v": [2, 3], "x": [5, 6]}, index=["p", "q"])
    found = af.compare(old, new, key="k", columns="v")
    pd.testing.assert_frame_equal(found.removed, old.loc[[10]])
    pd.testing.assert_frame_equal(found.added, new.loc[["q"]])


def test_labels_that_are_numbers_are_compared_by_their_texts() -> None:
    old, new = pd.DataFrame({0: [1], 1: [2]}), pd.DataFrame({"0": [1], "1": [3]})
    assert af.compare(old, new, key="0").changed["1"].to_dict("list") == {"old": [2], "new": [3]}
