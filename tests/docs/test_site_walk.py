"""A stranger who follows the links comes from the landing page to every page."""

from __future__ import annotations

import pytest

from tests.docs.page_reader import ROOT
from tools.follow_the_site import LEFT_OUT, walk


@pytest.fixture(scope="module")
def reached() -> list[str]:
    return walk("docs/index.md")


def test_every_page_and_notebook_is_reached_from_the_landing_page(reached: list[str]) -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]
    names = {path.relative_to(ROOT).as_posix() for path in pages}
    built = {
        name for name in names if name.startswith(("docs/notebooks/", "docs/reference/generated"))
    }
    assert names - built - set(reached) == set()


def test_the_quick_start_comes_first_and_no_page_twice(reached: list[str]) -> None:
    assert reached[:2] == ["docs/index.md", "docs/quick-start.md"]
    assert len(reached) == len(set(reached))
    assert set(LEFT_OUT) <= set(reached)
