"""Modules: their cells as a table, through their default view."""

from __future__ import annotations

from typing import ClassVar

from anaplan_frames.resources.resource import Resource


class Module(Resource):
    """A module of a model."""

    kind: ClassVar[str] = "module"
    plural: ClassVar[str] = "modules"
