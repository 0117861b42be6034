"""The page about orchestration shows the recipes that the tests run, letter for letter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.recipes.conftest import RECIPES

PAGE = (ROOT / "docs" / "orchestration.md").read_text("utf-8")
SHOWN = re.findall(r"```\w*\n(.*?)```", PAGE, re.DOTALL)
FILES = sorted(path for path in RECIPES.iterdir() if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_page_shows_a_recipe_as_it_is_run_and_links_to_it(path: Path) -> None:
    assert path.read_text("utf-8") in SHOWN
    assert f"](recipes/{path.name})" in PAGE


def test_the_page_shows_nothing_else() -> None:
    assert len(SHOWN) == len(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_recipe_holds_a_password(path: Path) -> None:
    content = path.read_text("utf-8")
    assert not re.search(r"(?i)(password|token|secret)\w*['\"]?\s*[=:]\s*['\"]?\w", content)
