"""What Anaplan runs as a task: its tasks, and how one is cancelled."""

from __future__ import annotations

import pandas as pd

from anaplan_frames import tasks
from anaplan_frames.dataframes.record_frames import Field, frame_of_fields
from anaplan_frames.resources.resource import Resource

_TASKS = {
    "task_id": Field("taskId"),
    "state": Field("taskState"),
    "created": Field("creationTime", "time"),
}


class Runnable(Resource):
    """A resource that Anaplan runs as a task."""

    def cancel(self, task_id: str) -> bool:
        """Cancel a task of it, whose changes Anaplan then rolls back, and wait for its end.

        Returns
        -------
        bool
            False if it was complete before it could be cancelled.

        Raises
        ------
        NotFound
            If there is no such task.
        """
        return tasks.cancel(self._transport, self.path, task_id, label=self.label)

    def tasks(self) -> pd.DataFrame:
        """Return the tasks of it that Anaplan lists, everyone's.

        Returns
        -------
        pandas.DataFrame
            ``task_id`` (str), ``state`` (str), ``created`` (datetime64, UTC).
        """
        records = self._transport.pages(
            f"{self.path}/tasks", "tasks", label=f"tasks of {self.label}"
        )
        return frame_of_fields(records, _TASKS)
