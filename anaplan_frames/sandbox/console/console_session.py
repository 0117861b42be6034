"""Who is signed in to the console: the form, and a cookie that no script and no other site has."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from anaplan_frames.sandbox.console.html_elements import Html, element, fragment
from anaplan_frames.sandbox.console.page_document import HEADERS, Page, respond
from anaplan_frames.sandbox.console.page_parts import note
from anaplan_frames.sandbox.http.response_envelope import ApiError
from anaplan_frames.sandbox.routes.request_context import tenant_of
from anaplan_frames.sandbox.tenant.tenant_users import User

_SIGN_IN = "/console/sign-in"
# Where a sign-in may lead: to a page of the console, never to another site.
_OWN_PAGE = re.compile(r"/(?:console/[\w/%~-]*)?(?:\?[\w.%=&+~-]*)?", re.ASCII)
_LONGEST_FORM = 10_000  # bytes


def page(make: Callable[[Request], Page]) -> Callable[[Request], Response]:
    """Make an endpoint of a page, which asks for a login first."""

    @functools.wraps(make)
    def endpoint(request: Request) -> Response:
        user = _signed_in(request)
        if user is None:
            query = f"?{request.url.query}" if request.url.query else ""
            wanted = urlencode({"next": request.url.path + query})
            return RedirectResponse(f"{_SIGN_IN}?{wanted}", 303, HEADERS)
        request.state.user = user
        try:
            return respond(make(request), user.email)
        except ApiError as error:
            body = note("There is nothing to show here, or you may not see it.")
            return respond(Page(error.message, body, [("Overview", "/")]), user.email, error.status)

    return endpoint


def form(request: Request) -> Response:
    """Show the form."""
    return _form(_next_page(request.query_params.get("next")))


async def sign_in(request: Request) -> Response:
    """Check the login and set the cookie."""
    given = await _posted(request)
    wanted = _next_page(given.get("next"))
    tenant = tenant_of(request)
    user = tenant.users.by_login(given.get("email", ""), given.get("password", ""))
    if user is None:
        return _form(wanted, "The email or the password is wrong.", 403)
    answer = RedirectResponse(wanted, 303, HEADERS)
    value = tenant.console_logins.issue(user).value
    answer.set_cookie(_cookie(request), value, httponly=True, samesite="strict")
    return answer


def sign_out(request: Request) -> Response:
    """End the login."""
    tenant_of(request).console_logins.revoke(request.cookies.get(_cookie(request), ""))
    answer = RedirectResponse(_SIGN_IN, 303, HEADERS)
    answer.delete_cookie(_cookie(request), httponly=True, samesite="strict")
    return answer


def _signed_in(request: Request) -> User | None:
    token = tenant_of(request).console_logins.find(request.cookies.get(_cookie(request), ""))
    return None if token is None else token.user


def _cookie(request: Request) -> str:
    """Return the cookie's name; browsers do not separate the ports of a machine."""
    return f"anaplan-sandbox-{request.url.port or 80}"


def _next_page(given: str | None) -> str:
    return given if given and _OWN_PAGE.fullmatch(given) else "/"


async def _posted(request: Request) -> dict[str, str]:
    content = b""
    async for block in request.stream():
        content += block
        if len(content) > _LONGEST_FORM:
            return {}
    return dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))


def _form(wanted: str, wrong: str | None = None, status: int = 200) -> Response:
    fields = element(
        "form",
        element("p", wrong, class_="wrong", role="alert") if wrong else None,
        element("input", type="hidden", name="next", value=wanted),
        _field("Email", name="email", type="email", autocomplete="username", autofocus=True),
        _field("Password", name="password", type="password", autocomplete="current-password"),
        element("button", "Sign in"),
        method="post",
        action=_SIGN_IN,
        class_="sign-in",
    )
    hint = note("Use the email and the password that clients of this sandbox use.")
    return respond(Page("Sign in", fragment(hint, fields)), status=status)


def _field(label: str, **attributes: str | int) -> Html:
    entry = element("input", required=True, **attributes)
    return element("label", element("span", label), entry)
