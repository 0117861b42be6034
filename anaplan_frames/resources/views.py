"""Views: the cells of a module as a table."""

from __future__ import annotations

from typing import ClassVar

from anaplan_frames.resources.cells import CellsReadable


class View(CellsReadable):
    """A view of a module; its default view has the module's id and name."""

    kind: ClassVar[str] = "view"
    plural: ClassVar[str] = "views"

    @property
    def module_id(self) -> str:
        """The id of the module whose cells it shows."""
        return str(self.info["moduleId"])
