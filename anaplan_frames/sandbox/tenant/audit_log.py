"""The audit events of a tenant: noted when something is done, or made up by a test.

By audit-openapi.json. Events are kept for 30 days; they are listed in the order in which they were
stored, which need not be that in which they happened.
"""

from __future__ import annotations

import bisect
import itertools
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from anaplan_frames.sandbox.tenant.audit_codes import MESSAGES, prefix_of
from anaplan_frames.sandbox.tenant.tenant_users import CUSTOMER_ID, User

KEPT_MS = 30 * 86_400_000
_FIRST_ID_MS = 1_577_836_800_000  # 2020: ids have 18 digits, as in the documentation
_BITS = 22  # of an id below its time

Event = dict[str, Any]


class AuditLog:
    """The audit events of a tenant.

    Parameters
    ----------
    clock : callable
        Returns the seconds since the epoch.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._events: list[Event] = []
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def note(
        self,
        event_type: str,
        user: User | None,
        object_id: str | None = None,
        *,
        success: bool = True,
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        """Note that a user did something; `object_id` is what it was done to."""
        self.add(
            eventTypeId=event_type,
            userId=user.id if user else "INTERNAL_1",
            objectId=object_id,
            success=success,
            additionalAttributes=dict(attributes or {}),
        )

    def add(self, **values: Any) -> Event:
        """Store an event; what is not given has a usual value, and a None leaves the key out.

        ``additionalAttributes=None`` stays, as null: the service has such events.
        """
        event = self._made(values)
        with self._lock:
            if not self._events or self._events[-1]["createdDate"] <= event["createdDate"]:
                self._events.append(event)
            else:
                bisect.insort_right(self._events, event, key=_created)
        return event

    def add_all(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Store many events at once, as `add` does one."""
        made = [self._made(values) for values in events]
        with self._lock:
            self._events = sorted([*self._events, *made], key=_created)

    def search(self, start: int, end: int, type_: str) -> list[Event]:
        """Return events that happened in a span of milliseconds, both ends included.

        Parameters
        ----------
        type_ : str
            The word of a search; one that is not known counts as ``"all"``.
        """
        start = max(start, int(self._clock() * 1000) - KEPT_MS)
        prefix = prefix_of(type_)
        with self._lock:
            events = list(self._events)
        return [
            event
            for event in events
            if start <= event["eventDate"] <= end and str(event["eventTypeId"]).startswith(prefix)
        ]

    def _made(self, values: Mapping[str, Any]) -> Event:
        now = int(self._clock() * 1000)
        code = str(values.get("eventTypeId", "USR-8"))
        happened = int(values.get("eventDate", now))
        created = int(values.get("createdDate", max(now, happened)))
        usual: Event = {
            "id": (max(created - _FIRST_ID_MS, 0) << _BITS) | next(self._numbers) % (1 << _BITS),
            "eventTypeId": code,
            "userId": "INTERNAL_1",
            "tenantId": CUSTOMER_ID,
            "additionalAttributes": {},
            "message": MESSAGES.get(code, "An event"),
            "success": True,
            "ipAddress": "127.0.0.1",
            "userAgent": "sandbox",
            "hostName": "sandbox",
            "eventDate": happened,
            "eventTimeZone": "UTC",
            "createdDate": created,
            "createdTimeZone": "UTC",
        }
        event = {**usual, **values}
        event.setdefault("checksum", str(zlib.crc32(repr(event).encode())))
        kept = ("additionalAttributes",)
        return {key: value for key, value in event.items() if value is not None or key in kept}


def _created(event: Event) -> int:
    created: int = event["createdDate"]
    return created
