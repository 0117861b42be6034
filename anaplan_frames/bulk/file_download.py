"""A file of a model into a path of this machine."""

from __future__ import annotations

import os
from pathlib import Path

from anaplan_frames.progress import Progress
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.transfer.path_download import save


def save_file(
    catalogue: Catalogue,
    file_id: str,
    target: str | os.PathLike[str],
    *,
    label: str,
    resume: bool,
    progress: bool | None,
) -> Path:
    """Write a file's content to a path.

    What an earlier run has fetched of it is of use only while nobody else has written to the
    file: the user must be the same, and an export that writes it must not have run since.
    """
    transport = catalogue.transport
    facts = {
        "api": transport.api_url,
        "user": catalogue.user_id,
        "runs": _tasks_of_export(catalogue, file_id),
    }
    with Progress(f"Reading {label}", unit="B", show=progress) as bar:
        return save(
            transport,
            f"{catalogue.path}/files/{file_id}",
            target,
            facts=facts,
            resume=resume,
            label=label,
            progress=bar,
        )


def _tasks_of_export(catalogue: Catalogue, file_id: str) -> list[str]:
    """Return the tasks of the export whose output file it is; they have one id."""
    if file_id not in catalogue.records("exports"):
        return []
    path, label = f"{catalogue.path}/exports/{file_id}/tasks", "the tasks of the export"
    return sorted(task["taskId"] for task in catalogue.transport.pages(path, "tasks", label=label))
