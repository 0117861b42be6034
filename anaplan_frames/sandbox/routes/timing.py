"""The model's time: calendar, current period, versions; and opening and closing it."""

from __future__ import annotations

from starlette.routing import Route

routes: list[Route] = []
