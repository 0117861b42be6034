"""An action is started, and becomes a task that is watched."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from anaplan_frames.errors import TaskUncertain
from anaplan_frames.outcomes import unknown_outcome
from anaplan_frames.results import WriteResult
from anaplan_frames.task_requests import TaskRequests
from anaplan_frames.tasks import Job, Task

_log = logging.getLogger("anaplan_frames")


def start_task(
    requests: TaskRequests,
    body: Mapping[str, Any],
    job: Job[WriteResult],
    *,
    check: Callable[[], None] | None = None,
) -> Task[WriteResult]:
    """Start an action, once.

    Parameters
    ----------
    check : callable, optional
        Raises if it must not be started; done while other requests are under way.

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
        task_id, adopted = requests.start(body, check=check)
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
