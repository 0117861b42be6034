"""What is known of a target before a load, and whether all rows must be sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from anaplan_frames.changes.change_state import ChangeState, DamagedState, Head, too_many_files
from anaplan_frames.changes.other_loads import unknown_tasks
from anaplan_frames.messages import listed

_COMPARABLE = ("key", "dialect")
"""The facts without which not even the keys of a state are of use."""

_DAY = 86_400.0  # seconds


@dataclass(frozen=True, slots=True)
class Known:
    """What is known.

    Attributes
    ----------
    head : Head
        What the new state begins from.
    before : Head or None
        What was kept, as far as it is still of use.
    reason : str
        Why all rows are sent, as a sentence without its period; empty if they are not.
    """

    head: Head
    before: Head | None
    reason: str


def read_known(
    state: ChangeState,
    facts: Mapping[str, Any],
    tasks: Mapping[str, Sequence[str]],
    *,
    full_every: float | None,
    now: float,
) -> Known:
    """Read a state, and look whether it fits.

    Parameters
    ----------
    facts : mapping
        What must be the same: the key, the columns and so on.
    tasks : mapping
        The tasks that Anaplan lists, by their action.
    full_every : float or None
        After how many seconds all rows are sent.
    now : float
        Seconds since the epoch.
    """
    try:
        head = state.read()
    except DamagedState as error:
        return Known(Head(facts), None, f"the state in {state.folder} cannot be used: {error}")
    if head is None:
        return Known(Head(facts), None, f"no earlier load is known in {state.folder}")
    strange = [name for name in _COMPARABLE if head.facts.get(name) != facts[name]]
    if strange:
        return Known(Head(facts), None, _difference(strange[0], head.facts, facts))
    if any(too_many_files(part) for part in head.parts):
        return Known(Head(facts), None, "too many loads in a row were not confirmed")
    new = replace(head, facts=facts)
    rules: Sequence[Callable[[], str]] = (
        lambda: _unconfirmed(head),
        lambda: _other_facts(head.facts, facts),
        lambda: _others(tasks, head.tasks),
        lambda: _too_old(head, full_every, now),
    )
    return Known(new, head, next(filter(None, (rule() for rule in rules)), ""))


def _difference(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    if name == "key":
        return f"the key of the last load was {listed(old.get('key', []))}, not {listed(new[name])}"
    return f"the {name} has changed since the last load"


def _unconfirmed(head: Head) -> str:
    whole = head.pending is not None and head.pending.full
    return "it is not known how the last load of all rows has ended" if whole else ""


def _other_facts(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    names = [name for name in new if old.get(name) != new[name]]
    if not names:
        return ""
    if names[0] != "columns":
        return _difference(names[0], old, new)
    before, now = old.get("columns", []), new["columns"]
    changes = [
        *(f"{name!r} is new" for name in now if name not in before),
        *(f"{name!r} is missing" for name in before if name not in now),
    ]
    return f"the columns are not those of the last load: {', '.join(changes) or 'other numbers'}"


def _others(listed_now: Mapping[str, Sequence[str]], known: Mapping[str, Sequence[str]]) -> str:
    unknown = unknown_tasks(listed_now, known)
    if not unknown:
        return ""
    named = f"task {unknown[0]}"
    if len(unknown) > 1:
        named += f" and {len(unknown) - 1:,} more"
    return f"somebody else has loaded data since the last load ({named})"


def _too_old(head: Head, full_every: float | None, now: float) -> str:
    if full_every is None or head.full is None or now - head.full < full_every:
        return ""
    return f"the last load of all rows was {(now - head.full) / _DAY:,.1f} days ago (full_every=)"
