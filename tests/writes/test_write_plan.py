"""A plan is sent once; what ended before anything was sent can be tried again."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.clock import Clock
from anaplan_frames.results import Report, WriteResult
from anaplan_frames.writes.plan import PreparedWrite, SendOptions, WritePlan, plan_of


class _Prepared(PreparedWrite):
    """A write that ends as the test says."""

    def __init__(self, ends: list[BaseException | WriteResult]) -> None:
        self.expected = Report(kind="list", target="Staff")
        self.columns = self.unchecked = pd.DataFrame()
        self.state = 1
        self.ends = ends

    def head(self, rows: int) -> pd.DataFrame:
        return pd.DataFrame()

    def send(self, options: SendOptions) -> WriteResult:
        end = self.ends.pop(0)
        if isinstance(end, BaseException):
            raise end
        return end

    def clock(self) -> Any:
        return Clock()


def plan_that_ends(*ends: BaseException | WriteResult) -> WritePlan:
    prepared = _Prepared(list(ends))
    return plan_of(prepared, lambda: prepared, SendOptions())


@pytest.mark.parametrize(
    "error", [af.TransferTimeout("no time left"), af.ConfirmationRequired("confirm it")]
)
def test_a_plan_of_which_nothing_was_sent_can_be_sent_again(error: af.AnaplanError) -> None:
    plan = plan_that_ends(error, WriteResult(rows_loaded=1))
    with pytest.raises(type(error)):
        plan.send()
    assert plan.send().rows_loaded == 1


@pytest.mark.parametrize(
    "error", [af.TaskUncertain("unclear"), af.TransferError("broke off"), KeyboardInterrupt()]
)
def test_a_plan_that_ended_half_way_is_not_sent_again(error: BaseException) -> None:
    plan = plan_that_ends(error, WriteResult(rows_loaded=1))
    with pytest.raises(type(error)):
        plan.send()
    with pytest.raises(af.AnaplanError, match="has been sent already"):
        plan.send()
