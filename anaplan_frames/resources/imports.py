"""Imports: a file's rows into a list, a module or the users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from anaplan_frames import tasks
from anaplan_frames.resources.rejects import collect_rejects
from anaplan_frames.resources.resource import Runnable
from anaplan_frames.resources.result import ImportResult, OnRejected
from anaplan_frames.resources.sent import Sent
from anaplan_frames.resources.targets import import_metadata, target_of_import
from anaplan_frames.resources.writing import write_file


class Import(Runnable):
    """An import action of a model."""

    kind: ClassVar[str] = "import"
    plural: ClassVar[str] = "imports"

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What Anaplan says of the import: ``name``, ``type``, ``source`` with its dialect."""
        return import_metadata(self._catalogue, self.id, self.what)

    def write(
        self,
        data: Any,
        *,
        mapping: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        on_rejected: OnRejected = "raise",
        index: bool = False,
        chunk_bytes: int | None = None,
        progress: bool | None = None,
    ) -> ImportResult:
        """Upload data to the import's file, run the import, and say what became of it.

        The parameters, the result and the errors are those of `anaplan_frames.to_anaplan`.
        """
        sent = write_file(
            self._transport,
            target_of_import(self._catalogue, self.info),
            data,
            mapping=mapping,
            index=index,
            chunk_bytes=chunk_bytes,
            show_progress=progress,
        )
        return self._run(parameters, sent, progress).check(on_rejected)

    def run(
        self,
        parameters: Mapping[str, str] | None = None,
        *,
        on_rejected: OnRejected = "raise",
        progress: bool | None = None,
    ) -> ImportResult:
        """Run the import on what its source already holds.

        Parameters
        ----------
        parameters : mapping of str to str, optional
            What the import asks for at run time, e.g. ``{"Version": "Actual"}``.
        on_rejected : {"raise", "warn", "ignore"}
            As for `write`, but the rejected rows are in the result's ``unmatched``, as Anaplan
            sent them: the data is not known here.
        progress : bool, optional
            True shows a bar at once, False never.
        """
        return self._run(parameters, None, progress).check(on_rejected)

    def _run(
        self, parameters: Mapping[str, str] | None, sent: Sent | None, progress: bool | None
    ) -> ImportResult:
        outcome = tasks.run(
            self._transport,
            self.path,
            what=self.what,
            parameters=parameters,
            show_progress=progress,
        )
        dump = f"{self.path}/tasks/{outcome.task_id}/dump"
        rejects = collect_rejects(self._catalogue, self.info, outcome, dump, sent)
        return ImportResult.of(outcome, self.name, rejects)
