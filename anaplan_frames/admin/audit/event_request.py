"""What is asked of audit events, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from anaplan_frames.admin.audit.event_windows import Moment, Period, period, shown_time
from anaplan_frames.codec.event_columns import NAMES
from anaplan_frames.messages import near_names, warn
from anaplan_frames.resources.row_filters import check_columns

EventType: TypeAlias = Literal[
    "all",
    "user_activity",
    "access_control",
    "int",
    "conn_mgmt",
    "comment",
    "byok",
    "plan_iq",
    "forecaster",
]
EVENT_TYPES: tuple[str, ...] = get_args(EventType)
ALL = "all"
USER_COLUMNS = ("user_email", "user_name")


@dataclass(frozen=True, slots=True)
class EventRequest:
    """One read.

    Attributes
    ----------
    period : Period
    types : tuple of str
        Anaplan's words, each to be asked for by itself.
    columns : tuple of str
        What the table has, in order.
    attributes : mapping of str to str
        Keys of the events' attributes by the names of the columns that they fill.
    """

    period: Period
    types: tuple[str, ...]
    columns: tuple[str, ...]
    attributes: Mapping[str, str]

    @property
    def decoded(self) -> list[str]:
        """The columns to decode of what Anaplan sends."""
        names = [name for name in self.columns if name in NAMES]
        return [*names, "user_id"] if self.with_users else names

    @property
    def with_users(self) -> bool:
        """Whether users' names are asked for."""
        return any(name in USER_COLUMNS for name in self.columns)


def event_request(
    since: Moment,
    until: Moment,
    types: str | Sequence[str] | None,
    attributes: str | Sequence[str] | Mapping[str, str] | None,
    columns: str | Sequence[str] | None,
    *,
    users: bool,
    now: float,
) -> EventRequest:
    """Check what is asked for; the parameters are those of `Audit.events`.

    Raises
    ------
    TypeError, ValueError
        A time, a type or a name cannot be right.
    ColumnMismatch
        There is no such column.
    """
    asked = _attributes(attributes)
    known = [*NAMES, *asked]
    if users:
        place = known.index("user_id") + 1
        known[place:place] = USER_COLUMNS
    taken = {*NAMES, *USER_COLUMNS} & {*asked}
    if taken:
        name = min(taken)
        raise ValueError(
            f"attributes={name!r} has the name of a column that every table has. Give it another: "
            f"attributes={{{asked[name]!r}: 'another_name'}}."
        )
    wanted = [columns] if isinstance(columns, str) else columns
    if wanted is not None:
        check_columns(wanted, known, "The table of audit events")
    found = period(since, until, now)
    return EventRequest(found, event_types(types), tuple(dict.fromkeys(wanted or known)), asked)


def event_types(types: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return Anaplan's words for types of events, each once.

    Raises
    ------
    ValueError
        Anaplan does not have a word. The service itself would answer with all events.
    """
    asked = (ALL,) if types is None else (types,) if isinstance(types, str) else tuple(types)
    for word in asked:
        if word not in EVENT_TYPES:
            raise ValueError(
                f"types={word!r} is not a type of audit events.{near_names(str(word), EVENT_TYPES)}"
                f" Types are: {', '.join(map(repr, EVENT_TYPES))}."
            )
    if not asked:
        raise ValueError("types is empty. Leave it out for events of all types.")
    return (ALL,) if ALL in asked else tuple(dict.fromkeys(asked))


def _attributes(given: str | Sequence[str] | Mapping[str, str] | None) -> dict[str, str]:
    """Return the keys of attributes by the names of their columns."""
    if isinstance(given, Mapping):
        by_column = {column: key for key, column in given.items()}
        if len(by_column) < len(given):
            raise ValueError(
                "attributes= gives two attributes the same column. Give each a name of its own."
            )
        return by_column
    return {key: key for key in ([given] if isinstance(given, str) else given or ())}


def warn_of_gap(asked: Period) -> None:
    """Say so if Anaplan no longer has all that is asked for."""
    if not asked.is_kept:
        warn(
            f"Anaplan keeps audit events for 30 days. Those from before "
            f"{shown_time(asked.kept_since)} are probably missing here. To have them later, "
            "archive them regularly: conn.audit.archive(folder)."
        )
