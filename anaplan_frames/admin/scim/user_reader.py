"""Reads users from SCIM, page by page, several pages at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from anaplan_frames.admin.scim.user_filters import any_of
from anaplan_frames.admin.scim.user_records import Record
from anaplan_frames.threads import in_order
from anaplan_frames.transport import Transport
from anaplan_frames.transport.pagination import MOST_PAGES

LABEL = "the users"
PATH = "/Users"
_PAGE = 100  # the most that Anaplan gives
_THREADS = 4
_TRIES = 2


def read_users(transport: Transport, filter_text: str | None = None) -> list[Record]:
    """Return Anaplan's records of users.

    The first page says how many there are, and the others are read side by side. If the users
    change meanwhile, so that the pages do not fit together, they are read again, and at last one
    page after the other.

    Parameters
    ----------
    filter_text : str, optional
        A filter that `check_filter` has returned.

    Raises
    ------
    TransferError
        If the pages do not fit together then either.
    """
    params = {} if filter_text is None else {"filter": filter_text}
    for _ in range(_TRIES):
        found = _side_by_side(transport, params)
        if found is not None:
            return found
    return list(transport.pages(PATH, "Resources", label=LABEL, params=params, service="scim"))


def users_named(
    transport: Transport, ids: Sequence[str], user_names: Sequence[str]
) -> list[Record]:
    """Return the records of the users with one of these ids or names, those that there are."""
    filters = [any_of("id", ids), any_of("userName", user_names)]
    return read_users(transport, " or ".join(filter(None, filters)))


def _side_by_side(transport: Transport, params: dict[str, str]) -> list[Record] | None:
    """Read all pages; None if they do not fit together."""
    ask = partial(_page, transport, params)
    first = ask((1, _PAGE))
    total: int = first["totalResults"]
    found = _users(first)
    size = len(found)
    if size >= total:
        return found
    if not size or total > size * MOST_PAGES:
        return None
    windows = [(start, min(size, total - start + 1)) for start in range(size + 1, total + 1, size)]
    pages = list(in_order(ask, windows, threads=_THREADS, name="anaplan-users"))
    for (start, count), page in zip(windows, pages, strict=True):
        users = _users(page)
        fits = len(users) == count and page.get("startIndex", start) == start
        if not fits or page["totalResults"] != total:
            return None
        found += users
    return found if len({str(user["id"]) for user in found}) == total else None


def _page(transport: Transport, params: dict[str, str], window: tuple[int, int]) -> dict[str, Any]:
    start, count = window
    asked = {**params, "startIndex": start, "count": count}
    return transport.get(PATH, label=LABEL, params=asked, service="scim")


def _users(page: dict[str, Any]) -> list[Record]:
    return list(page.get("Resources") or ())
