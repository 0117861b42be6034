"""One model and the collections of what it has."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from anaplan_frames.resources.actions import Action
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.resources.collection import Collection
from anaplan_frames.resources.exports import Export
from anaplan_frames.resources.files import File
from anaplan_frames.resources.imports import Import
from anaplan_frames.resources.lists import List
from anaplan_frames.resources.modules import Module
from anaplan_frames.resources.processes import Process
from anaplan_frames.resources.views import View
from anaplan_frames.transport import Transport


class Model:
    """A model of the connection's tenant; made by `Connection.model`.

    Attributes
    ----------
    id, name : str
        As Anaplan lists them.
    workspace_id : str
        The workspace that the model is in.
    """

    def __init__(self, transport: Transport, info: Mapping[str, Any]) -> None:
        self.id = str(info["id"])
        self.name = str(info["name"])
        self.workspace_id = str(info["currentWorkspaceId"])
        path = f"/workspaces/{self.workspace_id}/models/{self.id}"
        self._catalogue = Catalogue(transport, path, f"model {self.name!r}")

    @cached_property
    def files(self) -> Collection[File]:
        """Its files: what imports read, and what exports last wrote."""
        return Collection(self._catalogue, File)

    @cached_property
    def imports(self) -> Collection[Import]:
        """Its imports."""
        return Collection(self._catalogue, Import)

    @cached_property
    def exports(self) -> Collection[Export]:
        """Its exports."""
        return Collection(self._catalogue, Export)

    @cached_property
    def actions(self) -> Collection[Action]:
        """Its other actions, such as deleting from a list."""
        return Collection(self._catalogue, Action)

    @cached_property
    def processes(self) -> Collection[Process]:
        """Its processes."""
        return Collection(self._catalogue, Process)

    @cached_property
    def lists(self) -> Collection[List]:
        """Its lists."""
        return Collection(self._catalogue, List)

    @cached_property
    def modules(self) -> Collection[Module]:
        """Its modules."""
        return Collection(self._catalogue, Module)

    @cached_property
    def views(self) -> Collection[View]:
        """Its views, the modules' default views included."""
        return Collection(self._catalogue, View)

    def __repr__(self) -> str:
        return f"<model {self.name!r} ({self.id})>"
