"""Whatever is written into cells is read again, over HTTP, for every format of line items."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anaplan_frames.cells.modules import Module
from anaplan_frames.sandbox import Calendar, Sandbox

PEOPLE = ["Ada", 'Bo "B" \\', "Çağ, the third", " = 1"]
GRADES = ["00123", "A, b", 'C "c"', "Grün"]
MONTHS = ["Jan 26", "Feb 26", "Mar 26"]
PERIODS = ["Jan 26", "Dec 26", "Q1 FY26", "Q4 FY26", "FY26"]
ITEMS = pd.MultiIndex.from_product([PEOPLE, MONTHS], names=["People", "Time"]).to_frame(False)

# What an Anaplan text may be: all of Unicode but what XML and CSV cannot hold.
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\n\t")
    | st.sampled_from(list("\",;'\\ 0äß€😀\n")),
    min_size=1,
    max_size=12,
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "Number": st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0),
    "Whole": st.integers(-(2**53), 2**53).map(float),
    "Flag": st.booleans(),
    "Text": texts,
    "Date": st.dates(dt.date(1900, 1, 1), dt.date(2399, 12, 31)).map(pd.Timestamp),
    "Grade": st.sampled_from(GRADES),
    "Period": st.sampled_from(PERIODS),
}
BLANK = {"Number": 0.0, "Whole": 0.0, "Flag": False}


@pytest.fixture(scope="module")
def all_formats() -> Iterator[Module]:
    with Sandbox(rate_limit=None) as sandbox:
        model = sandbox.workspace("W").model("M", calendar=Calendar(2026, 0, 0))
        people = model.list("People", items=pd.DataFrame({"Name": PEOPLE}))
        grades = model.list("Grades", items=pd.DataFrame({"Name": GRADES}))
        model.module(
            "Cells",
            dimensions=[people, "Time"],
            line_items={
                "Number": "NUMBER",
                "Whole": "NUMBER",
                "Flag": "BOOLEAN",
                "Text": "TEXT",
                "Date": "DATE",
                "Grade": grades,
                "Period": "TIME PERIOD",
            },
        )
        with sandbox.connect(requests_per_minute=None) as connection:
            yield connection.model("M").modules["Cells"]


def tables() -> st.SearchStrategy[pd.DataFrame]:
    """Make tables of some line items, with values missing here and there."""
    rows = st.lists(
        st.fixed_dictionaries({name: st.none() | kind for name, kind in VALUES.items()}),
        min_size=len(ITEMS),
        max_size=len(ITEMS),
    )
    return rows.map(lambda rows: pd.concat([ITEMS, pd.DataFrame(rows, dtype=object)], axis=1))


def cells(frame: pd.DataFrame) -> list[list[Any]]:
    """Return the values of the months, None where blank."""
    found = ITEMS.merge(frame, how="left")[list(VALUES)].astype(object)
    return found.where(found.notna(), None).to_numpy().tolist()


def expected(frame: pd.DataFrame) -> list[list[Any]]:
    """Return the same with Anaplan's own blanks."""
    blanks = [BLANK.get(name) for name in VALUES]
    return [
        [blank if value is None else value for value, blank in zip(row, blanks, strict=True)]
        for row in cells(frame)
    ]


@given(tables(), tables())
@settings(max_examples=settings.default.max_examples // 8)
def test_what_is_written_is_read_and_what_is_missing_stays(
    all_formats: Module, first: pd.DataFrame, second: pd.DataFrame
) -> None:
    assert all_formats.write(first, blank=True).rows_rejected == 0
    read: Any = all_formats.read()
    assert cells(read) == expected(first)

    assert all_formats.write(second).rows_rejected == 0
    read = all_formats.read()
    assert cells(read) == expected(second.where(second.notna(), first))

    leaves = read[read["Time"].isin(MONTHS)]
    assert all_formats.write(leaves, blank=True).rows_loaded == len(leaves)
    pd.testing.assert_frame_equal(all_formats.read(), read)  # type: ignore[arg-type]
