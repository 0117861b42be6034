"""Pages are followed block by block in an empty folder, and show what comes."""

from __future__ import annotations

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.docs.page_reader import follow
from tests.docs.pages import ROOT

PAGES = [
    "README.md",
    "docs/quick-start.md",
    "docs/asyncio.md",
    "docs/cells.md",
    "docs/from-anaplan-connect.md",
    "docs/fsspec.md",
    "docs/lists.md",
    "docs/mcp.md",
    "docs/metadata.md",
    "docs/processes.md",
    "docs/snapshots.md",
    "docs/troubleshooting.md",
    *[f"docs/tasks/{path.name}" for path in sorted((ROOT / "docs/tasks").glob("*.md"))],
]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("page", PAGES)
def test_a_reader_sees_what_the_page_shows(page: str, in_environment: Sandbox) -> None:
    follow(page)
