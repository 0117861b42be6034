"""The requests about the tasks of one action: listed, looked at, watched, cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from anaplan_frames.errors import (
    AnaplanError,
    NotFound,
    RateLimited,
    RequestRefused,
    TaskUncertain,
    TransferError,
    TransferTimeout,
)
from anaplan_frames.outcomes import TaskState
from anaplan_frames.polling import poll
from anaplan_frames.transport import Transport
from anaplan_frames.urls import task_url

_FAILED_POLLS = 10  # in a row, each after all its tries: minutes without a connection


class TaskCalls(Protocol):
    """What a task asks Anaplan about itself, whichever service runs it."""

    @property
    def transport(self) -> Transport:
        """The connection's."""

    @property
    def label(self) -> str:
        """What is run, in words, for messages."""

    def url(self, task_id: str) -> str:
        """Return the URL by which the task is found in any process."""

    def look(self, task_id: str) -> TaskState:
        """Return how a task stands."""

    def cancel(self, task_id: str) -> None:
        """Ask for a task's end; one that has ended stays as it is."""


class StartCalls(TaskCalls, Protocol):
    """What is asked to start something once."""

    @property
    def listing(self) -> str:
        """Where its tasks are listed, in words: ``"its tasks"``."""

    @property
    def model_path(self) -> str:
        """The path of the model in which it runs."""

    def start(self, body: Mapping[str, Any], look: Callable[[AnaplanError], None]) -> str:
        """Ask for the start, and return the task's id; empty if the answer does not say it."""

    def task_ids(self) -> list[str]:
        """Return the ids of the tasks that there are, everyone's."""


@dataclass(frozen=True, slots=True)
class TaskRequests:
    """What can be asked about the tasks of one action.

    Attributes
    ----------
    transport : Transport
    path : str
        The action's path, e.g. ``/workspaces/../imports/112000000001``.
    label : str
        The action in words, for messages.
    """

    transport: Transport
    path: str
    label: str

    def listed(self) -> list[dict[str, Any]]:
        """Return Anaplan's records of everyone's tasks."""
        pages = self.transport.pages(f"{self.path}/tasks", "tasks", label=self.label)
        return [record for record in pages if record.get("taskId")]

    def look(self, task_id: str) -> TaskState:
        """Return how a task stands.

        Raises
        ------
        NotFound
            If there is no such task.
        TransferError
            If the answer does not say it.
        """
        label = f"task {task_id} of {self.label}"
        found = self.transport.get(f"{self.path}/tasks/{task_id}", label=label).get("task")
        state = TaskState.read(found) if isinstance(found, Mapping) else TaskState("")
        if not state.state and not state.ended:
            raise TransferError(
                f"{label}: Anaplan's answer does not say how the task stands. Try again."
            )
        return state

    def cancel(self, task_id: str) -> None:
        """Ask for a task's end; one that has ended stays as it is."""
        with suppress(RequestRefused):  # it has ended
            self.transport.request(
                "DELETE", f"{self.path}/tasks/{task_id}", label=f"task {task_id} of {self.label}"
            )

    @property
    def listing(self) -> str:
        """Where its tasks are listed, in words."""
        return "its tasks"

    @property
    def model_path(self) -> str:
        """The path of the model that the action is in."""
        return self.path.rsplit("/", 2)[0]

    def url(self, task_id: str) -> str:
        """Return the URL of a task."""
        return task_url(self.path, task_id)

    def start(self, body: Mapping[str, Any], look: Callable[[AnaplanError], None]) -> str:
        """Ask for the start of the action, and return the task's id; empty if it is not said."""
        answer = self.transport.post(
            f"{self.path}/tasks", label=self.label, json=body, repeatable=False, look=look
        )
        task = answer.get("task")
        return str((task if isinstance(task, Mapping) else answer).get("taskId") or "")

    def task_ids(self) -> list[str]:
        """Return the ids of everyone's tasks."""
        return [str(task["taskId"]) for task in self.listed()]


def watch_to_end(
    calls: TaskCalls,
    task_id: str,
    on_look: Callable[[TaskState], None],
    on_wait: Callable[[], None] | None = None,
) -> TaskState:
    """Look at once, then ever slower, until the task has ended, and return how it stands.

    A look that fails in all its tries is not an end: the task goes on, and so does the watch.

    Raises
    ------
    TaskUncertain
        If the task is gone, or its end cannot be seen.
    TransferTimeout
        If the time for the whole call ends before the task.
    """
    failed = 0

    def look() -> TaskState | None:
        nonlocal failed
        try:
            state = calls.look(task_id)
        except NotFound as gone:
            raise TaskUncertain(
                f"Task {task_id} of {calls.label} was started but can no longer be found, so "
                "its outcome is not known. Look at the model before you run it again."
            ) from gone
        except TransferTimeout:
            raise
        except AnaplanError as error:
            failed += 1
            if failed == _FAILED_POLLS or not isinstance(error, TransferError | RateLimited):
                raise TaskUncertain(
                    f"Task {task_id} of {calls.label} was started, and its end was not seen: "
                    f"{error} It goes on in Anaplan. Look at its tasks before you run it again."
                ) from error
            return None
        failed = 0
        on_look(state)
        if state.strange:
            raise TaskUncertain(
                f"Task {task_id} of {calls.label} is in the state {state.state!r}, which "
                "Anaplan does not document, and has no result. Whether it still runs is not "
                "known. Look at the model before you run it again."
            )
        return state if state.ended else None

    state = poll(look, calls.transport.clock, on_wait=on_wait)
    assert state is not None  # without a time-out, polling ends with the task
    return state


def start_body(
    parameters: Mapping[str, str | Mapping[str, str]] | None,
    locale: str,
    import_id: Callable[[str], str],
    connector_parameters: Mapping[str, str | Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    """Return what is posted to start an action.

    Parameters
    ----------
    parameters : mapping, optional
        What imports ask for at run time: ``{name: value}``, and for a process also
        ``{import: {name: value}}``.
    locale : str
        The language and country of dates and numbers, e.g. ``"en_US"``.
    import_id : callable
        Returns the id of an import that `parameters` names.
    connector_parameters : mapping, optional
        What sources ask for: ``{name: value}``, or ``{source: {name: value}}`` for one source by
        its id or type. The OpenAPI file does not have it; the form is that of Anaplan Connect's
        published source.

    Raises
    ------
    TypeError
        If a name or value is not text.
    ValueError
        If the locale is empty.
    """
    if not isinstance(locale, str):
        raise TypeError(f"locale must be a text such as 'en_US', not {locale!r}")
    if not locale:
        raise ValueError("locale must be a text such as 'en_US', not ''")
    entries: list[dict[str, str]] = []
    if parameters is not None and not isinstance(parameters, Mapping):
        raise TypeError(
            f"parameters must be a dict such as {{'Version': 'Actual'}}, not {parameters!r}"
        )
    for name, value in (parameters or {}).items():
        if isinstance(value, Mapping):
            address = {"importId": import_id(name)}
            entries += [address | _entry(own, text) for own, text in value.items()]
        else:
            entries.append(_entry(name, value))
    body: dict[str, Any] = {"localeName": locale}
    if entries:
        body["mappingParameters"] = entries
    if connector_parameters:
        body["connectorParameters"] = list(_connector_entries(connector_parameters))
    return body


def _connector_entries(
    parameters: Mapping[str, str | Mapping[str, str]],
) -> Iterator[dict[str, str]]:
    for name, value in parameters.items():
        own = value if isinstance(value, Mapping) else {name: value}
        address = {"sourceIdOrType": name} if isinstance(value, Mapping) else {}
        for each, text in own.items():
            if not isinstance(each, str) or not isinstance(text, str):
                # The value may be a secret.
                raise TypeError(f"connector_parameters must be texts, and {each!r} is not.")
            yield address | {"parameterId": each, "value": text}


def _entry(name: object, value: object) -> dict[str, str]:
    if not isinstance(name, str) or not isinstance(value, str):
        raise TypeError(
            "parameters must be texts, such as {'Version': 'Actual'}, not "
            f"{{{name!r}: {value!r}}}"
        )
    return {"entityType": name, "entityName": value}
