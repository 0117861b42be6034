"""Runs of an export while its output is read: two runs must not be mixed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from anaplan_frames.errors import AnaplanError, DataChanged
from anaplan_frames.outcomes import TaskState
from anaplan_frames.progress import Progress
from anaplan_frames.task_requests import TaskRequests
from anaplan_frames.threads import Ahead
from anaplan_frames.transfer.chunk_list import list_chunks
from anaplan_frames.transfer.download import fetch_chunks
from anaplan_frames.transport import Content, Transport

Found = TypeVar("Found")
Runs = Mapping[str, str]


def runs_of(requests: TaskRequests) -> Runs:
    """Return the states of an export's tasks, everyone's, by their ids."""
    return states_of(requests.listed())


def states_of(tasks: Iterable[Mapping[str, Any]]) -> Runs:
    """Return the states of tasks by their ids."""
    return {str(task["taskId"]): TaskState.read(task).state for task in tasks}


def check_unchanged(requests: TaskRequests, before: Runs) -> None:
    """Raise DataChanged if the export was run since, or a task of it has gone on."""
    new = _new(runs_of(requests), before)
    if new:
        raise DataChanged(
            f"{requests.label} was run again while its output was read (task {new[0]}), so that "
            "what was read may be a mixture of both. Read it again."
        )


def _new(runs: Runs, before: Runs) -> list[str]:
    return [task for task, state in runs.items() if before.get(task) != state]


def fetch_output(
    requests: TaskRequests, path: str, since: Runs | None, progress: Progress
) -> Iterator[Content]:
    """Yield the chunks of an export's output.

    The first chunk is fetched while all are listed. It counts if no run is new by then.

    Parameters
    ----------
    since : mapping or None
        The runs up to the one that has written the output; None if they are not known.

    Raises
    ------
    DataChanged
        At the end, if the export was run again meanwhile.
    """
    transport, label = requests.transport, requests.label
    listing = Ahead(lambda: runs_of(requests), name="anaplan-tasks")
    fetching = None
    if since is not None:
        fetching = Ahead(lambda: _first_chunk(transport, path, label), name="anaplan-download")
    try:
        chunks = list_chunks(transport, path, label=label)
        before = listing.result()
        first = None
        if fetching is not None and since is not None and not _new(before, since):
            first = fetching.result()
    finally:
        listing.close()
        if fetching is not None:
            fetching.close()
    only = len(chunks) == 1
    if first is not None and (len(first) or only):
        progress.advance(len(first))
        chunks = chunks[1:]
        yield first
    del first  # not held while others are waited for
    yield from fetch_chunks(
        transport, path, chunks, label=label, progress=progress, may_be_empty=only
    )
    check_unchanged(requests, before)


def _first_chunk(transport: Transport, path: str, label: str) -> Content | None:
    """Return the first chunk; None if it cannot be had before it is listed."""
    try:
        return transport.download_large(
            f"{path}/chunks/0", label=f"chunk 0 of {label}", may_be_empty=True
        )
    except AnaplanError:
        return None


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
