"""The console in a browser: signing in, choosing a page, the width of a desktop and a phone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.console.browser import CHROMIUM, Browser, running_browser
from tests.sandbox.console.conftest import Shown
from tests.sandbox.console.odd_names import CITIES, EXPORT, FILE, SALES, SCRIPT, VIEW

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    pytest.mark.skipif(os.name != "posix", reason="the browser is spoken to through pipes"),
]
SIGN_IN = """
document.querySelector('[name=email]').value = 'demo@example.com';
document.querySelector('[name=password]').value = 'demo';
document.querySelector('main form button').click();
"""
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
COLOR = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def browser(shown: Shown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Sign in by the form."""
    with running_browser(tmp_path_factory.mktemp("chromium")) as browser:
        browser.open(f"{shown.sandbox.api_url}{shown.path}")
        assert browser.evaluate("location.pathname") == "/console/sign-in"
        browser.evaluate(SIGN_IN)
        browser.loaded()
        yield browser


def pages(shown: Shown) -> list[str]:
    below = (
        *(f"/lists/{CITIES}", f"/views/{SALES}", f"/views/{VIEW}", f"/files/{FILE}"),
        *(f"/exports/{EXPORT}", f"/tasks/{shown.task}", ""),
    )
    return ["/", "/console/faults", *(shown.path + path for path in below)]


def test_the_form_leads_to_the_page_and_scripts_cannot_read_the_cookie(
    shown: Shown, browser: Browser
) -> None:
    browser.open(f"{shown.sandbox.api_url}{shown.path}")
    assert browser.evaluate("location.pathname") == shown.path
    assert browser.evaluate("document.querySelector('h1').textContent") == f"Sales {SCRIPT}"
    assert browser.evaluate("document.cookie") == ""


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_every_page_fits_the_window_and_runs_no_script(
    shown: Shown, browser: Browser, tmp_path: Path, width: int, height: int
) -> None:
    browser.resize(width, height)
    for number, path in enumerate(pages(shown)):
        browser.open(shown.sandbox.api_url + path)
        assert browser.evaluate("document.querySelectorAll('main table').length") > 0, path
        assert browser.evaluate(TOO_WIDE) <= 0, path
        assert browser.evaluate("document.styleSheets[0].cssRules.length") > 20, path
        browser.screenshot(tmp_path / f"{number}.png")
        assert (tmp_path / f"{number}.png").stat().st_size > 5000
    assert browser.problems == []


def test_a_page_is_chosen_in_the_form(shown: Shown, browser: Browser) -> None:
    browser.open(f"{shown.sandbox.api_url}{shown.path}/views/{SALES}")
    values = "JSON.stringify([...document.querySelectorAll('tbody tr')].map(r => r.innerText))"
    assert "Units\t1.5\t2\t0\t3.5" in json.loads(browser.evaluate(values))[1]
    browser.evaluate(
        "const cities = document.querySelector('select');"
        "cities.selectedIndex = [...cities.options].findIndex(o => o.text.startsWith('abc'));"
        "document.querySelector('main form button').click()"
    )
    browser.loaded()
    assert "Units\t4\t0\t0\t4" in json.loads(browser.evaluate(values))[1]
    assert f"{SCRIPT}" in json.loads(browser.evaluate(values))[0]


def test_colors_follow_the_choice_of_dark_or_light(shown: Shown, browser: Browser) -> None:
    browser.open(shown.sandbox.api_url)
    browser.prefer("light")
    light = browser.evaluate(COLOR)
    browser.prefer("dark")
    assert browser.evaluate(COLOR) != light


def test_signing_out_leads_back_to_the_form(shown: Shown, browser: Browser) -> None:
    browser.open(shown.sandbox.api_url)
    browser.evaluate("document.querySelector('header button').click()")
    browser.loaded()
    browser.open(f"{shown.sandbox.api_url}{shown.path}")
    assert browser.evaluate("location.pathname") == "/console/sign-in"
