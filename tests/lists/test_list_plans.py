"""Plans for lists: what they show, how they are sent, and when they are out of date."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.errors import (
    AnaplanError,
    AnaplanWarning,
    ConfirmationRequired,
    PlanStale,
    TaskTimeout,
    TransferTimeout,
)
from anaplan_frames.lists import item_writer
from anaplan_frames.lists.delete_guard import most_deleted
from anaplan_frames.lists.lists import List
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.writes.plan import WritePlan
from tests.lists.staff import STAFF, rows
from tests.transport.scripted import TurnedClock

NEW = pd.DataFrame({"code": ["00e1", "e9"], "name": ["Anna", "Bea"], "FTE": [2.0, 1.0]})


def many(count: int) -> pd.DataFrame:
    codes = [f"c{n:03}" for n in range(count)]
    return pd.DataFrame({"code": codes, "name": [f"Item {code}" for code in codes]})


class TestPlans:
    def test_a_plan_shows_columns_texts_changes_and_counts_and_sends_nothing(
        self, staff: List, headcount_sandbox: Sandbox
    ) -> None:
        staff.insert(STAFF)
        sent = headcount_sandbox.faults.add("500", method="P*", path="*/items", times=None)
        plan = staff.upsert(
            NEW.rename(columns={"name": "Employee"}).assign(x=1),
            mapping={"Employee": "name"},
            dry_run=True,
        )
        assert sent.hits == 0
        assert plan.columns.astype(object).where(plan.columns.notna(), None).values.tolist() == [
            ["code", "code", True],
            ["Employee", "name", True],
            ["FTE", "FTE", True],
            ["x", None, False],
        ]
        assert plan.head(1).values.tolist() == [["00e1", "Anna", "2"]]
        assert plan.changes[["action", "code", "change"]].values.tolist() == [
            ["update", "00e1", "name: Ann -> Anna, FTE: 1 -> 2"],
            ["insert", "e9", ""],
        ]
        assert (plan.kind, plan.target, plan.target_id, plan.mode) == (
            "list",
            "Staff",
            staff.id,
            "upsert",
        )
        assert (plan.model, plan.rows_sent, plan.rows_created, plan.rows_updated) == (
            "Headcount",
            2,
            1,
            1,
        )
        assert plan.unchecked["subject"].tolist() == ["access"]
        assert "your user" in plan.unchecked["reason"].iloc[0]
        headcount_sandbox.faults.clear()
        result = plan.send()
        pd.testing.assert_frame_equal(result.changes, plan.changes)
        assert (result.rows_created, result.rows_updated) == (1, 1)
        with pytest.raises(AnaplanError, match="sent already"):
            plan.send()

    @pytest.mark.sampled(3)
    @pytest.mark.parametrize("method", ["insert", "update", "upsert", "delete", "sync"])
    def test_every_method_has_one(self, staff: List, method: str) -> None:
        staff.insert(STAFF)
        before = staff.read()
        plan = getattr(staff, method)(NEW, dry_run=True)
        assert isinstance(plan, WritePlan)
        pd.testing.assert_frame_equal(staff.read(), before)
        assert isinstance(staff.write(NEW, mode=method, dry_run=True), WritePlan)  # type: ignore[call-overload]
        result = plan.send(on_rejected="ignore")
        pd.testing.assert_frame_equal(result.changes, plan.changes)
        pd.testing.assert_frame_equal(result.rejected, plan.rejected)

    def test_it_is_stale_if_something_else_would_be_done_now(self, staff: List) -> None:
        staff.insert(STAFF)
        plan = staff.update(pd.DataFrame({"code": ["e2"], "Grade": ["y"]}), dry_run=True)
        staff.update(pd.DataFrame({"code": ["e3"], "Grade": ["other"]}))  # is not its business
        staff.update(pd.DataFrame({"code": ["e2"], "Grade": ["z"]}))
        with pytest.raises(PlanStale, match="list 'Staff' has changed"):
            plan.send()
        assert dict(rows(staff, "code", "Grade"))["e2"] == "z"

    def test_it_is_not_stale_if_only_others_items_have_changed(self, staff: List) -> None:
        staff.insert(STAFF)
        plan = staff.update(pd.DataFrame({"code": ["e2"], "Grade": ["y"]}), dry_run=True)
        staff.update(pd.DataFrame({"code": ["e3"], "Grade": ["other"]}))
        assert plan.send().rows_updated == 1

    def test_a_stream_is_kept_until_it_is_sent(self, staff: List) -> None:
        frame = STAFF.assign(FTE=["1", "1,000", "2"], parent=None)
        plan = staff.insert(iter([frame.iloc[:1], frame.iloc[1:]]), dry_run=True)
        assert plan.rows_created == 3
        result = plan.send(on_rejected="ignore")
        assert (result.rows_created, result.rejected["FTE"].tolist()) == (2, ["1,000"])

    def test_rows_that_are_sure_to_be_refused_are_in_it_and_are_not_sent(
        self, headcount: af.Model, headcount_sandbox: Sandbox
    ) -> None:
        cities = headcount.lists["Cities"]
        cities.insert(pd.DataFrame({"code": ["o"], "name": ["Oslo"], "parent": ["North"]}))
        frame = pd.DataFrame(
            {
                "code": ["o", "r", "p", "q"],
                "name": ["Oslo 2", "Rome", "Paris", "Rome"],
                "parent": [None, "East", "s", "s"],
            },
            index=list("abcd"),
        )
        plan = cities.insert(frame, dry_run=True)
        assert plan.rejected["error"].to_dict() == {
            "a": "the code is already used by another item: 'o'",
            "b": "list 'Regions' has no such item (column name:parent, value:East)",
        }
        assert (plan.rows_created, plan.rows_rejected) == (2, 2)
        result = plan.send(on_rejected="ignore")
        pd.testing.assert_frame_equal(result.rejected, plan.rejected)

    def test_a_row_that_wants_what_a_rejected_row_keeps_is_rejected_too(self, staff: List) -> None:
        staff.insert(pd.DataFrame({"code": ["a", "b", "c", "d"], "name": ["A", "B", "C", "D"]}))
        # D wants A's name, which A keeps, as it wants B's, which B keeps.
        ids = staff.read().set_index("code")["id"]
        frame = pd.DataFrame({"id": ids[["d", "c", "a"]].tolist(), "name": ["A", "E", "B"]})
        plan = staff.update(frame, dry_run=True)
        assert plan.rejected["error"].to_dict() == {
            0: "the name is already used by another item: 'A'",
            2: "the name is already used by another item: 'B'",
        }
        assert plan.rows_updated == 1

    def test_new_items_of_a_refused_parent_are_refused_too(self, staff: List) -> None:
        frame = pd.DataFrame(
            {"code": list("abc"), "name": ["A", "B", "C"], "parent": ["nobody", "A", None]}
        )
        plan = staff.insert(frame, dry_run=True)
        assert plan.rejected["code"].tolist() == ["a", "b"]
        assert plan.send(on_rejected="ignore").rows_created == 1

    def test_a_parent_that_differs_in_case_is_found(self, staff: List) -> None:
        frame = pd.DataFrame({"name": ["A", "B"], "parent": [None, "a"]})
        with pytest.warns(AnaplanWarning, match=r"1 key differs .* 'a' from 'A'"):
            plan = staff.insert(frame, dry_run=True)
        assert (plan.rows_created, plan.rows_rejected) == (2, 0)
        assert plan.send().rows_created == 2
        assert rows(staff, "name", "parent") == [("A", None), ("B", "A")]

    def test_the_first_of_two_rows_has_the_name_that_both_want(self, staff: List) -> None:
        frame = pd.DataFrame({"code": ["a", "b"], "name": ["A", "A"]})
        result = staff.upsert(frame, on_rejected="ignore")
        assert result.rejected["error"].tolist() == ["the name is already used by row 0: 'A'"]
        assert rows(staff, "code", "name") == [("a", "A")]

    def test_an_item_whose_row_is_refused_is_not_deleted_by_a_sync(self, staff: List) -> None:
        staff.insert(pd.DataFrame({"code": ["a", "b"], "name": ["A", "B"]}))
        frame = pd.DataFrame({"code": ["a", "b"], "name": ["A", "A"]})
        result = staff.sync(frame, delete=True, on_rejected="ignore")
        assert (result.rows_deleted, result.rows_rejected) == (0, 1)
        assert rows(staff, "code", "name") == [("a", "A"), ("b", "B")]


class TestGuards:
    def test_a_sync_that_deletes_too_many_must_be_confirmed(
        self, staff: List, headcount_sandbox: Sandbox
    ) -> None:
        staff.insert(many(30))
        sent = headcount_sandbox.faults.add("500", method="P*", path="*/items", times=None)
        with pytest.raises(
            ConfirmationRequired,
            match=r"delete 4 of the 30 items of list 'Staff' and their cells, more than the 3 that",
        ) as caught:
            staff.sync(many(26), delete=True)
        assert sent.hits == 0
        headcount_sandbox.faults.clear()
        plan = caught.value.plan
        assert isinstance(plan, WritePlan)
        assert plan.rows_deleted == 4
        with pytest.raises(ConfirmationRequired):
            plan.send()
        assert plan.send(confirm=True).rows_deleted == 4

    @pytest.mark.parametrize(
        "options", [{"max_delete": 4}, {"max_delete": 0.14}, {"confirm": True}], ids=str
    )
    def test_it_is_done_if_that_is_allowed(self, staff: List, options: Any) -> None:
        staff.insert(many(30))
        assert staff.sync(many(26), delete=True, **options).rows_deleted == 4

    def test_one_item_may_always_go_and_a_number_counts_as_it_is(self, staff: List) -> None:
        staff.insert(many(3))
        assert staff.sync(many(2), delete=True).rows_deleted == 1
        with pytest.raises(ConfirmationRequired):
            staff.sync(many(1), delete=True, max_delete=0)
        assert [most_deleted(share, 30) for share in (0.1, 0.0, 0.001, 1.0, 2)] == [3, 0, 1, 30, 2]

    @pytest.mark.parametrize(
        "nothing",
        [
            lambda: many(3).iloc[:0],
            lambda: iter([many(3).iloc[:0]]),
            lambda: pa.Table.from_pandas(many(3).iloc[:0]).to_reader(),
            lambda: duckdb.from_df(many(3)).filter("code = 'none'"),
            lambda: pd.DataFrame({"code": [None, ""], "name": [None, None]}),
        ],
        ids=["frame", "frames", "reader", "duckdb", "blank rows"],
    )
    def test_data_without_rows_deletes_nothing_unless_that_is_confirmed(
        self, staff: List, nothing: Callable[[], Any]
    ) -> None:
        staff.insert(many(3))
        for options in ({}, {"max_delete": 1.0}):
            with pytest.raises(ConfirmationRequired, match="because the data has no rows"):
                staff.sync(nothing(), delete=True, **options)
        assert len(staff.read()) == 3
        assert staff.sync(nothing(), delete=True, confirm=True).rows_deleted == 3
        assert staff.sync(nothing(), delete=True).rows_deleted == 0

    @pytest.mark.parametrize(
        ("max_delete", "error"),
        [(True, TypeError), ("1", TypeError), (-1, ValueError), (1.5, ValueError)],
    )
    def test_what_is_neither_a_number_nor_a_share_is_refused(
        self, staff: List, max_delete: Any, error: type[Exception]
    ) -> None:
        with pytest.raises(error, match="max_delete"):
            staff.sync(many(1), max_delete=max_delete)

    def test_to_anaplan_passes_it_on(self, headcount: af.Model) -> None:
        af.to_anaplan(many(30), "Staff", headcount)
        with pytest.raises(ConfirmationRequired):
            af.to_anaplan(many(1), "Staff", headcount, mode="sync", delete=True)
        plan = af.to_anaplan(many(1), "Staff", headcount, mode="sync", delete=True, dry_run=True)
        assert plan.rows_deleted == 29
        done = af.to_anaplan(many(1), "Staff", headcount, mode="sync", delete=True, confirm=True)
        assert done.rows_deleted == 29
        with pytest.raises(ValueError, match="delete= is an option of mode='sync'"):
            af.to_anaplan(many(1), "Staff", headcount, delete=True)
        with pytest.raises(ValueError, match="key= is not an option of mode='insert'"):
            af.to_anaplan(many(1), "Staff", headcount, mode="insert", key="code")


STREAMS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": lambda frame: iter([frame.iloc[:2], frame.iloc[2:]]),
    "polars": lambda frame: iter([pl.from_pandas(frame[:2]), pl.from_pandas(frame[2:])]),
    "narwhals": lambda frame: iter([nw.from_native(frame)]),
    "reader": lambda frame: pa.Table.from_pandas(frame, preserve_index=False).to_reader(1),
    "duckdb": duckdb.from_df,
    "other order": lambda frame: iter([frame.iloc[:2], frame.iloc[2:][frame.columns[::-1]]]),
}
if hasattr(pl.LazyFrame, "collect_batches"):  # from Polars 1.34 on
    STREAMS["lazy frame"] = lambda frame: pl.from_pandas(frame).lazy().collect_batches()
MIXED = {
    "mixed objects": ["101", 101, None],
    "objects of later parts": ["1", "2", 7],
    "dictionaries with nulls": pd.Categorical(["a", None, "b"]),
    "big-endian": np.array([1, 2, 3], dtype=">i4"),
}


class TestStreams:
    @pytest.mark.sampled(5)
    @pytest.mark.parametrize("plan", [False, True], ids=["sent", "planned"])
    @pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
    def test_of_every_kind_with_rejected_rows(self, staff: List, stream: Any, plan: bool) -> None:
        frame = many(4).assign(FTE=["1", "1,000", "2", "1,000"])
        if plan:
            result = staff.insert(stream(frame), dry_run=True).send(on_rejected="ignore")
        else:
            result = staff.insert(stream(frame), on_rejected="ignore")
        assert (result.rows_sent, result.rows_created, result.rows_rejected) == (4, 2, 2)
        assert result.note == ""
        assert result.rejected[["code", "FTE"]].values.tolist() == [
            ["c001", "1,000"],
            ["c003", "1,000"],
        ]
        assert result.rejected.index.tolist() == [1, 3]

    @pytest.mark.parametrize("plan", [False, True], ids=["sent", "planned"])
    @pytest.mark.parametrize("values", MIXED.values(), ids=MIXED)
    def test_of_columns_whose_types_differ(self, staff: List, values: Any, plan: bool) -> None:
        frame = many(3).assign(Grade=values, FTE=["1,000", "1", "1,000"])
        data = iter([frame.iloc[:2], frame.iloc[2:]])
        if plan:
            result = staff.insert(data, dry_run=True).send(on_rejected="ignore")
        else:
            result = staff.insert(data, on_rejected="ignore")
        assert (result.rows_created, result.note) == (1, "")
        kept = result.rejected["Grade"].astype(object).where(result.rejected["Grade"].notna(), None)
        expected = frame["Grade"].astype(object).where(frame["Grade"].notna(), None)
        assert kept.tolist() == expected.iloc[[0, 2]].tolist()

    def test_of_read_csv_in_chunks(self, staff: List, tmp_path: Path) -> None:
        many(5).to_csv(tmp_path / "a.csv", index=False)
        with pd.read_csv(tmp_path / "a.csv", chunksize=2) as chunks:
            assert staff.insert(chunks).rows_created == 5

    @pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
    def test_of_zero_rows(self, staff: List, stream: Any) -> None:
        result = staff.insert(stream(many(0)))
        assert (result.rows_sent, result.rows_rejected, len(result.rejected)) == (0, 0, 0)

    def test_rows_that_cannot_be_given_back_are_a_note_and_texts(
        self, staff: List, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any) -> Any:
            raise pa.ArrowNotImplementedError("not of this type")

        monkeypatch.setattr("anaplan_frames.writes.retained_rows.RetainedRows.take", fail)
        frame = many(2).assign(FTE=["1", "1,000"])
        result = staff.insert(frame, on_rejected="ignore")
        assert (result.rows_created, result.rows_rejected, len(result.rejected)) == (1, 1, 0)
        assert "not of this type" in result.note
        assert result.unmatched[["code", "FTE"]].to_dict("index") == {
            1: {"code": "c001", "FTE": "1,000"}
        }


class TestBlankRows:
    @pytest.mark.sampled(2)
    @pytest.mark.parametrize("method", ["insert", "update", "upsert", "delete", "sync"])
    def test_they_are_ignored_and_counted(self, staff: List, method: str) -> None:
        staff.insert(STAFF)
        frame = pd.concat([NEW, pd.DataFrame({"code": [None, ""], "FTE": [np.nan] * 2})])
        plan = getattr(staff, method)(frame[["code", "name"]], dry_run=True)
        without = getattr(staff, method)(NEW[["code", "name"]], dry_run=True)
        assert plan.rows_ignored == without.rows_ignored + 2
        pd.testing.assert_frame_equal(plan.changes, without.changes)
        assert plan.send(on_rejected="ignore").rows_ignored == plan.rows_ignored

    def test_a_row_with_other_values_that_names_no_item_is_not_blank(self, staff: List) -> None:
        staff.insert(STAFF)
        frame = pd.DataFrame({"code": ["e2", None], "Grade": ["x", "y"]})
        result = staff.delete(frame, on_rejected="ignore")
        assert (result.rows_deleted, result.rows_rejected) == (1, 1)


class TestMapping:
    def test_labels_may_be_integers(self, staff: List) -> None:
        frame = pd.DataFrame([["a", "A"], ["b", "B"]])
        staff.insert(frame, mapping={0: "code", 1: "name"})
        assert rows(staff, "code", "name") == [("a", "A"), ("b", "B")]

    def test_a_reversed_one_is_turned(self, staff: List) -> None:
        frame = pd.DataFrame({"Employee": ["A"]})
        with pytest.raises(af.ColumnMismatch, match=r"mapping=\{'Employee': 'name'\}"):
            staff.insert(frame, mapping={"name": "Employee"})

    @pytest.mark.parametrize("mapping", [{"Employee": "name"}, None])
    def test_a_column_in_the_index_is_found(self, staff: List, mapping: Any) -> None:
        name = "name" if mapping is None else "Employee"
        frame = pd.DataFrame({name: ["A"], "Grade": ["x"]}).set_index(name)
        with pytest.raises(af.ColumnMismatch, match="index=True"):
            staff.insert(frame, mapping=mapping)

    def test_columns_in_another_case_are_suggested(self, staff: List) -> None:
        frame = pd.DataFrame({"CODE": ["a"], "Name": ["A"]})
        with pytest.raises(af.ColumnMismatch, match=r"mapping=\{'Name': 'name'\}"):
            staff.insert(frame)
        with pytest.raises(af.ColumnMismatch, match=r"mapping=\{'CODE': 'code', 'Name': 'name'\}"):
            staff.upsert(frame)

    @pytest.mark.filterwarnings("ignore:list 'Staff' does not take")
    def test_a_key_in_another_case_is_suggested(self, staff: List) -> None:
        frame = pd.DataFrame({"Code": ["a"], "Grade": ["x"]})
        with pytest.raises(af.ColumnMismatch, match=r"mapping=\{'Code': 'code'\}"):
            staff.update(frame)
        in_index = frame.rename(columns={"Code": "code"}).set_index("code")
        with pytest.raises(af.ColumnMismatch, match="index of the data has 'code': add index=True"):
            staff.update(in_index)

    def test_what_is_not_a_mapping_is_a_type_error(self, staff: List) -> None:
        with pytest.raises(TypeError, match="mapping must be a dict"):
            staff.insert(STAFF, mapping=["code"])  # type: ignore[call-overload]
        with pytest.raises(TypeError, match="a name in Anaplan must be a str"):
            staff.insert(STAFF, mapping={"code": 1})  # type: ignore[dict-item]


class TestTopLevelItem:
    @pytest.fixture
    def products(self, tenant: Sandbox) -> Any:
        built = tenant.workspace("Finance").model("Shop")
        top = built.list("Products", top_level_item="All products")
        built.list("Variants", parent=top)
        with tenant.connect() as connection:
            yield connection.model("Shop")

    def test_as_a_parent_it_means_no_parent(self, products: af.Model) -> None:
        lst = products.lists["Products"]
        frame = pd.DataFrame({"code": ["a", "b"], "name": ["A", "B"], "parent": "All products"})
        assert lst.insert(frame).rows_created == 2
        assert lst.upsert(frame).rows_ignored == 2
        lst.update(pd.DataFrame({"code": ["b"], "parent": ["A"]}))
        assert rows(lst, "code", "parent") == [("a", None), ("b", "A")]
        assert lst.update(frame).rows_updated == 1
        assert rows(lst, "code", "parent") == [("a", None), ("b", None)]

    def test_of_the_list_above_too(self, products: af.Model) -> None:
        products.lists["Products"].insert(pd.DataFrame({"name": ["A"]}))
        lst = products.lists["Variants"]
        frame = pd.DataFrame(
            {"code": ["x", "y"], "name": ["X", "Y"], "parent": ["All products", "A"]}
        )
        assert lst.insert(frame).rows_created == 2
        assert rows(lst, "code", "parent") == [("x", None), ("y", "A")]
        assert lst.update(frame.assign(parent="All products")).rows_updated == 1


class TestTheCall:
    def test_the_result_says_what_where_and_when(
        self, staff: List, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        frame = many(2).assign(FTE=["1", "1,000"])
        with caplog.at_level(logging.INFO, "anaplan_frames"):
            result = staff.insert(frame, on_rejected="ignore", dump=tmp_path / "dump")
        assert (result.kind, result.target, result.mode) == ("list", "Staff", "insert")
        assert (result.model, len(result.model_id), len(result.workspace_id)) == (
            "Headcount",
            32,
            32,
        )
        assert result.started.tzinfo is not None
        assert result.seconds > 0
        assert result.dump == str(tmp_path / "dump")
        kept = pd.read_csv(tmp_path / "dump" / "rejected.csv")
        assert kept[["code", "FTE"]].values.tolist() == [["c001", "1,000"]]
        lines = [r.getMessage() for r in caplog.records if r.levelno == logging.INFO]
        assert any("list 'Staff': insert, 1 of 2 rows loaded" in line for line in lines)

    def test_a_timeout_that_ends_before_anything_is_sent_is_safe_to_repeat(
        self, staff: List
    ) -> None:
        with pytest.raises(TransferTimeout):
            staff.insert(many(2), timeout=0)
        assert len(staff.read()) == 0
        for wrong, error in (("1", TypeError), (-1, ValueError)):
            with pytest.raises(error, match="timeout"):
                staff.insert(many(2), timeout=wrong)  # type: ignore[call-overload]

    @pytest.mark.usefixtures("staff")
    def test_a_timeout_half_way_has_a_result(
        self, headcount_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(item_writer, "MOST_ITEMS", 10)
        with headcount_sandbox.connect(clock=TurnedClock()) as connection:
            lst = connection.model("Headcount").lists["Staff"]
            write = lst._transport.write_json

            def slowly(*call: Any, **how: Any) -> Any:
                answer = write(*call, **how)
                lst._transport.clock.sleep(60)
                return answer

            monkeypatch.setattr(lst._transport, "write_json", slowly)
            frame = many(20).assign(parent=[None] * 10 + ["c000"] * 10)
            with pytest.raises(TaskTimeout, match=r"10 of 20 rows were written") as caught:
                lst.insert(frame, timeout=30)
        assert caught.value.result is not None
        assert caught.value.result.rejected["code"].tolist() == frame["code"].tolist()[10:]

    def test_unknown_options_are_a_type_error_at_once(self, staff: List) -> None:
        with pytest.raises(TypeError, match="unknown"):
            staff.insert(many(1), unknown=1)  # type: ignore[call-overload]

    @pytest.mark.parametrize("blank", [True, False])
    def test_blank_makes_no_difference_to_a_deletion(self, staff: List, blank: bool) -> None:
        staff.insert(many(3))
        deleted = pd.DataFrame({"code": ["c000", None], "name": [None, "Item c002"]})
        assert staff.delete(deleted, blank=blank).rows_deleted == 2
        assert rows(staff, "code") == [("c001",)]
