"""A task that is looked for among those of all actions of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anaplan_frames.bulk.actions import Action
from anaplan_frames.bulk.task_watching import listed_tasks
from anaplan_frames.errors import AmbiguousName, NotFound
from anaplan_frames.lookup import not_found
from anaplan_frames.resources.collection import Collection
from anaplan_frames.results import WriteResult
from anaplan_frames.tasks import Task

Collections = Sequence[Collection[Any]]


def find_task(
    collections: Collections, task_id: str, of: str | None, *, owner: str
) -> Task[WriteResult]:
    """Return a task of one of these actions; see `Model.task`."""
    if of is not None:
        return _action(collections, of, owner).task(task_id)
    for action, records in listed_tasks(actions_of(collections)):
        if any(str(record["taskId"]) == task_id for record in records):
            return action.task(task_id)
    raise NotFound(f"There is no task {task_id!r} {owner}. See .tasks() for those that are listed.")


def task_of(actions: Collection[Any], action_id: str, task_id: str) -> Task[WriteResult]:
    """Return a task of an action that is given by its id; see `Connection.task`."""
    action: Action | None = actions.by_id(action_id, needs_listing=False)
    return (action or actions[action_id]).task(task_id)


def _action(collections: Collections, name: str, owner: str) -> Action:
    for each in collections:
        given: Action | None = each.by_id(name, needs_listing=False)
        if given is not None:
            return given
    found = [each for each in collections if name in each]
    with_id = [each for each in found if name in list(each)]
    if len(with_id or found) > 1:
        kinds = ", ".join(type(each[name]).plural for each in found)
        raise AmbiguousName(f"{name!r} is the name of several: {kinds} {owner}. Give its id.")
    if not found:
        names = [each for collection in collections for each in collection.names]
        raise not_found(name, names, kind="actions", owner=owner)
    action: Action = (with_id or found)[0][name]
    return action


def actions_of(collections: Collections) -> list[Action]:
    """Return all actions of these collections, which are read if they were not."""
    return [each[id_] for each in collections for id_ in each]
