"""The answers to one request for events, page by page, as they come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from anaplan_frames.codec.event_envelope import envelope
from anaplan_frames.errors import TransferError
from anaplan_frames.transport import Transport
from anaplan_frames.transport.hosts import next_page_url

LABEL = "audit events"
_PATH = "/events"
_LIMIT = 10_000  # the most that is documented
_MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class EventPage:
    """One answer.

    Attributes
    ----------
    content : bytes
        Its JSON.
    count : int or None
        How many events it says it has; None if it does not say.
    """

    content: bytes
    count: int | None


def event_pages(transport: Transport, params: Mapping[str, Any]) -> Iterator[EventPage]:
    """Yield the answers to a request and to those for the pages that follow.

    Each page names the next, by ``nextUrl``. The last one names none, or is empty.

    Raises
    ------
    TransferError
        A page does not continue the one before it, the pages do not end, they end before the
        promised total, or there are fewer events at the end than at the beginning: then some
        may have been passed over.
    """
    walk = _Walk()
    url, asked = None, {**params, "limit": _LIMIT}
    for _ in range(_MOST_PAGES):
        content = transport.download_page(_PATH, url, label=LABEL, params=asked, service="audit")
        paging = _paging(transport, content)
        count = _number(paging, "currentPageSize")
        walk.check(paging, url)
        yield EventPage(content, count)
        following = paging.get("nextUrl")
        if not following or count == 0:
            walk.check_end(count)
            return
        walk.step(count)
        here = url or f"{transport.url_of('audit')}/audit/api/1{_PATH}"
        url, asked = next_page_url(here, str(following), LABEL), {}
    raise TransferError(
        f"{LABEL}: Anaplan gave {_MOST_PAGES:,} pages and always one more. Ask for a shorter time, "
        "with since= and until=."
    )


def _paging(transport: Transport, content: bytes) -> Mapping[str, Any]:
    """Return what an answer says of its pages; refuse one that is not Anaplan's."""
    try:
        around = envelope(content)
    except ValueError:
        raise TransferError(f"{LABEL}: Anaplan's answer is broken JSON. Try again.") from None
    fault = transport.answer_fault("GET", _PATH, around, "audit")
    if fault is not None:
        raise TransferError(
            f"{LABEL}: the service did not answer as Anaplan does, but {fault}. Check the URLs of "
            "the connection."
        )
    found: Mapping[str, Any] = (around.get("meta") or {}).get("paging") or {}
    return found


def _number(paging: Mapping[str, Any], key: str) -> int | None:
    value = paging.get(key)
    return value if type(value) is int else None


class _Walk:
    """What the pages so far have said."""

    def __init__(self) -> None:
        self._position: int | None = 0  # None: not known
        self._totals: list[int] = []
        self._urls: set[str | None] = set()

    def check(self, paging: Mapping[str, Any], url: str | None) -> None:
        """Check that a page continues the one before it."""
        total, start = _number(paging, "totalSize"), _number(paging, "offSet")
        if total is not None:
            self._totals.append(total)
        moved = start is not None and self._position is not None and start != self._position
        # An empty page has no first event, whatever number it gives.
        if url in self._urls or (moved and _number(paging, "currentPageSize") != 0):
            raise TransferError(
                f"{LABEL}: Anaplan gave another page than that from event {self._position or 0:,} "
                "on. Try again."
            )
        self._urls.add(url)

    def step(self, count: int | None) -> None:
        """Go on behind a page."""
        known = count is not None and self._position is not None
        self._position = (self._position or 0) + (count or 0) if known else None

    def check_end(self, count: int | None) -> None:
        """Check that all pages were there."""
        self.step(count)
        if not self._totals:
            return
        if self._position is not None and self._position < self._totals[-1]:
            raise TransferError(
                f"{LABEL}: Anaplan gave {self._position:,} of {self._totals[-1]:,} events and then "
                "no more. Try again."
            )
        if self._totals[-1] < self._totals[0]:
            raise TransferError(
                f"{LABEL}: Anaplan removed old events while they were read, so some of the others "
                "may be missing. Try again, with a later since=."
            )
