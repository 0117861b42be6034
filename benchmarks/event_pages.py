"""Pages of audit events, cut from one file that has an event on each line."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np

_PATH = "/audit/api/1/events"
_LINE_END = 2  # bytes: a comma and a new line


class EventLines:
    """The events that the sink lists.

    Parameters
    ----------
    text : Path or None
        A file with an event on each line; None for no events.
    places : Path or None
        A numpy file of where the lines begin, and where the last one ends.
    """

    def __init__(self, text: Path | None, places: Path | None) -> None:
        self._file = text.open("rb") if text else None
        self._places = np.load(places) if places else np.zeros(1, np.int64)

    def page(self, query: str) -> tuple[bytes, int, int]:
        """Return what stands before the events of a page, and their place in the file."""
        asked = parse_qs(query)
        total = len(self._places) - 1
        offset, limit = (int(asked.get(key, ["0"])[0]) for key in ("offset", "limit"))
        first, last = min(offset, total), min(offset + limit, total)
        paging: dict[str, object] = {
            "currentPageSize": last - first,
            "totalSize": total,
            "offSet": offset,
        }
        if last < total:
            paging["nextUrl"] = f"{_PATH}?limit={limit}&offset={last}"
        head = json.dumps({"meta": {"paging": paging}})[:-1] + ', "response": ['
        start, end = int(self._places[first]), int(self._places[last])
        return head.encode(), start, max(start, end - _LINE_END)

    def send(self, to: socket.socket, start: int, end: int) -> None:
        """Send events from the page cache to the socket, without a copy if the system can."""
        if self._file is not None and end > start:
            to.sendfile(self._file, start, end - start)
