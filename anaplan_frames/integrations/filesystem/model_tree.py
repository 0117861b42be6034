"""What is where below ``anaplan://``: workspaces, their models, and what these have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from anaplan_frames.bulk.exports import Export
from anaplan_frames.bulk.files import File
from anaplan_frames.connection import Connection
from anaplan_frames.errors import NotFound
from anaplan_frames.integrations.filesystem.file_paths import parts_of, path_of
from anaplan_frames.integrations.filesystem.path_errors import (
    NoSuchFile,
    is_directory,
    not_allowed,
)
from anaplan_frames.model import Model

KINDS = ("files", "exports")
Entry: TypeAlias = dict[str, Any]


class ModelTree:
    """The paths of a tenant; models that were found are remembered.

    Parameters
    ----------
    connection : Connection
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._models: dict[tuple[str, str], Model] = {}

    def forget(self) -> None:
        """Have the models looked for again."""
        self._models.clear()

    def entries(self, path: str) -> list[Entry]:
        """Return what is directly below a path; of a file, itself."""
        names = parts_of(path)
        if not names:
            return list(self._workspaces())
        if len(names) == 1:
            return list(self._models_of(names[0]))
        if len(names) == 2:
            self._model(*names)
            return [_entry(path_of([*names, kind]), "", "directory") for kind in KINDS]
        if len(names) == 3:
            return list(self._things(path))
        return [self.entry(path)]

    def entry(self, path: str) -> Entry:
        """Return what is listed of one path.

        Raises
        ------
        FileNotFoundError
            If there is none.
        """
        names = parts_of(path)
        if len(names) > 3:
            return _described(path, self.thing(path))
        if len(names) == 3:
            self._collection(path)
        elif len(names) == 2:
            self._model(*names)
        elif names:
            self._check_workspace(names[0])
        return _entry(path, "", "directory")

    def thing(self, path: str) -> File | Export:
        """Return the file or export at a path.

        Raises
        ------
        FileNotFoundError, IsADirectoryError
            If there is none.
        """
        names = parts_of(path)
        if len(names) < 4:
            raise is_directory(path)
        if len(names) > 4:
            raise NoSuchFile(
                f"{path} has more parts than anaplan://workspace/model/files/name. Write a slash "
                "in a name as %2F."
            )
        try:
            found: File | Export = self._collection(path)[names[3]]
        except NotFound as error:
            raise NoSuchFile(str(error)) from error
        return found

    def writable(self, path: str) -> File:
        """Return the file at a path, whose content may be replaced.

        Raises
        ------
        PermissionError
            If an export writes it.
        """
        found = self.thing(path)
        if isinstance(found, Export) or found.id in found.catalogue.records("exports"):
            raise not_allowed(path, "An export writes it, so it can only be read")
        return found

    def _workspaces(self) -> Iterator[Entry]:
        frame = self._connection.workspaces()
        return _directories([], frame["id"], frame["name"])

    def _check_workspace(self, workspace: str) -> None:
        frame = self._connection.workspaces()
        if workspace not in {*frame["id"], *frame["name"]}:
            raise NoSuchFile(
                f"There is no workspace {workspace!r} that your user may see. conn.workspaces() "
                "lists those that there are."
            )

    def _models_of(self, workspace: str) -> Iterator[Entry]:
        frame = self._connection.models()
        chosen = frame[(frame["workspace_id"] == workspace) | (frame["workspace"] == workspace)]
        if chosen.empty:
            self._check_workspace(workspace)
        return _directories([workspace], chosen["id"], chosen["name"])

    def _things(self, path: str) -> Iterator[Entry]:
        things = self._collection(path)
        things.refresh()
        places = _unique(things.ids, things.names)
        for id_, place in zip(things.ids, places, strict=True):
            yield _described(path_of([*parts_of(path), place]), things[id_])

    def _model(self, workspace: str, model: str) -> Model:
        if (workspace, model) not in self._models:
            try:
                found = self._connection.model(model, workspace)
            except NotFound as error:
                raise NoSuchFile(str(error)) from error
            self._models[workspace, model] = found
        return self._models[workspace, model]

    def _collection(self, path: str) -> Any:
        """Return the files or the exports that a path of three or more parts names."""
        workspace, model, kind = parts_of(path)[:3]
        found = self._model(workspace, model)
        if kind not in KINDS:
            raise NoSuchFile(
                f"{path}: after the model a path has 'files' or 'exports', not {kind!r}. Lists, "
                "modules and views are read with read_anaplan."
            )
        return getattr(found, kind)


def _entry(path: str, id_: str, type_: str) -> Entry:
    return {"name": path, "size": None if type_ == "file" else 0, "type": type_, "id": id_}


def _described(path: str, thing: File | Export) -> Entry:
    own = {name: thing.info.get(name) for name in ("encoding", "separator", "format")}
    return {**_entry(path, thing.id, "file"), "kind": thing.plural, **own}


def _directories(above: list[str], ids: Iterable[str], names: Iterable[str]) -> Iterator[Entry]:
    ids = list(ids)
    for id_, place in zip(ids, _unique(ids, list(names)), strict=True):
        yield _entry(path_of([*above, place]), id_, "directory")


def _unique(ids: list[str], names: list[str]) -> list[str]:
    """Return the names; for one that several have, or that is another's id, the id."""
    return [
        name if name and names.count(name) == 1 and name not in ids else id_
        for id_, name in zip(ids, names, strict=True)
    ]
