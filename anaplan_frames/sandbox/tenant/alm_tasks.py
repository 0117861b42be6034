"""Tasks of Application Lifecycle Management: synchronizations, and reports on differences."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.structure import comparison_report
from anaplan_frames.sandbox.planning.structure.structure_differences import differences
from anaplan_frames.sandbox.tenant.model_revisions import REPORT_SECONDS, Revision, Revisions
from anaplan_frames.sandbox.tenant.task_queue import Task, Tasks
from anaplan_frames.sandbox.tenant.tenant_users import User

SYNC = "syncTasks"
ReportKind: TypeAlias = Literal["comparisonReportTasks", "summaryReportTasks"]
COMPARISON: ReportKind = "comparisonReportTasks"
SUMMARY: ReportKind = "summaryReportTasks"
_OBJECT = "alm"
_INCOMPATIBLE = (
    "The target and source revisions are incompatible",
    "Please choose a target and source revision that's compatible.",
)
_NOT_SYNCHRONIZED = "Model Synchronization Failed"


@dataclass(frozen=True, slots=True)
class Pair:
    """A revision of a target model, and the one of a source model that it is compared with."""

    target: Revision
    source: Revision
    source_model_id: str

    @property
    def ids(self) -> dict[str, str]:
        """The ids of both revisions, as a task's result has them."""
        return {"targetRevisionId": self.target.id, "sourceRevisionId": self.source.id}


class AlmTasks:
    """The tasks of all models, and the reports that they have made.

    Parameters
    ----------
    revisions : Revisions
    tasks : Tasks
    models : callable
        Returns all models by id.
    clock : callable
        Returns the seconds since the epoch.
    """

    def __init__(
        self,
        revisions: Revisions,
        tasks: Tasks,
        models: Callable[[], Mapping[str, Model]],
        clock: Callable[[], float],
    ) -> None:
        self._revisions = revisions
        self._tasks = tasks
        self._models = models
        self._clock = clock
        self._reports: dict[tuple[ReportKind, str, str, str], tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def start_sync(self, model: Model, pair: Pair, user: User) -> Task:
        """Start to give a model the structure of a revision of another one."""
        return self._start(SYNC, model, user, partial(self._synchronize, model, pair, user))

    def start_report(self, kind: ReportKind, model: Model, pair: Pair, user: User) -> Task:
        """Start to write a report."""
        return self._start(kind, model, user, partial(self._report, kind, model, pair))

    def syncs(self, model_id: str) -> list[Task]:
        """Return the synchronizations of a model of the last 48 hours, the latest first."""
        found = self._tasks.of(SYNC, model_id, _OBJECT)
        return [one for one in reversed(found) if self._is_kept(one.created)]

    def find(self, kind: str, model_id: str, task_id: str) -> Task | None:
        """Return a task of this kind, which was started in the last 48 hours."""
        task = self._tasks.find(kind, model_id, _OBJECT, task_id)
        return task if task and self._is_kept(task.created) else None

    def report(self, kind: ReportKind, model_id: str, target_id: str, source_id: str) -> Any:
        """Return a report that was written in the last 48 hours; None if there is none."""
        with self._lock:
            written, found = self._reports.get((kind, model_id, target_id, source_id), (0.0, None))
        return found if self._is_kept(written) else None

    def _is_kept(self, since: float) -> bool:
        return self._clock() - since < REPORT_SECONDS

    def _start(
        self, kind: str, model: Model, user: User, work: Callable[[Task], dict[str, Any]]
    ) -> Task:
        return self._tasks.start(kind, model.id, _OBJECT, user, (), work)

    def _synchronize(self, model: Model, pair: Pair, user: User, task: Task) -> dict[str, Any]:
        task.step("Synchronizing", 0.5)
        allowed = self._revisions.syncable(model, pair.source_model_id)
        if pair.source.id not in (one.revision.id for one in allowed):
            why = (
                f"{model.name} has structural changes since its last revision, or that is not a "
                "revision of the source model."
            )
            return _failure(pair, _NOT_SYNCHRONIZED, why)
        try:
            self._revisions.apply(model, pair.source, user.id, self._models())
        except (ValueError, KeyError) as error:
            return _failure(pair, _NOT_SYNCHRONIZED, f"The sandbox cannot apply it: {error}")
        return {"successful": True, **pair.ids}

    def _report(self, kind: ReportKind, model: Model, pair: Pair, task: Task) -> dict[str, Any]:
        task.step("Comparing", 0.5)
        known = {one.revision.id for one in self._revisions.of(model.id)}
        others = {one.revision.id for one in self._revisions.of(pair.source_model_id)}
        if not known & others:
            return _failure(pair, *_INCOMPATIBLE)
        target, source = pair.target.structure, pair.source.structure
        found = differences(target, source)
        content: Any = (
            comparison_report.summary(found)
            if kind == SUMMARY
            else comparison_report.report(found, source, target)
        )
        with self._lock:
            key = (kind, model.id, pair.target.id, pair.source.id)
            self._reports[key] = (self._clock(), content)
        return {"successful": True, **pair.ids}


def _failure(pair: Pair, title: str, text: str) -> dict[str, Any]:
    error = {"title": title, "messageText": text}
    return {"successful": False, **pair.ids, "error": error}
