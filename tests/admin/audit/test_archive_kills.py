"""Archives whose runs are killed at random moments, with events that come late and out of order."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from anaplan_frames.admin.audit import archive_days
from tests.admin.audit.audit_tenant import HOUR, AuditTenant, archived, archived_ids
from tests.admin.audit.standing_clock import Standing
from tests.processes import needs_fork

pytestmark = needs_fork
KILLED = 9
_DAYS = 4  # that a run adds events to


def archive(audit_tenant: AuditTenant, folder: Path) -> None:
    """Bring an archive up to date, with pages so small that there are several."""
    with (
        audit_tenant.sandbox.connect(clock=Standing(audit_tenant.clock.now)) as connection,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr("anaplan_frames.admin.audit.event_pages._LIMIT", 25)
        patch.setattr(archive_days, "_ROWS", 10)
        connection.audit.archive(folder, overlap=_overlap())


def _overlap() -> Any:
    """Return more than events are late."""
    return dt.timedelta(milliseconds=_DAYS * 24 * HOUR)


def killed(work: Callable[[], None], after: float) -> bool:
    """Do some work in a child, and kill it after so many seconds; return whether it was in time."""
    child = os.fork()
    if not child:
        signal.alarm(60)  # ends a child that waits for a lock for ever
        try:
            work()
            os._exit(0)
        except BaseException:
            os._exit(1)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status != 0


def killed_at(work: Callable[[], None], step: int) -> bool:
    """Do some work in a child, which ends at once at one of its steps on the disk."""
    child = os.fork()
    if not child:
        signal.alarm(60)
        try:
            _end_at(step)
            work()
            os._exit(0)
        except BaseException:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, KILLED)
    return status != 0


def _end_at(step: int) -> None:
    """End this process before a step on the disk: a write, a sync, a rename, a removal."""
    left = step

    def counted(function: Any) -> Any:
        def wrapper(*args: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                os._exit(KILLED)
            return function(*args, **options)

        return wrapper

    for owner, name in (
        (os, "fsync"),
        (Path, "replace"),
        (Path, "write_text"),
        (Path, "mkdir"),
        (archive_days.pq.ParquetWriter, "write_batch"),
        (archive_days.pq.ParquetWriter, "close"),
        (archive_days.shutil, "rmtree"),
    ):
        setattr(owner, name, counted(getattr(owner, name)))


def check(audit_tenant: AuditTenant, folder: Path) -> None:
    """Check that an archive has each event once, and none that was not there."""
    ids = archived_ids(folder) if list(folder.glob("day=*/events.parquet")) else []
    assert len(ids) == len(set(ids))


def check_whole(audit_tenant: AuditTenant, folder: Path) -> None:
    """Check that it has all events that have happened."""
    check(audit_tenant, folder)
    df = archived(folder).set_index("id")
    made = df[df.index.isin(audit_tenant.truth)].sort_index()
    truth = pd.DataFrame(audit_tenant.truth.values()).set_index("id").sort_index()
    assert list(made.index) == list(truth.index)
    assert list(made["event_date"].astype("int64")) == list(truth["eventDate"])
    assert list(made["event_type_id"]) == list(truth["eventTypeId"])
    attributes = [json.loads(text) for text in made["additional_attributes"]]
    assert attributes == list(truth["additionalAttributes"])


@pytest.mark.parametrize("stride", [6, pytest.param(1, marks=pytest.mark.long)])
def test_a_run_that_ends_at_any_step_is_completed_by_the_next(tmp_path: Path, stride: int) -> None:
    audit_tenant = AuditTenant()
    with audit_tenant.sandbox:
        audit_tenant.happen(20, within=30 * HOUR)
        archive(audit_tenant, tmp_path)
        audit_tenant.happen(20, within=30 * HOUR)
        before, step = archived_ids(tmp_path), 0
        while killed_at(lambda: archive(audit_tenant, tmp_path), step):
            check(audit_tenant, tmp_path)
            assert set(before) <= set(archived_ids(tmp_path))
            step += stride
        assert step > 10
        check_whole(audit_tenant, tmp_path)


def _killed_again_and_again(seed: int, kills: int, folder: Path) -> int:
    """Let events happen, and kill runs at random moments; return how many were killed in time."""
    audit_tenant, chance = AuditTenant(seed), random.Random(seed)
    in_time = 0
    with audit_tenant.sandbox:
        audit_tenant.happen(50)
        start = time.perf_counter()
        archive(audit_tenant, folder / "first")
        usual = time.perf_counter() - start
        for _ in range(kills):
            audit_tenant.happen(chance.randrange(12), within=chance.randrange(1, _DAYS * 22) * HOUR)
            after = chance.uniform(0, 1.5 * usual)
            in_time += killed(lambda: archive(audit_tenant, folder / "a"), after)
            check(audit_tenant, folder / "a")
            audit_tenant.wait(chance.randrange(HOUR))
            if chance.random() < 0.1:
                archive(audit_tenant, folder / "a")
                check_whole(audit_tenant, folder / "a")
        archive(audit_tenant, folder / "a")
        check_whole(audit_tenant, folder / "a")
    return in_time


def test_a_few_kills_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    _killed_again_and_again(0, 3, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 9))
def test_kills_at_random_moments_lose_nothing(seed: int, tmp_path: Path) -> None:
    assert _killed_again_and_again(seed, 50, tmp_path) >= 25
