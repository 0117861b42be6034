"""Audit events as DataFrames, from a sandbox."""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.admin.audit import event_pages
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.tenant.tenant_users import user_id
from tests.admin.audit.standing_clock import Standing
from tests.sandbox.clock import Clock

DAY = 86_400_000
NOW = 1_800_000_000_000
ANNA = "anna.lind@example.com"
COUNT = 240  # one every 3 hours, the oldest first


def made_up(number: int) -> dict[str, Any]:
    attributes: dict[str, Any] = {"modelId": f"M{number % 3}", "count": number, "name": 'a "b"'}
    return {
        "eventTypeId": ("USR-13", "INT-06", "AUTHZ-1", "FRCST-64")[number % 4],
        "userId": user_id(ANNA) if number % 5 else "INTERNAL_7",
        "eventDate": NOW - (COUNT - number) * DAY // 8,
        "additionalAttributes": None if number % 7 == 0 else attributes,
        "errorNumber": "E1" if number % 50 == 0 else None,
        "success": number % 50 != 0,
    }


@pytest.fixture(scope="module")
def audited() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, clock=Clock()) as sandbox:
        sandbox.add_user(ANNA, "x", roles=[])
        sandbox.audit_events(map(made_up, range(COUNT)))
        yield sandbox


@pytest.fixture(scope="module")
def audit(audited: Sandbox) -> Iterator[af.Audit]:
    with audited.connect(clock=Standing(NOW / 1000)) as connection:
        yield connection.audit


@pytest.fixture(params=[7, 10_000])
def limit(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Read in pages of so many events."""
    monkeypatch.setattr(event_pages, "_LIMIT", request.param)
    return int(request.param)


@pytest.mark.usefixtures("limit")
def test_every_event_is_a_row_with_typed_columns(audit: af.Audit) -> None:
    df = audit.events()
    made = df[df["user_agent"].eq("sandbox") & df["event_type_id"].ne("USR-8")]
    expected = [made_up(number) for number in range(1, COUNT)]  # the first is 30 days old
    assert df["id"].is_unique
    assert df["id"].dtype == np.int64
    assert df["event_date"].dtype == df["created_date"].dtype == "datetime64[ms, UTC]"
    assert df["success"].dtype == "boolean"
    text = "str" if pd.__version__ >= "3" else "string"
    others = df.drop(columns=["id", "event_date", "created_date", "success"])
    assert (others.dtypes == text).all()
    dates = pd.to_datetime([each["eventDate"] for each in expected], unit="ms", utc=True)
    assert list(made["event_date"]) == list(dates)
    assert list(made["success"]) == [each["success"] for each in expected]
    found = [
        json.loads(value) if isinstance(value, str) else None
        for value in made["additional_attributes"]
    ]
    assert found == [each["additionalAttributes"] for each in expected]
    assert made["error_number"].count() == sum(each["errorNumber"] == "E1" for each in expected)


def test_a_frame_says_what_it_was_read_from(audit: af.Audit) -> None:
    df = audit.events(since="2027-01-01", until="2027-01-02", types=["int", "comment"])
    assert json.loads(json.dumps(df.attrs["anaplan"])) == {
        "schema": 1,
        "kind": "audit events",
        "types": ["int", "comment"],
        "since": "2027-01-01T00:00:00.000+00:00",
        "until": "2027-01-02T00:00:00.000+00:00",
        "read_at": "2027-01-15T08:00:00+00:00",
    }


@pytest.mark.usefixtures("limit")
def test_since_is_included_and_until_is_not(audit: af.Audit) -> None:
    first, last = (pd.Timestamp(NOW - days * DAY, unit="ms") for days in (20, 10))
    df = audit.events(since=first, until=last)
    assert len(df) == 80
    assert df["event_date"].min() == first.tz_localize("UTC")
    assert df["event_date"].max() < last.tz_localize("UTC")
    assert len(audit.events(since=dt.timedelta(hours=6.5), types="user_activity")) >= 1


@pytest.mark.usefixtures("limit")
def test_types_are_asked_for_one_by_one(audit: af.Audit) -> None:
    df = audit.events(types=["int", "access_control"])
    assert set(df["event_type_id"]) == {"INT-06", "AUTHZ-1"}
    assert set(audit.events(types="forecaster")["event_type_id"]) == {"FRCST-64"}
    every = audit.events(types=["all", "int"])
    assert len(every) == len(audit.events())


def test_attributes_become_columns_of_text(audit: af.Audit) -> None:
    df = audit.events(
        types="int",
        attributes={"modelId": "model", "count": "count", "nothing": "none"},
        columns=["count", "id", "model", "none"],
    )
    assert list(df.columns) == ["count", "id", "model", "none"]
    numbers = range(1, COUNT, 4)
    known = [n % 7 != 0 for n in numbers]
    assert list(df["model"].isna()) == [not each for each in known]
    assert list(df["count"].dropna()) == [str(n) for n in numbers if n % 7]
    assert df["none"].isna().all()


def test_users_are_looked_up_on_request(audit: af.Audit) -> None:
    df = audit.events(types="int", users=True)
    place = list(df.columns).index("user_id")
    assert list(df.columns[place : place + 3]) == ["user_id", "user_email", "user_name"]
    of_anna = df["user_id"] == user_id(ANNA)
    assert (df.loc[of_anna, "user_email"] == ANNA).all()
    assert (df.loc[of_anna, "user_name"] == "Anna Lind").all()
    assert df.loc[~of_anna, "user_email"].isna().all()
    assert of_anna.any()
    assert not of_anna.all()
    assert "user_name" not in audit.events(columns=["id"], users=True)


@pytest.mark.usefixtures("limit")
def test_chunks_and_arrow_batches_have_the_same_rows(audit: af.Audit) -> None:
    columns = ["id", "name", "event_date"]
    whole = audit.events(attributes="name", columns=columns)
    frames = list(audit.events(attributes="name", columns=columns, chunksize=100))
    assert [len(frame) for frame in frames[:-1]] == [100] * (len(frames) - 1)
    pd.testing.assert_frame_equal(pd.concat(frames), whole)
    table = audit.events_arrow(attributes="name", columns=columns).read_all()
    assert table.column("id").to_pylist() == list(whole["id"])
    assert str(table.schema.field("event_date").type) == "timestamp[ms, tz=UTC]"


def test_no_events_have_all_columns(audit: af.Audit) -> None:
    full, empty = audit.events(attributes="a"), audit.events(types="comment", attributes="a")
    assert empty.empty
    pd.testing.assert_series_equal(full.dtypes, empty.dtypes)
    (frame,) = audit.events(types="comment", chunksize=5)
    assert frame.empty


def test_what_anaplan_no_longer_keeps_is_said(audit: af.Audit) -> None:
    words = r"Anaplan keeps audit events for 30 days\. Those from before 2026-12-16 08:00 UTC"
    with pytest.warns(af.AnaplanWarning, match=words):
        old = audit.events(since="2026-09-01")
    assert len(old) >= len(audit.events())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        audit.events()


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        ({"types": "integrations"}, ValueError, "types='integrations' is not a type of audit ev"),
        ({"types": ["int", "coment"]}, ValueError, "Did you mean 'comment'"),
        ({"types": []}, ValueError, "types is empty"),
        ({"columns": ["ids"]}, af.ColumnMismatch, "events has no column 'ids'.* mean 'id'"),
        ({"columns": "user_email"}, af.ColumnMismatch, "has no column 'user_email'"),
        ({"attributes": ["message"]}, ValueError, "attributes='message' has the name of a column"),
        ({"attributes": {"a": "x", "b": "x"}}, ValueError, "two attributes the same column"),
        ({"since": "soon"}, ValueError, "since='soon' is not a date or time"),
        ({"chunksize": 0}, ValueError, "chunksize must be a whole number"),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_sent(
    options: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with (
        af.connect("a@example.com", "x", api_url="http://127.0.0.1:9", tries=1) as connection,
        pytest.raises(kind, match=words),
    ):
        connection.audit.events(**options)


def test_a_user_without_the_role_sees_which_one_is_missing(audited: Sandbox) -> None:
    with (
        af.connect(ANNA, "x", api_url=audited.api_url, auth_url=audited.auth_url) as connection,
        pytest.raises(af.PermissionDenied, match="needs the role 'Tenant Auditor'") as raised,
    ):
        connection.audit.events()
    assert raised.value.role == "Tenant Auditor"
    assert "Audit of http" in repr(connection.audit)
