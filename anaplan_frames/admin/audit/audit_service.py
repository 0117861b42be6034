"""`Audit`: who did what in the tenant, as tables."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, overload

import pandas as pd
import pyarrow as pa

from anaplan_frames.admin.audit.cef_lines import cef_lines
from anaplan_frames.admin.audit.event_reader import EventRows
from anaplan_frames.admin.audit.event_request import (
    EventRequest,
    EventType,
    event_request,
    warn_of_gap,
)
from anaplan_frames.admin.audit.event_windows import Moment
from anaplan_frames.dataframes.frame_chunks import Frames
from anaplan_frames.dataframes.frame_output import to_frames, to_pandas
from anaplan_frames.resources.read_options import ReadOptions
from anaplan_frames.resources.table_source import close_rows
from anaplan_frames.transport import Transport

_TIME = "datetime64[ms, UTC]"
_OVERLAP = dt.timedelta(days=1)
_DTYPES = {"id": "int64", "event_date": _TIME, "created_date": _TIME}


class Audit:
    """The audit events of the tenant: who did what, and when.

    The user needs the role "Tenant Auditor"; otherwise every method raises `PermissionDenied`.
    Anaplan keeps events for 30 days. `archive` keeps them for longer, in a folder.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __repr__(self) -> str:
        return f"<Audit of {self._transport.url_of('audit')}>"

    @overload
    def events(
        self,
        *,
        since: Moment = None,
        until: Moment = None,
        types: EventType | Sequence[EventType] | None = None,
        attributes: str | Sequence[str] | Mapping[str, str] | None = None,
        columns: str | Sequence[str] | None = None,
        users: bool = False,
        chunksize: None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame: ...

    @overload
    def events(
        self,
        *,
        since: Moment = None,
        until: Moment = None,
        types: EventType | Sequence[EventType] | None = None,
        attributes: str | Sequence[str] | Mapping[str, str] | None = None,
        columns: str | Sequence[str] | None = None,
        users: bool = False,
        chunksize: int,
        progress: bool | None = None,
    ) -> Frames: ...

    def events(
        self,
        *,
        since: Moment = None,
        until: Moment = None,
        types: EventType | Sequence[EventType] | None = None,
        attributes: str | Sequence[str] | Mapping[str, str] | None = None,
        columns: str | Sequence[str] | None = None,
        users: bool = False,
        chunksize: int | None = None,
        progress: bool | None = None,
    ) -> pd.DataFrame | Frames:
        """Return audit events, each once.

        Parameters
        ----------
        since, until : str, datetime, date or timedelta, optional
            The time of the events; `since` is included, `until` is not. Without a time zone it is
            UTC. A timedelta is so long ago. By default the last 30 days, less 15 minutes in which
            the oldest events may end while they are read. A longer time is read in several
            requests; what is more than a year older than Anaplan's 30 days is not asked for.
        types : str or sequence of str, optional
            Only events of these types: ``"user_activity"``, ``"access_control"``, ``"int"`` (of
            integrations), ``"conn_mgmt"``, ``"comment"``, ``"byok"``, ``"plan_iq"``,
            ``"forecaster"``. By default all, also those of types that have no word.
        attributes : str, sequence of str or dict, optional
            Keys of the events' attributes that get columns of their own, such as ``"modelId"``; a
            dict gives the columns' names: ``{"modelId": "model_id"}``. A value that is not a text
            is given as JSON.
        columns : str or sequence of str, optional
            Only these columns, in this order.
        users : bool, default False
            Whether to look up the users, for the columns ``user_email`` and ``user_name``. Both
            are missing for Anaplan's own processes, and for users who have left the tenant.
        chunksize : int, optional
            Return DataFrames of so many rows, one after the other, in memory that does not grow.
        progress : bool, optional
            True shows a bar at once, False never.

        Returns
        -------
        pandas.DataFrame or Frames
            ``id`` (int64), ``event_date`` (datetime64[ms, UTC]: when it happened),
            ``event_type_id`` (Anaplan's code, such as ``USR-8``), ``message``, ``success``
            (boolean), ``user_id``, ``object_id``, ``object_type_id``, ``object_tenant_id``,
            ``error_number``, ``ip_address``, ``user_agent``, ``session_id``, ``host_name``,
            ``service_version``, ``tenant_id`` (text), ``created_date`` (datetime64[ms, UTC]: when
            it was stored), ``event_time_zone``, ``created_time_zone``, ``checksum`` (text),
            ``additional_attributes`` (all attributes, as JSON). Rows come as Anaplan gives them,
            in no certain order.

        Raises
        ------
        PermissionDenied
            If the user does not have the role "Tenant Auditor".
        TypeError, ValueError
            If a time or type cannot be right.
        ColumnMismatch
            If there is no such column.
        TransferError
            If not all events arrived.

        Warns
        -----
        AnaplanWarning
            If events are asked for that Anaplan no longer keeps.

        Examples
        --------
        >>> df = conn.audit.events(since="2026-11-01", types="user_activity")  # doctest: +SKIP
        >>> df = conn.audit.events(attributes=["modelId"], users=True)  # doctest: +SKIP
        """
        ReadOptions(chunksize=chunksize)  # which checks it
        request = self._request(since, until, types, attributes, columns, users=users)
        rows = EventRows(self._transport, request, progress=progress)
        dtype = {name: kind for name, kind in _DTYPES.items() if name in request.columns}
        attrs = self._attrs(request)
        if chunksize is None:
            frame = to_pandas(rows, rows.schema, dtype=dtype)
            frame.attrs["anaplan"] = attrs
            return frame
        batches = iter(rows)
        frames = to_frames(batches, rows.schema, chunksize, dtype=dtype)
        return Frames(_with_attrs(frames, attrs), partial(close_rows, batches))

    def events_arrow(
        self,
        *,
        since: Moment = None,
        until: Moment = None,
        types: EventType | Sequence[EventType] | None = None,
        attributes: str | Sequence[str] | Mapping[str, str] | None = None,
        columns: str | Sequence[str] | None = None,
        users: bool = False,
        progress: bool | None = None,
    ) -> pa.RecordBatchReader:
        """Stream audit events as Arrow batches, in memory that does not grow.

        The parameters, columns and errors are those of `events`.

        Returns
        -------
        pyarrow.RecordBatchReader

        Examples
        --------
        >>> polars.from_arrow(conn.audit.events_arrow(since="2026-11-01"))  # doctest: +SKIP
        """
        request = self._request(since, until, types, attributes, columns, users=users)
        rows = EventRows(self._transport, request, progress=progress)
        return pa.RecordBatchReader.from_batches(rows.schema, iter(rows))

    def archive(
        self,
        folder: str | os.PathLike[str],
        *,
        overlap: dt.timedelta = _OVERLAP,
        progress: bool | None = None,
    ) -> pd.DataFrame:
        """Add the events that are new to an archive, a Parquet file for each day (UTC).

        Run it at least once in 30 days, better every day. The first run reads all that Anaplan
        has. The files are ``day=2026-11-28/events.parquet`` and so on below the folder, with the
        columns of `events`: ``pandas.read_parquet(folder)`` reads all of them. A run that is
        killed leaves whole files; the next one adds what is missing. No event is there twice.

        Parameters
        ----------
        folder : str or path
            Made if it is not there. One folder is for one tenant.
        overlap : timedelta, default 1 day
            How late an event may be stored after it happened: the last run's time, less this, is
            read again.
        progress : bool, optional
            As for `events`.

        Returns
        -------
        pandas.DataFrame
            One row for each day to which events were added: ``day`` (datetime64[s]), ``added`` and
            ``events`` (int64), the number of new events and of all.

        Raises
        ------
        PermissionDenied, TransferError
            As for `events`.
        AnaplanError
            If another run adds events to the folder right now.
        ConfigurationError
            If the folder has the events of another tenant, or its state cannot be read.
        DataError
            If a file in it is not one of an archive.

        Warns
        -----
        AnaplanWarning
            If the last run was more than 30 days ago, so that events are missing.

        Examples
        --------
        >>> conn.audit.archive("audit")  # doctest: +SKIP
        """
        # Reading and writing Parquet is slow to load.
        from anaplan_frames.admin.audit.event_archive import archive_events

        return archive_events(self._transport, Path(folder), overlap, progress=progress)

    def cef(
        self,
        *,
        since: Moment = None,
        until: Moment = None,
        types: EventType | Sequence[EventType] | None = None,
    ) -> Iterator[str]:
        """Yield audit events as lines in the Common Event Format, as Anaplan writes them.

        They come in requests of a day each. The parameters, errors and warnings are those of
        `events`.

        Yields
        ------
        str
            A line, without its end: ``2026-06-12T07:35:27.000Z  CEF:0|Anaplan, Inc.||null|USR-8|
            User login success|id=... userId=...``

        Examples
        --------
        >>> for line in conn.audit.cef(since=datetime.timedelta(hours=1)):  # doctest: +SKIP
        ...     collector.send(line)
        """
        request = self._request(since, until, types, None, None, users=False)
        return cef_lines(self._transport, request.period, request.types)

    def _request(
        self,
        since: Moment,
        until: Moment,
        types: str | Sequence[str] | None,
        attributes: str | Sequence[str] | Mapping[str, str] | None,
        columns: str | Sequence[str] | None,
        *,
        users: bool,
    ) -> EventRequest:
        now = self._transport.clock.time()
        request = event_request(since, until, types, attributes, columns, users=users, now=now)
        warn_of_gap(request.period)
        return request

    def _attrs(self, request: EventRequest) -> dict[str, Any]:
        """Return what a frame says about itself, in values of JSON."""
        read_at = dt.datetime.fromtimestamp(self._transport.clock.time(), dt.UTC)
        moments = (request.period.since, request.period.until)
        since, until = (dt.datetime.fromtimestamp(each / 1000, dt.UTC) for each in moments)
        return {
            "schema": 1,
            "kind": "audit events",
            "types": list(request.types),
            "since": since.isoformat(timespec="milliseconds"),
            "until": until.isoformat(timespec="milliseconds"),
            "read_at": read_at.isoformat(timespec="seconds"),
        }


def _with_attrs(frames: Iterator[pd.DataFrame], attrs: dict[str, Any]) -> Iterator[pd.DataFrame]:
    for frame in frames:
        frame.attrs["anaplan"] = dict(attrs)
        yield frame
