"""Audit events as Arrow batches: fetched page by page, decoded in threads meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from anaplan_frames.admin.audit.event_pages import LABEL, EventPage, event_pages
from anaplan_frames.admin.audit.event_request import USER_COLUMNS, EventRequest
from anaplan_frames.admin.audit.event_windows import Window
from anaplan_frames.admin.audit.fresh_events import FreshEvents
from anaplan_frames.codec.event_decoder import BrokenEvents, EventDecoder
from anaplan_frames.errors import TransferError
from anaplan_frames.progress import Progress
from anaplan_frames.threads import core_count, in_order
from anaplan_frames.transport import Transport

_THREAD_NAME = "anaplan-decode"


class EventRows:
    """The events that are asked for; nothing is sent before it is iterated over.

    Parameters
    ----------
    transport : Transport
    request : EventRequest
    progress : bool, optional
        Whether a bar is shown; see `Progress`.
    """

    def __init__(
        self, transport: Transport, request: EventRequest, *, progress: bool | None = False
    ) -> None:
        self._transport = transport
        self._request = request
        self._progress = progress
        self._decoder = EventDecoder(request.decoded, request.attributes)
        kinds = {field.name: field.type for field in self._decoder.schema}
        kinds.update(dict.fromkeys(USER_COLUMNS, pa.string()))
        self.schema: Any = pa.schema([(name, kinds[name]) for name in request.columns])

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        request = self._request
        people = _users(self._transport) if request.with_users else {}
        with Progress(f"Reading {LABEL}", unit=" events", show=self._progress) as bar:
            for type_ in request.types:
                fresh = FreshEvents(request.period.since, request.period.until)
                for window, batch in self._decoded(type_):
                    found = fresh.take(batch, window)
                    bar.advance(found.num_rows)
                    if found.num_rows:
                        yield self._chosen(found, people)

    def _decoded(self, type_: str) -> Iterator[tuple[Window, pa.RecordBatch]]:
        return in_order(self._decode, self._pages(type_), threads=core_count(), name=_THREAD_NAME)

    def _pages(self, type_: str) -> Iterator[tuple[Window, EventPage]]:
        for window in self._request.period.windows():
            params = {"type": type_, "dateFrom": window.start, "dateTo": window.end}
            for page in event_pages(self._transport, params):
                yield window, page

    def _decode(self, item: tuple[Window, EventPage]) -> tuple[Window, pa.RecordBatch]:
        window, page = item
        try:
            batch = self._decoder.decode(page.content)
        except BrokenEvents as error:
            raise TransferError(
                f"{LABEL}: Anaplan's answer cannot be read: {error}. Try again."
            ) from None
        if page.count not in (None, batch.num_rows):
            raise TransferError(
                f"{LABEL}: Anaplan promised {page.count:,} events in an answer and gave "
                f"{batch.num_rows:,}. Try again."
            )
        return window, batch

    def _chosen(self, batch: pa.RecordBatch, people: Mapping[str, pa.Array]) -> pa.RecordBatch:
        """Return the columns that are asked for, with users' names joined."""
        found = {name: batch.column(name) for name in batch.schema.names}
        if people:
            rows = pc.index_in(batch.column("user_id"), people["id"])
            found.update({name: people[name].take(rows) for name in USER_COLUMNS})
        return pa.RecordBatch.from_arrays(
            [found[name] for name in self.schema.names], schema=self.schema
        )


def _users(transport: Transport) -> dict[str, pa.Array]:
    """Return the emails and names of the tenant's users, and their ids in the same order."""
    users = list(transport.pages("/users", "users", label="the users"))
    names = [[user.get(key) or "" for key in ("firstName", "lastName")] for user in users]
    columns = {
        "id": [str(user.get("id")) for user in users],
        "user_email": [user.get("email") for user in users],
        "user_name": [" ".join(parts).strip() or None for parts in names],
    }
    return {name: pa.array(values, pa.string()) for name, values in columns.items()}
