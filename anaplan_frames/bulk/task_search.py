"""Tasks of all actions of a model: one that is looked for, and all that are seen to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from anaplan_frames.bulk.actions import Action
from anaplan_frames.deadline import check_timeout
from anaplan_frames.errors import AmbiguousName, NotFound
from anaplan_frames.lookup import not_found
from anaplan_frames.outcomes import TaskState
from anaplan_frames.resources.collection import Collection
from anaplan_frames.results import WriteResult
from anaplan_frames.tasks import Task
from anaplan_frames.threads import in_order

_THREADS = 8
Collections = Sequence[Collection[Any]]


def find_task(
    collections: Collections, task_id: str, of: str | None, *, owner: str
) -> Task[WriteResult]:
    """Return a task of one of these actions; see `Model.task`."""
    if of is not None:
        return _action(collections, of, owner).task(task_id)
    for action, records in _listed(collections):
        if any(str(record["taskId"]) == task_id for record in records):
            return action.task(task_id)
    raise NotFound(f"There is no task {task_id!r} {owner}. See .tasks() for those that are listed.")


def task_of(actions: Collection[Any], action_id: str, task_id: str) -> Task[WriteResult]:
    """Return a task of an action that is given by its id; see `Connection.task`."""
    action: Action | None = actions.by_id(action_id, needs_listing=False)
    return (action or actions[action_id]).task(task_id)


def watch_tasks(
    collections: Collections, *, interval: float, timeout: float | None
) -> Iterator[Task[WriteResult]]:
    """Yield tasks as they change; see `Model.watch`."""
    check_timeout(timeout)
    check_timeout(interval)
    return _changes(collections, interval, timeout)


def _changes(
    collections: Collections, interval: float, timeout: float | None
) -> Iterator[Task[WriteResult]]:
    seen: dict[str, str] = {}
    clock: Any = None
    end = 0.0
    first = True
    while True:
        for action, records in _listed(collections):
            if clock is None:
                clock = action.catalogue.transport.clock
                end = clock.monotonic() + (timeout or 0)
            for record in records:
                state, task_id = TaskState.read(record), str(record["taskId"])
                new = seen.get(task_id) != state.state
                seen[task_id] = state.state
                if new and not (first and state.ended):
                    yield action.task(task_id)
        first = False
        if clock is None:
            return
        # Looked at once: between two looks the end may pass, and no sleep is shorter than nothing.
        left = interval if timeout is None else end - clock.monotonic()
        if left <= 0 and timeout is not None:
            return
        clock.sleep(min(interval, left))


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


def _listed(collections: Collections) -> Iterator[tuple[Action, list[dict[str, Any]]]]:
    """Yield each action with the records of its tasks, several requests at once."""
    actions = [each[id_] for each in collections for id_ in each]

    def records(action: Action) -> list[dict[str, Any]]:
        return action.requests.listed()

    found = in_order(records, actions, threads=_THREADS, name="anaplan-tasks")
    return zip(actions, found, strict=True)
