"""Each fault and lie at each call of each job: in the tests some of them, by the command all."""

from __future__ import annotations

import random

import pytest

from tests.campaign.between import Stage
from tests.campaign.case import Case, Verdict
from tests.campaign.direct import Items
from tests.campaign.every_call import every_strike, run_strike
from tests.campaign.jobs import JOBS
from tests.campaign.runs import check_fair
from tests.campaign.trouble import WAY_THROUGH

SCHEDULES = 70  # of each job


@pytest.mark.long
@pytest.mark.parametrize("make", JOBS)
def test_one_thing_that_goes_wrong_at_many_calls_does_no_harm(
    make: type[Case], stage: Stage
) -> None:
    every = list(every_strike(make, stage))
    some = random.Random(f"{make.name} 1").sample(range(len(every)), min(SCHEDULES, len(every)))
    runs = [run_strike(make, stage, every[number], number) for number in some]
    check_fair(runs)
    through = [one for one in runs if one.kind in WAY_THROUGH]
    ended_well = sum(one.verdict is Verdict.WELL for one in through)
    # A start that is struck ends in `TaskUncertain`.
    assert ended_well >= 0.8 * len(through), "\n".join(map(str, runs))


def test_each_call_is_struck_by_each_fault_and_lie(stage: Stage) -> None:
    every = list(every_strike(Items, stage))
    calls = {one.at for one in every}
    for what in {one.what for one in every}:
        assert len({one.at for one in every if one.what == what}) >= len(calls) - 1
