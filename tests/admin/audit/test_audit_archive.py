"""Archives of audit events: each event once, in the file of its day, whatever happens."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from filelock import FileLock

import anaplan_frames as af
from anaplan_frames.sandbox.tenant.fault_rules import Kind
from tests.admin.audit.audit_tenant import (
    DAY,
    HOUR,
    AuditTenant,
    archived,
    archived_ids,
    made_ids,
    state_of,
)
from tests.admin.audit.standing_clock import Standing


@pytest.fixture
def audit_tenant() -> Iterator[AuditTenant]:
    made = AuditTenant()
    with made.sandbox:
        yield made


@pytest.fixture
def here(audit_tenant: AuditTenant) -> Standing:
    """Return this machine's clock."""
    return Standing(audit_tenant.clock.now)


@pytest.fixture
def audit(audit_tenant: AuditTenant, here: Standing) -> Iterator[af.Audit]:
    with audit_tenant.sandbox.connect(clock=here) as connection:
        yield connection.audit


def test_the_first_run_archives_all_that_anaplan_has_by_day(
    audit_tenant: AuditTenant, audit: af.Audit, tmp_path: Path
) -> None:
    audit_tenant.happen(100, within=4 * DAY)
    added = audit.archive(tmp_path / "new" / "audit")
    df = archived(tmp_path / "new" / "audit")
    assert made_ids(list(df["id"]), audit_tenant.truth) == sorted(audit_tenant.truth)
    assert df["id"].is_unique
    by_day = df.groupby(df["event_date"].dt.floor("D").dt.tz_localize(None)).size()
    assert list(added["day"]) == list(by_day.index)
    assert list(added["added"]) == list(added["events"]) == list(by_day)
    assert added.dtypes.to_dict() == {
        "day": np.dtype("datetime64[s]"),
        "added": np.dtype("int64"),
        "events": np.dtype("int64"),
    }
    read = audit.events()
    expected = read.dtypes.replace("boolean", bool)
    if pd.__version__ < "3":  # which makes objects of the texts of a Parquet file
        expected = expected.replace("string", object)
    pd.testing.assert_series_equal(df[read.columns].dtypes, expected)


def test_a_later_run_adds_what_is_new_and_what_came_late(
    audit_tenant: AuditTenant, audit: af.Audit, here: Standing, tmp_path: Path
) -> None:
    total = 0
    for _ in range(5):
        audit_tenant.happen(30)  # within 20 hours
        here.now = audit_tenant.clock.now
        added = audit.archive(tmp_path)
        total += int(added["added"].sum())
        assert audit.archive(tmp_path).empty
        audit_tenant.wait(3 * HOUR)
    ids = archived_ids(tmp_path)
    assert len(ids) == len(set(ids)) == total
    assert made_ids(ids, audit_tenant.truth) == sorted(audit_tenant.truth)


def test_only_the_time_since_the_last_run_and_the_overlap_are_asked_for(
    audit_tenant: AuditTenant, audit: af.Audit, tmp_path: Path
) -> None:
    audit.archive(tmp_path)
    late = audit_tenant.sandbox.audit_event(eventDate=audit_tenant.now - 3 * HOUR)
    assert audit.archive(tmp_path, overlap=dt.timedelta(hours=2)).empty
    assert list(audit.archive(tmp_path, overlap=dt.timedelta(hours=4))["added"]) == [1]
    assert late["id"] in archived_ids(tmp_path)


def test_a_fast_clock_of_this_machine_loses_nothing(
    audit_tenant: AuditTenant, audit: af.Audit, here: Standing, tmp_path: Path
) -> None:
    here.now += 3 * 86_400  # three days ahead
    audit_tenant.happen(10)
    audit.archive(tmp_path)
    audit_tenant.wait(2 * HOUR)
    audit_tenant.happen(10, within=HOUR)
    audit.archive(tmp_path)
    assert made_ids(archived_ids(tmp_path), audit_tenant.truth) == sorted(audit_tenant.truth)


def test_a_gap_of_more_than_30_days_is_said(
    audit_tenant: AuditTenant, audit: af.Audit, here: Standing, tmp_path: Path
) -> None:
    audit.archive(tmp_path)
    here.now += 29 * 86_400
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        audit.archive(tmp_path)
    here.now += 31 * 86_400
    with pytest.warns(af.AnaplanWarning, match="last brought up to date at .* are missing"):
        audit.archive(tmp_path)


def test_a_run_that_fails_leaves_the_state_and_the_next_one_completes_it(
    audit_tenant: AuditTenant, audit: af.Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit.archive(tmp_path)
    before = state_of(tmp_path)
    audit_tenant.happen(40, within=3 * DAY)
    calls = iter(range(100))
    replace = Path.replace

    def fail_later(self: Path, target: Path) -> Path:
        if next(calls) == 1:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail_later)
    back = dt.timedelta(days=4)
    with pytest.raises(OSError, match="No space left"):
        audit.archive(tmp_path, overlap=back)
    assert state_of(tmp_path) == before
    assert not (tmp_path / "_pull").exists()
    audit.archive(tmp_path, overlap=back)
    ids = archived_ids(tmp_path)
    assert len(ids) == len(set(ids))
    assert made_ids(ids, audit_tenant.truth) == sorted(audit_tenant.truth)
    assert not list(tmp_path.rglob("*.part"))


def test_lost_answers_and_restarts_while_pages_are_read_lose_nothing(
    audit_tenant: AuditTenant, audit: af.Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anaplan_frames.admin.audit.event_pages._LIMIT", 9)
    audit_tenant.happen(60)
    kinds: tuple[Kind, ...] = ("503", "reset", "lost answer", "token", "cut body")
    for place, kind in enumerate(kinds):
        audit_tenant.sandbox.faults.add(kind, path="*/events", after=place)
    audit.archive(tmp_path)
    assert [struck[0] for struck in audit_tenant.sandbox.faults.struck] == list(kinds)
    assert made_ids(archived_ids(tmp_path), audit_tenant.truth) == sorted(audit_tenant.truth)


def test_an_archive_can_be_read_while_another_run_is_adding_to_it(
    audit_tenant: AuditTenant, audit: af.Audit, tmp_path: Path
) -> None:
    audit_tenant.happen(5)
    audit.archive(tmp_path)
    (tmp_path / "_pull").mkdir()
    (tmp_path / "_pull" / "2026-11-28.arrow").write_bytes(b"half")
    (next(tmp_path.glob("day=*")) / ".events.parquet.part").write_bytes(b"half")
    assert made_ids(list(archived(tmp_path)["id"]), audit_tenant.truth) == sorted(
        audit_tenant.truth
    )
    with FileLock(tmp_path / "_archive.lock"), pytest.raises(af.AnaplanError) as raised:
        audit.archive(tmp_path)
    assert "Another run adds audit events to" in str(raised.value)
    assert raised.value.retryable
    audit.archive(tmp_path)
    assert not list(tmp_path.rglob("*.part"))


def test_a_folder_is_for_one_tenant(
    audit_tenant: AuditTenant, audit: af.Audit, tmp_path: Path
) -> None:
    audit.archive(tmp_path)
    audit_tenant.sandbox.audit_event(tenantId="0" * 32)
    before = archived_ids(tmp_path)
    with pytest.raises(af.ConfigurationError, match=r"tenant 0000.*Use a folder for each tenant"):
        audit.archive(tmp_path)
    assert archived_ids(tmp_path) == before


def test_files_that_are_not_of_an_archive_are_named(audit: af.Audit, tmp_path: Path) -> None:
    audit.archive(tmp_path)
    (file,) = tmp_path.glob("day=*/events.parquet")
    file.write_bytes(b"not Parquet")
    with pytest.raises(af.DataError, match=r"events\.parquet is not a file of an archive"):
        audit.archive(tmp_path)
    file.unlink()
    (tmp_path / "_archive.json").write_text('{"schema": 99}')
    with pytest.raises(af.ConfigurationError, match=r"_archive\.json is not the state .* Delete"):
        audit.archive(tmp_path)
    (tmp_path / "_archive.json").unlink()
    assert int(audit.archive(tmp_path)["added"].sum()) == 1


@pytest.mark.parametrize(
    ("overlap", "kind"), [(3600, TypeError), ("1D", TypeError), (dt.timedelta(-1), ValueError)]
)
def test_an_overlap_is_a_timedelta(
    overlap: dt.timedelta, kind: type[Exception], tmp_path: Path
) -> None:
    with (
        af.connect("a@example.com", "x", api_url="http://127.0.0.1:9", tries=1) as connection,
        pytest.raises(kind, match="overlap must"),
    ):
        connection.audit.archive(tmp_path / "a", overlap=overlap)
    assert not (tmp_path / "a").exists()
