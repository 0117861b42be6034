"""What one model lists: its files, imports and so on, each kind read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from anaplan_frames.errors import NotFound, PermissionDenied, RequestRefused
from anaplan_frames.resources.early_answers import EarlyAnswers
from anaplan_frames.task_requests import TaskRequests
from anaplan_frames.tasks import Hook
from anaplan_frames.threads import in_order
from anaplan_frames.transport import Transport

_AT_ONCE = 8  # requests
_MOMENT = 1.0  # second
# Perhaps the answer about an id that nothing has, or if there is no answer about one thing.
_UNANSWERED = (400, 405, 501)


class Catalogue:
    """The listings of one model, and the way to it; what every resource of the model shares.

    Parameters
    ----------
    transport : Transport
        The connection's.
    path : str
        ``/workspaces/{workspace}/models/{model}``
    label : str
        The model in words, e.g. ``"model 'Flight Planning'"``.
    name : str, optional
        The model's name.
    hooks : sequence of Hook, optional
        What is called for every task that is started.
    restart_after : float, optional
        When an action whose start was lost may be started again; see `anaplan_frames.connect`.
    early : EarlyAnswers, optional
        What is asked for already.
    """

    def __init__(
        self,
        transport: Transport,
        path: str,
        label: str,
        *,
        name: str = "",
        hooks: Sequence[Hook] = (),
        restart_after: float | None = None,
        early: EarlyAnswers | None = None,
    ) -> None:
        self.transport = transport
        self.path = path
        self.label = label
        self.name = name
        self.hooks: tuple[Hook, ...] = tuple(hooks)
        self.restart_after = restart_after
        self.early: EarlyAnswers = early or EarlyAnswers()
        self._read: dict[str, dict[str, dict[str, Any]]] = {}

    @property
    def facts(self) -> dict[str, Any]:
        """What a plan or result says of the model: ``model``, ``model_id``, ``workspace_id``."""
        parts = self.path.strip("/").split("/")
        ids = dict(zip(parts[::2], parts[1::2], strict=False))
        return {
            "model": self.name,
            "model_id": ids.get("models", ""),
            "workspace_id": ids.get("workspaces", ""),
        }

    def __getstate__(self) -> dict[str, Any]:
        """Leave out hooks, and what was read: another process reads it when it is needed."""
        kept = {name: value for name, value in self.__dict__.items() if name != "user_id"}
        return {**kept, "_read": {}, "hooks": (), "early": EarlyAnswers()}

    @cached_property
    def user_id(self) -> str:
        """The user's id, whose uploads are seen by no one else."""
        return str(self.transport.get("/users/me", label="your user")["user"]["id"])

    def records(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return Anaplan's records of a kind (``"files"``, ``"imports"``, ...) by id."""
        if kind not in self._read:
            self._read[kind] = self.early.take(kind, partial(self.ask, kind))
        return self._read[kind]

    def read_all(self, kinds: Iterable[str]) -> None:
        """Read the records of some kinds side by side, if they are not known yet."""
        missing = [kind for kind in kinds if kind not in self._read]
        if len(missing) < 2:  # which needs no thread
            for kind in missing:
                self.records(kind)
            return
        found = in_order(self.records, missing, threads=_AT_ONCE, name="anaplan-list")
        for _ in found:
            pass

    def ask(self, kind: str) -> dict[str, dict[str, Any]]:
        """Ask Anaplan for the records of a kind by id, as they are now; they are not kept."""
        label = f"the {kind} of {self.label}"
        pages = self.transport.pages(f"{self.path}/{kind}", kind, label=label)
        # A record without a name is known by its id.
        return {
            str(record["id"]): {**record, "name": record.get("name") or record["id"]}
            for record in pages
        }

    def has_read(self, kind: str) -> bool:
        """Whether a kind was read, so that its records are known without a request."""
        return kind in self._read

    def forget(self, kind: str) -> None:
        """Have a kind read again at its next use."""
        self._read.pop(kind, None)
        self.early.forget(kind)

    def ask_early(self, keys: Iterable[str]) -> None:
        """Begin to ask for what is going to be needed; see `EarlyAnswers` for the keys."""

        def ask(key: str) -> Any:
            kind, *rest = key.split("/")
            if not rest:
                return self.ask(kind)
            return self._tasks(key, key) if len(rest) > 1 else self._described(key, key)

        self.early.begin([key for key in keys if key not in self._read], ask)

    def described(self, key: str, label: str) -> dict[str, Any]:
        """Return Anaplan's answer about one thing.

        Parameters
        ----------
        key : str
            Such as ``"lists/101000000001"``.
        label : str
            The thing in words.
        """
        return self.early.take(key, lambda: self._described(key, label))

    def confirmed(self, key: str, label: str) -> dict[str, Any] | None:
        """Return Anaplan's answer about one thing, which `described` then returns once more.

        None if there is no such thing, or if the user may not ask about it.
        """
        try:
            answer = self.described(key, label)
        except (NotFound, PermissionDenied):
            return None
        except RequestRefused as refusal:
            if refusal.status not in _UNANSWERED:
                raise
            return None
        self.early.put(key, answer)
        return answer

    def latest_tasks(self, actions: Mapping[str, str]) -> list[list[dict[str, Any]]]:
        """Return Anaplan's records of everyone's tasks of some actions, of a moment ago at most.

        Parameters
        ----------
        actions : mapping of str to str
            Each in words: ``{"imports/112000000001": "import 'Load flights'"}``.
        """

        def latest(action: str) -> list[dict[str, Any]]:
            key, label = f"{action}/tasks", actions[action]
            return self.early.take(key, lambda: self._tasks(key, label), oldest=_MOMENT)

        if len(actions) < 2:  # which needs no thread
            return [latest(action) for action in actions]
        return list(in_order(latest, actions, threads=_AT_ONCE, name="anaplan-tasks"))

    def _described(self, key: str, label: str) -> dict[str, Any]:
        return self.transport.get(f"{self.path}/{key}", label=label)

    def _tasks(self, key: str, label: str) -> list[dict[str, Any]]:
        path = f"{self.path}/{key.removesuffix('/tasks')}"
        return TaskRequests(self.transport, path, label).listed()
