"""The lines for scripts of the old API, run as they stand in their page."""

from __future__ import annotations

import re
from contextlib import suppress

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.docs.pages import ROOT, blocks


@pytest.mark.long
def test_every_script_of_the_old_api_has_its_line(at_work: Sandbox) -> None:
    table = (ROOT / "docs/from-scripts.md").read_text("utf-8")
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    assert len(rows) == 17
    namespace: dict[str, object] = {}
    exec(blocks("docs/from-scripts.md")[0], namespace)
    namespace["df"] = pd.read_csv("flights.csv")
    for row in rows:
        shown = re.findall(r"`([^`]+)`", row.split("|", 3)[3])
        lines = [code for code in shown if re.match(r"(conn|model|af|df)\b", code)]
        assert lines or "the same" in row
        for line in lines:
            with suppress(af.RejectedRows):  # loading flights before their airports
                exec(line, namespace)
