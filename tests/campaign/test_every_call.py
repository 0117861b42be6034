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

LONG = 70  # schedules of each job


def check_some(make: type[Case], stage: Stage, size: int, seed: int, *, well: float) -> None:
    every = list(every_strike(make, stage))
    chance = random.Random(f"{make.name} {seed}")
    some = chance.sample(range(len(every)), min(size, len(every)))
    runs = [run_strike(make, stage, every[number], number) for number in some]
    check_fair(runs)
    through = [one for one in runs if one.kind in WAY_THROUGH]
    ended_well = sum(one.verdict is Verdict.WELL for one in through)
    assert ended_well >= well * len(through), "\n".join(map(str, runs))


@pytest.mark.long
@pytest.mark.parametrize("make", JOBS)
def test_one_thing_that_goes_wrong_at_many_calls_does_no_harm(
    make: type[Case], stage: Stage
) -> None:
    check_some(make, stage, LONG, 1, well=0.8)  # a start that is struck ends in `TaskUncertain`


def test_each_call_is_struck_by_each_fault_and_lie(stage: Stage) -> None:
    every = list(every_strike(Items, stage))
    calls = {one.at for one in every}
    for what in {one.what for one in every}:
        assert len({one.at for one in every if one.what == what}) >= len(calls) - 1
