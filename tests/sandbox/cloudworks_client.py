"""A tenant with CloudWorks, and a small HTTP client for it, independent of the library."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.tenant.cloudworks_records import Connection, Integration
from tests.sandbox.http_client import (
    EMPLOYEES,
    EXPORT,
    LIST_IMPORT,
    NIGHTLY,
    WITH_A_DUPLICATE,
    Http,
    build_headcount,
)

S3 = {
    "name": "S3",
    "accessKeyId": "AKIA1",
    "secretAccessKey": "shhh",
    "bucketName": "data",
}


@dataclass
class Tenant:
    """A model with an import, an export and a process, and an integration of each."""

    sandbox: Sandbox
    model: Model
    folder: Path
    connection: Connection
    load: Integration
    export: Integration
    nightly: Integration


def build_cloudworks(sandbox: Sandbox, folder: Path) -> Tenant:
    """Make a connection to a folder, and integrations that use it."""
    model = build_headcount(sandbox)
    folder.mkdir(exist_ok=True)
    (folder / "staff.csv").write_bytes(EMPLOYEES)
    (folder / "twice.csv").write_bytes(WITH_A_DUPLICATE)
    connection = sandbox.cloudworks_connection("Files", folder, place="data", secret="shhh")
    load, export = model.imports[LIST_IMPORT], model.exports[EXPORT]
    staff, out = (connection, "staff.csv", load), (connection, "out/staff.csv", export)
    return Tenant(
        sandbox,
        model,
        folder,
        connection,
        sandbox.cloudworks_integration("Load staff", model, [staff]),
        sandbox.cloudworks_integration("Staff out", model, [out]),
        sandbox.cloudworks_integration(
            "Nightly run", model, [staff, out], process=model.processes[NIGHTLY]
        ),
    )


class CloudHttp(Http):
    """Requests to CloudWorks; paths start below ``/cloudworks/2/0``."""

    def __init__(self, sandbox: Sandbox, email: str = "", password: str = "") -> None:
        super().__init__(sandbox, email, password)
        self.base = f"{sandbox.api_url}/cloudworks/2/0"

    def run(self, integration_id: str) -> dict[str, Any]:
        """Run an integration and return its status at the end."""
        started = self.post(f"/integrations/{integration_id}/run")
        assert started.status_code == 200, started.text
        return self.wait(started.json()["run"]["id"])

    def wait(self, run_id: str) -> dict[str, Any]:
        """Return the status of a run at its end."""
        return self._ended(f"/integrations/run/{run_id}", "run")

    def wait_for_flow(self, flow_id: str) -> dict[str, Any]:
        """Return the latest run of a flow at its end."""
        return self._ended(f"/integrationflows/{flow_id}", "integrationFlow", "latestRun")

    def _ended(self, path: str, *keys: str) -> dict[str, Any]:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            found = self.get(path).json()
            for key in keys:
                found = found[key]
            if "endDate" in found:
                run: dict[str, Any] = found
                return run
            time.sleep(0.01)
        raise AssertionError(f"{path} does not end")


def message(answer: requests.Response) -> tuple[int, str]:
    """Return the status and the message of an error."""
    return answer.status_code, answer.json()["status"]["message"]
