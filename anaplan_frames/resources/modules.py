"""Modules: their cells as a table, through their default view."""

from __future__ import annotations

from typing import ClassVar

from anaplan_frames.resources.cells import CellsReadable


class Module(CellsReadable):
    """A module of a model; it is read through its default view."""

    kind: ClassVar[str] = "module"
    plural: ClassVar[str] = "modules"

    @property
    def module_id(self) -> str:
        """Its own id."""
        return self.id
