"""anaplan-sdk works with CloudWorks as the sandbox serves it."""

from __future__ import annotations

import time
from pathlib import Path

import anaplan_sdk
import pytest
from anaplan_sdk.models.cloud_works import AmazonS3ConnectionInput, ConnectionInput

from anaplan_frames.sandbox import Sandbox
from tests.clients.sdk import connect
from tests.contract.walk_cloudworks import SCHEDULE
from tests.sandbox.cloudworks_client import Tenant, build_cloudworks
from tests.sandbox.http_client import WITH_A_DUPLICATE

pytestmark = pytest.mark.usefixtures("sent")


@pytest.fixture
def built(sandbox: Sandbox, tmp_path: Path) -> Tenant:
    return build_cloudworks(sandbox, tmp_path)


@pytest.fixture
def client(sandbox: Sandbox, built: Tenant) -> anaplan_sdk.Client:
    return connect(sandbox)


def test_it_makes_changes_and_deletes_connections(client: anaplan_sdk.Client) -> None:
    keys = {"access_key_id": "AKIA1", "secret_access_key": "shhh", "bucket_name": "data"}
    body = AmazonS3ConnectionInput(name="By SDK", **keys)
    made = client.cw.create_connection(ConnectionInput(type="AmazonS3", body=body))
    client.cw.update_connection(made, body.model_copy(update={"name": "Renamed"}))
    assert {each.id: each.body.name for each in client.cw.get_connections()}[made] == "Renamed"
    client.cw.delete_connection(made)
    assert made not in [each.id for each in client.cw.get_connections()]


def test_it_runs_integrations_and_reads_their_errors(
    client: anaplan_sdk.Client, built: Tenant
) -> None:
    (built.folder / "staff.csv").write_bytes(WITH_A_DUPLICATE)
    run = client.cw.run_integration(built.load.id)
    status = client.cw.get_run_status(run)
    while status.end_date is None:
        time.sleep(0.01)
        status = client.cw.get_run_status(run)
    assert (status.success, status.execution_error_code) == (True, 38)
    error = client.cw.get_run_error(run)
    assert error is not None
    assert error.error_messages[0].action_name == "Load employees"
    assert b"Ada" in client.cw.get_import_error_dump(run)
    assert [each.id for each in client.cw.get_run_history(built.load.id)] == [run]
    assert client.cw.get_run_error(built.sandbox.cloudworks_run(built.export).id) is None


def test_it_reads_and_makes_integrations(client: anaplan_sdk.Client, built: Tenant) -> None:
    names = [each.name for each in client.cw.get_integrations(sort_by="name", descending=True)]
    assert names == ["Staff out", "Nightly run", "Load staff"]
    detail = client.cw.get_integration(built.load.id)
    assert detail.jobs is not None
    assert detail.jobs[0].targets[0].action_id == 112000000001
    made = client.cw.create_integration(
        {
            "name": "Process only",
            "workspaceId": built.model.workspace.id,
            "modelId": built.model.id,
            "processId": built.nightly.process_id,
        }
    )
    assert client.cw.get_integration(made).jobs is None
    client.cw.delete_integration(made)


def test_it_schedules_and_notifies(client: anaplan_sdk.Client, built: Tenant) -> None:
    schedule = {**SCHEDULE, "daysOfWeek": [0, 2]}
    client.cw.create_schedule(built.load.id, schedule)
    client.cw.update_schedule(built.load.id, schedule)
    client.cw.set_schedule_status(built.load.id, "disabled")
    shown = {each.id: each.schedule for each in client.cw.get_integrations()}[built.load.id]
    assert shown is not None
    assert shown.status == "Inactive"
    client.cw.delete_schedule(built.load.id)
    user = built.sandbox.first_user.id
    config = {
        "integrationIds": [built.load.id],
        "channels": ["in_app"],
        "notifications": {"config": [{"type": "success", "users": [user]}]},
    }
    client.cw.delete_notification_config(integration_id=built.load.id)
    made = client.cw.create_notification_config(config)
    client.cw.update_notification_config(made, config)
    found = client.cw.get_notification_config(made)
    assert found.notifications.config[0].users[0].user_guid == user


def test_it_makes_and_runs_flows(client: anaplan_sdk.Client, built: Tenant) -> None:
    steps = [
        {"referrer": built.load.id},
        {"referrer": built.export.id, "dependsOn": [built.load.id]},
    ]
    made = client.cw.flows.create_flow({"name": "By SDK", "steps": steps})
    assert client.cw.flows.run_flow(made, [built.export.id])
    flow = client.cw.flows.get_flow(made)
    while flow.latest_run is None or flow.latest_run.end_date is None:
        time.sleep(0.01)
        flow = client.cw.flows.get_flow(made)
    assert [step.name for step in flow.steps] == ["Load staff", "Staff out"]
    assert [each.steps_count for each in client.cw.flows.get_flows()] == [2]
    client.cw.flows.update_flow(made, {"name": "By SDK", "steps": steps})
    client.cw.flows.delete_flow(made)
