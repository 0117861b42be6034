"""Copies of models, by which Application Lifecycle Management begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from anaplan_frames.sandbox.planning.structure.structure_records import structure_of
from anaplan_frames.sandbox.planning.structure.structure_synchronization import synchronize


def copied_model(
    model: Model, where: Workspace, name: str, id: str | None, models: Mapping[str, Model]
) -> Model:
    """Make a model with the structure of another one."""
    versions = [asdict(version) for version in model.versions]
    copy = where.model(name, id, model.calendar, versions)
    synchronize(copy, structure_of(model), models)
    return copy
