"""Runs of an export while its output is read: two runs must not be mixed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from anaplan_frames.errors import DataChanged
from anaplan_frames.outcomes import TaskState
from anaplan_frames.progress import Progress
from anaplan_frames.task_requests import TaskRequests
from anaplan_frames.threads import Ahead
from anaplan_frames.transfer.chunk_list import list_chunks
from anaplan_frames.transfer.download import fetch_chunks
from anaplan_frames.transport import Content

Found = TypeVar("Found")
Runs = Mapping[str, str]


def runs_of(requests: TaskRequests) -> Runs:
    """Return the states of an export's tasks, everyone's, by their ids."""
    return {str(task["taskId"]): TaskState.read(task).state for task in requests.listed()}


def check_unchanged(requests: TaskRequests, before: Runs) -> None:
    """Raise DataChanged if the export was run since, or a task of it has gone on."""
    new = [task for task, state in runs_of(requests).items() if before.get(task) != state]
    if new:
        raise DataChanged(
            f"{requests.label} was run again while its output was read (task {new[0]}), so that "
            "what was read may be a mixture of both. Read it again."
        )


def fetch_output(requests: TaskRequests, path: str, progress: Progress) -> Iterator[Content]:
    """Yield the chunks of an export's output.

    Raises
    ------
    DataChanged
        At the end, if the export was run again meanwhile.
    """
    listing = Ahead(lambda: runs_of(requests), name="anaplan-tasks")
    try:
        chunks = list_chunks(requests.transport, path, label=requests.label)
        before = listing.result()
    finally:
        listing.close()
    yield from fetch_chunks(
        requests.transport,
        path,
        chunks,
        label=requests.label,
        progress=progress,
        may_be_empty=len(chunks) == 1,
    )
    check_unchanged(requests, before)


def once_more(
    fetch: Callable[[], Found], again: Callable[[], Found], requests: TaskRequests
) -> Found:
    """Read an output, and once more if the export was run again meanwhile."""
    try:
        return fetch()
    except DataChanged:
        try:
            return again()
        except DataChanged as changed:
            raise DataChanged(
                f"{requests.label} was run again twice while its output was read. Read it when "
                "nobody runs it."
            ) from changed
