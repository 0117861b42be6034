"""Each job under random troubles: nothing is lost, done twice, hidden or stuck."""

from __future__ import annotations

import pytest

from tests.campaign.between import Stage
from tests.campaign.case import Case
from tests.campaign.jobs import JOBS
from tests.campaign.runs import check, check_all, run

ORDINARY, LONG, OF_ALL = range(2), range(2, 82), range(82, 92)  # seeds


@pytest.mark.sampled(2)
@pytest.mark.parametrize("make", JOBS)
def test_nothing_is_lost_or_done_twice(make: type[Case], stage: Stage) -> None:
    check(make, stage, ORDINARY, well=0.0)


@pytest.mark.long
@pytest.mark.parametrize("make", JOBS)
def test_nothing_is_lost_or_done_twice_and_most_end_well(make: type[Case], stage: Stage) -> None:
    check(make, stage, LONG, well=make.well)


@pytest.mark.long
def test_of_all_jobs_together_nine_in_ten_end_well_if_there_is_a_way(stage: Stage) -> None:
    check_all([run(make, stage, seed) for make in JOBS for seed in OF_ALL], well=0.9)
