"""Lists: their items as a table."""

from __future__ import annotations

from typing import ClassVar

from anaplan_frames.resources.resource import Resource


class List(Resource):
    """A list of a model."""

    kind: ClassVar[str] = "list"
    plural: ClassVar[str] = "lists"
