"""The addresses of the console; all but the form to sign in and the style need a login."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from anaplan_frames.sandbox.console import console_session, page_document
from anaplan_frames.sandbox.console.console_session import page
from anaplan_frames.sandbox.console.fault_overview import overview_of_faults
from anaplan_frames.sandbox.console.list_tree import tree
from anaplan_frames.sandbox.console.model_overview import overview_of_model
from anaplan_frames.sandbox.console.module_grid import grid
from anaplan_frames.sandbox.console.page_document import Page
from anaplan_frames.sandbox.console.task_report import report
from anaplan_frames.sandbox.console.tenant_overview import overview
from anaplan_frames.sandbox.console.uploaded_rows import export_page, file_page
from anaplan_frames.sandbox.http.response_envelope import not_found

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_first_page = page(overview)


def first(request: Request) -> Response:
    """Show the first page to browsers; a client that wants JSON gets the service's answer, 404."""
    accepted = request.headers.get("accept", "*/*").lower()
    wants_pages = "text/html" in accepted or "*/*" in accepted
    if request.method not in ("GET", "HEAD") or not wants_pages:
        raise not_found()
    return _first_page(request)


def style(_: Request) -> Response:
    """Send the style sheet."""
    kept = {**page_document.HEADERS, "Cache-Control": "max-age=60"}
    return Response(page_document.STYLE.read_bytes(), headers=kept, media_type="text/css")


def nothing(_: Request) -> Page:
    """Show that there is no such page."""
    raise not_found()


_MODEL = "/console/models/{model}"

routes: list[Route] = [
    Route("/", first, methods=_METHODS),
    Route("/console/style.css", style),
    Route("/console/sign-in", console_session.form),
    Route("/console/sign-in", console_session.sign_in, methods=["POST"]),
    Route("/console/sign-out", console_session.sign_out, methods=["POST"]),
    Route("/console/faults", page(overview_of_faults)),
    Route(_MODEL, page(overview_of_model)),
    Route(f"{_MODEL}/lists/{{list}}", page(tree)),
    Route(f"{_MODEL}/views/{{view}}", page(grid)),
    Route(f"{_MODEL}/files/{{file}}", page(file_page)),
    Route(f"{_MODEL}/exports/{{export}}", page(export_page)),
    Route(f"{_MODEL}/tasks/{{task}}", page(report)),
    Route("/console/{rest:path}", page(nothing)),
]
