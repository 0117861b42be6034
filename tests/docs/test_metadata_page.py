"""The tables of columns in the documentation, compared with the DataFrames themselves."""

from __future__ import annotations

import re

import pytest

import anaplan_frames as af
from anaplan_frames.dataframes.record_frames import TEXT_DTYPE
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
    assert dtypes(module.dimensions()) == documented("`model.views[...].dimensions()`")
    assert dtypes(demo_model.dimension_items("Origins")) == documented("`model.dimension_items(")
    assert dtypes(demo_model.versions()) == documented("`model.versions()`")
    assert list(demo_model.calendar().index) == list(documented("`model.calendar()`"))
    assert dtypes(demo_model.periods()) == documented("`model.periods()`")
    assert dtypes(demo_model.tasks()) == documented("`model.tasks()`")
    assert list(demo_model.status().index) == list(documented("`model.status()`"))


@pytest.mark.parametrize(
    "kind",
    ["lists", "modules", "views", "files", "imports", "exports", "actions", "processes"],
)
def test_every_column_of_a_listing_is_named(demo_model: af.Model, kind: str) -> None:
    section = PAGE.split("\n## `model.lists`", 1)[1].split("\n## ", 1)[0]
    for name in getattr(demo_model, kind).to_pandas():
        assert f"`{name}`" in section
