"""Revisions of models: which there are, where they were applied, and which may be applied next."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.structure.structure_records import Structure, structure_of
from anaplan_frames.sandbox.planning.structure.structure_synchronization import synchronize

REPORT_SECONDS = 48 * 3600
LONGEST_NAME, LONGEST_DESCRIPTION = 60, 250
BY_BUILDER = "User added revision"
BY_API = "User added revision via API"
COPIED = "Model copied"
SYNCHRONIZED = "Revision synchronized"


class RevisionRefused(ValueError):
    """A revision cannot be made or applied; the text says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Revision:
    """A revision, with the structure that the model had."""

    name: str
    description: str
    created: float
    created_by: str
    method: str
    structure: Structure
    id: str = field(default_factory=lambda: uuid.uuid4().hex.upper())


@dataclass(frozen=True, slots=True, eq=False)
class Applied:
    """A revision that a model has."""

    revision: Revision
    model_id: str
    applied: float
    applied_by: str
    method: str


class Revisions:
    """The revisions of all models of a tenant.

    Parameters
    ----------
    clock : callable
        Returns the seconds since the epoch.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._all: list[Applied] = []
        self._lock = threading.Lock()

    def of(self, model_id: str) -> list[Applied]:
        """Return the revisions of a model, the oldest first."""
        with self._lock:
            return [one for one in self._all if one.model_id == model_id]

    def latest(self, model_id: str) -> Applied | None:
        """Return the last revision of a model, if it has one."""
        found = self.of(model_id)
        return found[-1] if found else None

    def find(self, model_id: str, revision_id: str) -> Applied | None:
        """Return the revision of a model with this id."""
        return next((one for one in self.of(model_id) if one.revision.id == revision_id), None)

    def everywhere(self, revision_id: str) -> list[Applied]:
        """Return where a revision was applied; the model in which it was made comes first."""
        with self._lock:
            return [one for one in self._all if one.revision.id == revision_id]

    def create(
        self, model: Model, name: str, description: str, user_id: str, method: str
    ) -> Applied:
        """Make a revision of a model as it is now.

        Raises
        ------
        RevisionRefused
            If the name or description does not fit, the model is not in standard mode, or its
            structure has not changed.
        """
        if not name:
            raise RevisionRefused("A revision needs a name")
        if len(name) > LONGEST_NAME:
            raise RevisionRefused("The title of your revision tag must be 60 characters or fewer")
        if len(description) > LONGEST_DESCRIPTION:
            raise RevisionRefused("Revision tag descriptions must be 250 characters or fewer")
        if model.state not in ("UNLOCKED", "MAINTENANCE"):
            raise RevisionRefused("The model must be in standard mode")
        structure = structure_of(model)
        latest = self.latest(model.id)
        if latest is not None and latest.revision.structure.equals(structure):
            raise RevisionRefused("The model has no structural changes since its last revision")
        now = self._clock()
        revision = Revision(name, description, now, user_id, method, structure)
        return self._add(revision, model.id, user_id, method)

    def copy(self, source_id: str, target_id: str) -> None:
        """Give a model that is a copy of another one its revisions."""
        for one in self.of(source_id):
            self._add(one.revision, target_id, one.applied_by, COPIED)

    def syncable(self, target: Model, source_id: str) -> list[Applied]:
        """Return the revisions of a source that may be applied to a target, the oldest first.

        These are the ones after the target's last revision, which the source must have; none if
        the target's structure has changed since.
        """
        latest = self.latest(target.id)
        if latest is None or not latest.revision.structure.equals(structure_of(target)):
            return []
        history = self.of(source_id)
        ids = [one.revision.id for one in history]
        if latest.revision.id not in ids:
            return []
        return history[ids.index(latest.revision.id) + 1 :]

    def apply(
        self, target: Model, wanted: Revision, user_id: str, models: Mapping[str, Model]
    ) -> None:
        """Give the target the structure of a revision."""
        synchronize(target, wanted.structure, models)
        self._add(wanted, target.id, user_id, SYNCHRONIZED)

    def _add(self, revision: Revision, model_id: str, user_id: str, method: str) -> Applied:
        applied = Applied(revision, model_id, self._clock(), user_id, method)
        with self._lock:
            self._all.append(applied)
        return applied
