"""What CloudWorks has, as tables; columns and dtypes are there even without a row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.contract.walk_cloudworks import SCHEDULE
from tests.sandbox.cloudworks_client import Tenant

TABLES = ("connections", "integrations", "schedules", "notifications", "flows", "runs")


@pytest.fixture(scope="module")
def empty() -> Iterator[af.CloudWorks]:
    with Sandbox(rate_limit=None) as sandbox, sandbox.connect() as connection:
        yield connection.cloudworks


@pytest.fixture(scope="module")
def ran(built: Tenant) -> Tenant:
    """Run all once, the import with a rejected row, and schedule it."""
    sandbox, user = built.sandbox, built.sandbox.first_user
    sandbox.cloudworks_flow("All", [built.load, built.export], on_failure="continue")
    (built.folder / "staff.csv").write_bytes((built.folder / "twice.csv").read_bytes())
    for integration in (built.load, built.export):
        sandbox.cloudworks_run(integration)
    sandbox.cloudworks.add_schedule(user, built.load.id, SCHEDULE)
    return built


@pytest.fixture
def seen(ran: Tenant, conn: af.Connection) -> af.CloudWorks:
    return conn.cloudworks


@pytest.mark.parametrize("table", TABLES)
def test_an_empty_table_has_the_columns_and_dtypes_of_a_full_one(
    empty: af.CloudWorks, seen: af.CloudWorks, table: str
) -> None:
    without, full = getattr(empty, table)(), getattr(seen, table)()
    assert without.empty
    assert not full.empty
    assert without.dtypes.to_dict() == full.dtypes.to_dict()


@pytest.mark.parametrize(("table", "option"), [("integrations", "jobs"), ("flows", "steps")])
def test_details_on_request_are_further_columns(
    empty: af.CloudWorks, seen: af.CloudWorks, table: str, option: str
) -> None:
    plain = getattr(seen, table)()
    without = getattr(empty, table)(**{option: True})
    full = getattr(seen, table)(**{option: True})
    assert list(full)[: len(plain.columns)] == list(plain)
    assert len(full) > len(plain)
    assert without.dtypes.to_dict() == full.dtypes.to_dict()


def test_times_are_utc_and_codes_are_whole_numbers(seen: af.CloudWorks) -> None:
    frame = seen.integrations().set_index("name")
    assert str(frame["last_started"].dtype) == "datetime64[ms, UTC]"
    assert frame.loc["Load staff", "last_error_code"] == 38
    assert bool(frame.loc["Load staff", "last_success"])
    assert pd.isna(frame.loc["Nightly run", "last_started"])
    assert list(frame["type"]) == ["Import", "Export", "Process"]


def test_a_connection_shows_its_place_and_nothing_secret(seen: af.CloudWorks, ran: Tenant) -> None:
    row = seen.connections().iloc[0]
    assert (row["name"], row["type"], row["place"]) == ("Files", "AmazonS3", "data")
    assert row["active"] is True or bool(row["active"])
    assert "shhh" not in seen.connections().to_string()


def test_jobs_name_their_connections_files_and_actions(seen: af.CloudWorks, ran: Tenant) -> None:
    jobs = seen.integrations(jobs=True).set_index(["name", "job"])
    load = jobs.loc[("Load staff", 0)]
    assert (load["connection"], load["file"]) == ("Files", "staff.csv")
    assert (load["action_id"], load["file_id"]) == ("112000000001", "113000000001")
    assert jobs.loc[("Nightly run", 1), "action_id"] == "116000000001"
    assert len(jobs) == 4


def test_a_schedule_has_dates_and_says_whether_it_is_active(seen: af.CloudWorks) -> None:
    row = seen.schedules().iloc[0]
    assert (row["kind"], row["integration"], row["time"]) == ("integration", "Load staff", "02:00")
    assert row["start_date"] == pd.Timestamp("2027-01-01")
    assert bool(row["active"])


def test_a_notification_has_a_row_for_each_user(seen: af.CloudWorks, ran: Tenant) -> None:
    frame = seen.notifications()
    assert list(frame["integration"]) == ["Load staff", "Staff out", "Nightly run"]
    assert set(frame["user_id"]) == {ran.sandbox.first_user.id}
    assert set(frame["type"]) == {"full_failure"}


def test_steps_say_what_happens_after_a_failure(seen: af.CloudWorks) -> None:
    steps = seen.flows(steps=True)
    assert list(steps["integration"]) == ["Load staff", "Staff out"]
    assert set(steps["on_failure"]) == {"continue"}
    assert set(steps["on_partial_success"]) == {"continue"}


def test_runs_have_the_counts_of_their_messages(seen: af.CloudWorks) -> None:
    row = seen.runs("Load staff").iloc[0]
    assert (row["rows_loaded"], row["rows_rejected"]) == (2, 1)
    assert row["error"] == "some rows were rejected"
    assert pd.isna(seen.runs("Staff out")["rows_loaded"].iloc[0])


def test_runs_since_a_time_leave_out_those_before(seen: af.CloudWorks) -> None:
    runs = seen.runs()
    assert len(runs) == 2
    assert list(runs["started"]) == sorted(runs["started"], reverse=True)
    assert len(seen.runs(since=runs["started"].max())) == 1
    assert len(seen.runs("Load staff", since="2020-01-01")) == 1
    assert seen.runs(since=pd.Timestamp("2999-01-01 12:00", tz="Asia/Tokyo")).empty
    with pytest.raises(ValueError, match="since must be a time"):
        seen.runs(since="yesterday-ish")


def test_more_integrations_than_a_page_holds_are_all_listed(tmp_path: Path) -> None:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        model = sandbox.workspace("Finance").model("Many")
        clear = model.delete_action("Clear", of=model.list("Items"))
        process = model.process("All", [clear])
        for number in range(120):
            sandbox.cloudworks_integration(f"I{number:03}", model, process=process)
        with sandbox.connect() as connection:
            names = connection.cloudworks.integrations()["name"]
    assert sorted(names) == [f"I{number:03}" for number in range(120)]
