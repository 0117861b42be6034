"""Sync through HTTP, from any state of a list to any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import anaplan_frames as af
from anaplan_frames.lists.lists import List
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.writes.plan import WritePlan
from tests.lists.staff import STAFF, rows
from tests.lists.test_write_stages import as_rows, trees

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def synced() -> Iterator[List]:
    with Sandbox(rate_limit=None) as sandbox:
        model = sandbox.workspace("W").model("M")
        model.list("L", properties={"Grade": "TEXT", "FTE": "NUMBER"}, subsets=["Active"])
        with sandbox.connect(requests_per_minute=None) as connection:
            yield connection.model("M").lists["L"]


def frame_of(items: Mapping[str, Any], active: set[str]) -> pd.DataFrame:
    columns = ["code", "name", "parent", "Grade", "FTE"]
    frame = pd.DataFrame(as_rows(items), columns=columns)
    return frame.assign(Active=frame["code"].isin(active))


def state(lst: List) -> Rows:
    frame = lst.read()
    assert isinstance(frame, pd.DataFrame)
    return as_state(frame.drop(columns="id"))


def as_state(frame: pd.DataFrame) -> Rows:
    plain = frame.astype(object).where(frame.notna(), None).sort_values("code")
    records: Rows = plain.to_dict("records")
    return records


@settings(
    max_examples=settings.default.max_examples // 8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    before=trees(),
    after=trees(),
    active=st.tuples(st.sets(st.sampled_from("abcdefgh")), st.sets(st.sampled_from("abcdefgh"))),
)
def test_from_any_state_to_any_state_it_ends_equal_and_then_sends_nothing(
    synced: List, before: dict[str, Any], after: dict[str, Any], active: tuple[set[str], set[str]]
) -> None:
    for items, chosen in zip((before, after), active, strict=True):
        frame = frame_of(items, chosen)
        plan = synced.sync(frame, delete=True, dry_run=True)
        done = synced.sync(frame, delete=True, confirm=True)
        assert state(synced) == as_state(frame)
        pd.testing.assert_frame_equal(done.changes, plan.changes)
        again = synced.sync(frame, delete=True)
        assert (again.rows_loaded, again.rows_ignored) == (0, len(frame))


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
        assert (result.rows_created, result.rows_updated, result.rows_deleted) == (1, 2, 1)
        assert rows(staff, "code", "name", "parent", "Grade", "FTE") == [
            ("00e1", "Çağ", None, "x", 1.0),
            ("e3", "Ann", "Di", None, 0.25),
            ("e4", "Di", None, "y", 0.0),
        ]
        again = staff.sync(frame, delete=True)
        assert (again.rows_ignored, again.rows_loaded, len(again.changes)) == (3, 0, 0)

    def test_a_dry_run_sends_nothing(self, staff: List, headcount_sandbox: Sandbox) -> None:
        staff.insert(STAFF)
        before = staff.read()
        refused = headcount_sandbox.faults.add("500", method="P*", path="*/items", times=None)
        plan = staff.sync(STAFF.iloc[:1].assign(Grade="w"), delete=True, dry_run=True)
        assert refused.hits == 0
        assert (plan.rows_updated, plan.rows_deleted) == (1, 2)
        assert isinstance(plan, WritePlan)
        assert plan.changes[["action", "code", "name", "change"]].to_numpy().tolist() == [
            ["update", "00e1", "Ann", "Grade: x -> w"],
            ["delete", "e2", 'Bo "B" \\', ""],
            ["delete", "e3", "Çağ", ""],
        ]
        pd.testing.assert_frame_equal(staff.read(), before)

    def test_what_was_read_is_in_sync(self, staff: List) -> None:
        staff.insert(STAFF)
        result = staff.sync(staff.read(), delete=True)
        assert (result.rows_ignored, result.rows_loaded) == (3, 0)

    def test_a_code_cannot_be_removed_and_anaplan_says_so(self, staff: List) -> None:
        staff.insert(STAFF)
        frame = pd.DataFrame({"name": ["Ann"], "code": [None]})
        result = staff.sync(frame, key="name", on_rejected="ignore")
        assert "a code cannot be removed" in result.rejected["error"].iloc[0]

    def test_a_parent_that_would_be_deleted_is_refused(self, staff: List) -> None:
        staff.insert(STAFF)
        with pytest.raises(af.ColumnMismatch, match=r"would be deleted.*'Ann'"):
            staff.sync(STAFF.iloc[1:], delete=True)
        assert len(staff.read()) == 3


def test_the_temporary_name_of_an_item_that_cannot_get_its_final_one_is_in_the_error(
    staff: List, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff.insert(pd.DataFrame({"code": ["a", "b"], "name": ["A", "B"]}))
    write = staff._transport.write_json
    written: list[Any] = []

    def take_a_name_that_is_free_for_a_moment(method: str, path: str, body: Any, **how: Any) -> Any:
        answer = write(method, path, body, **how)
        if not written:
            taken = b'{"items": [{"code": "x", "name": "A"}]}'
            write("POST", path, taken, **{**how, "params": {"action": "add"}})
        written.append(body)
        return answer

    monkeypatch.setattr(staff._transport, "write_json", take_a_name_that_is_free_for_a_moment)
    frame = pd.DataFrame({"code": ["a", "b"], "name": ["B", "A"]})
    result = staff.sync(frame, on_rejected="ignore")
    assert result.rejected["code"].tolist() == ["b"]
    assert "already used" in result.rejected["error"].iloc[0]
    called = dict(rows(staff, "code", "name"))["b"]
    assert f"the item is called {called!r}" in result.rejected["error"].iloc[0]
    assert staff.sync(frame.assign(name=["B", "C"])).rows_updated == 1


def test_the_error_of_an_item_that_has_its_final_name_says_nothing_of_a_temporary_one(
    staff: List,
) -> None:
    staff.insert(pd.DataFrame({"code": ["a", "b"], "name": ["A", "B"]}))
    frame = pd.DataFrame({"code": ["a", "b"], "name": ["B", "A"], "FTE": ["1", "1,000"]})
    result = staff.sync(frame, on_rejected="ignore")
    assert result.rejected["error"].tolist() == [
        "incorrect format -- column name:FTE, value:1,000 (INCORRECT_FORMAT)"
    ]
    assert rows(staff, "code", "name") == [("a", "B"), ("b", "A")]


def test_a_row_that_cannot_have_its_name_is_not_sent_and_those_that_depend_on_it_neither(
    staff: List,
) -> None:
    staff.insert(pd.DataFrame({"code": ["a", "b", "c"], "name": ["A", "B", "C"]}))
    frame = pd.DataFrame({"code": ["a", "b"], "name": ["B", "C"]})  # but c keeps its name
    result = staff.sync(frame, on_rejected="ignore")
    assert result.rejected["error"].tolist() == [
        "the name is already used by another item: 'B'",
        "the name is already used by another item: 'C'",
    ]
    assert rows(staff, "code", "name") == [("a", "A"), ("b", "B"), ("c", "C")]
