"""Views with any choices show what pandas finds in all cells of the module."""

from __future__ import annotations

import io
import os
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.sandbox.access.conftest import Seen

ITEMS = {
    "City": ["Oslo", "Bergen", "Rome", "Milan", "North", "South", "World"],
    "Time": ["Jan 26", "Feb 26", "May 26", "Q1 FY26", "Q2 FY26", "FY26"],
    "Versions": ["Actual", "Forecast"],
}
CODES = {"Oslo": "os", "North": "N"}
LEVELS = {
    "City": {"City": ITEMS["City"][:4], "Region": ["North", "South"]},
    "Time": {
        "month": ["Jan 26", "Feb 26", "May 26"],
        "quarter": ["Q1 FY26", "Q2 FY26"],
        "year": ["FY26"],
    },
}
LINE_ITEMS = ["Units", "Open", "Note", "Since", "Double", "Home"]
CONDITIONS: dict[str, list[tuple[str, Any]]] = {
    "Units": [("=", 0), (">", 1), ("<=", 4), ("<>", 8)],
    "Open": [("=", True), ("=", False)],
    "Note": [("=", "a"), ("=", None), ("<>", None)],
    "Double": [(">=", 8)],
}
TIMES = int(os.environ.get("VIEW_TIMES", "1"))  # more, to look longer
PLAIN = settings(
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@st.composite
def choices(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the axes and options of a view; Time always has few periods, to keep it small."""
    order = draw(st.permutations([*ITEMS, "Line items"]))
    columns = draw(st.sampled_from([["Line items"], [order[0]], [order[0], order[1]]]))
    others = [name for name in order if name not in columns]
    cut = draw(st.integers(1, len(others)))
    options: dict[str, Any] = {"show": {"Time": ITEMS["Time"]}, "hide": {}, "levels": {}}
    for name, items in ITEMS.items():
        some = st.lists(st.sampled_from(items), unique=True)
        if draw(st.booleans()):
            options["show"][name] = [CODES.get(item, item) for item in draw(some)]
        options["hide"][name] = draw(st.one_of(st.just([]), some))
        if name in LEVELS and draw(st.booleans()):
            levels = st.lists(st.sampled_from([*LEVELS[name]]), min_size=1, unique=True)
            options["levels"][name] = draw(levels)
    shown = draw(st.lists(st.sampled_from(LINE_ITEMS), min_size=1, unique=True))
    options["show"]["Line items"] = shown
    options["omit_empty"] = draw(st.booleans())
    if "Line items" in (*columns, *others[cut:]):
        names = draw(st.lists(st.sampled_from([*CONDITIONS]), max_size=2, unique=True))
        options["where"] = {name: draw(st.sampled_from(CONDITIONS[name])) for name in names}
    return {"rows": others[:cut], "columns": columns, "pages": others[cut:], **options}


def expected(cells: pd.DataFrame, view: dict[str, Any]) -> pd.DataFrame:
    """Return the cells that a view shows, worked out with pandas."""
    for name, items in ITEMS.items():
        keep = cells[name].isin(items)
        if name in view["show"]:
            named = view["show"][name]
            keep &= cells[name].isin(named) | cells[name].map(CODES).isin(named)
        keep &= ~cells[name].isin(view["hide"][name])
        if name in view["levels"]:
            of_levels = [item for level in view["levels"][name] for item in LEVELS[name][level]]
            keep &= cells[name].isin(of_levels)
        cells = cells[keep]
    shown = [item for item in LINE_ITEMS if item in view["show"]["Line items"]]
    row = [name for name in (*view["rows"], *view["pages"]) if name in ITEMS]
    met = pd.Series(True, cells.index)
    for name, (comparison, value) in view.get("where", {}).items():
        met &= holds(cells[name], comparison, value)
    if view["omit_empty"]:
        met_row = within(met, cells, row)
        filled = pd.concat([is_filled(cells[item]) for item in shown], axis=1)
        return cells[met_row & within(filled.any(axis=1), cells, row)][[*ITEMS, *shown]]
    return cells[within(met, cells, row)][[*ITEMS, *shown]]


def within(flags: pd.Series[bool], cells: pd.DataFrame, row: list[str]) -> pd.Series[bool]:
    """Return for each cell whether a flag is set in its row."""
    if not row:
        return pd.Series(bool(flags.any()), cells.index)
    return flags.groupby([cells[name] for name in row]).transform("any").astype(bool)


def is_filled(values: pd.Series[Any]) -> pd.Series[bool]:
    return ~values.isin(["", "0", "false"])


def holds(values: pd.Series[Any], comparison: str, value: Any) -> pd.Series[bool]:
    """Return where texts of cells compare with a value."""
    if value is None:
        return is_filled(values) == (comparison == "<>")
    if isinstance(value, bool):
        return values == str(value).lower()
    if isinstance(value, str):
        return values == value
    numbers = values.astype(float)
    compare = {"=": "eq", "<>": "ne", ">": "gt", ">=": "ge", "<=": "le"}[comparison]
    found: pd.Series[bool] = getattr(numbers, compare)(value)
    return found


def text_of(kept: Seen, view: str) -> pd.DataFrame:
    """Ask for a view as a table of texts."""
    text = kept.http().get(
        f"/views/{view}/data", exportType="TABULAR_MULTI_COLUMN", moduleId=kept.sales.id
    )
    return pd.read_csv(io.StringIO(text.text), dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def cells(kept: Seen) -> pd.DataFrame:
    """Return all cells of the module."""
    return text_of(kept, kept.sales.id)


def check(kept: Seen, cells: pd.DataFrame, drawn: dict[str, Any]) -> None:
    axes = (drawn["rows"], drawn["columns"], drawn["pages"])
    options = {name: drawn[name] for name in drawn.keys() - {"rows", "columns", "pages"}}
    view = kept.built.view(kept.sales, "drawn", *axes, **options)
    found = text_of(kept, view.id)
    kept.built.remove(view)
    wanted = expected(cells, drawn)
    by = [*ITEMS]
    pd.testing.assert_frame_equal(
        found[wanted.columns].sort_values(by).reset_index(drop=True),
        wanted.sort_values(by).reset_index(drop=True),
    )


@settings(PLAIN, max_examples=4 * TIMES)
@given(drawn=choices())
def test_a_view_shows_what_its_choices_say(
    kept: Seen, cells: pd.DataFrame, drawn: dict[str, Any]
) -> None:
    check(kept, cells, drawn)


@pytest.mark.long
@settings(PLAIN, max_examples=80 * TIMES)
@given(drawn=choices())
def test_many_views_show_what_their_choices_say(
    kept: Seen, cells: pd.DataFrame, drawn: dict[str, Any]
) -> None:
    check(kept, cells, drawn)
