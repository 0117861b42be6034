"""An archive of audit events: each run adds what is new, whatever ended the run before."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from filelock import FileLock, Timeout

from anaplan_frames.admin.audit.archive_days import (
    DaySpool,
    day_name,
    merge_day,
    remove_leftovers,
)
from anaplan_frames.admin.audit.archive_state import ArchiveState, load_state, save_state
from anaplan_frames.admin.audit.event_reader import EventRows
from anaplan_frames.admin.audit.event_request import ALL, EventRequest
from anaplan_frames.admin.audit.event_windows import KEPT_MS, SPAN_MS, Period, shown_time
from anaplan_frames.codec.event_columns import NAMES
from anaplan_frames.errors import AnaplanError, ConfigurationError
from anaplan_frames.messages import warn
from anaplan_frames.transport import Transport

_LOCK = "_archive.lock"


def archive_events(
    transport: Transport, folder: Path, overlap: dt.timedelta, *, progress: bool | None
) -> pd.DataFrame:
    """Add to an archive what is new; see `Audit.archive`.

    What was pulled goes to temporary files first, then into the files of its days, one by one and
    each as a whole, and last the state is saved. A run that ends early leaves the state of the run
    before, so that the next one reads the same time again, and adds what is not there yet.
    """
    back = _milliseconds(overlap)
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        remove_leftovers(folder)
        state = load_state(folder)
        now = math.ceil(transport.clock.time() * 1000)
        rows = EventRows(transport, _request(state, now, back), progress=progress)
        spool = DaySpool(folder, rows.schema)
        try:
            pulled = _pull(rows, spool, state, folder)
            added = [(day, *merge_day(folder, day, spool, rows.schema)) for day in spool.days]
            save_state(folder, replace(pulled, read_until=now))
        finally:
            spool.remove()
    return _summary([each for each in added if each[1]])


def _request(state: ArchiveState, now: int, overlap: int) -> EventRequest:
    """Return what to ask for, and warn of events that were not archived in time."""
    oldest, kept_since = now - SPAN_MS, now - KEPT_MS
    begin = state.begin(overlap)
    if state.read_until is not None and state.read_until < kept_since:
        warn(
            f"The archive was last brought up to date at {shown_time(state.read_until)}. Anaplan "
            f"keeps audit events for 30 days, so those from then to {shown_time(kept_since)} are "
            "missing. Archive more often."
        )
    # A millisecond more, so that what happens right now is before the end.
    since = oldest if begin is None else max(begin, oldest)
    return EventRequest(Period(min(since, now), now + 1, kept_since), (ALL,), NAMES, {})


def _pull(rows: EventRows, spool: DaySpool, state: ArchiveState, folder: Path) -> ArchiveState:
    """Put events into the spool, and return what is known of them."""
    for batch in rows:
        for tenant_id in pc.unique(batch.column("tenant_id").drop_null()).to_pylist():
            if state.tenant_id not in (None, tenant_id):
                raise ConfigurationError(
                    f"{folder} has the events of tenant {state.tenant_id}, and this connection "
                    f"those of tenant {tenant_id}. Use a folder for each tenant."
                )
            state = replace(state, tenant_id=tenant_id)
        last = pc.max(batch.column("event_date").cast(pa.int64())).as_py()
        state = replace(state, last_event=max(last, state.last_event or last))
        spool.add(batch)
    spool.finish()
    return state


def _summary(added: list[tuple[int, int, int]]) -> pd.DataFrame:
    days = pd.to_datetime([day_name(day) for day, *_ in added])
    return pd.DataFrame(
        {
            "day": pd.Series(days, dtype="datetime64[s]"),
            "added": pd.Series([each[1] for each in added], dtype="int64"),
            "events": pd.Series([each[2] for each in added], dtype="int64"),
        }
    )


def _milliseconds(overlap: object) -> int:
    if not isinstance(overlap, dt.timedelta):
        raise TypeError(f"overlap must be a timedelta, not {type(overlap).__name__}.")
    if overlap < dt.timedelta(0):
        raise ValueError(f"overlap must not be negative: {overlap}.")
    return round(overlap / dt.timedelta(milliseconds=1))


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other runs of this archive away.

    Raises
    ------
    AnaplanError
        Another run is working on it.
    """
    lock = FileLock(folder / _LOCK, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        error = AnaplanError(
            f"Another run adds audit events to {folder} right now. Wait for its end."
        )
        error.retryable = True
        raise error from None
    try:
        yield
    finally:
        lock.release()
