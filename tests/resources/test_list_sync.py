"""Sync through HTTP, from any state of a list to any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anaplan_frames.resources.lists import List
from anaplan_frames.sandbox import Sandbox
from tests.codec.test_stages import as_rows, trees

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def lst() -> Iterator[List]:
    with Sandbox(rate_limit=None) as sandbox:
        model = sandbox.workspace("W").model("M")
        model.list("L", properties={"Grade": "TEXT", "FTE": "NUMBER"}, subsets=["Active"])
        with sandbox.connect() as connection:
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
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    before=trees(),
    after=trees(),
    active=st.tuples(st.sets(st.sampled_from("abcdefgh")), st.sets(st.sampled_from("abcdefgh"))),
)
def test_from_any_state_to_any_state_it_ends_equal_and_then_sends_nothing(
    lst: List, before: dict[str, Any], after: dict[str, Any], active: tuple[set[str], set[str]]
) -> None:
    for items, chosen in zip((before, after), active, strict=True):
        frame = frame_of(items, chosen)
        told = lst.sync(frame, delete=True, dry_run=True)
        done = lst.sync(frame, delete=True)
        assert state(lst) == as_state(frame)
        pd.testing.assert_frame_equal(done.changes, told.changes)
        again = lst.sync(frame, delete=True)
        assert (again.succeeded, again.ignored) == (0, len(frame))
