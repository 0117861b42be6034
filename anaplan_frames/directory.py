"""The workspaces and models that a user may see, and how one is found by name or id."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from anaplan_frames.errors import NotFound, PermissionDenied
from anaplan_frames.lookup import find_id, matching_ids, only_id
from anaplan_frames.remembered_ids import RememberedIds, RememberedModel
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.early_answers import EarlyAnswers
from anaplan_frames.threads import in_order
from anaplan_frames.transport import Transport
from anaplan_frames.transport.hosts import host_of
from anaplan_frames.transport.regions import region_hint
from anaplan_frames.visible_text import visible

_VISIBLE = "that your user may see"

_MODEL_ID = re.compile("[0-9A-F]{32}")
_WORKSPACE_ID = re.compile("[0-9a-f]{32}")
_MODEL_DETAILS = {"modelDetails": "true"}

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
        self._ids = RememberedIds(transport.api_url, transport.account)

    def workspaces(self) -> Iterable[dict[str, Any]]:
        """Yield Anaplan's records of the workspaces."""
        return self._transport.pages(
            "/workspaces", "workspaces", label="the workspaces", params={"tenantDetails": "true"}
        )

    def models(self) -> Iterable[dict[str, Any]]:
        """Yield Anaplan's records of the models of all workspaces."""
        return self._transport.pages("/models", "models", label="the models", params=_MODEL_DETAILS)

    def find_model(
        self, name: str, workspace: str | None, *, preferred: str | None = None
    ) -> tuple[Record, EarlyAnswers]:
        """Return the record of a model, and what is asked about it already.

        An id that was found for the name in an earlier run saves the listing, if the model still
        has this name and is in the same workspace. A second model of the name that was made since
        is not noticed. Of a model that is given by its id, the workspace is remembered, so that
        what is needed of it can be asked for at once. The parameters and errors are those of
        `find_models`.
        """
        asked = (name, workspace, preferred)
        remembered = self._ids.find(asked)
        self._transport.open_connections(1 + len(remembered.needed) if remembered else 0)
        if remembered is not None:
            early = self._begin(remembered)
            record = self._by_id(remembered.id, remembered.workspace_id)
            if record is not None and name in (record.get("name"), record["id"]):
                return record, early
            self._ids.forget(asked)
        (record,) = self.find_models([name], workspace, preferred=preferred)
        if name in (record.get("name"), record["id"]):
            self._ids.keep(asked, str(record["id"]), str(record["currentWorkspaceId"]))
        return record, EarlyAnswers(partial(self._ids.keep_needed, str(record["id"])))

    def _begin(self, model: RememberedModel) -> EarlyAnswers:
        """Ask for what an earlier run has asked first, while the model's name is checked."""
        early = EarlyAnswers(partial(self._ids.keep_needed, model.id), model.needed)
        if _MODEL_ID.fullmatch(model.id) and _WORKSPACE_ID.fullmatch(model.workspace_id):
            path = f"/workspaces/{model.workspace_id}/models/{model.id}"
            label = f"model {model.id}"
            Catalogue(self._transport, path, label, early=early).ask_early(early.expected)
        return early

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
        owner = _VISIBLE if workspace is None else f"of workspace {workspace!r}"
        models = self._placed() if workspace is None else self._placed_in(workspace)
        if models is None:
            raise self._sees_nothing(asked[0])
        return [models[_model_id(name, models, owner, preferred)] for name in asked]

    def _placed(self) -> dict[str, Record] | None:
        """Return the records of the models that are in a workspace, by id; None if none are."""
        records = self.models()
        placed: dict[str, Record] = {
            str(record["id"]): record
            for record in records
            if record.get("id") and record.get("currentWorkspaceId")
        }
        return placed or None

    def _placed_in(self, workspace: str) -> dict[str, Record] | None:
        """Return the records of the models of a workspace by id; None if the user sees no model.

        If the workspace is given by id, no others are listed, unless it has none that the user
        may see: the listing then shows what there is.
        """
        if _WORKSPACE_ID.fullmatch(workspace):
            with suppress(NotFound, PermissionDenied):
                path, label = f"/workspaces/{workspace}/models", f"the models of {workspace}"
                found = self._transport.pages(path, "models", label=label, params=_MODEL_DETAILS)
                models = {
                    str(each["id"]): {**each, "currentWorkspaceId": workspace} for each in found
                }
                if models:
                    return dict(models)
        works: tuple[Callable[[], Any], ...] = (self._placed, lambda: list(self.workspaces()))
        every, spaces = in_order(lambda work: work(), works, threads=2, name="anaplan-list")
        if every is None:
            return None
        workspace_id = _workspace_id(workspace, every.values(), spaces)
        return {
            id_: record
            for id_, record in every.items()
            if record["currentWorkspaceId"] == workspace_id
        }

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
                f"/models/{name}", label=f"model {name!r}", params=_MODEL_DETAILS
            )
        except NotFound:
            return None
        record = answer.get("model")
        if not isinstance(record, Mapping) or str(record.get("id")) != name:
            return None
        known = bool(record.get("currentWorkspaceId"))
        return record if known and (workspace is None or _is_in(record, workspace)) else None


def _workspace_id(workspace: str, models: Iterable[Record], workspaces: Iterable[Record]) -> str:
    """Find a workspace by name or id; the models name the workspaces that they are in."""
    names = {str(r.get("currentWorkspaceId")): str(r.get("currentWorkspaceName")) for r in models}
    names |= {str(r["id"]): str(r.get("name") or "") for r in workspaces}
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
