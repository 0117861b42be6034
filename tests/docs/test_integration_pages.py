"""The pages about asyncio, pytest and fsspec show what their examples print."""

from __future__ import annotations

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.docs.pages import blocks, examples


def test_asyncio_works_as_its_page_shows(
    at_work: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = examples("docs/asyncio.md")
    assert [code for code, _ in shown] == blocks("docs/asyncio.md")
    namespace: dict[str, object] = {}
    for code, output in shown:
        exec(code, namespace)
        assert capsys.readouterr().out == output
