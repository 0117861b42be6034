"""Writing lists through HTTP: the sandbox has the rules, these tests what the caller sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.resources import item_sender
from anaplan_frames.resources.lists import List
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.routes import lists as list_routes

PROPERTIES = {"Grade": "TEXT", "FTE": "NUMBER", "Start": "DATE", "Permanent": "BOOLEAN"}
STAFF = pd.DataFrame(
    {
        "code": ["00e1", "e2", "e3"],
        "name": ["Ann", 'Bo "B" \\', "Çağ"],
        "parent": [None, "Ann", "e2"],
        "Grade": ["x", None, "z"],
        "FTE": [1.0, 0.5, 0.25],
        "Start": pd.to_datetime(["2024-01-01", None, "2024-02-03"]),
        "Permanent": pd.array([True, False, True], dtype="boolean"),
        "Active": [True, False, True],
    },
    index=pd.Index(["r1", "r2", "r3"]),
)


@pytest.fixture
def model(tenant: Sandbox) -> Iterator[af.Model]:
    built = tenant.workspace("Finance").model("Headcount")
    built.list("Staff", properties=PROPERTIES, subsets=["Active"])
    regions = built.list(
        "Regions", items=pd.DataFrame({"code": ["n", "s"], "name": ["North", "South"]})
    )
    built.list("Cities", parent=regions)
    built.list("Orders", numbered=True, properties={"Amount": "NUMBER"})
    with tenant.connect() as connection:
        yield connection.model("Headcount")


@pytest.fixture
def staff(model: af.Model) -> List:
    return model.lists["Staff"]


def rows(lst: List, *columns: str) -> list[tuple[Any, ...]]:
    """The list's items as tuples, by code."""
    frame = lst.read(columns=list(columns))
    assert isinstance(frame, pd.DataFrame)
    frame = frame.sort_values(columns[0]).astype(object)
    return [tuple(row) for row in frame.where(frame.notna(), None).to_numpy().tolist()]


def test_what_is_inserted_is_read_again_in_all_types(staff: List) -> None:
    result = staff.insert(STAFF)
    assert (result.total, result.created, result.failed) == (3, 3, 0)
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
    frame = STAFF.reset_index(drop=True).assign(FTE=["1", "bad", "2"], parent=None)
    result = staff.insert(convert(frame), on_rejected="ignore")
    assert (result.created, result.failed) == (2, 1)
    assert result.rejected.index.tolist() == [1]
    assert result.rejected["FTE"].tolist() == ["bad"]
    assert "column name:FTE, value:bad (INCORRECT_FORMAT)" in result.rejected["error"].iloc[0]


def test_rejected_rows_are_the_callers_own(staff: List) -> None:
    staff.insert(STAFF)
    frame = pd.DataFrame({"code": ["e9", "e2"], "name": ["Bea", "Bob"]}, index=["x", "y"])
    with pytest.raises(af.RejectedRows, match="1 of 2 rows were rejected by 'Staff'") as caught:
        staff.insert(frame)
    result = caught.value.result
    pd.testing.assert_frame_equal(result.rejected.drop(columns="error"), frame.loc[["y"]])
    assert "the code is already used" in result.rejected.loc["y", "error"]
    assert (result.created, result.changes["code"].tolist()) == (1, ["e9"])


def test_an_update_sends_what_changes_and_leaves_missing_values_alone(staff: List) -> None:
    staff.insert(STAFF)
    frame = pd.DataFrame(
        {"code": ["00e1", "e2", "e3"], "Grade": [None, "y", "z"], "FTE": [1, 2, 0.25]}
    )
    result = staff.update(frame)
    assert (result.updated, result.ignored, result.total) == (1, 2, 3)
    assert result.changes["change"].tolist() == ["Grade: (blank) -> y, FTE: 0.5 -> 2"]
    assert rows(staff, "code", "Grade", "FTE") == [
        ("00e1", "x", 1.0),
        ("e2", "y", 2.0),
        ("e3", "z", 0.25),
    ]


def test_blank_lets_missing_values_count(staff: List) -> None:
    staff.insert(STAFF)
    frame = pd.DataFrame({"code": ["00e1"], "Grade": [None], "Permanent": [None], "FTE": [np.nan]})
    assert staff.update(frame, blank=True).updated == 1
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
        assert result.succeeded == 1


def test_an_upsert_changes_what_is_there_and_adds_the_rest(staff: List) -> None:
    staff.insert(STAFF)
    frame = pd.DataFrame(
        {"code": ["e2", "e4", "e5"], "name": ["Bob", "Di", "Ed"], "parent": [None, "Ed", "Bob"]}
    )
    result = staff.upsert(frame)
    assert (result.created, result.updated, result.ignored) == (2, 1, 0)
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
    assert (result.created, result.updated) == (0, 1)
    assert staff.read()["code"].tolist()[0] == "a"


def test_deleted_items_are_gone_children_before_parents(staff: List) -> None:
    staff.insert(STAFF)
    result = staff.delete(staff.read(columns=["id"]).iloc[:2])
    assert (result.deleted, result.changes["action"].tolist()) == (2, ["delete"] * 2)
    assert rows(staff, "code", "parent") == [("e3", None)]


def test_new_items_without_a_name_are_told_before_anything_is_sent(staff: List) -> None:
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
    with pytest.warns(UserWarning, match="list 'Staff' does not take the columns 'Grad', 'id'"):
        staff.insert(frame)


def test_a_mapping_names_the_columns_of_the_list(staff: List) -> None:
    frame = pd.DataFrame({"Employee": ["A"], "Level": ["x"]}).set_index("Employee")
    staff.insert(frame, mapping={"Employee": "name", "Level": "Grade"}, index=True)
    assert rows(staff, "name", "Grade") == [("A", "x")]
    with pytest.raises(
        af.ColumnMismatch, match=r"no column of list 'Staff'.* Did you mean 'Grade'"
    ):
        staff.insert(frame, mapping={"Level": "Grades"}, index=True)


@pytest.mark.parametrize("method", ["insert", "update", "upsert", "delete", "sync"])
def test_no_rows_change_nothing(staff: List, method: str) -> None:
    staff.insert(STAFF)
    result = getattr(staff, method)(STAFF.iloc[:0])
    assert (result.total, len(result.changes), len(result.rejected)) == (0, 0, 0)
    assert len(staff.read()) == 3


def test_an_empty_table_deletes_all_where_a_sync_is_told_to_delete(staff: List) -> None:
    staff.insert(STAFF)
    assert staff.sync(STAFF.iloc[:0], delete=True).deleted == 3


def test_data_without_any_column_of_the_list_is_refused(model: af.Model) -> None:
    with pytest.raises(af.ColumnMismatch, match=r"none of the columns of list 'Orders'.*'Amount'"):
        model.lists["Orders"].insert(pd.DataFrame({"x": [1]}))


def test_data_without_any_key_is_refused(staff: List) -> None:
    with pytest.raises(af.ColumnMismatch, match="none of the columns 'id', 'code' and 'name'"):
        staff.update(pd.DataFrame({"Grade": ["x"]}))
    with pytest.raises(af.ColumnMismatch, match="no column 'code'"):
        staff.sync(pd.DataFrame({"name": ["x"]}))
    with pytest.raises(af.ColumnMismatch, match="'id', 'code' or 'name', not 'Grade'"):
        staff.sync(pd.DataFrame({"Grade": ["x"]}), key="Grade")


class TestParentsInAnotherList:
    def test_they_are_given_by_name_or_by_code(self, model: af.Model) -> None:
        cities = model.lists["Cities"]
        frame = pd.DataFrame({"name": ["Oslo", "Rome"], "parent": ["North", "s"]})
        cities.insert(frame)
        assert rows(cities, "name", "parent") == [("Oslo", "North"), ("Rome", "South")]
        assert cities.update(frame).ignored == 2

    def test_an_unknown_one_is_rejected_with_anaplan_s_reason(self, model: af.Model) -> None:
        frame = pd.DataFrame({"name": ["Oslo", "Rome"], "parent": ["North", "East"]})
        result = model.lists["Cities"].insert(frame, on_rejected="ignore")
        assert result.created == 1
        assert "column name:parent, value:East" in result.rejected["error"].iloc[0]


class TestNumberedLists:
    def test_anaplan_makes_the_names(self, model: af.Model) -> None:
        orders = model.lists["Orders"]
        orders.insert(pd.DataFrame({"code": ["a", "b"], "Amount": [1, 2]}))
        assert rows(orders, "code", "Amount") == [("a", 1.0), ("b", 2.0)]
        assert orders.read()["name"].notna().all()

    def test_a_name_is_left_out_with_a_warning(self, model: af.Model) -> None:
        orders = model.lists["Orders"]
        with pytest.warns(UserWarning, match="'name'"):
            assert orders.insert(pd.DataFrame({"code": ["a"], "name": ["A"]})).created == 1

    def test_the_name_is_no_key(self, model: af.Model) -> None:
        with pytest.raises(af.ColumnMismatch, match=r"Anaplan makes the names. Use key='code'"):
            model.lists["Orders"].update(pd.DataFrame({"name": ["#1"]}), key="name")

    def test_new_parents_are_named_by_their_codes(self, model: af.Model) -> None:
        orders = model.lists["Orders"]
        orders.insert(pd.DataFrame({"code": ["b", "a"], "parent": ["a", None]}))
        names = dict(rows(orders, "code", "name"))
        assert rows(orders, "code", "parent") == [("a", None), ("b", names["a"])]

    def test_items_without_a_code_are_told_by_id(self, model: af.Model) -> None:
        orders = model.lists["Orders"]
        orders.insert(pd.DataFrame({"Amount": [1, 2, 2]}))
        frame = orders.read(columns=["id", "Amount"])
        orders.update(frame.assign(Amount=frame["Amount"] * 10))
        assert sorted(orders.read()["Amount"]) == [10, 20, 20]


class TestSync:
    def test_it_makes_the_list_equal_and_a_second_time_sends_nothing(self, staff: List) -> None:
        staff.insert(STAFF)
        frame = pd.DataFrame(
            {
                "code": ["e3", "00e1", "e4"],
                "name": ["Ann", "Çağ", "Di"],
                "parent": ["Di", None, None],
                "Grade": [None, "x", "y"],
            }
        )
        result = staff.sync(frame, delete=True)
        assert (result.created, result.updated, result.deleted) == (1, 2, 1)
        assert rows(staff, "code", "name", "parent", "Grade", "FTE") == [
            ("00e1", "Çağ", None, "x", 1.0),
            ("e3", "Ann", "Di", None, 0.25),
            ("e4", "Di", None, "y", 0.0),
        ]
        again = staff.sync(frame, delete=True)
        assert (again.ignored, again.succeeded, len(again.changes)) == (3, 0, 0)

    def test_a_dry_run_only_tells(self, staff: List, tenant: Sandbox) -> None:
        staff.insert(STAFF)
        before = staff.read()
        refused = tenant.faults.add("500", method="P*", path="*/items", times=None)
        result = staff.sync(STAFF.iloc[:1].assign(Grade="w"), delete=True, dry_run=True)
        assert refused.hits == 0
        assert (result.updated, result.deleted) == (1, 2)
        assert "dry_run" in result.note
        assert result.changes[["action", "code", "name", "change"]].to_numpy().tolist() == [
            ["update", "00e1", "Ann", "Grade: x -> w"],
            ["delete", "e2", 'Bo "B" \\', ""],
            ["delete", "e3", "Çağ", ""],
        ]
        pd.testing.assert_frame_equal(staff.read(), before)

    def test_what_was_read_is_in_sync(self, staff: List) -> None:
        staff.insert(STAFF)
        result = staff.sync(staff.read(), delete=True)
        assert (result.ignored, result.succeeded) == (3, 0)

    def test_the_code_cannot_be_taken_away_and_anaplan_says_so(self, staff: List) -> None:
        staff.insert(STAFF)
        frame = pd.DataFrame({"name": ["Ann"], "code": [None]})
        result = staff.sync(frame, key="name", on_rejected="ignore")
        assert "a code cannot be taken away" in result.rejected["error"].iloc[0]

    def test_a_parent_that_would_be_deleted_is_refused(self, staff: List) -> None:
        staff.insert(STAFF)
        with pytest.raises(af.ColumnMismatch, match=r"would be deleted.*'Ann'"):
            staff.sync(STAFF.iloc[1:], delete=True)
        assert len(staff.read()) == 3


def test_an_item_that_stands_aside_and_cannot_come_back_is_told(staff: List) -> None:
    staff.insert(pd.DataFrame({"code": ["a", "b", "c"], "name": ["A", "B", "C"]}))
    frame = pd.DataFrame({"code": ["a", "b"], "name": ["B", "C"]})  # but c keeps its name
    result = staff.sync(frame, on_rejected="ignore")
    assert result.rejected["code"].tolist() == ["b"]
    assert "already used" in result.rejected["error"].iloc[0]
    called = dict(rows(staff, "code", "name"))["b"]
    assert f"the item is called {called!r}" in result.rejected["error"].iloc[0]
    assert staff.sync(frame.assign(name=["B", "A"])).updated == 1


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send ten items at once instead of 100,000."""
    monkeypatch.setattr(item_sender, "MOST_ITEMS", 10)


def many(count: int, **columns: Any) -> pd.DataFrame:
    codes = [f"c{n:03}" for n in range(count)]
    return pd.DataFrame({"code": codes, "name": [f"Item {code}" for code in codes], **columns})


@pytest.mark.usefixtures("small_batches")
class TestLostAnswers:
    @pytest.mark.parametrize("kind", ["lost answer", "lost 504", "cut body", "stall", "500"])
    @pytest.mark.parametrize("method", ["insert", "update", "delete"])
    def test_whether_anaplan_acted_or_not_each_row_is_counted_and_done_once(
        self, staff: List, tenant: Sandbox, kind: Any, method: str
    ) -> None:
        if method != "insert":
            staff.insert(many(35))
        fault = tenant.faults.add(kind, method="P*", path="*/items", after=1, times=2, seconds=0.01)
        result = getattr(staff, method)(many(35, FTE=[7.0] * 35))
        assert fault.hits == 2
        tenant.faults.clear()
        assert result.succeeded == result.total == 35
        left = staff.read()
        assert left["FTE"].tolist() == ([] if method == "delete" else [7.0] * 35)

    def test_rejected_rows_are_told_all_the_same(self, staff: List, tenant: Sandbox) -> None:
        staff.insert(many(1))
        tenant.faults.add("lost answer", method="POST", path="*/items", times=2)
        frame = many(15, FTE=["1"] * 12 + ["bad"] * 3)
        result = staff.insert(frame, on_rejected="ignore")
        assert (result.created, result.failed) == (11, 4)
        assert result.rejected["code"].tolist() == ["c000", "c012", "c013", "c014"]
        assert "already used" in result.rejected["error"].iloc[0]
        assert "value:bad" in result.rejected["error"].iloc[1]

    @pytest.mark.parametrize("kind", ["lost answer", "stall"])
    def test_items_without_any_key_are_told_by_their_number(
        self, model: af.Model, tenant: Sandbox, kind: Any
    ) -> None:
        orders = model.lists["Orders"]
        orders.insert(pd.DataFrame({"Amount": [0.0] * 3}))
        tenant.faults.add(kind, method="POST", path="*/items", after=1, seconds=0.01)
        assert orders.insert(pd.DataFrame({"Amount": [1.0] * 25})).created == 25
        assert orders.read()["Amount"].value_counts().to_dict() == {1.0: 25, 0.0: 3}

    def test_where_it_cannot_be_told_it_is_uncertain(
        self, model: af.Model, tenant: Sandbox
    ) -> None:
        tenant.faults.add("lost answer", method="POST", path="*/items")
        with pytest.raises(
            af.TaskUncertain, match=r"4 of 5 items without code and name were added"
        ):
            model.lists["Orders"].insert(pd.DataFrame({"Amount": ["1", "2", "3", "4", "bad"]}))

    def test_where_reading_back_fails_it_is_uncertain(self, staff: List, tenant: Sandbox) -> None:
        tenant.faults.add("lost answer", method="POST", path="*/items")
        tenant.faults.add("token", method="GET", path="*/lists/*", after=3, times=None)
        with pytest.raises(af.TaskUncertain, match="reading back does not tell") as caught:
            staff.insert(many(5))
        result = caught.value.result
        assert result is not None
        assert (result.created, result.failed) == (0, 5)
        assert result.rejected["error"].str.startswith("it is not known whether").all()

    def test_an_error_half_way_tells_what_was_done_and_which_rows_were_not_sent(
        self, staff: List, tenant: Sandbox
    ) -> None:
        frame = many(30, parent=[None] * 10 + ["c000"] * 20)
        tenant.faults.add("503", method="POST", path="*/items", after=1, times=None)
        with pytest.raises(
            af.TaskFailed, match=r"ended half-way.* 10 of 30 rows were done"
        ) as caught:
            staff.insert(frame)
        result = caught.value.result
        assert result is not None
        assert (result.created, result.changes["code"].tolist()) == (
            10,
            frame["code"].tolist()[:10],
        )
        assert result.rejected["code"].tolist() == frame["code"].tolist()[10:]
        assert result.rejected["error"].str.startswith("not written: list 'Staff'").all()
        tenant.faults.clear()
        assert staff.insert(result.rejected.drop(columns="error")).created == 20

    def test_an_error_before_anything_was_done_is_raised_as_it_is(
        self, staff: List, tenant: Sandbox
    ) -> None:
        tenant.faults.add("503", method="POST", path="*/items", times=None)
        with pytest.raises(af.TransferError):
            staff.insert(many(5))


class TestTooMany:
    def test_a_batch_that_is_refused_as_too_many_is_halved(
        self, staff: List, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(list_routes, "MAX_WRITTEN", 7)
        assert staff.insert(many(50)).created == 50
        assert staff.sync(many(40, FTE=[1.0] * 40), delete=True).deleted == 10
        assert staff.read()["FTE"].tolist() == [1.0] * 40


class TestToAnaplan:
    def test_a_list_is_upserted_by_default(self, model: af.Model) -> None:
        af.to_anaplan(STAFF, "Staff", model)
        result = af.to_anaplan(STAFF.assign(FTE=9.0), "Staff", model)
        assert isinstance(result, af.ImportResult)
        assert (result.created, result.updated) == (0, 3)

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
        self, model: af.Model, mode: Any, counts: tuple[int, ...]
    ) -> None:
        af.to_anaplan(STAFF, "Staff", model, kind="lists")
        frame = STAFF.assign(FTE=[9.0, 0.5, 0.25])
        result = af.to_anaplan(
            frame, "anaplan://Finance/Headcount/lists/Staff", model, mode=mode, on_rejected="ignore"
        )
        assert isinstance(result, af.ImportResult)
        assert (result.created, result.updated, result.deleted, result.failed) == counts

    def test_options_that_a_list_lacks_are_refused(self, model: af.Model) -> None:
        with pytest.raises(ValueError, match="parameters= is an option of imports and processes"):
            af.to_anaplan(STAFF, "Staff", model, parameters={"Version": "Actual"})
        with pytest.raises(ValueError, match=r"mode must be one of 'insert'.*not 'append'"):
            af.to_anaplan(STAFF, "Staff", model, mode="append")  # type: ignore[arg-type]

    def test_a_mode_is_for_lists_alone(self, sandbox: Sandbox) -> None:
        model = sandbox.connect().model("Flight Planning")
        with pytest.raises(ValueError, match="mode= is an option of lists, which import"):
            af.to_anaplan(STAFF, "Load airlines", model, mode="sync")


def test_the_documentation_s_lines_run(model: af.Model) -> None:
    text = (Path(__file__).parents[2] / "docs" / "lists.md").read_text("utf-8")
    names = {"staff": model.lists["Staff"], "df": STAFF}
    exec(text.split("## Writing")[1].split("```python\n")[1].split("```")[0], names)
    assert len(model.lists["Staff"].read()) == 3


def test_the_index_is_reset_when_the_list_is_empty(staff: List) -> None:
    staff.insert(STAFF)
    with pytest.raises(af.AnaplanError, match="list that contains data"):
        staff.reset_index()
    staff.delete(STAFF)
    staff.reset_index()
