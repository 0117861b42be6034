"""Modules and their line items, and single cells written to them."""

from __future__ import annotations

from starlette.routing import Route

routes: list[Route] = []
