"""The requests of Application Lifecycle Management about one model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.transport import Transport

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AlmRequests:
    """What can be asked about the revisions of a model.

    Attributes
    ----------
    catalogue : Catalogue
        Of the model.
    """

    catalogue: Catalogue

    @property
    def transport(self) -> Transport:
        """The connection's."""
        return self.catalogue.transport

    @property
    def model_id(self) -> str:
        """The model's id."""
        return str(self.catalogue.facts["model_id"])

    @property
    def path(self) -> str:
        """The path below which the requests are."""
        return f"/models/{self.model_id}/alm"

    @property
    def label(self) -> str:
        """The model in words."""
        return self.catalogue.label

    def revisions(self, after: str | None = None, before: str | None = None) -> list[Record]:
        """Return its revisions, the latest first.

        Parameters
        ----------
        after, before : str, optional
            Days, ``YYYY-MM-DD``. Whether the days themselves count is documented both ways.
        """
        days = {"appliedAfter": after, "appliedBefore": before}
        params = {"sort": "-appliedOn", **{key: day for key, day in days.items() if day}}
        label = f"the revisions of {self.label}"
        return list(
            self.transport.pages(f"{self.path}/revisions", "revisions", label=label, params=params)
        )

    def latest(self) -> Record | None:
        """Return its last revision, if it has one."""
        found = self._listed("latestRevision", "revisions", f"the last revision of {self.label}")
        return found[0] if found else None

    def syncable(self, source_id: str) -> list[Record]:
        """Return the revisions of another model that can be synced into it, the newest first."""
        label = f"the revisions that can be synced into {self.label}"
        return self._listed(
            "syncableRevisions", "revisions", label, params={"sourceModelId": source_id}
        )

    def models_of(self, revision_id: str) -> list[Record]:
        """Return the models that have a revision."""
        path = f"revisions/{revision_id}/appliedToModels"
        return self._listed(path, "appliedToModels", f"the models with revision {revision_id}")

    def sync_tasks(self) -> list[Record]:
        """Return the syncs into it of the last 48 hours."""
        return self._listed("syncTasks", "tasks", f"the sync tasks of {self.label}")

    def set_status(self, status: str) -> None:
        """Bring it ``"online"`` or ``"offline"``."""
        self.transport.request(
            "PUT",
            f"/models/{self.model_id}/onlineStatus",
            label=f"{self.label} (to bring it {status})",
            json={"status": status},
        )

    def _listed(
        self, path: str, key: str, label: str, params: Mapping[str, str] | None = None
    ) -> list[Record]:
        answer = self.transport.get(f"{self.path}/{path}", label=label, params=params)
        return answer.get(key) or []
