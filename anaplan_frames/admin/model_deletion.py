"""Deleting models: several at once, and only if the caller confirms it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.errors import ConfirmationRequired
from anaplan_frames.transport import AnswerLost, Transport

_OUTCOME = {
    "id": Field("id"),
    "name": Field("name"),
    "workspace": Field("currentWorkspaceName"),
    "deleted": Field("deleted", "boolean"),
    "error": Field("error"),
}
_MOST_SHOWN = 10


def delete_models(
    transport: Transport, models: Sequence[Mapping[str, Any]], *, confirm: bool
) -> pd.DataFrame:
    """Delete the models of these records; see `Connection.delete_models`."""
    if models and confirm is not True:
        raise ConfirmationRequired(
            f"This would delete {_listed(models)} for good. Nothing is deleted yet: "
            "pass confirm=True to delete."
        )
    by_workspace: dict[str, list[str]] = {}
    for model in models:
        by_workspace.setdefault(str(model["currentWorkspaceId"]), []).append(str(model["id"]))
    errors: dict[str, str] = {}
    for workspace_id, ids in by_workspace.items():
        errors |= _delete(transport, workspace_id, ids)
    outcomes = [
        {**model, "deleted": str(model["id"]) not in errors, "error": errors.get(str(model["id"]))}
        for model in models
    ]
    return frame_of_fields(outcomes, _OUTCOME)


def _delete(transport: Transport, workspace_id: str, ids: Sequence[str]) -> dict[str, str]:
    """Delete models of one workspace; return for each that still exists why it does."""
    try:
        answer = transport.post(
            f"/workspaces/{workspace_id}/bulkDeleteModels",
            label="deleting models",
            json={"modelIdsToDelete": list(ids)},
            repeatable=False,
        )
    except AnswerLost:
        models = transport.pages(
            f"/workspaces/{workspace_id}/models", "models", label="the models after deleting some"
        )
        remaining = {str(model["id"]) for model in models}
        lost = "The answer was lost, and afterwards the model was still there."
        return {id_: lost for id_ in ids if id_ in remaining}
    failures = answer.get("bulkDeleteModelsFailures") or ()
    return {str(failure["modelId"]): str(failure.get("message") or "") for failure in failures}


def _listed(models: Sequence[Mapping[str, Any]]) -> str:
    names = [
        f"{model['name']!r} ({model['id']}) of workspace {model['currentWorkspaceName']!r}"
        for model in models
    ]
    if len(names) == 1:
        return f"the model {names[0]}"
    shown = "; ".join(names[:_MOST_SHOWN])
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return f"{len(names)} models: {shown}{more},"
