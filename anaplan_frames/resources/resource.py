"""What every resource of a model has: an id, a name, a path and words for messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pandas as pd

from anaplan_frames import tasks
from anaplan_frames.dataframes.record_fields import Field, frame_of_fields
from anaplan_frames.resources.catalogue import Catalogue

_TASKS = {
    "task_id": Field("taskId"),
    "state": Field("taskState"),
    "created": Field("creationTime", "time"),
}


class Resource:
    """One thing of a model.

    Attributes
    ----------
    id, name : str
        As Anaplan lists them.
    info : mapping
        All that Anaplan's listing says of it, by Anaplan's names.
    """

    kind: ClassVar[str]
    plural: ClassVar[str]

    def __init__(self, catalogue: Catalogue, info: Mapping[str, Any]) -> None:
        self._catalogue = catalogue
        self._transport = catalogue.transport
        self.info = info
        self.id = str(info["id"])
        self.name = str(info["name"])

    @property
    def path(self) -> str:
        """Its path below the API's root."""
        return f"{self._catalogue.path}/{self.plural}/{self.id}"

    @property
    def label(self) -> str:
        """The thing in words, e.g. ``"import 'Load flights'"``."""
        return f"{self.kind} {self.name!r}"

    def __repr__(self) -> str:
        return f"<{self.label} ({self.id}) of {self._catalogue.label}>"


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
