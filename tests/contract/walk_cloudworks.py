"""Requests that bring every operation of CloudWorks to a good answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.cloudworks_client import S3, CloudHttp, Tenant, build_cloudworks

SCHEDULE = {
    "name": "Nightly",
    "type": "daily",
    "time": "02:00",
    "startDate": "2027-01-01",
    "endDate": "2029-01-01",
    "timezone": "Europe/Paris",
}


def walk_cloudworks(sandbox: Sandbox, folder: Path) -> None:
    """Make, change, run, look at and delete everything."""
    built = build_cloudworks(sandbox, folder)
    http = CloudHttp(sandbox)
    _walk_connections(http)
    made = _walk_integrations(http, built)
    _walk_notifications(http, sandbox, built)
    _walk_runs(http, built)
    _walk_flows(http, built)
    _good(http, "DELETE", f"/integrations/{made}")


def _good(http: CloudHttp, method: str, path: str, body: Any = None) -> dict[str, Any]:
    answer = http.send(method, path, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _walk_connections(http: CloudHttp) -> None:
    path = "/integrations/connections"
    made = _good(http, "POST", path, {"type": "AmazonS3", "body": S3})["connectionId"]
    _good(http, "GET", path)
    _good(http, "PUT", f"{path}/{made}", {"type": "AmazonS3", "body": S3})
    _good(http, "PATCH", f"{path}/{made}", {"body": S3})
    _good(http, "DELETE", f"{path}/{made}")


def _walk_integrations(http: CloudHttp, built: Tenant) -> str:
    _good(http, "GET", "/integrations?sortBy=-name&myIntegrations=1&limit=2")
    _good(http, "GET", f"/integrations/{built.nightly.id}")
    body = {
        "name": "Made",
        "version": "2.0",
        "workspaceId": built.model.workspace.id,
        "modelId": built.model.id,
        "processId": built.nightly.process_id,
    }
    made: str = _good(http, "POST", "/integrations", body)["integration"]["integrationId"]
    _good(http, "PUT", f"/integrations/{made}", body)
    schedule = f"/integrations/{made}/schedule"
    _good(http, "POST", schedule, {"schedule": SCHEDULE})
    _good(http, "PUT", schedule, {"integrationId": made, "schedule": SCHEDULE})
    _good(http, "POST", f"{schedule}/status/disabled")
    _good(http, "GET", f"/integrations/{made}")
    _good(http, "GET", "/integrations")
    _good(http, "DELETE", schedule)
    return made


def _walk_notifications(http: CloudHttp, sandbox: Sandbox, built: Tenant) -> None:
    body = {
        "integrationIds": [built.load.id],
        "channels": ["email", "in_app"],
        "notifications": {"config": [{"type": "success", "users": [sandbox.first_user.id]}]},
    }
    path = "/integrations/notification"
    first = f"{path}/{built.load.notification_id}"
    _good(http, "GET", first)
    _good(http, "PUT", first, body)
    _good(http, "DELETE", first)
    made = _good(http, "POST", path, body)["notificationId"]
    _good(http, "GET", f"{path}/{made}")


def _walk_runs(http: CloudHttp, built: Tenant) -> None:
    clean = http.run(built.load.id)["id"]
    assert _good(http, "GET", f"/integrations/runerror/{clean}")["runs"] == {}
    assert http.get(f"/integrations/run/{clean}/dumps").status_code == 404
    (built.folder / "staff.csv").write_bytes((built.folder / "twice.csv").read_bytes())
    partial = http.run(built.load.id)["id"]
    _good(http, "GET", f"/integrations/runerror/{partial}")
    assert http.get(f"/integrations/run/{partial}/dumps").status_code == 200
    whole = http.run(built.nightly.id)["id"]
    dumps = f"/integrations/run/{whole}/process/import/{built.load.jobs[0].action_id}/dumps"
    assert http.get(dumps).status_code == 200
    _good(http, "GET", f"/integrations/runs/{built.load.id}?offset=0&limit=1")
    _good(http, "GET", "/integrations")
    running = _good(http, "POST", f"/integrations/{built.load.id}/run")["run"]["id"]
    while http.post(f"/integrations/{built.load.id}/cancel").status_code == 404:
        pass  # it is queued
    http.wait(running)


def _walk_flows(http: CloudHttp, built: Tenant) -> None:
    step = {
        "type": "Integration",
        "isSkipped": False,
        "exceptionBehavior": [{"type": "failure", "strategy": "stop"}],
    }
    body = {
        "name": "All",
        "version": "2.0",
        "type": "IntegrationFlow",
        "steps": [
            {**step, "referrer": built.load.id},
            {**step, "referrer": built.export.id, "dependsOn": [built.load.id]},
        ],
    }
    made = _good(http, "POST", "/integrationflows", body)
    flow = f"/integrationflows/{made['integrationFlow']['integrationFlowId']}"
    _good(http, "GET", flow)
    _good(http, "PUT", flow, body)
    _good(http, "POST", f"{flow}/run")
    http.wait_for_flow(flow.rpartition("/")[2])
    _good(http, "GET", flow)
    _good(http, "GET", "/integrationflows")
    _good(http, "DELETE", flow)
