"""Large reads of views and lists: pages that are made while they are fetched."""

from __future__ import annotations

from starlette.routing import Route

routes: list[Route] = []
