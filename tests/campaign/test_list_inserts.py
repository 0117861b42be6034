"""Items inserted into lists under random faults."""

from __future__ import annotations

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.campaign.direct import Items
from tests.campaign.runs import LONG, ORDINARY, check


def test_nothing_is_lost_or_done_twice(small_sandbox: Sandbox) -> None:
    check(Items, small_sandbox, ORDINARY, well=0.8)


@pytest.mark.long
def test_nothing_is_lost_or_done_twice_and_nearly_all_end_well(small_sandbox: Sandbox) -> None:
    check(Items, small_sandbox, LONG, well=0.9)
