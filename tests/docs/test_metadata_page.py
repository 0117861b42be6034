"""The tables of columns in the documentation, compared with the DataFrames themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
from anaplan_frames.sandbox import Sandbox
from tests.dataframes.columns import dtypes
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs/metadata.md").read_text("utf-8")


def documented(heading: str) -> dict[str, str]:
    """Return the columns that the page lists below a heading, with their dtypes."""
    section = PAGE.split(f"\n## {heading}", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", section, re.MULTILINE)
    return {name: dtype.strip().replace("text", TEXT_DTYPE) for name, dtype in rows}


def test_every_column_is_documented_in_order_and_with_its_dtype(demo_model: af.Model) -> None:
    module = demo_model.modules["Flights by Month"]
    assert dtypes(demo_model.line_items()) == documented("`model.line_items()`")
    assert dtypes(module.axes()) == documented("`model.views[...].axes()`")
    assert dtypes(demo_model.dimension_items("Origins")) == documented("`model.dimension_items(")
    assert dtypes(demo_model.versions()) == documented("`model.versions()`")
    assert dtypes(demo_model.calendar()) == documented("`model.calendar()`")
    assert dtypes(demo_model.periods()) == documented("`model.periods()`")
    assert dtypes(demo_model.tasks()) == documented("`model.tasks()`")
    assert dtypes(demo_model.status()) == documented("`model.status()`")


@pytest.mark.parametrize(
    "kind",
    ["lists", "modules", "views", "files", "imports", "exports", "actions", "processes"],
)
def test_every_column_of_a_listing_is_named(demo_model: af.Model, kind: str) -> None:
    section = PAGE.split("\n## `model.lists`", 1)[1].split("\n## ", 1)[0]
    for name in getattr(demo_model, kind).to_pandas():
        assert f"`{name}`" in section


def test_the_example_runs(
    demo_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "EMAIL": demo_sandbox.email,
        "PASSWORD": demo_sandbox.password,
        "API_URL": demo_sandbox.api_url,
        "AUTH_URL": demo_sandbox.auth_url,
    }.items():
        monkeypatch.setenv(f"ANAPLAN_{name}", value)
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(example, {})
    assert len(pd.read_csv("line_items.csv")) == 6
