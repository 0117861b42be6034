"""Revisions, listed and created, against the sandbox."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
from tests.admin.alm.lifecycle import DEV, PROD, Lifecycle
from tests.dataframes.columns import dtypes
from tests.transport.scripted import TurnedClock

REVISION = {
    "id": TEXT_DTYPE,
    "name": TEXT_DTYPE,
    "description": TEXT_DTYPE,
    "created": "datetime64[ms, UTC]",
    "created_by": TEXT_DTYPE,
    "method": TEXT_DTYPE,
    "applied": "datetime64[ms, UTC]",
    "applied_by": TEXT_DTYPE,
}


def test_revisions_are_listed_with_who_made_them_and_when(compared: Lifecycle) -> None:
    frame = compared.dev.alm.revisions()
    assert dtypes(frame) == REVISION
    assert sorted(frame["name"]) == ["v1", "v2"]
    first = frame.set_index("id").loc[compared.first]
    assert (first["name"], first["description"]) == ("v1", "As it began")
    assert first["created_by"] == compared.sandbox.users.all()[0].id
    assert abs(first["applied"] - pd.Timestamp.now("UTC")) < pd.Timedelta(minutes=5)


def test_the_last_revision_has_the_same_keys(compared: Lifecycle) -> None:
    latest = compared.dev.alm.latest()
    assert list(latest.index) == list(REVISION)
    assert latest["name"] == "v2"
    assert compared.prod.alm.latest()["name"] == "v1"


def test_a_model_without_revisions_says_how_to_get_one(lifecycle: Lifecycle) -> None:
    lifecycle.sandbox.workspace("Other").model("Plain")
    plain = lifecycle.connection.model("Plain")
    frame = plain.alm.revisions()
    assert (len(frame), dtypes(frame)) == (0, REVISION)
    with pytest.raises(af.NotFound, match=r"no revisions of model 'Plain'.*create_revision"):
        plain.alm.latest()
    with pytest.raises(af.NotFound, match="no revisions of model 'Plain'"):
        plain.alm.sync(DEV)


@pytest.mark.parametrize("as_text", [True, False])
def test_a_span_of_days_counts_both_days(compared: Lifecycle, as_text: bool) -> None:
    today = dt.datetime.now(dt.UTC).date()
    day = dt.timedelta(days=1)

    def count(since: dt.date | None, until: dt.date | None) -> int:
        given = [since, until]
        since_, until_ = [str(each) if each and as_text else each for each in given]
        return len(compared.dev.alm.revisions(since=since_, until=until_))

    assert count(today - day, today + day) == 2
    assert count(today + day, None) == count(None, today - day) == 0
    assert count(today - day, None) == count(None, today + day) == 2


def test_a_moment_within_a_day_counts_exactly(compared: Lifecycle) -> None:
    applied = compared.dev.alm.latest()["applied"]
    second = pd.Timedelta(seconds=1)
    alm = compared.dev.alm
    assert "v2" in set(alm.revisions(since=applied)["name"])
    assert "v2" not in set(alm.revisions(since=applied + second)["name"])
    assert "v2" in set(alm.revisions(until=applied)["name"])
    assert len(alm.revisions(until=applied - 60 * second)) == 0
    local = (applied + second).tz_convert("Asia/Tokyo").isoformat()
    assert "v2" not in set(alm.revisions(since=local)["name"])


@pytest.mark.parametrize("wrong", ["yesterday", 20260101, "", float("nan")])
def test_what_is_not_a_date_is_refused_before_anything_is_sent(
    compared: Lifecycle, wrong: object
) -> None:
    with pytest.raises(ValueError, match="since must be a date or time"):
        compared.dev.alm.revisions(since=wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="is later than until"):
        compared.dev.alm.revisions(since="2026-02-01", until="2026-01-01")


def test_the_models_of_a_revision_are_listed_with_deleted_ones(lifecycle: Lifecycle) -> None:
    workspace = lifecycle.sandbox.workspace("Production")
    gone = lifecycle.sandbox.copy_model(lifecycle.built_dev, "Gone", workspace)
    workspace.delete(gone)
    frame = lifecycle.dev.alm.models_of("v1")
    assert dtypes(frame) == {
        "model": TEXT_DTYPE,
        "model_id": TEXT_DTYPE,
        "workspace_id": TEXT_DTYPE,
        "applied": "datetime64[ms, UTC]",
        "applied_by": TEXT_DTYPE,
        "method": TEXT_DTYPE,
        "deleted": "boolean",
    }
    assert frame["model"].fillna("").tolist() == [DEV, PROD, ""]
    assert frame["deleted"].tolist() == [False, False, True]
    assert frame.equals(lifecycle.dev.alm.models_of(lifecycle.first))
    with pytest.raises(af.NotFound, match="Did you mean 'v1'"):
        lifecycle.dev.alm.models_of("v11")


def test_a_revision_is_created_with_its_description(lifecycle: Lifecycle) -> None:
    lifecycle.change()
    made = lifecycle.dev.alm.create_revision("v2", "With channels")
    assert list(made.index) == list(REVISION)
    assert (made["name"], made["description"]) == ("v2", "With channels")
    assert lifecycle.dev.alm.latest()["id"] == made["id"]


def test_without_a_change_no_revision_is_created(lifecycle: Lifecycle) -> None:
    with pytest.raises(af.RequestRefused, match="no structural changes"):
        lifecycle.dev.alm.create_revision("v2")
    with pytest.raises(af.RequestRefused, match="standard mode"):
        lifecycle.prod.alm.create_revision("v2")


@pytest.mark.parametrize(
    ("name", "description", "error"),
    [
        ("", "", "A revision needs a name"),
        ("  ", "", "A revision needs a name"),
        ("n" * 61, "", "name of a revision has at most 60 characters, not 61"),
        ("n", "d" * 251, "description of a revision has at most 250 characters, not 251"),
    ],
)
def test_texts_that_do_not_fit_are_refused_before_anything_is_sent(
    compared: Lifecycle, name: str, description: str, error: str
) -> None:
    compared.sandbox.faults.add("500", path="*/alm/*", times=None)
    try:
        with pytest.raises(ValueError, match=error):
            compared.dev.alm.create_revision(name, description)
    finally:
        compared.sandbox.faults.clear()


def test_a_revision_whose_answer_was_lost_is_found(lifecycle: Lifecycle) -> None:
    lifecycle.change()
    fault = lifecycle.sandbox.faults.add("lost answer", method="POST", path="*/alm/revisions")
    made = lifecycle.dev.alm.create_revision("v2")
    assert fault.hits == 1
    assert lifecycle.dev.alm.latest()["id"] == made["id"]
    assert len(lifecycle.dev.alm.revisions()) == 2


def test_a_revision_that_is_never_seen_is_uncertain_and_not_asked_for_again(
    lifecycle: Lifecycle,
) -> None:
    lifecycle.change()
    fault = lifecycle.sandbox.faults.add("stall", method="POST", path="*/revisions", seconds=0)
    clock = TurnedClock()
    with lifecycle.sandbox.connect(clock=clock) as connection:
        alm = connection.model(DEV).alm
        with pytest.raises(af.TaskUncertain, match=r"'v2'.*was lost, and it is not listed.*look"):
            alm.create_revision("v2")
        assert (fault.hits, len(alm.revisions())) == (1, 1)
    assert clock.slept >= 7


def test_a_revision_of_the_same_name_that_was_there_before_is_not_taken_for_it(
    lifecycle: Lifecycle,
) -> None:
    lifecycle.change()
    lifecycle.sandbox.faults.add("stall", method="POST", path="*/revisions", seconds=0)
    connection = lifecycle.sandbox.connect(clock=TurnedClock())
    with connection, pytest.raises(af.TaskUncertain):
        connection.model(DEV).alm.create_revision("v1")


def test_a_revision_that_must_wait_is_created_once(lifecycle: Lifecycle) -> None:
    lifecycle.change()
    lifecycle.sandbox.faults.add("429", method="POST", path="*/revisions", times=2, retry_after=1)
    with lifecycle.sandbox.connect(clock=TurnedClock()) as connection:
        connection.model(DEV).alm.create_revision("v2")
    assert len(lifecycle.dev.alm.revisions()) == 2
