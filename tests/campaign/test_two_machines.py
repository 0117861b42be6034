"""Two machines with one user that load into the same file at the same time."""

from __future__ import annotations

import pytest

from tests.campaign.two_machines import run_pairs

# What a machine may say if the other one was in its way.
_RAISED = {"TransferError", "TaskUncertain", "TaskFailed", "RejectedRows"}


@pytest.mark.long
def test_no_machine_ends_well_after_a_wrong_import() -> None:
    ended = run_pairs(0, 40)
    assert ended.total() == 40
    assert {one for pair in ended for one in pair.split(" and ")} <= _RAISED | {"well"}
    assert any("well" in pair for pair in ended)
    assert any(pair != "well and well" for pair in ended)
