"""The answers that Anaplan's documentation shows, as tables: less is in them than may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.auth import BasicAuth
from anaplan_frames.model import Model
from anaplan_frames.transport import Transport
from tests.transport.scripted import Answer, ScriptedServer, TurnedClock, as_json

INFO = {"id": "A" * 32, "name": "Plan", "currentWorkspaceId": "b" * 32}
ROOT = f"/2/0/workspaces/{'b' * 32}/models/{'A' * 32}"
EMPTY = {"meta": {"paging": {"currentPageSize": 0, "totalSize": 0, "offset": 0}}}


class Documented:
    """A model whose service answers with what `answers` has for a path; all else is empty."""

    def __init__(self, server: ScriptedServer, model: Model, clock: TurnedClock) -> None:
        self.model = model
        self.clock = clock
        self.answers: dict[str, Any] = {}
        self._server = server
        server.rule = self._answer

    def asked(self, path: str) -> int:
        """Return how often a path was asked for."""
        return len(self._server.asked(ROOT + path))

    def _answer(self, seen: Any) -> Answer:
        if seen.path.endswith("/open"):
            return Answer(202, b"")
        found = self.answers.get(seen.path.split("?")[0].removeprefix(ROOT), EMPTY)
        if isinstance(found, Answer):
            return found
        return as_json(found() if callable(found) else found)


@pytest.fixture
def documented() -> Iterator[Documented]:
    clock = TurnedClock()
    with ScriptedServer() as server:
        auth = BasicAuth("planner@example.com", "correct horse")
        transport = Transport(auth, api_url=server.url, auth_url=server.url, clock=clock)
        yield Documented(server, Model(transport, INFO), clock)
        transport.close()


def test_the_calendar_may_give_the_fiscal_year_only(documented: Documented) -> None:
    year = {"year": "FY21", "startDate": "2021-01-01", "endDate": "2021-12-31"}
    documented.answers["/modelCalendar"] = {"modelCalendar": {"fiscalYear": year}}
    documented.answers["/currentPeriod"] = {
        "currentPeriod": {
            "periodText": "May 21",
            "lastDay": "2021-05-31",
            "calendarType": "Calendar Months/Quarters/Years",
        }
    }
    row = documented.model.calendar()
    assert row[["type", "fiscal_year", "current_period"]].tolist() == [
        "Calendar Months/Quarters/Years",
        "FY21",
        "May 21",
    ]
    assert row["current_period_end"] == pd.Timestamp("2021-05-31")
    assert documented.model.periods()["name"].tolist()[-2:] == ["Dec 21", "FY21"]


def test_no_current_period_is_two_empty_texts(documented: Documented) -> None:
    none = {"periodText": "", "lastDay": "", "calendarType": "Weeks: General"}
    documented.answers["/modelCalendar"] = {"modelCalendar": {}}
    documented.answers["/currentPeriod"] = {"currentPeriod": none}
    row = documented.model.calendar()
    assert row["current_period"] == ""
    assert row[["fiscal_year", "current_period_end"]].isna().all()
    with pytest.raises(af.EncodingError, match="no fiscal year"):
        documented.model.periods()


@pytest.mark.parametrize(
    ("exists", "name"), [("Week 1", "Week 1"), ("W/c 5 Jan 2026", "W/c 5 Jan 2026")]
)
def test_the_names_of_plain_weeks_are_asked_for_if_they_are_not_given(
    documented: Documented, exists: str, name: str
) -> None:
    settings = {
        "calendarType": "Weeks: General",
        "startDate": "2026-01-05",
        "weeksCount": 3,
        "currentPeriod": {"periodText": "", "lastDay": ""},
    }
    documented.answers["/modelCalendar"] = {"modelCalendar": settings}
    items = [{"id": "1", "name": exists}]
    documented.answers["/dimensions/20000000003/items"] = {"items": items}
    assert documented.model.periods()["name"].tolist()[0] == name
    assert documented.asked("/dimensions/20000000003/items") == 1


def test_versions_as_documented(documented: Documented) -> None:
    documented.answers["/versions"] = {
        "versionMetadata": [
            {
                "id": "107000000001",
                "name": "Actual",
                "isCurrent": False,
                "isActual": True,
                "editFrom": {"periodText": "Start of Timescale", "date": "1900-01-01"},
                "editTo": {"periodText": "End of Timescale", "date": "2399-12-31"},
                "notes": "This version data is updated every Monday",
            },
            {
                "id": "107000000002",
                "name": "Variance",
                "isCurrent": False,
                "isActual": False,
                "switchover": {"periodText": "Mar 20", "date": "2020-03-01"},
                "formula": "Actual - 20",
                "editFrom": {"periodText": "Jan 20", "date": "2020-01-01"},
                "editTo": {"periodText": "Dec 20", "date": "2020-12-31"},
            },
        ]
    }
    frame = documented.model.versions().set_index("name")
    assert frame["switchover"].tolist() == [pd.NaT, pd.Timestamp("2020-03-01")]
    assert str(frame.loc["Actual", "edit_to"].date()) == "2399-12-31"
    assert frame["formula"].tolist()[1] == "Actual - 20"


def test_the_status_as_documented_is_that_of_a_closed_model(documented: Documented) -> None:
    documented.answers["/status"] = {
        "requestStatus": {
            "tooltip": None,
            "progress": -1.0,
            "currentStep": "Closed",
            "exportTaskType": None,
            "creationTime": 1786576465308,
            "taskId": None,
            "peakMemoryUsageEstimate": None,
            "peakMemoryUsageTime": None,
        }
    }
    status = documented.model.status()
    assert status["step"] == "Closed"
    assert status[["progress", "task_id", "peak_memory"]].isna().all(axis=None)


def test_a_model_is_watched_ever_slower_until_it_is_open(documented: Documented) -> None:
    steps = iter([("Closed", -1.0), *[("Loading", 0.1 * n) for n in range(8)], ("Open", -1.0)])

    def status() -> dict[str, Any]:
        step, progress = next(steps)
        return {"requestStatus": {"currentStep": step, "progress": progress}}

    documented.answers["/status"] = status
    documented.model.open()
    assert documented.asked("/status") == 10
    assert 10 < documented.clock.slept < 30


def test_waiting_for_a_model_ends_in_time(documented: Documented) -> None:
    loading = {"requestStatus": {"currentStep": "Loading", "progress": 0.5}}
    documented.answers["/status"] = loading
    with pytest.raises(af.ModelUnavailable, match=r"after 60 seconds it is still 'Loading'"):
        documented.model.open(timeout=60)
    assert documented.clock.slept < 70


def test_collections_without_their_key_are_empty_tables(documented: Documented) -> None:
    model = documented.model
    documented.answers["/lists"] = {"lists": [{"id": "101000000001", "name": "Empty"}]}
    for frame in (model.line_items(), model.versions(), model.dimension_items("Empty")):
        assert len(frame) == 0
        assert len(frame.columns) > 2
    assert len(model.tasks()) == 0


def test_a_finished_task_as_documented(documented: Documented) -> None:
    model = documented.model
    documented.answers["/imports"] = {"imports": [{"id": "112000000001", "name": "Load"}]}
    task = {"taskId": "T1", "taskState": "COMPLETE", "creationTime": 1571258347545}
    documented.answers["/imports/112000000001/tasks"] = {"tasks": [task]}
    documented.answers["/imports/112000000001/tasks/T1"] = {
        "task": {
            **task,
            "currentStep": "Complete.",
            "progress": 1.0,
            "result": {
                "details": [
                    {
                        "localMessageText": "Employees: 90 (0/90) rows successful, 5 ignored ",
                        "occurrences": 0,
                        "type": "hierarchyRowsProcessed",
                        "values": ["hierarchyName", "Employees"],
                    }
                ],
                "failureDumpAvailable": False,
                "objectId": "112000000001",
                "successful": True,
            },
        }
    }
    shown = model.tasks().loc[0]
    assert shown[["kind", "name", "successful", "step"]].tolist() == [
        "import",
        "Load",
        True,
        "Complete.",
    ]
    assert shown["message"].startswith("Employees: 90 (0/90) rows successful")
    assert shown[["duration", "started"]].isna().all()


def test_a_task_that_anaplan_has_forgotten_meanwhile_is_listed_all_the_same(
    documented: Documented,
) -> None:
    documented.answers["/exports"] = {"exports": [{"id": "116000000001", "name": "Out"}]}
    task = {"taskId": "T1", "taskState": "COMPLETE", "creationTime": 1571258347545}
    documented.answers["/exports/116000000001/tasks"] = {"tasks": [task]}
    documented.answers["/exports/116000000001/tasks/T1"] = Answer(404)
    tasks = documented.model.tasks()
    assert tasks["task_id"].tolist() == ["T1"]
    assert tasks[["successful", "message"]].isna().all(axis=None)
