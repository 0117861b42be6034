"""An action is started, and becomes a task that is watched."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from anaplan_frames.errors import TaskUncertain
from anaplan_frames.outcomes import Outcome, unknown_outcome
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.results import WriteResult
from anaplan_frames.task_requests import TaskRequests
from anaplan_frames.tasks import Job, Task
from anaplan_frames.writes.dump_folder import DumpFolder, kept
from anaplan_frames.writes.plan import SendOptions

_log = logging.getLogger("anaplan_frames")


def start_task(
    requests: TaskRequests, body: Mapping[str, Any], job: Job[WriteResult]
) -> Task[WriteResult]:
    """Start an action, once.

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
        task_id, adopted = requests.start(body)
    except TaskUncertain as error:
        error.result = job.read(unknown_outcome(""))
        raise
    task = Task(requests, task_id, replace(job, started=started, adopted=adopted))
    _log.info(
        "%s: started as task %s in %.1f s%s",
        requests.label,
        task_id,
        clock.monotonic() - begin,
        ", found in the list as the answer was lost" if adopted else "",
    )
    task.announce()
    return task


def job_of(
    catalogue: Catalogue,
    *,
    name: str,
    kind: str,
    read: Callable[[Outcome], WriteResult],
    options: SendOptions,
    folder: DumpFolder | None = None,
    bytes_sent: int = 0,
    held: ExitStack | None = None,
    on_complete: Callable[[], None] | None = None,
    begun: float | None = None,
) -> Job[WriteResult]:
    """Describe a job to its task.

    Parameters
    ----------
    read : callable
        Makes the result of an outcome.
    folder : DumpFolder, optional
        Where rejected rows are kept.
    """

    def complete(outcome: Outcome) -> WriteResult:
        return kept(replace(read(outcome), bytes_sent=bytes_sent), folder)

    job = Job(
        name=name,
        kind=kind,
        read=complete,
        on_rejected=options.on_rejected,
        progress=options.progress,
        hooks=catalogue.hooks,
        begun=begun,
        held=held or ExitStack(),
    )
    return job if on_complete is None else replace(job, on_complete=on_complete)
