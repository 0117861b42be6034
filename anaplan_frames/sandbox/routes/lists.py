"""Lists: what they are, their items, and how items are added, changed and deleted."""

from __future__ import annotations

from starlette.routing import Route

routes: list[Route] = []
