"""Making connections, integrations and flows in a sandbox, without requests."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.action_definitions import (
    ExportDefinition,
    ImportDefinition,
    ProcessDefinition,
)
from anaplan_frames.sandbox.tenant.cloudworks_bodies import known_body
from anaplan_frames.sandbox.tenant.cloudworks_records import Connection, Flow, Integration
from anaplan_frames.sandbox.tenant.cloudworks_state import CloudWorks
from anaplan_frames.sandbox.tenant.tenant_users import User

StorageType: TypeAlias = Literal["AmazonS3", "GoogleBigQuery", "AzureBlob"]
CloudJob: TypeAlias = tuple[Connection, str, ImportDefinition | ExportDefinition]
"""A connection, a file or table of it, and the import or export that reads or writes it."""


def make_connection(
    cloudworks: CloudWorks,
    user: User,
    name: str,
    folder: str | os.PathLike[str],
    kind: StorageType,
    place: str | None,
    secret: str | None,
    id: str | None,
) -> Connection:
    """Make a connection to a folder; see `Tenant.cloudworks_connection`."""
    place = place or Path(folder).name
    cloudworks.add_storage(kind, place, Path(folder), secret)
    return cloudworks.add_connection(user, kind, known_body(kind, place, name, secret or "any"), id)


def make_integration(
    cloudworks: CloudWorks,
    user: User,
    name: str,
    model: Model,
    jobs: Iterable[CloudJob],
    process: ProcessDefinition | None,
    **ids: str | None,
) -> Integration:
    """Make an integration; see `Tenant.cloudworks_integration`."""
    body: dict[str, Any] = {
        "name": name,
        "version": "2.0",
        "workspaceId": model.workspace.id,
        "modelId": model.id,
        "jobs": [_job(*job) for job in jobs],
    }
    if process is not None:
        body["processId"] = process.id
    return cloudworks.add_integration(user, body, **ids)


def _job(
    connection: Connection, file: str, action: ImportDefinition | ExportDefinition
) -> dict[str, Any]:
    kind = connection.type
    key = "table" if kind == "GoogleBigQuery" else "file"
    outer: dict[str, Any] = {"type": kind, "connectionId": connection.id, key: file}
    inner = {"type": "Anaplan", "actionId": action.id}
    if isinstance(action, ImportDefinition):
        target = {**inner, "fileId": action.file.id}
        return {"type": f"{kind}ToAnaplan", "sources": [outer], "targets": [target]}
    job = {"type": f"AnaplanTo{kind}", "sources": [inner]}
    if kind == "GoogleBigQuery":
        job["mapping"] = [{"sourceName": "*", "targetName": "*"}]
    return {**job, "targets": [{**outer, "overwrite": True}]}


def make_flow(
    cloudworks: CloudWorks,
    user: User,
    name: str,
    integrations: Sequence[Integration],
    on_failure: Literal["stop", "continue"],
    id: str | None,
) -> Flow:
    """Make a flow; see `Tenant.cloudworks_flow`."""
    exceptions = [
        {"type": "failure", "strategy": on_failure},
        {"type": "partial_success", "strategy": "continue"},
    ]
    steps = [
        {
            "type": "Integration",
            "referrer": integration.id,
            "dependsOn": [],
            "isSkipped": False,
            "exceptionBehavior": exceptions,
        }
        for integration in integrations
    ]
    body = {"name": name, "version": "2.0", "type": "IntegrationFlow", "steps": steps}
    return cloudworks.add_flow(user, body, id)
