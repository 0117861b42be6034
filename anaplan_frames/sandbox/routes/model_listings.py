"""Listings of a model's objects, sorted and paged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from anaplan_frames.sandbox.http.listing_parameters import sort_leniently
from anaplan_frames.sandbox.http.response_envelope import collection
from anaplan_frames.sandbox.routes.request_context import tenant_of


def listing(request: Request, kind: str, key: str, items: Iterable[dict[str, Any]]) -> Response:
    """Answer with one of a model's collections, by name or id if `sort` asks for that."""
    order = request.query_params.get("sort")
    shown = sort_leniently(items, order, {"name": "name", "id": "id"})
    return collection(request, kind, key, shown, maximum=tenant_of(request).page_size)
