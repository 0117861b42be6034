"""Ways to read a listing page by page, to the end that the service promises."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from anaplan_frames.errors import TransferError
from anaplan_frames.threads import in_order
from anaplan_frames.transport.hosts import next_page_url

# Takes the URL of a page and its parameters; returns the JSON object of the answer.
Ask = Callable[[str, Mapping[str, Any]], dict[str, Any]]
Item = dict[str, Any]
PAGE_SIZE = 5000  # the most items that the Integration API gives in one page
MOST_PAGES = 10_000
_PAGES_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed.

    Attributes
    ----------
    url : str
    key : str
        The key of an answer under which the items are; a missing one means that there are none. A
        dot leads into an object.
    label : str
        The items in words; errors begin with it.
    params : mapping
        Parameters of every page.
    """

    url: str
    key: str
    label: str
    params: Mapping[str, Any]

    def items(self, answer: Mapping[str, Any]) -> list[Item]:
        """Return the items of one page."""
        found: Any = answer
        for part in self.key.split("."):
            found = (found or {}).get(part)
        return found or []

    def wrong_page(self, position: int) -> TransferError:
        """Return the error for a page that does not continue the one before it."""
        return TransferError(
            f"{self.label}: Anaplan gave another page than that from item {position} on. Try again."
        )

    def too_few(self, position: int, total: int) -> TransferError:
        """Return the error for pages that end before the promised total."""
        return TransferError(
            f"{self.label}: Anaplan gave {position} of {total} items and then an empty page. "
            "Try again."
        )

    def no_end(self, pages: int) -> TransferError:
        """Return the error for pages that do not end."""
        return TransferError(
            f"{self.label}: Anaplan gave {pages:,} pages and always one more. Ask for less at once."
        )


class Pagination(ABC):
    """A way to read a listing; one object serves all listings and threads."""

    @abstractmethod
    def items(self, ask: Ask, listing: Listing) -> Iterator[Item]:
        """Yield the items of all pages.

        Raises
        ------
        TransferError
            A page comes twice or out of order, the pages end before the total that the service
            promises, or they do not end.
        """


class _NumberedPages(Pagination):
    """Pages that are asked for by the number of their first item and their size.

    The number of items that came decides what is asked for next, not what the service says of it.
    """

    size: int
    most_pages: int

    @abstractmethod
    def _window(self, position: int) -> Mapping[str, int]:
        """Return the parameters for the page after `position` items."""

    @abstractmethod
    def _promised(self, answer: Mapping[str, Any]) -> tuple[int | None, int | None]:
        """Return how many items come before this page, and how many there are; None: not said."""

    def items(self, ask: Ask, listing: Listing) -> Iterator[Item]:
        """Yield the items of all pages; see `Pagination`."""
        with closing(_PagesAhead(self._window, ask, listing)) as pages:
            position = 0
            last: list[Item] = []
            for _ in range(self.most_pages):
                answer = pages.get(position)
                items = listing.items(answer)
                start, total = self._promised(answer)
                if start not in (None, position) or (items and items == last):
                    raise listing.wrong_page(position)
                if total is not None and position == 0:
                    later = range(len(items), total, len(items) or total or 1)
                    pages.begin(later[: self.most_pages - 1])
                yield from items
                position += len(items)
                if total is None:
                    if len(items) != self.size:  # a page that is not full is the last
                        return
                elif position >= total:
                    return
                elif not items:
                    raise listing.too_few(position, total)
                last = items
            raise listing.no_end(self.most_pages)


class _PagesAhead:
    """The pages of a listing, some of them asked for before they are needed.

    How many there are is known with the first page. If one has fewer items than the first, the
    others do not begin where they were expected to, and are asked for one by one.

    Parameters
    ----------
    window : callable
        Returns the parameters for the page that begins at a position.
    ask : callable
    listing : Listing
    """

    def __init__(
        self, window: Callable[[int], Mapping[str, int]], ask: Ask, listing: Listing
    ) -> None:
        self._window = window
        self._ask = ask
        self._listing = listing
        self._ahead: Generator[tuple[int, dict[str, Any]], None, None] | None = None

    def begin(self, positions: range) -> None:
        """Ask for the pages that begin at these positions, some at once."""
        if len(positions) > 1:
            self._ahead = in_order(
                lambda position: (position, self._page(position)),
                positions,
                threads=_PAGES_AT_ONCE,
                name="anaplan-list",
            )

    def get(self, position: int) -> dict[str, Any]:
        """Return the page that begins at a position."""
        if self._ahead is not None:
            expected, answer = next(self._ahead, (-1, {}))
            if expected == position:
                return answer
            self.close()
        return self._page(position)

    def close(self) -> None:
        """Ask for no more."""
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None

    def _page(self, position: int) -> dict[str, Any]:
        return self._ask(self._listing.url, {**self._listing.params, **self._window(position)})


@dataclass(frozen=True)
class OffsetPages(_NumberedPages):
    """Pages by ``offset`` and ``limit``, up to ``meta.paging.totalSize``.

    Parameters
    ----------
    size : int, default 5000
        Items to ask for at once; the default is the most that the Integration API gives.
    most_pages : int, default 10,000
        How many pages there can be; more are taken for a fault.
    """

    size: int = PAGE_SIZE
    most_pages: int = MOST_PAGES

    def _window(self, position: int) -> Mapping[str, int]:
        return {"limit": self.size, "offset": position}

    def _promised(self, answer: Mapping[str, Any]) -> tuple[int | None, int | None]:
        paging = _paging(answer)
        return paging.get("offset"), paging.get("totalSize")


@dataclass(frozen=True)
class StartIndexPages(_NumberedPages):
    """Pages by ``startIndex``, which counts from 1, and ``count``, up to ``totalResults``: SCIM.

    Parameters
    ----------
    size : int, default 100
        Items to ask for at once; the default is the most that SCIM gives.
    most_pages : int, default 10,000
        As for `OffsetPages`.
    """

    size: int = 100
    most_pages: int = MOST_PAGES

    def _window(self, position: int) -> Mapping[str, int]:
        return {"startIndex": position + 1, "count": self.size}

    def _promised(self, answer: Mapping[str, Any]) -> tuple[int | None, int | None]:
        first, total = answer.get("startIndex"), answer.get("totalResults")
        # An empty page has no first item, whatever number it gives.
        start = first - 1 if first is not None and answer.get("itemsPerPage") != 0 else None
        return start, total


@dataclass(frozen=True)
class NextUrlPages(Pagination):
    """Pages of which each names the URL of the next, ``meta.paging.nextUrl``: the Audit API.

    A URL on another host is refused, as the token must not be sent there.

    Parameters
    ----------
    size : int, default 1000
        Items to ask for at once, sent as ``limit`` with the first page.
    most_pages : int, default 10,000
        As for `OffsetPages`.
    """

    size: int = 1000
    most_pages: int = MOST_PAGES

    def items(self, ask: Ask, listing: Listing) -> Iterator[Item]:
        """Yield the items of all pages; see `Pagination`."""
        url, params = listing.url, {**listing.params, "limit": self.size}
        position = int(listing.params.get("offset", 0))
        urls, contents = {url}, set()
        for _ in range(self.most_pages):
            answer = ask(url, params)
            items = listing.items(answer)
            paging = _paging(answer)
            content = hash(json.dumps(items))
            start = paging.get("offSet", paging.get("offset", position))
            if items and (start != position or content in contents):
                raise listing.wrong_page(position)
            yield from items
            position += len(items)
            following = paging.get("nextUrl")
            if not following or not items:
                total = paging.get("totalSize", position)
                if position < total:
                    raise listing.too_few(position, total)
                return
            url, params = next_page_url(url, following, listing.label), {}
            if url in urls:
                raise listing.wrong_page(position)
            urls.add(url)
            contents.add(content)
        raise listing.no_end(self.most_pages)


def _paging(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    return (answer.get("meta") or {}).get("paging") or {}
