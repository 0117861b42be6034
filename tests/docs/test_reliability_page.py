"""The page on reliability lists the faults that there are."""

from __future__ import annotations

import re

from anaplan_frames.sandbox.tenant.fault_rules import KINDS
from tests.docs.pages import ROOT


def test_every_kind_of_fault_is_listed() -> None:
    text = (ROOT / "docs/reliability.md").read_text("utf-8")
    listed = re.findall(r"^\| (`\".*?) \|", text, re.MULTILINE)
    assert sorted(re.findall(r'`"(.*?)"`', " ".join(listed))) == sorted(KINDS)
