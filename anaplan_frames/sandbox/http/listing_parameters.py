"""The query parameters `sort` and `s` of collections, as the endpoints interpret them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from starlette.requests import Request

from anaplan_frames.sandbox.http.response_envelope import ApiError

Item = Mapping[str, Any]


def flag(request: Request, name: str) -> bool:
    """Return a query parameter that is a boolean, in any case: Anaplan Connect sends ``True``."""
    return request.query_params.get(name, "").lower() == "true"


def sort_strictly(items: Iterable[Item], order: str | None, fields: Sequence[str]) -> list[Item]:
    """Sort workspaces, models or users: a prefix is required and the field is checked.

    Raises
    ------
    ApiError
        400 for a field that is not in `fields`, or one without ``+`` or ``-``.
    """
    ordered = list(items)
    for prefix, field in reversed(_terms(order)):
        if not prefix or field not in fields:
            raise ApiError(400, f"sort: {prefix}{field} is not + or - and one of {list(fields)}")
        ordered.sort(key=_key(field), reverse=prefix == "-")
    return ordered


def sort_leniently(
    items: Iterable[Item], order: str | None, fields: Mapping[str, str]
) -> list[Item]:
    """Sort a model's collection: without a prefix ascending, unknown fields are ignored.

    `fields` maps the name in `sort` to the key of an item.
    """
    ordered = list(items)
    for prefix, field in reversed(_terms(order)):
        if field in fields:
            ordered.sort(key=_key(fields[field]), reverse=prefix == "-")
    return ordered


def search(items: Iterable[Item], pattern: str | None, fields: Sequence[str]) -> list[Item]:
    """Return items that contain `pattern` in one of the fields; ``%`` and ``_`` are wildcards."""
    if not pattern:
        return list(items)
    wildcards = {"%": ".*", "_": "."}
    regex = "".join(wildcards.get(char, re.escape(char)) for char in pattern)
    found = re.compile(regex, re.IGNORECASE | re.DOTALL)
    return [i for i in items if any(found.search(str(i.get(field, ""))) for field in fields)]


def _terms(order: str | None) -> list[tuple[str, str]]:
    """Split ``+name,-id`` into prefixes and fields."""
    terms = []
    # A plus sign that was not percent-encoded arrives as a space.
    for part in (order or "").split(","):
        prefix = "+" if part[:1] in ("+", " ") else "-" if part[:1] == "-" else ""
        field = part.strip().lstrip("+-").strip()
        if field:
            terms.append((prefix, field))
    return terms


def _key(field: str) -> Callable[[Item], tuple[bool, Any]]:
    def key(item: Item) -> tuple[bool, Any]:
        value = item.get(field)
        return (value is not None, value.casefold() if isinstance(value, str) else value)

    return key
