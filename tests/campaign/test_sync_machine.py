"""Syncs of a list, one after the other, while a second editor changes the same list."""

from __future__ import annotations

from itertools import count
from typing import Any

import pandas as pd
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

import anaplan_frames as af
from anaplan_frames.sandbox.planning.store.list_tables import property_column
from tests.campaign.between import Plan, Stage
from tests.campaign.case import Case, Other, Verdict
from tests.campaign.runs import PATIENT, Schedule, by_ours
from tests.campaign.test_upload_machine import check
from tests.sandbox.planning.model_actions import items

CODES = [f"c{number:02d}" for number in range(24)]
State = dict[str, str]
_seeds = count(3 * 10**9)
_states = st.dictionaries(st.sampled_from(CODES), st.sampled_from(["a", "b", "c"]), min_size=1)
_edits = st.tuples(
    st.sampled_from(["add", "change", "delete"]), st.sampled_from(CODES), st.integers(0, 7)
)


class _Synced(Case):
    """A list that becomes what is given."""

    name = "sync machine"
    desired: State

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.list = self.model.list("Things", properties={"Text": "TEXT"})

    def owned(self, model: af.Model) -> Any:
        rows = [(code, f"item {code}", text) for code, text in self.desired.items()]
        frame = pd.DataFrame(rows, columns=["code", "name", "Text"])
        things = model.lists["Things"]
        return things.sync(frame, delete=True, confirm=True)

    def judge(self, result: Any, error: Exception | None) -> Verdict:
        raise NotImplementedError

    def untouched(self) -> bool:
        raise NotImplementedError

    def now(self) -> State:
        frame = items(self.model, self.list)
        texts = frame[property_column(self.list, "Text")].fillna("")
        assert frame["code"].is_unique
        return dict(zip(frame["code"], texts, strict=True))


class SyncMachine(RuleBasedStateMachine):
    """A list, syncs of it with and without faults, and a second editor."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        seed = next(_seeds)
        self._case = _Synced(stage.sandbox, seed, None)
        self._schedule = Schedule(self._case, stage, by_ours, seed)

    def teardown(self) -> None:
        self._schedule.follow(Plan())
        self._schedule.stage.between.wait()
        self._case.end()

    @rule(desired=_states)
    def sync(self, desired: State) -> None:
        before = self._case.now()
        result, error = self._sync(desired, Plan())
        assert error is None
        assert self._case.now() == desired
        common = desired.keys() & before.keys()
        counts = (result.rows_created, result.rows_updated, result.rows_deleted)
        updated = sum(desired[code] != before[code] for code in common)
        assert counts == (len(desired) - len(common), updated, len(before) - len(common))

    @rule(desired=_states, seed=st.integers(0, 10_000))
    def sync_under_faults(self, desired: State, seed: int) -> None:
        before = self._case.now()
        faults = self._schedule.stage.sandbox.faults
        faults.at_random(seed, share=0.2, kinds=("lost answer", "reset", "503", "lost 504", "502"))
        _, error = self._sync(desired, Plan())
        faults.clear()
        self._check(before, desired, error, touched=set())

    @rule(desired=_states, edits=st.lists(_edits, min_size=1, max_size=3))
    def sync_with_a_second_editor(self, desired: State, edits: list[Any]) -> None:
        before = self._case.now()
        others: dict[int, list[Other]] = {}
        for action, code, at in edits:
            others.setdefault(at, []).append(self._edit(action, code))
        _, error = self._sync(desired, Plan(others=others))
        self._check(before, desired, error, touched={code for _, code, _ in edits})

    def _sync(self, desired: State, plan: Plan) -> tuple[Any, Exception | None]:
        self._case.desired = desired
        self._schedule.follow(plan)
        try:
            return by_ours(self._case, http_timeout=PATIENT), None
        except af.AnaplanError as error:
            return None, error
        finally:
            self._schedule.follow(Plan())

    def _check(
        self, before: State, desired: State, error: Exception | None, *, touched: set[str]
    ) -> None:
        """Check every item that nobody else had a hand in."""
        now = self._case.now()
        for code in set(CODES) - touched:
            meant = {desired.get(code)} if error is None else {desired.get(code), before.get(code)}
            assert now.get(code) in meant, f"{code}: {now.get(code)!r}, {error!r}"
        for code in touched:
            assert now.get(code) in {desired.get(code), before.get(code), "theirs", None}

    def _edit(self, action: str, code: str) -> Other:
        path = f"/lists/{self._case.list.id}/items"
        item: dict[str, Any] = {"code": code, "properties": {"Text": "theirs"}}
        if action == "change":
            return Other("PUT", path, {"items": [item]})
        if action == "delete":
            return Other("POST", f"{path}?action=delete", {"items": [{"code": code}]})
        return Other("POST", f"{path}?action=add", {"items": [{**item, "name": f"item {code}"}]})


@pytest.mark.long
def test_many_syncs_leave_what_was_given(stage: Stage) -> None:
    check(stage, SyncMachine, max_examples=20, stateful_step_count=10)
