"""Texts that are dates become the names of the periods that hold them."""

from __future__ import annotations

from unittest.mock import Mock

import pyarrow as pa
import pytest

from anaplan_frames.calendar.calendar_settings import candidate_calendars
from anaplan_frames.calendar.period_names import PeriodNames
from anaplan_frames.cells.period_texts import with_period_names

SETTINGS = {
    "calendarType": "Calendar Months/Quarters/Years",
    "fiscalYear": {"year": "FY26", "startDate": "2026-01-01", "endDate": "2026-12-31"},
    "pastYearsCount": 0,
    "futureYearsCount": 0,
    "totalsSelection": {"quarterTotals": True},
}


def names() -> PeriodNames:
    return PeriodNames(candidate_calendars(SETTINGS)[0])


@pytest.mark.parametrize(
    ("scale", "found"), [("Month", "Feb 26"), ("Quarter", "Q1 FY26"), ("Year", "FY26")]
)
def test_dates_are_named_and_the_others_stay(scale: str, found: str) -> None:
    texts = pa.array(["2026-02-14", "Mar 26", None, "2026-02-14", "2026-13-01", "2026-02"])
    named = with_period_names(texts.cast(pa.large_string()), names, scale)
    assert named.to_pylist() == [found, "Mar 26", None, found, "2026-13-01", "2026-02"]
    assert named.type == pa.large_string()


def test_a_scale_that_the_calendar_does_not_have_changes_nothing() -> None:
    texts = pa.array(["2026-02-14"], pa.large_string())
    assert with_period_names(texts, names, "Week").to_pylist() == ["2026-02-14"]


def test_the_calendar_is_not_asked_for_without_dates() -> None:
    asked = Mock()
    texts = pa.array(["Mar 26", None, "2026"], pa.large_string())
    assert with_period_names(texts, asked, None) is texts
    asked.assert_not_called()
