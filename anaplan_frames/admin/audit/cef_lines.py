"""Audit events in the Common Event Format, as Anaplan writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from anaplan_frames.admin.audit.event_pages import LABEL
from anaplan_frames.admin.audit.event_windows import DAY_MS, Period, Window
from anaplan_frames.threads import in_order
from anaplan_frames.transport import Transport

_THREADS = 2  # a day is fetched while the one before is given out
_THREAD_NAME = "anaplan-download"


def cef_lines(transport: Transport, period: Period, types: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines of events, day by day, as the service does not page this text.

    Lines at the two ends of a day come in two answers, and are given out once.
    """

    def fetched(item: tuple[str, Window]) -> tuple[Window, bytes]:
        type_, window = item
        params = {"type": type_, "dateFrom": window.start, "dateTo": window.end}
        headers = {"Accept": "text/plain"}
        content = transport.download(
            "/events", label=LABEL, params=params, headers=headers, service="audit", content="text"
        )
        return window, content

    asked = ((type_, window) for type_ in types for window in period.windows(DAY_MS))
    outside = (_moment(period.since - 1), _moment(period.until))
    before: frozenset[str] = frozenset()
    for window, content in in_order(fetched, asked, threads=_THREADS, name=_THREAD_NAME):
        ends = (_moment(window.end - 1), _moment(window.end))
        at_end = set()
        for line in content.decode("utf-8", "replace").split("\n"):
            line = line.removesuffix("\r")
            if not line or line.startswith(outside) or line in before:
                continue
            if line.startswith(ends):
                at_end.add(line)
            yield line
        before = frozenset(at_end)


def _moment(milliseconds: int) -> str:
    """Return a moment as the lines begin with it."""
    moment = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
