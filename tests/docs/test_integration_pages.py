"""The pages about asyncio, pytest and fsspec show what their examples print."""

from __future__ import annotations

import fsspec
import pytest

from anaplan_frames.integrations.filesystem import AnaplanFileSystem
from anaplan_frames.sandbox import Sandbox
from tests.docs.pages import blocks, examples


def run_page(page: str, capsys: pytest.CaptureFixture[str], *, without: str = "") -> None:
    """Run the examples of a page; none is without an output. Leave out those with a word."""
    shown = examples(page)
    assert [code for code, _ in shown] == blocks(page)
    namespace: dict[str, object] = {}
    for code, output in shown:
        if not without or without not in code:
            exec(code, namespace)
            assert capsys.readouterr().out == output


def test_asyncio_works_as_its_page_shows(
    at_work: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    run_page("docs/asyncio.md", capsys)


@pytest.mark.parametrize("without", ["dask", pytest.param("", marks=pytest.mark.long)])
def test_files_are_opened_by_url_as_their_page_shows(
    at_work: Sandbox, capsys: pytest.CaptureFixture[str], without: str
) -> None:
    fsspec.register_implementation("anaplan", AnaplanFileSystem, clobber=True)  # if not installed
    run_page("docs/fsspec.md", capsys, without=without)
