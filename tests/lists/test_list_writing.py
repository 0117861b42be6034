"""Writing lists through HTTP: the sandbox has the rules, these tests what the caller sees."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.errors import ConfirmationRequired
from anaplan_frames.lists.lists import List
from anaplan_frames.sandbox import Sandbox
from tests.lists.staff import STAFF, rows


def test_what_is_inserted_is_read_again_in_all_types(staff: List) -> None:
    result = staff.insert(STAFF)
    assert (result.rows_sent, result.rows_created, result.rows_rejected) == (3, 3, 0)
    frame = staff.read(index_col="code").drop(columns="id").sort_index()
    assert frame["name"].tolist() == STAFF["name"].tolist()
    assert frame["parent"].tolist()[1:] == ["Ann", 'Bo "B" \\']
    assert pd.isna(frame["parent"].iloc[0])
    assert frame["FTE"].tolist() == [1.0, 0.5, 0.25]
    assert frame["Start"].tolist()[::2] == STAFF["Start"].tolist()[::2]
    assert frame["Permanent"].tolist() == [True, False, True]
    assert frame["Active"].tolist() == [True, False, True]


@pytest.mark.parametrize(
    "convert",
    [
        pl.from_pandas,
        pa.Table.from_pandas,
        lambda frame: pa.Table.from_pandas(frame).to_reader(),
        lambda frame: iter([frame.iloc[:1], frame.iloc[1:]]),
        lambda frame: duckdb.from_arrow(pa.Table.from_pandas(frame)),
    ],
    ids=["polars", "table", "reader", "frames", "duckdb"],
)
def test_every_kind_of_data_is_taken_and_its_rejected_rows_given_back(
    staff: List, convert: Any
) -> None:
    frame = STAFF.reset_index(drop=True).assign(FTE=["1", "1,000", "2"], parent=None)
    result = staff.insert(convert(frame), on_rejected="ignore")
    assert (result.rows_created, result.rows_rejected) == (2, 1)
    assert result.rejected.index.tolist() == [1]
    assert result.rejected["FTE"].tolist() == ["1,000"]
    assert "column name:FTE, value:1,000 (INCORRECT_FORMAT)" in result.rejected["error"].iloc[0]


def test_rejected_rows_are_the_callers_own(staff: List) -> None:
    staff.insert(STAFF)
    frame = pd.DataFrame({"code": ["e9", "e2"], "name": ["Bea", "Bob"]}, index=["x", "y"])
    with pytest.raises(af.RejectedRows, match="1 of 2 rows were rejected by 'Staff'") as caught:
        staff.insert(frame)
    result = caught.value.result
    pd.testing.assert_frame_equal(result.rejected.drop(columns="error"), frame.loc[["y"]])
    assert "the code is already used" in result.rejected.loc["y", "error"]
    assert (result.rows_created, result.changes["code"].tolist()) == (1, ["e9"])


def test_an_update_sends_what_changes_and_leaves_missing_values_alone(staff: List) -> None:
    staff.insert(STAFF)
    frame = pd.DataFrame(
        {"code": ["00e1", "e2", "e3"], "Grade": [None, "y", "z"], "FTE": [1, 2, 0.25]}
    )
    result = staff.update(frame)
    assert (result.rows_updated, result.rows_ignored, result.rows_sent) == (1, 2, 3)
    assert result.changes["change"].tolist() == ["Grade: (blank) -> y, FTE: 0.5 -> 2"]
    assert rows(staff, "code", "Grade", "FTE") == [
        ("00e1", "x", 1.0),
        ("e2", "y", 2.0),
        ("e3", "z", 0.25),
    ]


def test_blank_lets_missing_values_count(staff: List) -> None:
    staff.insert(STAFF)
    frame = pd.DataFrame({"code": ["00e1"], "Grade": [None], "Permanent": [None], "FTE": [np.nan]})
    assert staff.update(frame, blank=True).rows_updated == 1
    assert rows(staff, "code", "Grade", "FTE", "Permanent")[0] == ("00e1", None, 0.0, False)


def test_items_are_found_by_id_and_by_name_and_may_get_new_codes_and_names(staff: List) -> None:
    staff.insert(STAFF)
    ids = dict(staff.read()[["code", "id"]].itertuples(index=False))
    staff.update(pd.DataFrame({"id": [ids["e2"]], "code": ["E2"], "name": ["Bob"]}))
    staff.update(pd.DataFrame({"name": ["Ann"], "FTE": [3]}))
    staff.update(pd.DataFrame({"code": ["e3"], "name": ["Cagri"]}))
    staff.update(pd.DataFrame({"code": ["c"], "name": ["Cagri"]}), key="name")
    assert rows(staff, "code", "name", "parent") == [
        ("00e1", "Ann", None),
        ("E2", "Bob", "Ann"),
        ("c", "Cagri", "Bob"),
    ]


def test_a_row_without_an_item_is_rejected_by_update_and_delete(staff: List) -> None:
    staff.insert(STAFF)
    frame = pd.DataFrame({"code": ["nope", "e3"], "FTE": [1, 2]})
    for write in (staff.update, staff.delete):
        result = write(frame, on_rejected="ignore")
        assert result.rejected["error"].tolist() == [
            "list 'Staff' has no item with the code 'nope'"
        ]
        assert result.rows_loaded == 1


def test_an_upsert_changes_what_is_there_and_adds_the_rest(staff: List) -> None:
    staff.insert(STAFF)
    frame = pd.DataFrame(
        {"code": ["e2", "e4", "e5"], "name": ["Bob", "Di", "Ed"], "parent": [None, "Ed", "Bob"]}
    )
    result = staff.upsert(frame)
    assert (result.rows_created, result.rows_updated, result.rows_ignored) == (2, 1, 0)
    assert rows(staff, "code", "name", "parent", "Grade") == [
        ("00e1", "Ann", None, "x"),
        ("e2", "Bob", "Ann", None),
        ("e3", "Çağ", "Bob", "z"),
        ("e4", "Di", "Ed", None),
        ("e5", "Ed", "Bob", None),
    ]


def test_an_item_without_a_code_is_given_one_by_its_name(staff: List) -> None:
    staff.insert(pd.DataFrame({"name": ["Ann", "Bo"]}))
    result = staff.upsert(pd.DataFrame({"code": ["a"], "name": ["Ann"]}))
    assert (result.rows_created, result.rows_updated) == (0, 1)
    assert staff.read()["code"].tolist()[0] == "a"


def test_deleted_items_are_gone_children_before_parents(staff: List) -> None:
    staff.insert(STAFF)
    result = staff.delete(staff.read(columns=["id"]).iloc[:2])
    assert (result.rows_deleted, result.changes["action"].tolist()) == (2, ["delete"] * 2)
    assert rows(staff, "code", "parent") == [("e3", None)]


def test_new_items_without_a_name_are_refused_before_anything_is_sent(staff: List) -> None:
    staff.insert(STAFF)
    with pytest.raises(af.ColumnMismatch, match=r"1 rows are new items .* a column 'name'"):
        staff.upsert(pd.DataFrame({"code": ["e1", "e2"], "FTE": [9, 9]}).iloc[:1])
    with pytest.raises(af.ColumnMismatch, match="no column 'name'"):
        staff.insert(pd.DataFrame({"code": ["e1"], "nam": ["x"]}))


@pytest.mark.parametrize("method", ["insert", "update", "upsert", "delete", "sync"])
def test_rows_of_one_key_are_refused_before_anything_is_sent(staff: List, method: str) -> None:
    frame = pd.DataFrame({"code": ["a", "b", "a"], "name": ["A", "B", "C"]})
    with pytest.raises(af.ColumnMismatch, match=r"'a' \(rows 0, 2\)"):
        getattr(staff, method)(frame)
    assert len(staff.read()) == 0


def test_a_circle_of_parents_is_refused_before_anything_is_sent(staff: List) -> None:
    frame = pd.DataFrame({"name": ["A", "B"], "parent": ["B", "A"]})
    with pytest.raises(af.ColumnMismatch, match="'A', 'B'"):
        staff.insert(frame)
    assert len(staff.read()) == 0


def test_surplus_columns_are_left_out_with_a_warning(staff: List) -> None:
    frame = pd.DataFrame({"name": ["A"], "Grad": ["x"], "id": ["7"]})
    shown = "the columns 'Grad', 'id'; they are left out. 'Grad': Did you mean 'Grade'"
    with pytest.warns(UserWarning, match=shown):
        staff.insert(frame)


def test_a_mapping_names_the_columns_of_the_list(staff: List) -> None:
    frame = pd.DataFrame({"Employee": ["A"], "Level": ["x"]}).set_index("Employee")
    staff.insert(frame, mapping={"Employee": "name", "Level": "Grade"}, index=True)
    assert rows(staff, "name", "Grade") == [("A", "x")]
    with pytest.raises(
        af.ColumnMismatch, match=r"not a column of list 'Staff'.* Did you mean 'Grade'"
    ):
        staff.insert(frame, mapping={"Level": "Grades"}, index=True)


@pytest.mark.parametrize("method", ["insert", "update", "upsert", "delete", "sync"])
def test_no_rows_change_nothing(staff: List, method: str) -> None:
    staff.insert(STAFF)
    result = getattr(staff, method)(STAFF.iloc[:0])
    assert (result.rows_sent, len(result.changes), len(result.rejected)) == (0, 0, 0)
    assert len(staff.read()) == 3


def test_an_empty_table_deletes_all_items_if_a_sync_may_delete(staff: List) -> None:
    staff.insert(STAFF)
    with pytest.raises(ConfirmationRequired, match="delete 3 of the 3 items"):
        staff.sync(STAFF.iloc[:0], delete=True)
    assert staff.sync(STAFF.iloc[:0], delete=True, confirm=True).rows_deleted == 3


def test_data_without_any_column_of_the_list_is_refused(headcount: af.Model) -> None:
    with pytest.raises(af.ColumnMismatch, match=r"none of the columns of list 'Orders'.*'Amount'"):
        headcount.lists["Orders"].insert(pd.DataFrame({"x": [1]}))


def test_data_without_any_key_is_refused(staff: List) -> None:
    with pytest.raises(af.ColumnMismatch, match="none of the columns 'id', 'code' and 'name'"):
        staff.update(pd.DataFrame({"Grade": ["x"]}))
    with pytest.raises(af.ColumnMismatch, match="no column 'code'"):
        staff.sync(pd.DataFrame({"name": ["x"]}))
    with pytest.raises(af.ColumnMismatch, match="'id', 'code' or 'name', not 'Grade'"):
        staff.sync(pd.DataFrame({"Grade": ["x"]}), key="Grade")


class TestParentsInAnotherList:
    def test_they_are_given_by_name_or_by_code(self, headcount: af.Model) -> None:
        cities = headcount.lists["Cities"]
        frame = pd.DataFrame({"name": ["Oslo", "Rome"], "parent": ["North", "s"]})
        cities.insert(frame)
        assert rows(cities, "name", "parent") == [("Oslo", "North"), ("Rome", "South")]
        assert cities.update(frame).rows_ignored == 2

    def test_an_unknown_one_is_rejected_with_anaplan_s_reason(self, headcount: af.Model) -> None:
        frame = pd.DataFrame({"name": ["Oslo", "Rome"], "parent": ["North", "East"]})
        result = headcount.lists["Cities"].insert(frame, on_rejected="ignore")
        assert result.rows_created == 1
        assert "column name:parent, value:East" in result.rejected["error"].iloc[0]


class TestNumberedLists:
    def test_anaplan_makes_the_names(self, headcount: af.Model) -> None:
        orders = headcount.lists["Orders"]
        orders.insert(pd.DataFrame({"code": ["a", "b"], "Amount": [1, 2]}))
        assert rows(orders, "code", "Amount") == [("a", 1.0), ("b", 2.0)]
        assert orders.read()["name"].notna().all()

    def test_a_name_is_left_out_with_a_warning(self, headcount: af.Model) -> None:
        orders = headcount.lists["Orders"]
        with pytest.warns(UserWarning, match="'name'"):
            assert orders.insert(pd.DataFrame({"code": ["a"], "name": ["A"]})).rows_created == 1

    def test_the_name_cannot_be_the_key(self, headcount: af.Model) -> None:
        with pytest.raises(af.ColumnMismatch, match=r"Anaplan makes the names. Use key='code'"):
            headcount.lists["Orders"].update(pd.DataFrame({"name": ["#1"]}), key="name")

    def test_new_parents_are_named_by_their_codes(self, headcount: af.Model) -> None:
        orders = headcount.lists["Orders"]
        orders.insert(pd.DataFrame({"code": ["b", "a"], "parent": ["a", None]}))
        names = dict(rows(orders, "code", "name"))
        assert rows(orders, "code", "parent") == [("a", None), ("b", names["a"])]

    def test_items_without_a_code_are_found_by_id(self, headcount: af.Model) -> None:
        orders = headcount.lists["Orders"]
        orders.insert(pd.DataFrame({"Amount": [1, 2, 2]}))
        frame = orders.read(columns=["id", "Amount"])
        orders.update(frame.assign(Amount=frame["Amount"] * 10))
        assert sorted(orders.read()["Amount"]) == [10, 20, 20]


class TestToAnaplan:
    def test_a_list_is_upserted_by_default(self, headcount: af.Model) -> None:
        af.to_anaplan(STAFF, "Staff", headcount)
        result = af.to_anaplan(STAFF.assign(FTE=9.0), "Staff", headcount)
        assert isinstance(result, af.WriteResult)
        assert (result.rows_created, result.rows_updated) == (0, 3)

    @pytest.mark.parametrize(
        ("mode", "counts"),
        [
            ("insert", (0, 0, 0, 3)),
            ("update", (0, 1, 0, 0)),
            ("sync", (0, 1, 0, 0)),
            ("delete", (0, 0, 3, 0)),
        ],
    )
    def test_the_mode_says_what_is_done(
        self, headcount: af.Model, mode: Any, counts: tuple[int, ...]
    ) -> None:
        af.to_anaplan(STAFF, "Staff", headcount, kind="lists")
        frame = STAFF.assign(FTE=[9.0, 0.5, 0.25])
        result = af.to_anaplan(
            frame,
            "anaplan://Finance/Headcount/lists/Staff",
            headcount,
            mode=mode,
            on_rejected="ignore",
        )
        assert isinstance(result, af.WriteResult)
        assert (
            result.rows_created,
            result.rows_updated,
            result.rows_deleted,
            result.rows_rejected,
        ) == counts

    def test_options_that_a_list_does_not_have_are_refused(self, headcount: af.Model) -> None:
        with pytest.raises(ValueError, match="parameters= is an option of imports and processes"):
            af.to_anaplan(STAFF, "Staff", headcount, parameters={"Version": "Actual"})
        with pytest.raises(ValueError, match=r"mode must be one of 'insert'.*not 'append'"):
            af.to_anaplan(STAFF, "Staff", headcount, mode="append")  # type: ignore[arg-type]

    def test_a_mode_is_for_lists_alone(self, demo_sandbox: Sandbox) -> None:
        flights = demo_sandbox.connect().model("Flight Planning")
        with pytest.raises(ValueError, match="mode= is an option of lists, not of import"):
            af.to_anaplan(STAFF, "Load airlines", flights, mode="sync")


def test_the_index_is_reset_when_the_list_is_empty(staff: List) -> None:
    staff.insert(STAFF)
    with pytest.raises(af.AnaplanError, match="list that contains data"):
        staff.reset_index()
    staff.delete(STAFF)
    staff.reset_index()
