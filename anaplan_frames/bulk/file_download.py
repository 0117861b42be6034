"""A file of a model into a path of this machine."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from anaplan_frames.bulk.export_runs import check_unchanged, runs_of
from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.task_requests import TaskRequests
from anaplan_frames.transfer.path_download import check_target, save


def save_file(
    catalogue: Catalogue,
    file_id: str,
    target: str | os.PathLike[str],
    *,
    label: str,
    resume: bool,
    progress: bool | None,
    requests: TaskRequests | None = None,
) -> Path:
    """Write a file's content to a path.

    What an earlier run has fetched of an export's output is of use only if the export was not run
    since. Nothing shows whether a plain file has changed, so that it is fetched from the beginning.

    Parameters
    ----------
    requests : TaskRequests, optional
        Of the export whose output it is; by default it is found.

    Raises
    ------
    DataChanged
        If the export was run again meanwhile; the target is unchanged.
    """
    check_target(target)
    transport = catalogue.transport
    if requests is None and file_id in catalogue.records("exports"):
        requests = TaskRequests(transport, f"{catalogue.path}/exports/{file_id}", label)
    runs = {} if requests is None else runs_of(requests)
    facts = {"api": transport.api_url, "user": catalogue.user_id, "runs": sorted(runs.items())}
    with Progress(f"Reading {label}", unit="B", show=progress) as bar:
        return save(
            transport,
            f"{catalogue.path}/files/{file_id}",
            target,
            facts=facts,
            resume=resume and requests is not None,
            label=label,
            progress=bar,
            check=None if requests is None else partial(check_unchanged, requests, runs),
        )
