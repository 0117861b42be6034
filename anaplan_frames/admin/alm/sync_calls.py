"""What is asked about syncs into a model: started once, listed, watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from anaplan_frames.admin.alm.alm_requests import AlmRequests
from anaplan_frames.admin.alm.revision_reports import error_text
from anaplan_frames.errors import AnaplanError, RequestRefused, TransferError
from anaplan_frames.outcomes import TaskState
from anaplan_frames.transport import Transport
from anaplan_frames.urls import task_url


@dataclass(frozen=True, slots=True)
class SyncCalls:
    """What a sync asks; a `StartCalls`.

    Attributes
    ----------
    requests : AlmRequests
        Of the target.
    """

    requests: AlmRequests

    @property
    def transport(self) -> Transport:
        """The connection's."""
        return self.requests.transport

    @property
    def label(self) -> str:
        """What is run, in words."""
        return f"the sync of {self.requests.label}"

    @property
    def listing(self) -> str:
        """Where the tasks are listed, in words."""
        return "the model's alm.sync_tasks()"

    @property
    def model_path(self) -> str:
        """The path of the target."""
        return self.requests.catalogue.path

    def url(self, task_id: str) -> str:
        """Return the URL of a task."""
        return task_url(f"{self.model_path}/alm/syncTasks", task_id)

    def start(self, body: Mapping[str, Any], look: Callable[[AnaplanError], None]) -> str:
        """Ask for the start, and return the task's id."""
        answer = self.transport.post(
            self._path, label=self.label, json=body, repeatable=False, look=look
        )
        return str(answer["task"]["taskId"])

    def task_ids(self) -> list[str]:
        """Return the ids of the syncs that there are, everyone's."""
        return [str(task["taskId"]) for task in self.requests.sync_tasks()]

    def look(self, task_id: str) -> TaskState:
        """Return how a sync stands.

        Raises
        ------
        NotFound
            If there is no such task.
        TransferError
            If the answer does not say it.
        """
        label = f"task {task_id} of {self.label}"
        task = self.transport.get(f"{self._path}/{task_id}", label=label)["task"]
        result = task.get("result")
        if isinstance(result, Mapping):
            task = {**task, "result": {**result, "details": _details(result)}}
        state = TaskState.read(task)
        if not state.state:
            raise TransferError(
                f"{label}: Anaplan's answer does not say how the task stands. Try again."
            )
        return state

    def cancel(self, task_id: str) -> None:
        """Refuse to ask for a sync's end, which Anaplan does not offer."""
        raise RequestRefused(
            f"Anaplan does not offer to cancel a sync; task {task_id} of {self.label} goes on. "
            "Wait for its end."
        )

    @property
    def _path(self) -> str:
        return f"{self.requests.path}/syncTasks"


def _details(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return why a sync failed, in the form that tasks of actions have."""
    text = error_text(result)
    return [{"type": "syncFailed", "localMessageText": text, "values": []}] if text else []
