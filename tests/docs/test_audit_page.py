"""The page on audit events shows what its examples print."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import anaplan_frames as af
from anaplan_frames.codec.event_columns import NAMES
from anaplan_frames.sandbox import Sandbox
from tests.admin.audit.standing_clock import Standing
from tests.docs.pages import ROOT
from tests.docs.shown import examples, output_of
from tests.sandbox.clock import Clock

PAGE = (ROOT / "docs/audit.md").read_text("utf-8")
NOW = 1_800_000_000_000  # 2027-01-15 08:00 UTC
_MINUTE, _HOUR = 60_000, 3_600_000


def make_events(sandbox: Sandbox) -> None:
    """Let happen what the page shows."""
    anna = sandbox.add_user("anna.lind@example.com", "x").id
    demo = sandbox.users.all()[0].id
    evening = NOW - 10 * _HOUR
    loaded = {"actionName": "Load flights", "actionId": "112000000003"}
    for code, user, moment, attributes in (
        ("USR-8", anna, NOW - 8 * 24 * _HOUR, {}),
        ("USR-8", anna, evening + 5000, {}),
        ("USR-20", anna, evening + 70_000, loaded),
        ("USR-52", anna, evening + 70_000, loaded),
        ("USR-9", demo, NOW - 90 * _MINUTE, {}),
    ):
        sandbox.audit_event(
            code,
            userId=user,
            eventDate=moment,
            createdDate=moment,
            additionalAttributes=attributes,
            success=code != "USR-9",
        )


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_every_example_prints_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Sandbox(rate_limit=None, clock=Clock()) as sandbox:
        make_events(sandbox)
        with sandbox.connect(clock=Standing(NOW / 1000)) as connection:
            monkeypatch.setattr(af, "connect", lambda: connection)
            namespace: dict[str, Any] = {}
            for code, shown in examples("docs/audit.md"):
                assert words(output_of(code, namespace)) == words(str(shown))


def test_the_page_names_every_column() -> None:
    table = PAGE.partition("## The table")[2].partition("Columns of `attributes`")[0]
    assert set(NAMES) <= set(re.findall(r"`(\w+)`", table))
