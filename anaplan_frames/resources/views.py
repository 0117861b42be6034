"""Views: the cells of a module as a table."""

from __future__ import annotations

from typing import ClassVar

from anaplan_frames.resources.resource import Resource


class View(Resource):
    """A view of a module; its default view has the module's id and name."""

    kind: ClassVar[str] = "view"
    plural: ClassVar[str] = "views"
