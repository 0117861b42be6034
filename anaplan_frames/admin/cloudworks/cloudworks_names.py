"""Finding connections, integrations and flows by name or id."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anaplan_frames.admin.cloudworks.cloudworks_calls import CloudWorksCalls, side_by_side
from anaplan_frames.errors import NotFound
from anaplan_frames.lookup import find_id

_OWNER = "of CloudWorks that your user may see"
_ID = re.compile("[0-9a-f]{32}")

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Runnable:
    """An integration or a flow.

    Attributes
    ----------
    is_flow : bool
    record : mapping
        What CloudWorks says of it, in its listing or by its id.
    """

    id: str
    name: str
    is_flow: bool
    record: Record = field(repr=False)

    @property
    def kind(self) -> str:
        """What it is, in a word."""
        return "flow" if self.is_flow else "integration"

    @property
    def label(self) -> str:
        """The thing in words."""
        return f"{self.kind} {self.name!r}"

    @property
    def is_process(self) -> bool:
        """Whether it runs a process."""
        return bool(self.record.get("processId"))


def find_runnable(calls: CloudWorksCalls, key: str) -> Runnable:
    """Find an integration or a flow by name or id.

    Raises
    ------
    NotFound, AmbiguousName
        As `lookup.find_id` says.
    """
    _check_text(key, "an integration or flow")
    found = _by_id(key, [calls.integration, calls.flow])
    if found is not None:
        return _runnable(found)
    listed = side_by_side(lambda read: list(read()), [calls.integrations, calls.flows])
    things = {each.id: each for each in map(_runnable, [*listed[0], *listed[1]])}
    names = {id_: each.name for id_, each in things.items()}

    def describe(id_: str) -> str:
        return f"{id_} ({things[id_].kind})"

    wanted = find_id(key, names, kind="integrations and flows", owner=_OWNER, describe=describe)
    return things[wanted]


def find_integration(calls: CloudWorksCalls, key: str) -> Runnable:
    """Find an integration by name or id; the errors are those of `find_runnable`."""
    _check_text(key, "an integration")
    found = _by_id(key, [calls.integration]) or _in_listing(
        key, calls.integrations(), "integrationId", "integrations"
    )
    return _runnable(found)


def find_flow(calls: CloudWorksCalls, key: str) -> Runnable:
    """Find a flow by name or id; the errors are those of `find_runnable`."""
    _check_text(key, "a flow")
    found = _by_id(key, [calls.flow]) or _in_listing(key, calls.flows(), "id", "flows")
    return _runnable(found)


def find_connection(calls: CloudWorksCalls, key: str) -> Record:
    """Find a connection by name or id; the errors are those of `find_runnable`."""
    _check_text(key, "a connection")
    return _in_listing(key, calls.connections(), "connectionId", "connections")


def connection_name(record: Record) -> str:
    """Return the name of a connection."""
    body = record.get("body")
    return str((body if isinstance(body, Mapping) else {}).get("name") or "")


def _check_text(key: object, what: str) -> None:
    """Refuse what is not a name, before anything is sent."""
    if not isinstance(key, str):
        raise TypeError(f"name must be the name or id of {what}, not {key!r}")


def _by_id(key: str, reads: Iterable[Callable[[str], Record]]) -> Record | None:
    """Return what has this id; None if the key is not an id, or nothing has it."""
    if not _ID.fullmatch(key):
        return None
    for read in reads:
        try:
            return read(key)
        except NotFound:
            continue
    return None


def _in_listing(key: str, records: Iterable[Record], id_key: str, kind: str) -> Record:
    things = {str(record[id_key]): record for record in records}
    names = {
        id_: str(record.get("name") or connection_name(record)) for id_, record in things.items()
    }
    return things[find_id(key, names, kind=kind, owner=_OWNER)]


def _runnable(record: Record) -> Runnable:
    is_flow = "integrationId" not in record
    id_ = str(record["id" if is_flow else "integrationId"])
    return Runnable(id_, str(record.get("name") or id_), is_flow, record)
