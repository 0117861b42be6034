"""Pages are followed block by block in an empty folder, and show what comes."""

from __future__ import annotations

import re

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.docs.page_reader import BLOCK, ROOT, follow

# Pages whose blocks need another program, and the test that runs them.
ELSEWHERE = {
    "docs/spark.md": "tests/spark/test_spark_page.py",  # Java, and a session that tests share
    "docs/orchestration.md": "tests/recipes",  # Airflow, Dagster, dlt, Prefect, a collector
}
_FENCES = re.compile(
    r"^[ \t>]*(?:```|~~~)\{?(?:code-block\} )?(?:i?python3?|py|pycon|console)\b", re.MULTILINE
)


def _texts() -> dict[str, str]:
    """Return the pages of the site, the README first."""
    paths = [ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY")]
    paths += sorted((ROOT / "docs").rglob("*.md"))
    names = [path.relative_to(ROOT).as_posix() for path in paths]
    return {name: (ROOT / name).read_text("utf-8") for name in names}


TEXTS = _texts()
PAGES = [name for name, text in TEXTS.items() if BLOCK.search(text) and name not in ELSEWHERE]


@pytest.mark.long
@pytest.mark.parametrize("page", PAGES)
def test_a_reader_sees_what_the_page_shows(page: str, in_environment: Sandbox) -> None:
    assert follow(page) == len(BLOCK.findall(TEXTS[page]))


def test_every_block_of_a_page_is_one_that_is_followed() -> None:
    assert len(PAGES) > 30
    missed = {
        name: (len(_FENCES.findall(text)), len(BLOCK.findall(text)))
        for name, text in TEXTS.items()
        if name not in ELSEWHERE
    }
    assert {name: counts for name, counts in missed.items() if len(set(counts)) > 1} == {}


def test_pages_that_are_followed_elsewhere_are_there_and_so_are_their_tests() -> None:
    for page, test in ELSEWHERE.items():
        assert BLOCK.search(TEXTS[page])
        assert (ROOT / test).exists()
