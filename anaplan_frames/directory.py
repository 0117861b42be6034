"""The workspaces and models that a user may see, and how one is found by name or id."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from anaplan_frames.errors import NotFound
from anaplan_frames.lookup import find_id, matching_ids, only_id
from anaplan_frames.transport import Transport
from anaplan_frames.transport.hosts import host_of
from anaplan_frames.transport.regions import region_hint
from anaplan_frames.visible_text import visible

_VISIBLE = "that your user may see"

_MODEL_ID = re.compile("[0-9A-F]{32}")

Record = Mapping[str, Any]


class Directory:
    """The listings of a tenant; each call reads them again.

    Parameters
    ----------
    transport : Transport
        The connection's.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def workspaces(self) -> Iterable[dict[str, Any]]:
        """Yield Anaplan's records of the workspaces."""
        return self._transport.pages(
            "/workspaces", "workspaces", label="the workspaces", params={"tenantDetails": "true"}
        )

    def models(self) -> Iterable[dict[str, Any]]:
        """Yield Anaplan's records of the models of all workspaces."""
        return self._transport.pages(
            "/models", "models", label="the models", params={"modelDetails": "true"}
        )

    def find_models(
        self, names: Iterable[str], workspace: str | None, *, preferred: str | None = None
    ) -> list[Record]:
        """Return the records of some models.

        Parameters
        ----------
        names : iterable of str
            Their names or ids.
        workspace : str or None
            The name or id of the only workspace to look in.
        preferred : str, optional
            The name or id of the workspace that counts if a name is found in several.

        Raises
        ------
        NotFound, AmbiguousName
            As `lookup.find_id` says, for a model or for the workspace.
        """
        asked = list(names)
        by_id = [self._by_id(name, workspace) for name in asked]
        known = [record for record in by_id if record is not None]
        if len(known) == len(asked):
            return known
        models = {
            str(record["id"]): record
            for record in self.models()
            if record.get("id") and record.get("currentWorkspaceId")
        }
        if not models:
            raise self._sees_nothing(asked[0])
        owner = _VISIBLE
        if workspace is not None:
            workspace_id = self._workspace_id(workspace, models.values())
            models = {
                id_: record
                for id_, record in models.items()
                if record.get("currentWorkspaceId") == workspace_id
            }
            owner = f"of workspace {workspace!r}"
        return [models[_model_id(name, models, owner, preferred)] for name in asked]

    def _sees_nothing(self, name: str) -> NotFound:
        """Return the error for a model that is looked for if the user sees none at all."""
        text = f"There is no model {visible(name)}: your user sees no model at all here."
        return NotFound(f"{text} {region_hint(host_of(self._transport.api_url))}".rstrip())

    def _by_id(self, name: str, workspace: str | None) -> Record | None:
        """Return the record of a model by its id, as a large tenant has thousands of models.

        None if there is none, or it is in another workspace: the listing then shows what there is.
        """
        if not _MODEL_ID.fullmatch(name):
            return None
        try:
            answer = self._transport.get(
                f"/models/{name}", label=f"model {name!r}", params={"modelDetails": "true"}
            )
        except NotFound:
            return None
        record = answer.get("model")
        if not isinstance(record, Mapping) or str(record.get("id")) != name:
            return None
        known = bool(record.get("currentWorkspaceId"))
        return record if known and (workspace is None or _is_in(record, workspace)) else None

    def _workspace_id(self, workspace: str, models: Iterable[Record]) -> str:
        """Find a workspace by name or id; the models name the workspaces that they are in."""
        names = {
            str(r.get("currentWorkspaceId")): str(r.get("currentWorkspaceName")) for r in models
        }
        names |= {str(r["id"]): str(r.get("name") or "") for r in self.workspaces()}
        return find_id(workspace, names, kind="workspaces", owner=_VISIBLE)


def _model_id(name: str, models: Mapping[str, Record], owner: str, preferred: str | None) -> str:
    names = {id_: str(record.get("name") or "") for id_, record in models.items()}
    ids = matching_ids(name, names)
    if len(ids) > 1 and preferred is not None:
        ids = [id_ for id_ in ids if _is_in(models[id_], preferred)] or ids

    def describe(id_: str) -> str:
        return f"{id_} (workspace {models[id_].get('currentWorkspaceName')!r})"

    return only_id(name, ids, names, kind="models", owner=owner, describe=describe)


def _is_in(record: Record, workspace: str) -> bool:
    return workspace in (record.get("currentWorkspaceId"), record.get("currentWorkspaceName"))
