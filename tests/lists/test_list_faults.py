"""Writing lists where answers are lost, batches refused, and errors come half-way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.lists import item_writer
from anaplan_frames.lists.item_reconciler import ItemReconciler
from anaplan_frames.lists.lists import List
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.routes import list_routes
from tests.sandbox.http_client import Http, in_model
from tests.transport.scripted import TurnedClock


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send ten items at once instead of 100,000."""
    monkeypatch.setattr(item_writer, "MOST_ITEMS", 10)


@pytest.fixture
def hurried_staff(headcount: af.Model, headcount_sandbox: Sandbox) -> Iterator[List]:
    """Connect with a clock on which nobody waits."""
    with headcount_sandbox.connect(clock=TurnedClock()) as connection:
        yield connection.model(headcount.name).lists["Staff"]


def many(count: int, **columns: Any) -> pd.DataFrame:
    codes = [f"c{n:03}" for n in range(count)]
    return pd.DataFrame({"code": codes, "name": [f"Item {code}" for code in codes], **columns})


@pytest.mark.usefixtures("small_batches")
class TestLostAnswers:
    @pytest.mark.sampled(6)
    @pytest.mark.parametrize("kind", ["lost answer", "lost 504", "cut body", "stall", "500"])
    @pytest.mark.parametrize("method", ["insert", "update", "delete"])
    def test_whether_anaplan_acted_or_not_each_row_is_counted_and_done_once(
        self, staff: List, headcount_sandbox: Sandbox, kind: Any, method: str
    ) -> None:
        if method != "insert":
            staff.insert(many(35))
        fault = headcount_sandbox.faults.add(
            kind, method="P*", path="*/items", after=1, times=2, seconds=0.01
        )
        result = getattr(staff, method)(many(35, FTE=[7.0] * 35))
        assert fault.hits == 2
        headcount_sandbox.faults.clear()
        assert result.rows_loaded == result.rows_sent == 35
        left = staff.read()
        assert left["FTE"].tolist() == ([] if method == "delete" else [7.0] * 35)

    def test_rejected_rows_are_still_reported(
        self, staff: List, headcount_sandbox: Sandbox
    ) -> None:
        staff.insert(many(1))
        headcount_sandbox.faults.add("lost answer", method="POST", path="*/items", times=2)
        frame = many(15, FTE=["1"] * 12 + ["1,000"] * 3)
        result = staff.insert(frame, on_rejected="ignore")
        assert (result.rows_created, result.rows_rejected) == (11, 4)
        assert result.rejected["code"].tolist() == ["c000", "c012", "c013", "c014"]
        assert "already used" in result.rejected["error"].iloc[0]
        assert "value:1,000" in result.rejected["error"].iloc[1]

    @pytest.mark.parametrize("kind", ["reset", "lost answer"])
    def test_an_item_that_somebody_else_adds_meanwhile_is_not_taken_for_ours(
        self, staff: List, headcount_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, kind: Any
    ) -> None:
        [built] = headcount_sandbox.models.values()
        rival = in_model(Http(headcount_sandbox), built)
        path = f"/lists/{staff.id}/items"
        taken = {"code": "C001", "name": "Item c001", "properties": {"FTE": "1"}}
        real = ItemReconciler.reconcile
        first = iter([True])

        def meddle(self: ItemReconciler, *given: Any) -> Any:
            if next(first, False):
                rival.post(f"{path}?action=delete", {"items": [{"code": "c001"}]})
                rival.post(f"{path}?action=add", {"items": [taken]})
            return real(self, *given)

        monkeypatch.setattr(ItemReconciler, "reconcile", meddle)
        headcount_sandbox.faults.add(kind, method="POST", path="*/items")
        result = staff.insert(many(3, FTE=[7.0] * 3), on_rejected="ignore")
        assert (result.rows_created, result.rejected["code"].tolist()) == (2, ["c001"])
        assert "already used" in result.rejected["error"].iloc[0]
        assert staff.read().set_index("name")["FTE"].sort_index().tolist() == [7.0, 1.0, 7.0]

    def test_items_without_any_key_are_counted(
        self, headcount: af.Model, headcount_sandbox: Sandbox
    ) -> None:
        orders = headcount.lists["Orders"]
        orders.insert(pd.DataFrame({"Amount": [0.0] * 3}))
        headcount_sandbox.faults.add("lost answer", method="POST", path="*/items", after=1)
        assert orders.insert(pd.DataFrame({"Amount": [1.0] * 25})).rows_created == 25
        assert orders.read()["Amount"].value_counts().to_dict() == {1.0: 25, 0.0: 3}

    def test_items_without_any_key_that_are_not_there_are_not_sent_again(
        self, headcount: af.Model, headcount_sandbox: Sandbox
    ) -> None:
        fault = headcount_sandbox.faults.add("500", method="POST", path="*/items")
        with (
            headcount_sandbox.connect(clock=TurnedClock()) as connection,
            pytest.raises(af.TaskUncertain, match="none of 5 items without code and name is in"),
        ):
            connection.model("Headcount").lists["Orders"].insert(pd.DataFrame({"Amount": range(5)}))
        assert fault.hits == 1
        assert len(headcount.lists["Orders"].read()) == 0

    def test_what_an_earlier_request_does_late_is_not_a_failure(
        self, staff: List, headcount_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        headcount_sandbox.faults.add("stall", method="POST", path="*/items", seconds=0.01)
        write = staff._transport.write_json
        late: list[Any] = []

        def do_first_what_was_lost(*call: Any, **options: Any) -> Any:
            if late:  # the request that was lost is done now, after its items were looked for
                write(*late.pop(), **options)
            late.append(call)
            return write(*call, **options)

        monkeypatch.setattr(staff._transport, "write_json", do_first_what_was_lost)
        result = staff.insert(many(8))
        assert (result.rows_created, result.rows_rejected, len(staff.read())) == (8, 0, 8)

    def test_if_reading_back_is_ambiguous_it_is_uncertain(
        self, headcount: af.Model, headcount_sandbox: Sandbox
    ) -> None:
        headcount_sandbox.faults.add("lost answer", method="POST", path="*/items")
        with pytest.raises(
            af.TaskUncertain, match=r"4 of 5 items without code and name were added"
        ):
            headcount.lists["Orders"].insert(
                pd.DataFrame({"Amount": ["1", "2", "3", "4", "1,000"]})
            )

    def test_if_reading_back_fails_it_is_uncertain(
        self, hurried_staff: List, headcount_sandbox: Sandbox
    ) -> None:
        headcount_sandbox.faults.add("lost answer", method="POST", path="*/items")
        headcount_sandbox.faults.add("token", method="GET", path="*/lists/*", after=2, times=None)
        with pytest.raises(af.TaskUncertain, match="reading back does not show") as caught:
            hurried_staff.insert(many(5))
        result = caught.value.result
        assert result is not None
        assert (result.rows_created, result.rows_rejected) == (0, 5)
        assert result.rejected["error"].str.startswith("it is not known whether").all()

    def test_an_error_half_way_says_what_was_done_and_which_rows_were_not_sent(
        self, hurried_staff: List, headcount_sandbox: Sandbox
    ) -> None:
        staff = hurried_staff
        frame = many(30, parent=[None] * 10 + ["c000"] * 20)
        headcount_sandbox.faults.add(
            "429", method="POST", path="*/items", after=1, times=None, retry_after=0
        )
        with pytest.raises(
            af.TaskFailed, match=r"ended half-way.* 10 of 30 rows were written"
        ) as caught:
            staff.insert(frame)
        result = caught.value.result
        assert result is not None
        assert (result.rows_created, result.changes["code"].tolist()) == (
            10,
            frame["code"].tolist()[:10],
        )
        assert result.rejected["code"].tolist() == frame["code"].tolist()[10:]
        assert result.rejected["error"].str.startswith("not written: list 'Staff'").all()
        headcount_sandbox.faults.clear()
        assert staff.insert(result.rejected.drop(columns="error")).rows_created == 20

    def test_an_error_before_anything_was_done_is_raised_as_it_is(
        self, hurried_staff: List, headcount_sandbox: Sandbox
    ) -> None:
        headcount_sandbox.faults.add(
            "429", method="POST", path="*/items", times=None, retry_after=0
        )
        with pytest.raises(af.RateLimited):
            hurried_staff.insert(many(5))


def test_an_item_that_was_there_before_is_not_one_that_was_added() -> None:
    before = pa.table({"id": ["1"], "code": ["a"], "name": ["A"]})
    now = pa.table({"id": ["1", "2"], "code": ["a", "b"], "name": ["A", "B"]})
    reconciler = ItemReconciler(before, lambda columns: now.select(columns), TurnedClock())
    sent = pa.table({"code": ["a", "b", "c"]})
    assert reconciler._new_by_key(sent, now, ()).tolist() == [False, True, False]


class TestTooMany:
    def test_a_batch_that_is_refused_as_too_many_is_halved(
        self, staff: List, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(list_routes, "MAX_WRITTEN", 7)
        assert staff.insert(many(50)).rows_created == 50
        assert staff.sync(many(40, FTE=[1.0] * 40), delete=True, max_delete=10).rows_deleted == 10
        assert staff.read()["FTE"].tolist() == [1.0] * 40
