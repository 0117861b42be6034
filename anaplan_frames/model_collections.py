"""The collections of a model, each of one type.

Each says the type of what it has where a notebook looks for it: to complete
``model.modules["Flights by Month"].``, IPython reads the annotation of ``__getitem__``, and it does
not follow a type variable.
"""

from __future__ import annotations

from anaplan_frames.bulk.actions import Action
from anaplan_frames.bulk.exports import Export
from anaplan_frames.bulk.files import File
from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.processes import Process
from anaplan_frames.cells.modules import Module
from anaplan_frames.lists.lists import List
from anaplan_frames.resources.collection import Collection


class Files(Collection[File]):
    """The files of a model."""

    def __getitem__(self, key: str) -> File:
        return super().__getitem__(key)


class Imports(Collection[Import]):
    """The imports of a model."""

    def __getitem__(self, key: str) -> Import:
        return super().__getitem__(key)


class Exports(Collection[Export]):
    """The exports of a model."""

    def __getitem__(self, key: str) -> Export:
        return super().__getitem__(key)


class Actions(Collection[Action]):
    """The other actions of a model, such as deleting from a list."""

    def __getitem__(self, key: str) -> Action:
        return super().__getitem__(key)


class Processes(Collection[Process]):
    """The processes of a model."""

    def __getitem__(self, key: str) -> Process:
        return super().__getitem__(key)


class Lists(Collection[List]):
    """The lists of a model."""

    def __getitem__(self, key: str) -> List:
        return super().__getitem__(key)


class Modules(Collection[Module]):
    """The modules of a model."""

    def __getitem__(self, key: str) -> Module:
        return super().__getitem__(key)
