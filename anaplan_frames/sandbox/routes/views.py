"""Views: their axes, and their cells as CSV or JSON."""

from __future__ import annotations

from starlette.routing import Route

routes: list[Route] = []
