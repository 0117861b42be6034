"""Connections, integrations, schedules, notifications and flows are made, changed and deleted."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

import anaplan_frames as af
from tests.admin.cloudworks.test_cloudworks_starts import LOST, OK
from tests.sandbox.cloudworks_client import Tenant
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_json

S3 = {
    "type": "AmazonS3",
    "access_key_id": "AKIA1",
    "secret_access_key": "shhh",
    "bucket_name": "data",
}
DAILY = {
    "type": "daily",
    "time": "02:00",
    "timezone": "Europe/Paris",
    "start_date": dt.date(2027, 1, 1),
}


def test_a_connection_is_made_changed_and_deleted(cloudworks: af.CloudWorks) -> None:
    made = cloudworks.insert("connection", name="Second", **S3)
    assert made in set(cloudworks.connections()["id"])
    changes = {"name": "Renamed", "access_key_id": "AKIA1", "secret_access_key": "shhh"}
    cloudworks.update("connection", "Second", **changes)
    names = cloudworks.connections().set_index("id")["name"]
    assert names[made] == "Renamed"
    with pytest.raises(af.RequestRefused, match="Duplicate resource name"):
        cloudworks.insert("connection", name="Renamed", **S3)
    cloudworks.delete("connection", "Renamed")
    assert made not in set(cloudworks.connections()["id"])


def test_a_connection_of_each_type_is_made(built: Tenant, cloudworks: af.CloudWorks) -> None:
    storages = built.sandbox.cloudworks
    storages.add_storage("AzureBlob", "raw", built.folder, "token-of-azure")
    storages.add_storage("GoogleBigQuery", "sales", built.folder, "key-of-google")
    azure = {"storage_account_name": "me", "container_name": "raw", "sas_token": "token-of-azure"}
    google = {"service_account_key": {"private_key": "key-of-google"}, "dataset": "sales"}
    cloudworks.insert("connection", name="Azure", type="AzureBlob", **azure)
    cloudworks.insert("connection", name="Google", type="GoogleBigQuery", **google)
    rows = cloudworks.connections().set_index("name")
    assert (rows.loc["Azure", "place"], rows.loc["Azure", "auth_method"]) == ("raw", "SAS-based")
    assert rows.loc["Google", "place"] == "sales"
    for name in ("Azure", "Google"):
        cloudworks.delete("connection", name)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"type": "S3"}, "type must be one of AmazonS3, GoogleBigQuery, AzureBlob, not 'S3'"),
        ({"type": "AmazonS3", "name": "x"}, "needs access_key_id, secret_access_key, bucket_name"),
        ({**S3, "name": "x", "bucket": "b"}, "no setting 'bucket'. Did you mean 'bucket_name'"),
        ({**S3, "name": "x", "secret_access_key": 5}, "secret_access_key must be text, not int"),
    ],
)
def test_wrong_settings_of_a_connection_are_refused_before_anything_is_sent(
    server: ScriptedServer,
    scripted: af.CloudWorks,
    settings: dict[str, Any],
    said: str,
) -> None:
    with pytest.raises(TypeError, match=said):
        scripted.insert("connection", **settings)
    assert server.calls == []


@pytest.fixture
def scripted(make_transport: Callable[..., Any]) -> af.CloudWorks:
    return af.CloudWorks(make_transport())


def test_an_integration_is_made_changed_run_and_deleted(
    built: Tenant, cloudworks: af.CloudWorks, conn: af.Connection
) -> None:
    model = conn.model("Headcount")
    load, out = model.imports["Load employees"], model.exports["Employees.csv"]
    made = cloudworks.insert("integration", name="New", jobs=[("Files", "staff.csv", load)])
    assert cloudworks.run("New").outcome == "loaded"
    cloudworks.update("integration", "New", name="Newer", visible=True)
    row = cloudworks.integrations(jobs=True).set_index("id").loc[made]
    assert (row["name"], row["type"], row["file"]) == ("Newer", "Import", "staff.csv")
    assert bool(row["visible"])
    cloudworks.update("integration", made, jobs=[("Files", "new/out.csv", out)])
    assert cloudworks.run(made).outcome == "loaded"
    assert (built.folder / "new" / "out.csv").exists()
    cloudworks.update("integration", made, process=model.processes["Nightly"], jobs=[])
    assert cloudworks.integrations().set_index("id").loc[made, "type"] == "Process"
    cloudworks.delete("integration", "Newer")
    assert made not in set(cloudworks.integrations()["id"])


def test_wrong_integrations_are_refused_in_words(
    built: Tenant, cloudworks: af.CloudWorks, conn: af.Connection
) -> None:
    model = conn.model("Headcount")
    load = model.imports["Load employees"]
    insert = cloudworks.insert
    with pytest.raises(TypeError, match="needs jobs= or process="):
        insert("integration", name="x")
    with pytest.raises(TypeError, match="needs name="):
        insert("integration", process=model.processes["Nightly"])
    with pytest.raises(TypeError, match="a job must be a tuple"):
        insert("integration", name="x", jobs=["Files"])
    with pytest.raises(TypeError, match="must be an import or export"):
        insert("integration", name="x", jobs=[("Files", "a.csv", model.actions["Clear employees"])])
    with pytest.raises(TypeError, match="process must be a process of a model"):
        insert("integration", name="x", process="Nightly")
    with pytest.raises(TypeError, match=r"no setting 'job'\. Did you mean 'jobs'"):
        insert("integration", name="x", job=[("Files", "a.csv", load)])
    with pytest.raises(af.NotFound, match=r"no 'Fils' among the connections.*Did you mean 'Files'"):
        insert("integration", name="x", jobs=[("Fils", "a.csv", load)])
    with pytest.raises(ValueError, match="kind must be one of connection, integration"):
        insert("job")  # type: ignore[arg-type]


def test_a_schedule_is_made_switched_off_and_changed(cloudworks: af.CloudWorks) -> None:
    cloudworks.insert("schedule", integration="Load staff", **DAILY)
    cloudworks.update("schedule", "Load staff", active=False)
    cloudworks.update("schedule", "Load staff", type="weekly", days_of_week=["Mon", 5])
    row = cloudworks.schedules().iloc[0]
    assert (row["name"], row["type"], row["days_of_week"]) == (
        "Load staff schedule",
        "weekly",
        "1, 5",
    )
    assert not row["active"]
    with pytest.raises(af.RequestRefused):
        cloudworks.insert("schedule", integration="Load staff", **DAILY)
    cloudworks.delete("schedule", "Load staff")
    with pytest.raises(af.NotFound):
        cloudworks.delete("schedule", "Load staff")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"type": "yearly"}, "type of a schedule must be one of hourly, daily, weekly"),
        ({"time": "2 o'clock"}, "time must be a time such as '02:30'"),
        ({"start_date": "soon"}, "start_date must be a date such as"),
        ({"type": "weekly"}, "needs days_of_week"),
        ({"type": "weekly", "days_of_week": ["Funday"]}, "must be days such as 'Mon'"),
        ({"type": "monthly_specific_day", "day_of_month": 32}, "from 1 to 31"),
    ],
)
def test_wrong_schedules_are_refused_in_words(
    cloudworks: af.CloudWorks, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        cloudworks.insert("schedule", integration="Load staff", **{**DAILY, **settings})


def test_a_notification_is_changed_deleted_and_made(
    built: Tenant, cloudworks: af.CloudWorks
) -> None:
    cloudworks.update("notification", "Load staff", channels="email", success=[built.sandbox.email])
    rows = cloudworks.notifications().query("integration == 'Load staff'")
    assert set(rows["type"]) == {"success", "full_failure"}
    assert set(rows["channels"]) == {"email"}
    with pytest.raises(af.RequestRefused, match="Duplicate resource name"):
        cloudworks.insert("notification", integration="Load staff", success=[built.sandbox.email])
    cloudworks.delete("notification", "Load staff")
    with pytest.raises(af.NotFound, match="has no notification"):
        cloudworks.update("notification", "Load staff", channels=["email"])
    user = built.sandbox.first_user.id
    made = cloudworks.insert("notification", integration="Load staff", full_failure=[user])
    assert made in set(cloudworks.notifications()["id"])


def test_wrong_notifications_are_refused_in_words(cloudworks: af.CloudWorks) -> None:
    with pytest.raises(af.NotFound, match="There is no user 'nobody@"):
        cloudworks.update("notification", "Staff out", success=["nobody@example.com"])
    with pytest.raises(ValueError, match="channels must be some of email, in_app"):
        cloudworks.update("notification", "Staff out", channels=["fax"])
    with pytest.raises(TypeError, match="needs users for one of"):
        cloudworks.update("notification", "Staff out", full_failure=[])


def test_a_flow_is_made_changed_run_and_deleted(cloudworks: af.CloudWorks) -> None:
    steps = ["Load staff", {"integration": "Staff out", "on_failure": "continue"}]
    made = cloudworks.insert("flow", name="Both", steps=steps)
    frame = cloudworks.flows(steps=True).set_index("id").loc[made]
    assert list(frame["on_failure"]) == ["stop", "continue"]
    assert frame["depends_on"].iloc[1] == frame["integration_id"].iloc[0]
    assert cloudworks.run("Both").outcome == "loaded"
    cloudworks.update("flow", "Both", name="Both ways")
    assert len(cloudworks.flows(steps=True).query("name == 'Both ways'")) == 2
    with pytest.raises(af.RequestRefused, match="a flow uses it"):
        cloudworks.delete("integration", "Staff out")
    cloudworks.delete("flow", made)
    with pytest.raises(ValueError, match="at least two steps"):
        cloudworks.insert("flow", name="x", steps=["Load staff"])
    with pytest.raises(TypeError, match=r"a CloudWorks step has no setting 'skiped'.*'skip'"):
        cloudworks.insert("flow", name="x", steps=[{"integration": "Load staff", "skiped": 1}])


FIRST = {"connectionId": "1" * 32, "body": {"name": "New"}, "connectionType": "AmazonS3"}


def listed(*records: dict[str, Any]) -> Answer:
    return as_json({**OK, "connections": list(records)})


@pytest.mark.parametrize("known", [[], [{**FIRST, "connectionId": "0" * 32}]])
def test_what_was_made_is_found_after_a_lost_answer(
    server: ScriptedServer, scripted: af.CloudWorks, known: list[dict[str, Any]]
) -> None:
    server.script = [listed(*known), LOST, listed(*known, FIRST)]
    assert scripted.insert("connection", name="New", **S3) == "1" * 32
    assert len([call for call in server.calls if call.method == "POST"]) == 1


@pytest.mark.parametrize("after", [listed(), Answer(404)])
def test_what_is_not_found_after_a_lost_answer_is_uncertain_and_not_made_again(
    server: ScriptedServer, scripted: af.CloudWorks, after: Answer
) -> None:
    server.script = [listed(), LOST, after]
    with pytest.raises(af.TaskUncertain, match="before you make it again"):
        scripted.insert("connection", name="New", **S3)
    assert len([call for call in server.calls if call.method == "POST"]) == 1


@pytest.mark.parametrize("fault", ["lost answer", "lost 504"])
@pytest.mark.parametrize("kind", ["connection", "integration", "flow", "schedule", "notification"])
def test_everything_is_made_once_though_the_answer_is_lost(
    built: Tenant, cloudworks: af.CloudWorks, conn: af.Connection, kind: Any, fault: Any
) -> None:
    load = conn.model("Headcount").imports["Load employees"]
    settings: dict[str, dict[str, Any]] = {
        "connection": {"name": "Once", **S3},
        "integration": {"name": "Once", "jobs": [("Files", "staff.csv", load)]},
        "flow": {"name": "Once", "steps": ["Load staff", "Staff out"]},
        "schedule": {"integration": "Staff out", **DAILY},
        "notification": {"integration": "Staff out", "success": [built.sandbox.first_user.id]},
    }
    if kind == "notification":
        cloudworks.delete("notification", "Staff out")
    before = len(getattr(cloudworks, f"{kind}s")())
    built.sandbox.faults.add(fault, method="POST", path="*/cloudworks/*")
    made = cloudworks.insert(kind, **settings[kind])
    assert built.sandbox.faults.struck
    assert len(getattr(cloudworks, f"{kind}s")()) == before + 1
    if kind != "notification":
        cloudworks.delete(kind, made)


def test_the_bodies_are_those_of_the_contract(
    server: ScriptedServer, scripted: af.CloudWorks
) -> None:
    def rule(seen: Seen) -> Answer:
        if seen.method == "GET":
            return listed()
        return as_json({**OK, "connections": {"connectionId": "1"}})  # as anaplan-sdk reads it

    server.rule = rule
    assert scripted.insert("connection", name="New", **S3) == "1"
    sent = json.loads(server.calls[-1].body)
    assert sent == {
        "type": "AmazonS3",
        "body": {
            "name": "New",
            "accessKeyId": "AKIA1",
            "secretAccessKey": "shhh",
            "bucketName": "data",
        },
    }
