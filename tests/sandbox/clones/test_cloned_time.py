"""Every calendar of the sandbox is found again by the settings that the API shows of it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.sandbox import Calendar, ThirteenPeriods, WeekCalendar, WeeksGeneral
from anaplan_frames.sandbox.clones.clone_report import CloneReport
from anaplan_frames.sandbox.clones.cloned_time import calendar_of, versions_of
from anaplan_frames.sandbox.clones.opened_snapshot import OpenedSnapshot
from anaplan_frames.sandbox.planning.time.timescale import Timescale

YEARS: dict[str, Any] = {
    "year": st.integers(1985, 2070),
    "past_years": st.integers(0, 3),
    "future_years": st.integers(0, 3),
    "quarters": st.booleans(),
    "halves": st.booleans(),
    "total": st.booleans(),
    "year_to_date": st.booleans(),
    "year_to_go": st.booleans(),
    "year_digits": st.sampled_from([2, 4]),
}
FORMATS = st.sampled_from(["Numbered", "Week Commencing", "Week Ending"])
WEEKS: dict[str, Any] = {
    **YEARS,
    "week_format": FORMATS,
    "end_weekday": st.integers(0, 6),
    "end_month": st.integers(1, 12),
    "year_end": st.sampled_from(["last", "nearest"]),
    "extra_week": st.integers(1, 12),
}
CALENDARS = st.one_of(
    st.builds(Calendar, **YEARS, start_month=st.integers(1, 12)),
    st.builds(WeekCalendar, **WEEKS, grouping=st.sampled_from(["4-4-5", "4-5-4", "5-4-4"])),
    st.builds(ThirteenPeriods, **WEEKS, extra_period=st.sampled_from([1, 2, 3, 4])),
    st.builds(
        WeeksGeneral,
        st.dates(dt.date(1990, 1, 1), dt.date(2050, 1, 1)),
        st.integers(1, 60),
        FORMATS,
    ),
)


def snapshot_with(folder: Path, **pieces: Any) -> OpenedSnapshot:
    """Return a snapshot of these pieces only."""
    data = folder / "data-1"
    data.mkdir(exist_ok=True)
    manifest: dict[str, Any] = {
        "format": "anaplan-frames snapshot",
        "version": 1,
        "data": "data-1",
        "model": "A" * 32,
    }
    manifest["workspace"] = {"id": "b" * 32, "name": "W"}
    (folder / "snapshot.json").write_text(json.dumps(manifest))
    for name, content in pieces.items():
        (data / f"{name}.json").write_text(json.dumps(content))
    return OpenedSnapshot(folder)


def spans(calendar: Timescale) -> list[tuple[object, ...]]:
    return [(p.id, p.name, p.level, p.start, p.end, p.parent) for p in calendar.periods]


@given(calendar=CALENDARS)
def test_a_calendar_is_rebuilt_from_its_settings(
    tmp_path_factory: Any, calendar: Timescale
) -> None:
    folder = tmp_path_factory.mktemp("calendar")
    opened = snapshot_with(folder, calendar={"modelCalendar": calendar.settings()})
    report = CloneReport("M")
    found = calendar_of(opened, report)
    assert not report.findings
    assert found.settings() == calendar.settings()
    current = calendar.settings().get("fiscalYear")
    if current is None:
        assert spans(found) == spans(calendar)
        return
    # Two rules for the end of a year can agree in the current year, which is all that is shown.
    year = current["year"]
    assert [one for one in spans(found) if year in str(one[1])] == [
        one for one in spans(calendar) if year in str(one[1])
    ]


def test_a_calendar_that_the_sandbox_does_not_have_is_in_the_report(tmp_path: Path) -> None:
    settings = Calendar(2026).settings()
    settings["fiscalYear"]["endDate"] = "2027-02-01"
    report = CloneReport("M")
    calendar_of(snapshot_with(tmp_path, calendar={"modelCalendar": settings}), report)
    [finding] = report.findings
    assert "has no calendar 'Calendar Months/Quarters/Years' with these years" in finding.why


def test_versions_without_limits_have_none(tmp_path: Path) -> None:
    limits = {
        "editFrom": {"periodText": "Start of Timescale", "date": "1900-01-01"},
        "editTo": {"periodText": "Dec 26", "date": "2026-12-01"},
    }
    record = {"id": "107000000001", "name": "Actual", "isActual": True, **limits}
    [version] = versions_of(snapshot_with(tmp_path, versions={"versions": [record]}))
    assert (version["edit_from"], version["edit_to"]) == (None, dt.date(2026, 12, 1))
    assert version["actual"]
