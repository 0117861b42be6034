"""What the page on reliability shows, run as it stands there, and its list of faults."""

from __future__ import annotations

import re

import pytest

from anaplan_frames.sandbox.tenant.fault_rules import KINDS
from tests.docs.pages import ROOT, blocks

PAGE = "docs/reliability.md"


@pytest.mark.long
@pytest.mark.usefixtures("at_work")
def test_the_examples_do_what_they_say() -> None:
    namespace: dict[str, object] = {}
    for block in blocks(PAGE):
        exec(block, namespace)


def test_every_kind_of_fault_is_listed() -> None:
    text = (ROOT / PAGE).read_text("utf-8")
    listed = re.findall(r"^\| (`\".*?) \|", text, re.MULTILINE)
    assert sorted(re.findall(r'`"(.*?)"`', " ".join(listed))) == sorted(KINDS)
