"""Exclusive access to a file, from an upload to the end of its import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from weakref import WeakValueDictionary

from anaplan_frames.bulk.other_tasks import wait_for_others
from anaplan_frames.errors import TaskUncertain
from anaplan_frames.resources.catalogue import Catalogue
from anaplan_frames.task_requests import TaskRequests
from anaplan_frames.tasks import Task
from anaplan_frames.transfer.file_lock import file_lock, lock_path
from anaplan_frames.transfer.journal import Journal
from anaplan_frames.transport import Transport

# Which task of this process holds the lock of a file: who waits for the lock waits for its end,
# which nobody else may be looking for.
_holders: WeakValueDictionary[str, Task[Any]] = WeakValueDictionary()


class FileAccess:
    """Exclusive access to some files, so that nobody else disturbs their uploads.

    Parameters
    ----------
    catalogue : Catalogue
    tasks : mapping
        By the file's id, the last task of each import that reads it, by the import's id.
    """

    def __init__(self, catalogue: Catalogue, tasks: Mapping[str, Mapping[str, str | None]]) -> None:
        self.transport: Transport = catalogue.transport
        self._catalogue = catalogue
        self._tasks = tasks

    def journal(self, path: str, facts: Mapping[str, Any], *, resume: bool) -> Journal:
        """Open the journal of uploads to a file; what was uploaded is private to its user.

        What arrived is of use only while nobody else has written to the file, from another
        machine or with another client; who did so has then run an import that reads it.
        """

        def whole() -> dict[str, Any]:  # asks who the user is, if there is something to note
            return {
                "api": self.transport.api_url,
                "file": path,
                "user": self._catalogue.user_id,
                "tasks": self._tasks[path.rsplit("/", 1)[1]],
                **facts,
            }

        path_ = lock_path(self.transport.api_url, path).with_suffix(".journal")
        return Journal(path_, whole, self.transport.clock, resume=resume)

    def hold(self, task: Task[Any]) -> None:
        """Note that a task keeps the files to itself until its end is seen."""
        for file_id in self._tasks:
            _holders[_key(self._catalogue, file_id)] = task


@contextmanager
def exclusive_access(catalogue: Catalogue, file_ids: Iterable[str]) -> Iterator[FileAccess]:
    """Wait for exclusive access to files, and for running imports of them, and keep it.

    Anaplan takes no lock while an import reads its file: an upload meanwhile corrupts the load.
    Other runs on this machine wait for one another; what was started elsewhere shows in the
    tasks of the imports that read the file.
    """
    names = catalogue.records("files")
    tasks: dict[str, dict[str, str | None]] = {}
    with ExitStack() as stack:
        for file_id in sorted(set(file_ids)):  # in one order, so that two cannot wait in a circle
            label = f"file {names.get(file_id, {}).get('name', file_id)!r}"
            _lock(catalogue, file_id, label, stack)
            tasks[file_id] = _wait_for_readers(catalogue, file_id, label)
        yield FileAccess(catalogue, tasks)


def expect_access(catalogue: Catalogue, file_ids: Iterable[str]) -> None:
    """Begin to look at the tasks of the imports that read some files: access is asked for next."""
    readers = [import_ for file_id in file_ids for import_ in _readers(catalogue, file_id)]
    catalogue.ask_early(f"imports/{import_['id']}/tasks" for import_ in readers)


def _lock(catalogue: Catalogue, file_id: str, label: str, stack: ExitStack) -> None:
    """Lock a file; after a wait, what was known of its tasks is old."""
    wait_for_holder = _task_waiter(_key(catalogue, file_id))

    def on_wait() -> None:
        for import_ in _readers(catalogue, file_id):
            catalogue.early.forget(f"imports/{import_['id']}/tasks")
        wait_for_holder()

    host, path = catalogue.transport.api_url, f"{catalogue.path}/files/{file_id}"
    stack.enter_context(file_lock(host, path, label=label, on_wait=on_wait))


def _wait_for_readers(catalogue: Catalogue, file_id: str, label: str) -> dict[str, str | None]:
    """Wait for running imports of a file; return the last task of each, by the import's id."""
    readers = {str(import_["id"]): import_ for import_ in _readers(catalogue, file_id)}
    labels = {id_: f"import {import_['name']!r}" for id_, import_ in readers.items()}
    listed = catalogue.latest_tasks({f"imports/{id_}": label for id_, label in labels.items()})
    return {
        id_: wait_for_others(
            TaskRequests(
                catalogue.transport,
                f"{catalogue.path}/imports/{id_}",
                labels[id_],
            ),
            tasks,
            why=f"it reads {label}",
        )
        for id_, tasks in zip(readers, listed, strict=True)
    }


def _readers(catalogue: Catalogue, file_id: str) -> list[Mapping[str, Any]]:
    """Return the imports that read a file."""
    imports = catalogue.records("imports").values()
    return [one for one in imports if str(one.get("importDataSourceId")) == file_id]


def _key(catalogue: Catalogue, file_id: str) -> str:
    return f"{catalogue.transport.api_url}{catalogue.path}/files/{file_id}"


def _task_waiter(key: str) -> Callable[[], None]:
    """Return what waits for the task of this process that holds a file, if one does."""

    def wait() -> None:
        holder = _holders.get(key)
        if holder is not None:
            with suppress(TaskUncertain):  # it releases the lock, and its own caller is informed
                holder.wait_for_end(show=False)

    return wait
