"""The console is behind the sandbox's login, and its cookie is of no use to other sites."""

from __future__ import annotations

import pytest
import requests

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.console.conftest import Shown
from tests.sandbox.console.visitor import PageReader, Visitor, signed_in
from tests.sandbox.http_client import Http


def test_without_a_login_every_page_leads_to_the_form(shown: Shown) -> None:
    stranger = Visitor(shown.sandbox)
    for path in ("/", shown.path, "/console/faults", "/console/nothing"):
        answer = stranger.get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/console/sign-in?next=%2F")
        assert answer.text == ""
    form = PageReader(stranger.get("/console/sign-in").text)
    assert [given["type"] for tag, given in form.elements if tag == "input"] == [
        *("hidden", "email", "password")
    ]


def test_a_login_sets_a_cookie_for_this_site_only_and_leads_to_the_page_asked_for(
    shown: Shown,
) -> None:
    visitor = Visitor(shown.sandbox)
    wanted = f"{shown.path}?x=1"
    answer = visitor.sign_in(to=wanted)
    assert (answer.status_code, answer.headers["Location"]) == (303, wanted)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    port = shown.sandbox.api_url.rpartition(":")[2]
    assert cookie.startswith(f"anaplan-sandbox-{port}=")
    assert visitor.get(wanted).status_code == 200


def test_the_cookie_is_not_a_token_of_the_api_nor_the_other_way_round(shown: Shown) -> None:
    visitor = signed_in(shown.sandbox)
    [value] = visitor.session.cookies.values()
    for header in ({"Authorization": f"AnaplanAuthToken {value}"}, {}):
        assert visitor.get("/2/0/models", headers=header).status_code == 401
    name = next(iter(visitor.session.cookies.keys()))
    token = Http(shown.sandbox).token
    assert Visitor(shown.sandbox).get("/", headers={"Cookie": f"{name}={token}"}).status_code == 303


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "form",
    [
        {"email": "demo@example.com", "password": "wrong"},
        {"email": "demo@example.com", "password": ""},
        {"email": "nobody@example.com", "password": "demo"},
        {},
        {"email": "demo@example.com", "password": "demo", "padding": "x" * 20_000},
    ],
)
def test_a_wrong_login_shows_the_form_again(shown: Shown, form: dict[str, str]) -> None:
    visitor = Visitor(shown.sandbox)
    answer = visitor.send("POST", "/console/sign-in", data=form)
    assert answer.status_code == 403
    assert "The email or the password is wrong." in answer.text
    assert "Set-Cookie" not in answer.headers
    assert visitor.get("/").status_code == 303


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "to",
    [
        *("https://evil.example/", "//evil.example", "/\\evil.example", "/console/\r\nX: y"),
        *("/2/0/models", "/console/../2/0", "javascript:alert(1)", "/console/a\nb", ""),
    ],
)
def test_a_login_never_leads_to_another_site(shown: Shown, to: str) -> None:
    answer = Visitor(shown.sandbox).sign_in(to=to)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


def test_signing_out_ends_the_login(shown: Shown) -> None:
    visitor = signed_in(shown.sandbox)
    cookies = dict(visitor.session.cookies)
    assert visitor.send("POST", "/console/sign-out").status_code == 303
    again = requests.get(
        f"{shown.sandbox.api_url}/", cookies=cookies, timeout=10, allow_redirects=False
    )
    assert again.status_code == 303


def test_a_login_ends_after_twelve_hours_and_with_its_user() -> None:
    now = [1_700_000_000.0]
    with Sandbox(clock=lambda: now[0]) as sandbox:
        visitor = signed_in(sandbox)
        now[0] += 12 * 3600 - 1
        assert visitor.get("/").status_code == 200
        now[0] += 2
        assert visitor.get("/").status_code == 303
        visitor = signed_in(sandbox)
        sandbox.first_user.active = False
        assert visitor.get("/").status_code == 303
        assert Visitor(sandbox).sign_in().status_code == 403


def test_clients_that_want_json_get_the_answer_of_the_service(shown: Shown) -> None:
    visitor = shown.visitor
    for answer in (
        visitor.get("/", headers={"Accept": "application/json"}),
        visitor.send("POST", "/", json={}),
        visitor.send("DELETE", "/"),
    ):
        assert answer.status_code == 404
        assert answer.json()["status"] == {"code": 404, "message": "Not Found"}
    browser = {"Accept": "text/html,application/xhtml+xml;q=0.9"}
    assert visitor.get("/", headers=browser).status_code == 200


def test_another_host_is_refused_for_the_console_too(shown: Shown) -> None:
    for path in ("/", "/console/sign-in", "/console/style.css"):
        assert shown.visitor.get(path, headers={"Host": "evil.example"}).status_code == 421


def test_a_page_has_headers_that_keep_other_sites_away(shown: Shown) -> None:
    for path in ("/", "/console/sign-in", "/console/style.css", f"{shown.path}/lists/1"):
        headers = shown.visitor.get(path).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert shown.visitor.get("/").headers["Cache-Control"] == "no-store"


def test_no_page_has_a_password_or_a_token(shown: Shown) -> None:
    token = Http(shown.sandbox).token
    for path in ("/", shown.path, "/console/faults"):
        text = shown.visitor.get(path).text
        assert token not in text
        assert ">demo<" not in text
