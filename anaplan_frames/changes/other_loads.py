"""Tasks by which somebody else has loaded data since the last load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.processes import Process


def listed_tasks(action: Import) -> dict[str, list[str]]:
    """Return the ids of all tasks of an import, or of a process and its imports, that are listed.

    Returns
    -------
    dict of str to list of str
        By the action, such as ``"imports/112000000001"``.
    """
    labels = {f"{action.plural}/{action.id}": action.label}
    if isinstance(action, Process):
        steps = action.steps()
        imports = steps[steps["type"] == "IMPORT"]
        labels |= {
            f"imports/{id_}": f"import {name!r}"
            for id_, name in zip(imports["id"], imports["name"], strict=True)
        }
    found = action.catalogue.latest_tasks(labels)
    return {
        key: [str(task["taskId"]) for task in tasks]
        for key, tasks in zip(labels, found, strict=True)
    }


def unknown_tasks(
    listed: Mapping[str, Sequence[str]], known: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return the ids of tasks that were not known at the end of the last load."""
    before = {task for tasks in known.values() for task in tasks}
    return [task for tasks in listed.values() for task in tasks if task not in before]
