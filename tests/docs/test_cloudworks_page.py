"""The page about CloudWorks: its examples run, and print what it shows."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from anaplan_frames.sandbox import Sandbox
from tests.docs.conftest import DATA
from tests.docs.pages import ROOT

PAGE = ROOT / "docs/cloudworks.md"
EXAMPLES = re.compile(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)


@pytest.fixture
def with_storage(at_work: Sandbox, tmp_path: Path) -> Sandbox:
    """Give the demo a bucket with the demo's files, and integrations that use it."""
    folder = tmp_path / "s3"
    (folder / "in").mkdir(parents=True)
    for name in ("airlines", "airports"):
        shutil.copy(str(DATA / f"{name}.csv"), folder / "in")
    model = next(iter(at_work.models.values()))
    s3 = at_work.cloudworks_connection("S3", folder)
    load, out = model.imports["112000000002"], model.exports["116000000001"]
    at_work.cloudworks_integration("Airports from S3", model, [(s3, "in/airports.csv", load)])
    at_work.cloudworks_integration("Flights to S3", model, [(s3, "out/flights.csv", out)])
    return at_work


def test_the_examples_print_what_the_page_shows(
    with_storage: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    namespace: dict[str, object] = {}
    examples = EXAMPLES.findall(PAGE.read_text("utf-8"))
    assert len(examples) == 4
    with pd.option_context("display.width", 120, "display.max_columns", 20):
        for code, shown in examples:
            exec(code, namespace)
            assert capsys.readouterr().out == shown
