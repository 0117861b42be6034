"""Pages are followed block by block in an empty folder, and show what comes."""

from __future__ import annotations

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.docs.page_reader import follow

PAGES = ["README.md", "docs/quick-start.md"]


@pytest.mark.parametrize("page", PAGES)
def test_a_reader_sees_what_the_page_shows(page: str, in_environment: Sandbox) -> None:
    follow(page)
