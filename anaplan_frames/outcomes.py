"""How tasks stand and how they ended, read from Anaplan's answers, however odd those are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RUNNING = frozenset({"NOT_STARTED", "IN_PROGRESS", "CANCELLING"})
_OLDEST = 24 * 3600.0  # seconds; Anaplan may list old tasks as running for ever
_MOST_NESTED = 9  # a process nests the results of its actions once
COMPLETE, CANCELLED = "COMPLETE", "CANCELLED"
NO_CHANGES = "hierarchyNoChanges"
"""The type of a detail which says that all rows were as they should be before."""


@dataclass(frozen=True, slots=True)
class TaskState:
    """How a task stood when it was last looked at.

    Attributes
    ----------
    state : str
        Anaplan's word.
    progress : float or None
        From 0 to 1; None if Anaplan does not say.
    step : str
        What it was doing, in Anaplan's words.
    created : float or None
        Seconds since the epoch, by Anaplan's clock.
    result : mapping or None
        How it ended, as Anaplan has it.
    """

    state: str
    progress: float | None = None
    step: str = ""
    created: float | None = None
    result: Mapping[str, Any] | None = None

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> TaskState:
        """Read a task as Anaplan lists or shows it."""
        result = record.get("result")
        created = _number(record.get("creationTime"))
        return cls(
            state=str(record.get("taskState") or ""),
            progress=_share(record.get("progress")),
            step=str(record.get("currentStep") or ""),
            created=None if created is None else created / 1000,
            result=result if isinstance(result, Mapping) else None,
        )

    @property
    def ended(self) -> bool:
        """Whether it will change no more; a state that nobody documents has a result then."""
        if self.state in RUNNING:
            return False
        return self.state in (COMPLETE, CANCELLED) or self.result is not None

    @property
    def strange(self) -> bool:
        """Whether nobody knows what the state means."""
        return not self.ended and self.state not in RUNNING

    def neglected(self, now: float) -> str:
        """Say why a task that has not ended does not count as running; empty if it does.

        Parameters
        ----------
        now : float
            Seconds since the epoch.
        """
        if self.state and self.state not in RUNNING:
            return f"is listed as {self.state!r}, which Anaplan does not document"
        if self.created is not None and now - self.created > _OLDEST:
            return f"is listed as running for {(now - self.created) / 3600:,.0f} hours"
        return ""

    def outcome(self, task_id: str) -> Outcome:
        """Return how the task ended."""
        return outcome_of(task_id, self.result or {}, cancelled=self.state == CANCELLED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task, or one action of a process, ended.

    Attributes
    ----------
    task_id, object_id, name : str
        The task, and the action that it ran (``name`` only if Anaplan gives it).
    successful : bool or None
        Anaplan's own verdict; an import with rejected rows is still successful. None if Anaplan
        does not say.
    dump_available : bool
        Whether a failure dump was written.
    details : tuple of dict
        ``type``, ``localMessageText``, ``occurrences``, ``values`` as Anaplan sends them.
    nested : tuple of Outcome
        One per action, for a process.
    adopted : bool
        Whether the answer to the start was lost, and this was the one new task.
    cancelled : bool
        Whether the task was cancelled.
    """

    task_id: str
    object_id: str
    name: str
    successful: bool | None
    dump_available: bool
    details: tuple[Mapping[str, Any], ...]
    nested: tuple[Outcome, ...]
    adopted: bool = False
    cancelled: bool = False

    @property
    def messages(self) -> list[str]:
        """What Anaplan says of it, in words, nested actions included."""
        own = [str(detail.get("localMessageText") or detail.get("type")) for detail in self.details]
        return own + [message for outcome in self.nested for message in outcome.messages]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows were processed, by Anaplan's names for the numbers.

        ``values`` is a flat list of alternating names and numbers, in any order.
        """
        counts: dict[str, int] = {}
        for detail in self.counts_by_detail:
            for name, number in detail.items():
                counts[name] = counts.get(name, 0) + number
        return counts

    @property
    def counts_by_detail(self) -> list[dict[str, int]]:
        """The numbers of each detail that counts rows; an import into several targets has more."""
        return [
            _whole_numbers(named_values(detail))
            for detail in self.details
            if "RowsProcessed" in str(detail.get("type")) or detail.get("type") == NO_CHANGES
        ]


def outcome_of(
    task_id: str, result: Mapping[str, Any], *, cancelled: bool = False, depth: int = 0
) -> Outcome:
    """Read the ``result`` of a task that has ended, with the results nested in it."""
    nested = _records(result.get("nestedResults")) if depth < _MOST_NESTED else ()
    return Outcome(
        task_id=task_id,
        object_id=str(result.get("objectId") or ""),
        name=str(result.get("objectName") or ""),
        successful=yes_or_no(result.get("successful")),
        dump_available=yes_or_no(result.get("failureDumpAvailable")) is True,
        details=_records(result.get("details")),
        nested=tuple(outcome_of(task_id, each, depth=depth + 1) for each in nested),
        cancelled=cancelled,
    )


def unknown_outcome(task_id: str) -> Outcome:
    """Return the outcome of a task whose end was not seen."""
    return outcome_of(task_id, {})


def named_values(detail: Mapping[str, Any]) -> dict[str, str]:
    """Return the ``values`` of a detail by their names, all as texts."""
    values = detail.get("values")
    if not isinstance(values, list):
        return {}
    pairs = zip(values[::2], values[1::2], strict=False)
    return {name: str(value) for name, value in pairs if isinstance(name, str)}


def _whole_numbers(texts: Mapping[str, str]) -> dict[str, int]:
    numbers = {name: _number(text) for name, text in texts.items()}
    return {
        name: int(number)
        for name, number in numbers.items()
        if number is not None and number == int(number)
    }


def _records(found: Any) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(found, list):
        return ()
    return tuple(record for record in found if isinstance(record, Mapping))


def yes_or_no(found: Any) -> bool | None:
    """Read a yes or no, which some services write as text; None if it is neither."""
    if isinstance(found, str):
        return {"true": True, "false": False}.get(found.strip().casefold())
    return found if isinstance(found, bool) else None


def _share(found: Any) -> float | None:
    """Read a progress: 0.4, or perhaps ``"40%"``."""
    if isinstance(found, str) and found.strip().endswith("%"):
        percent = _number(found.strip()[:-1])
        return None if percent is None else percent / 100
    return _number(found)


def _number(found: Any) -> float | None:
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        number = float(found)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < float("inf") else None
