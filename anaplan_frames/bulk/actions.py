"""Actions that take no data, such as deleting from a list."""

from __future__ import annotations

from typing import ClassVar

from anaplan_frames import tasks
from anaplan_frames.bulk.runnable import Runnable
from anaplan_frames.results import WriteResult
from anaplan_frames.writes.result_builder import check_result, result_of_task


class Action(Runnable):
    """An action that takes no data, such as "Delete from list"; exports are actions too."""

    kind: ClassVar[str] = "action"
    plural: ClassVar[str] = "actions"

    def run(self, *, progress: bool | None = None) -> WriteResult:
        """Run the action, once, and wait for its end.

        Parameters
        ----------
        progress : bool, optional
            True shows a bar at once, False never.

        Returns
        -------
        WriteResult
            Its ``details`` say what was done.

        Raises
        ------
        TaskFailed
            If it did not succeed, or was cancelled.
        TaskUncertain
            If it cannot be told whether it was started.
        """
        outcome = tasks.run(self._transport, self.path, label=self.label, show_progress=progress)
        return check_result(result_of_task(outcome, self.name), "raise")
