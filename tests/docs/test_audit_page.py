"""The page on audit events names what the tables have."""

from __future__ import annotations

import re

from anaplan_frames.codec.event_columns import NAMES
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs/audit.md").read_text("utf-8")


def test_the_page_names_every_column() -> None:
    table = PAGE.partition("## The table")[2].partition("Columns of `attributes`")[0]
    assert set(NAMES) <= set(re.findall(r"`(\w+)`", table))
