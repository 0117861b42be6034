"""An action is started, and becomes a task that is watched."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from anaplan_frames.errors import AnaplanError, TaskUncertain
from anaplan_frames.outcomes import Outcome, unknown_outcome
from anaplan_frames.results import WriteResult
from anaplan_frames.single_start import SingleStart, Started
from anaplan_frames.task_requests import StartCalls, TaskCalls
from anaplan_frames.tasks import Job, Task
from anaplan_frames.writes.result_builder import doubted

_log = logging.getLogger("anaplan_frames")


def start_task(
    requests: StartCalls,
    body: Mapping[str, Any],
    job: Job[WriteResult],
    *,
    check: Callable[[], None] | None = None,
    restart_after: float | None = None,
    watched: Callable[[Started], TaskCalls] | None = None,
    latest: Callable[[], Iterable[Mapping[str, Any]]] | None = None,
) -> Task[WriteResult]:
    """Start an action, once.

    Parameters
    ----------
    check : callable, optional
        Raises if it must not be started; done while other requests are under way.
    restart_after, latest : optional
        As for `SingleStart`.
    watched : callable, optional
        Returns what the task asks; by default `requests`. It is for tasks that are recognized by
        what was there before them.

    Raises
    ------
    TaskUncertain
        If it is not known whether it was started; its ``.result`` holds what is known.
    TransferTimeout
        If the time for the whole call ended before.
    """
    clock = requests.transport.clock
    begin = clock.monotonic()
    started = clock.time()
    try:
        begun = SingleStart(requests, body, check, restart_after, latest).run()
    except TaskUncertain as error:
        error.result = job.read(unknown_outcome(""))
        raise
    if begun.restarted:
        job = replace(job, read=_doubting_read(requests, begun, job.read))
    calls = requests if watched is None else watched(begun)
    task = Task(calls, begun.task_id, replace(job, started=started, adopted=begun.adopted))
    task.announce()  # before all else, so that an interrupt finds the hooks informed
    _log.info(
        "%s: started as task %s in %.1f s%s",
        requests.label,
        task.id,
        clock.monotonic() - begin,
        ", found in the list as the answer was lost" if begun.adopted else "",
    )
    return task


def _doubting_read(
    requests: StartCalls, begun: Started, read: Callable[[Outcome], WriteResult]
) -> Callable[[Outcome], WriteResult]:
    """Read the outcome of a repeated start: an earlier request for it may have come late."""

    def read_and_look(outcome: Outcome) -> WriteResult:
        result = read(outcome)
        if outcome.successful is None and not outcome.nested:  # the end was not seen
            return result
        try:
            tasks = set(requests.task_ids())
        except AnaplanError as error:
            return doubted(
                result,
                "It was started a second time after a lost answer, and whether the first start "
                f"came late is not known, as its tasks cannot be listed ({error}).",
            )
        others = sorted(tasks - {begun.task_id, *begun.known})
        if not others:
            return result
        return doubted(
            result,
            "It was started a second time after a lost answer, and since then "
            f"{', '.join(others)} is listed, too: the first start may have come late, so that it "
            "has run twice. Look at the model.",
        )

    return read_and_look
