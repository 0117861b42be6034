"""The other models that a call names: by model, name, id or URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from anaplan_frames.directory import Directory
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.urls import parse_model_url


class AnyModel(Protocol):
    """A `Model`."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def workspace_id(self) -> str:
        """The id of the workspace that it is in."""


ModelLike: TypeAlias = AnyModel | str


@dataclass(frozen=True, slots=True)
class ModelAddress:
    """Where a model is.

    Attributes
    ----------
    id, name, workspace_id : str
    """

    id: str
    name: str
    workspace_id: str

    @property
    def label(self) -> str:
        """The model in words."""
        return f"model {self.name!r}"

    def catalogue(self, like: Catalogue) -> Catalogue:
        """Return its catalogue, by the connection of another model."""
        return Catalogue(
            like.transport,
            f"/workspaces/{self.workspace_id}/models/{self.id}",
            self.label,
            name=self.name,
            hooks=like.hooks,
            restart_after=like.restart_after,
        )


def address_of(catalogue: Catalogue, model: ModelLike) -> ModelAddress:
    """Return where a model is; as `addresses_of`."""
    (found,) = addresses_of(catalogue, [model])
    return found


def addresses_of(catalogue: Catalogue, models: Sequence[ModelLike]) -> list[ModelAddress]:
    """Return where models are that are meant; a name may be of any workspace.

    Parameters
    ----------
    catalogue : Catalogue
        Of the model whose workspace is preferred if several have the name.
    models : sequence of Model or str

    Raises
    ------
    TypeError
        If one is neither a model nor a text.
    NotFound, AmbiguousName
        As for `anaplan_frames.Connection.model`.
    """
    directory, own_workspace = Directory(catalogue.transport), catalogue.facts["workspace_id"]
    known: dict[int, ModelAddress] = {}
    names: dict[int, str] = {}
    for place, model in enumerate(models):
        url = parse_model_url(model) if isinstance(model, str) else None
        if url is not None:
            (record,) = directory.find_models([url.model], url.workspace)
            known[place] = _address(record)
        elif isinstance(model, str):
            names[place] = model
        else:
            known[place] = _given(model)
    # All names at once, as they may take a listing of all models.
    found = directory.find_models(names.values(), None, preferred=own_workspace) if names else []
    known |= {place: _address(record) for place, record in zip(names, found, strict=True)}
    return [known[place] for place in range(len(models))]


def _given(model: AnyModel) -> ModelAddress:
    try:
        return ModelAddress(model.id, model.name, model.workspace_id)
    except AttributeError:
        raise TypeError(
            f"Give a model, or its name, id or URL, not {type(model).__name__}."
        ) from None


def _address(record: Mapping[str, Any]) -> ModelAddress:
    id_ = str(record["id"])
    return ModelAddress(id_, str(record.get("name") or id_), str(record["currentWorkspaceId"]))
