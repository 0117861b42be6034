"""What one model lists: its files, imports and so on, each kind read once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from anaplan_frames.tasks import Hook
from anaplan_frames.transport import Transport


class Catalogue:
    """The listings of one model, and the way to it; what every resource of the model shares.

    Parameters
    ----------
    transport : Transport
        The connection's.
    path : str
        ``/workspaces/{workspace}/models/{model}``
    label : str
        The model in words, e.g. ``"model 'Flight Planning'"``.
    name : str, optional
        The model's name.
    hooks : sequence of Hook, optional
        What is called for every task that is started.
    restart_after : float, optional
        When an action whose start was lost may be started again; see `anaplan_frames.connect`.
    """

    def __init__(
        self,
        transport: Transport,
        path: str,
        label: str,
        *,
        name: str = "",
        hooks: Sequence[Hook] = (),
        restart_after: float | None = None,
    ) -> None:
        self.transport = transport
        self.path = path
        self.label = label
        self.name = name
        self.hooks: tuple[Hook, ...] = tuple(hooks)
        self.restart_after = restart_after
        self._read: dict[str, dict[str, dict[str, Any]]] = {}

    @property
    def facts(self) -> dict[str, Any]:
        """What a plan or result says of the model: ``model``, ``model_id``, ``workspace_id``."""
        parts = self.path.strip("/").split("/")
        ids = dict(zip(parts[::2], parts[1::2], strict=False))
        return {
            "model": self.name,
            "model_id": ids.get("models", ""),
            "workspace_id": ids.get("workspaces", ""),
        }

    def __getstate__(self) -> dict[str, Any]:
        """Leave out hooks, and what was read: another process reads it when it is needed."""
        kept = {name: value for name, value in self.__dict__.items() if name != "user_id"}
        return {**kept, "_read": {}, "hooks": ()}

    @cached_property
    def user_id(self) -> str:
        """The user's id, whose uploads are seen by no one else."""
        return str(self.transport.get("/users/me", label="your user")["user"]["id"])

    def records(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return Anaplan's records of a kind (``"files"``, ``"imports"``, ...) by id."""
        if kind not in self._read:
            self._read[kind] = self.ask(kind)
        return self._read[kind]

    def ask(self, kind: str) -> dict[str, dict[str, Any]]:
        """Ask Anaplan for the records of a kind by id, as they are now; they are not kept."""
        label = f"the {kind} of {self.label}"
        pages = self.transport.pages(f"{self.path}/{kind}", kind, label=label)
        # A record without a name is known by its id.
        return {
            str(record["id"]): {**record, "name": record.get("name") or record["id"]}
            for record in pages
        }

    def has_read(self, kind: str) -> bool:
        """Whether a kind was read, so that its records are known without a request."""
        return kind in self._read

    def forget(self, kind: str) -> None:
        """Have a kind read again at its next use."""
        self._read.pop(kind, None)
