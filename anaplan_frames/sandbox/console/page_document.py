"""A page as an HTML document, with the headers that keep scripts and other sites away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response

from anaplan_frames.sandbox.console.html_elements import Html, element, fragment, plain_text
from anaplan_frames.sandbox.console.page_parts import name

STYLE = Path(__file__).with_name("console.css")

# No script at all, nothing from elsewhere, and no frame of another site around it.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows.

    Attributes
    ----------
    title : str
    body : Html
    trail : sequence of (str, str)
        Names and addresses of the pages above it.
    refresh : int or None
        The seconds until the browser asks for the page again.
    """

    title: str
    body: Html
    trail: Sequence[tuple[str, str]] = ()
    refresh: int | None = None


def respond(page: Page, email: str | None = None, status: int = 200) -> Response:
    """Answer with a page, for a user who is signed in, or for nobody."""
    meta = [
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", http_equiv="refresh", content=page.refresh) if page.refresh else None,
        Html(f"<title>{plain_text(page.title)} · Anaplan sandbox</title>"),
        element("link", rel="icon", href="data:,"),
        element("link", rel="stylesheet", href="/console/style.css"),
    ]
    above = [
        element("li", element("a", name(title), href=address)) for title, address in page.trail
    ]
    main = element("main", element("h1", name(page.title)), page.body)
    trail = element("nav", element("ol", above), aria_label="Above this page") if above else None
    whole = element(
        "html",
        element("head", meta),
        element("body", _header(email), trail, main),
        lang="en",
    )
    content = f"<!doctype html>\n{fragment(whole)}\n".encode("utf-8", "backslashreplace")
    return Response(content, status, HEADERS, "text/html")


def _header(email: str | None) -> Html:
    home = element("a", "Anaplan sandbox", href="/", class_="home")
    if email is None:
        return element("header", home)
    out = element("form", element("button", "Sign out"), method="post", action="/console/sign-out")
    faults = element("a", "Faults", href="/console/faults")
    return element("header", home, faults, element("span", name(email), class_="user"), out)
