"""Each job under random troubles: nothing is lost, done twice, hidden or stuck."""

from __future__ import annotations

import pytest

from tests.campaign.between import Stage
from tests.campaign.case import Case
from tests.campaign.jobs import JOBS
from tests.campaign.runs import check

ORDINARY, LONG = range(3), range(3, 83)  # seeds


@pytest.mark.sampled(5)
@pytest.mark.parametrize("make", JOBS)
def test_nothing_is_lost_or_done_twice(make: type[Case], stage: Stage) -> None:
    check(make, stage, ORDINARY, well=0.0)


@pytest.mark.long
@pytest.mark.parametrize("make", JOBS)
def test_nothing_is_lost_or_done_twice_and_nearly_all_end_well(
    make: type[Case], stage: Stage
) -> None:
    check(make, stage, LONG, well=0.85)
