"""Values of cells as JSON, by the format of their line item."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from anaplan_frames.calendar.calendar_settings import candidate_calendars
from anaplan_frames.calendar.period_names import PeriodNames
from anaplan_frames.cells.cell_values import cell_texts, is_number, json_of_texts
from anaplan_frames.codec.value_location import ValueLocation
from anaplan_frames.errors import EncodingError


def names() -> PeriodNames:
    settings = {
        "calendarType": "Calendar Months/Quarters/Years",
        "fiscalYear": {"year": "FY26", "startDate": "2026-01-01", "endDate": "2026-12-31"},
        "pastYearsCount": 0,
        "futureYearsCount": 0,
        "totalsSelection": {"quarterTotals": True},
    }
    return PeriodNames(candidate_calendars(settings)[0])


def values(column: Any, form: str, *, blank: bool = False, scale: str | None = None) -> list[Any]:
    array = column if isinstance(column, pa.Array) else pa.array(column)
    texts = cell_texts(array, form, ValueLocation("c", 0), names=names, scale=scale)
    made = json_of_texts(texts, form, is_number=is_number(array.type), blank=blank)
    return [None if text is None else json.loads(text) for text in made.to_pylist()]


@pytest.mark.parametrize(
    ("column", "form", "expected"),
    [
        ([1, -2, None], "NUMBER", [1, -2, None]),
        ([1.5, float("nan"), 1e-300], "NUMBER", [1.5, None, 1e-300]),
        ([Decimal("1.10"), None], "NUMBER", [1.1, None]),
        (["1.5", "", "much"], "NUMBER", ["1.5", None, "much"]),
        ([dt.date(2026, 1, 2)], "NUMBER", ["2026-01-02"]),
        ([True, None, False], "BOOLEAN", [True, None, False]),
        ([1, 0, None, 2], "BOOLEAN", [True, False, None, "2"]),
        ([1.0, 0.0], "BOOLEAN", [True, False]),
        (["TRUE", " false ", "no", ""], "BOOLEAN", [True, False, "no", None]),
        (["a", " 00123", 'q"\\\n\t', None], "TEXT", ["a", " 00123", 'q"\\\n\t', None]),
        ([1, 2], "TEXT", ["1", "2"]),
        ([True, False], "TEXT", ["true", "false"]),
        ([dt.date(2026, 1, 2), None], "DATE", ["2026-01-02", None]),
        (["2026-01-02"], "DATE", ["2026-01-02"]),
        (["A", None], "LIST", ["A", None]),
        ([7], "LIST", ["7"]),
        (["Q1 FY26"], "TIME PERIOD", ["Q1 FY26"]),
        ([None, None], "TEXT", [None, None]),
    ],
)
def test_a_value_is_written_as_its_line_item_takes_it(
    column: Any, form: str, expected: list[Any]
) -> None:
    assert values(column, form) == expected


@pytest.mark.parametrize("form", ["TIME PERIOD", "TIME_ENTITY"])
def test_dates_in_a_line_item_of_periods_become_their_names(form: str) -> None:
    dates = pa.array([dt.datetime(2026, 2, 3), None], pa.timestamp("us"))
    assert values(dates, form) == ["Feb 26", None]
    assert values(dates, form, scale="Quarter") == ["Q1 FY26", None]


@pytest.mark.parametrize(
    ("form", "blank"),
    [("NUMBER", 0), ("BOOLEAN", False), ("TEXT", ""), ("DATE", ""), ("LIST", "")],
)
def test_missing_values_are_blank_ones_if_asked_for(form: str, blank: Any) -> None:
    assert values(pa.nulls(2), form, blank=True) == [blank, blank]
    assert values(pa.array(["", None]), form, blank=True) == [blank, blank]


def test_what_has_no_counterpart_is_refused_with_its_place() -> None:
    with pytest.raises(EncodingError, match="Column 'c', row 1: 'inf' is infinite"):
        values([1.0, float("inf")], "NUMBER")
    with pytest.raises(EncodingError, match="has a time of day"):
        values([dt.datetime(2026, 1, 1, 12)], "DATE")


def test_categories_are_written_as_their_values() -> None:
    assert values(pa.array(["b", "a", None, "b"]).dictionary_encode(), "LIST") == [
        "b",
        "a",
        None,
        "b",
    ]
