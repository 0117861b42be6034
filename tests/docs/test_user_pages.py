"""The pages about users and administration: what they show is what comes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from anaplan_frames.sandbox import Sandbox
from tests.docs.shown import examples, output_of


@pytest.fixture
def namespace() -> Iterator[dict[str, Any]]:
    with Sandbox(rate_limit=None) as sandbox:
        ids = [sandbox.workspace(name).id for name in ("Demo", "Finance")]
        yield {"pd": pd, "sandbox": sandbox, "conn": sandbox.connect(), "ids": ids}


def normal(text: str) -> list[str]:
    """Return the words of each line: how wide columns are differs between versions of pandas."""
    return [" ".join(line.split()) for line in text.strip().splitlines()]


def test_users_are_read_and_written_as_their_page_shows(namespace: dict[str, Any]) -> None:
    add, (demo, finance) = namespace["sandbox"].add_user, namespace["ids"]
    add("ann@corp.com", None, workspaces=[demo, finance], external_id="E17")
    add("bob@corp.com", None, workspaces=[finance], external_id="E18", last_name="Brown")
    add("cy@corp.com", None, workspaces=[], active=False)
    for code, shown in examples("docs/scim.md"):
        assert normal(output_of(code, namespace)) == normal(str(shown))


def test_administration_is_done_as_its_page_shows(namespace: dict[str, Any]) -> None:
    namespace["sandbox"].add_user("etl@corp.com", "x", licenses=["Professional", "Basic"])
    for code, shown in examples("docs/administration.md"):
        assert normal(output_of(code, namespace)) == normal(str(shown))
