"""A collection page by page, to the end that the service promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from anaplan_frames.errors import TransferError

PAGE_SIZE = 5000  # the most that Anaplan gives in one page


def all_pages(
    get: Callable[[dict[str, Any]], dict[str, Any]],
    key: str,
    label: str,
    params: Mapping[str, Any] | None,
) -> Iterator[dict[str, Any]]:
    """Yield the items under `key` of all pages that `get` returns for its parameters.

    Goes by ``offset`` and ``totalSize``, as ``next`` has been seen wrong.

    Raises
    ------
    TransferError
        A page comes twice or out of order, or the pages end before ``totalSize`` items.
    """
    offset = 0
    last: list[dict[str, Any]] = []
    while True:
        answer = get({**(params or {}), "limit": PAGE_SIZE, "offset": offset})
        items = answer.get(key) or []
        paging = (answer.get("meta") or {}).get("paging") or {}
        if paging.get("offset", offset) != offset or (items and items == last):
            raise TransferError(
                f"{label}: Anaplan gave another page than that from item {offset} on. Try again."
            )
        yield from items
        offset += len(items)
        # Without a total, a page that is not full is the last.
        total = paging.get("totalSize", offset + (len(items) == PAGE_SIZE))
        if offset >= total:
            return
        if not items:
            if "totalSize" not in paging:
                return
            raise TransferError(
                f"{label}: Anaplan gave {offset} of {total} items and then an empty page. "
                "Try again."
            )
        last = items
