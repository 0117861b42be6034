"""The items of dimensions, of the model, of a line item or of a view."""

from __future__ import annotations

from starlette.routing import Route

routes: list[Route] = []
