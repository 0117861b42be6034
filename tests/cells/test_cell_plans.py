"""Plans of writes to cells: what they show, and that sending one does just that."""

from __future__ import annotations

import datetime as dt
import logging
import pickle
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.cells.cell_writer import CellWriter
from anaplan_frames.cells.module_write import cell_rules
from anaplan_frames.cells.modules import Module
from anaplan_frames.cells.planned_rows import total_of
from anaplan_frames.dataframes.sources import open_source
from anaplan_frames.deadline import time_limit
from anaplan_frames.errors import PlanStale, TaskTimeout, TransferTimeout
from anaplan_frames.writes.plan import WritePlan
from tests.cells.headcount import CELLS, WHERE


@pytest.fixture
def posted(costs: Module, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the paths of all requests that write cells, when they are answered."""
    paths: list[str] = []
    written = costs.catalogue.transport.write_json

    def watched(method: str, path: str, body: bytes, **options: Any) -> Any:
        answer = written(method, path, body, **options)
        paths.append(path)
        return answer

    monkeypatch.setattr(costs.catalogue.transport, "write_json", watched)
    return paths


def salaries(module: Module) -> dict[tuple[str, str], float]:
    frame: Any = module.read(columns=["People", "Time", "Versions", "Salary"])
    frame = frame[(frame["Versions"] == "Actual") & (frame["Salary"] != 0)]
    leaves = frame[(frame["People"] != "North") & frame["Time"].str.match(r"[A-Z][a-z]{2} 26")]
    return {(row.People, row.Time): row.Salary for row in leaves.itertuples()}


FRAME = pd.DataFrame(
    {
        "People": ["Ada", "nobody", "Bo", "Bo"],
        "Time": ["Jan 26", "Jan 26", "Feb 26", "Mar 26"],
        "Salary": [1.5, 2.0, 3.0, None],
        "Double": 0.0,
        "hub": "x",
    }
)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_plan_says_what_is_sent_and_sends_nothing(costs: Module, posted: list[str]) -> None:
    plan = costs.write(FRAME, fixed={"Versions": "Actual"}, dry_run=True)
    assert isinstance(plan, WritePlan)
    assert (plan.kind, plan.target, plan.target_id) == ("module", "Costs", costs.id)
    assert plan.model == "Headcount"
    assert (plan.rows_sent, plan.rows_updated, plan.rows_ignored, plan.rows_rejected) == (
        4,
        2,
        1,
        1,
    )
    assert plan.rejected.index.tolist() == [1]
    assert plan.rejected.drop(columns="error").equals(FRAME.iloc[[1]])
    assert plan.reasons["example"].tolist() == ["There is no item 'nobody' in 'People'."]
    assert plan.changes.empty
    assert plan.columns.astype(object).where(plan.columns.notna(), None).values.tolist() == [
        ["People", "People", True],
        ["Time", "Time", True],
        ["Salary", "Salary", True],
        ["Double", "Double", False],
        ["hub", None, False],
        [None, "Versions", True],
    ]
    assert plan.unchecked["subject"].tolist() == ["versions", "access"]
    head = plan.head(2)
    assert sorted(head.columns) == ["People", "Salary", "Time", "Versions"]
    assert head[["People", "Time", "Versions", "Salary"]].values.tolist() == [
        ["Ada", "Jan 26", "Actual", "1.5"],
        ["nobody", "Jan 26", "Actual", "2"],
    ]
    assert all(dtype == head["Time"].dtype for dtype in head.dtypes)
    assert plan.head(0).empty
    assert posted == []
    assert salaries(costs) == {}


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_plan_is_sent_once_and_does_what_it_said(costs: Module, posted: list[str]) -> None:
    plan = costs.write(FRAME, fixed={"Versions": "Actual"}, dry_run=True, on_rejected="ignore")
    result = plan.send()
    assert (result.rows_sent, result.rows_loaded, result.rows_ignored, result.rows_rejected) == (
        4,
        2,
        1,
        1,
    )
    pd.testing.assert_frame_equal(result.rejected, plan.rejected)
    assert salaries(costs) == {("Ada", "Jan 26"): 1.5, ("Bo", "Feb 26"): 3.0}
    with pytest.raises(af.AnaplanError, match="has been sent already"):
        plan.send()
    assert len(posted) == 1


def test_columns_are_warned_of_once(costs: Module) -> None:
    with pytest.warns(UserWarning, match="module 'Costs'") as caught:
        plan = costs.write(FRAME, fixed={"Versions": "Actual"}, dry_run=True)
    assert [str(each.message).split(";")[0] for each in caught] == [
        "module 'Costs' does not take the columns 'hub'",
        "module 'Costs' calculates 'Double', which cannot be written and is left out. Drop it from "
        "the data to avoid this warning.",
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plan.send(on_rejected="ignore")


def test_a_plan_checks_all_values_and_duplicates(costs: Module) -> None:
    with pytest.raises(af.EncodingError, match="row 1: 'inf' is infinite"):
        costs.write(CELLS.assign(Salary=[1.0, float("inf")]), dry_run=True)
    with pytest.raises(af.ColumnMismatch, match="Rows 0 and 2"):
        costs.write(pd.concat([CELLS, CELLS]), dry_run=True)


class TestStale:
    """The sandbox's own model changes between plan and sending."""

    def test_an_item_that_is_renamed_away(self, headcount: af.Model, costs: Module) -> None:
        plan = costs.write(CELLS, dry_run=True)
        rename(headcount, "Ada", "Eve")
        with pytest.raises(PlanStale, match="module 'Costs' has changed"):
            plan.send()
        assert salaries(costs) == {}

    def test_an_item_that_takes_the_name_of_another(
        self, headcount: af.Model, costs: Module
    ) -> None:
        plan = costs.write(CELLS, dry_run=True)
        rename(headcount, "Ada", "Eve")
        rename(headcount, "Cy", "Ada")
        with pytest.raises(PlanStale):
            plan.send()

    def test_an_item_that_was_missing_and_is_added(
        self, headcount: af.Model, costs: Module
    ) -> None:
        frame = pd.concat([CELLS, CELLS.iloc[:1].assign(People="Dee")])
        plan = costs.write(frame, dry_run=True)
        assert plan.rows_rejected == 1
        headcount.lists["People"].insert(pd.DataFrame({"name": ["Dee"], "parent": ["North"]}))
        with pytest.raises(PlanStale):
            plan.send()

    def test_a_row_without_values_that_is_refused_now(
        self, headcount: af.Model, costs: Module
    ) -> None:
        nothing = CELLS[WHERE].assign(Salary=[1.0, None])
        plan = costs.write(nothing, dry_run=True)
        assert (plan.rows_ignored, plan.rows_rejected) == (1, 0)
        rename(headcount, "Bo", "Eve")
        with pytest.raises(PlanStale):
            plan.send()

    def test_changes_that_do_not_matter_do_not_stop_it(
        self, headcount: af.Model, costs: Module
    ) -> None:
        plan = costs.write(CELLS.assign(People=["Bo", "Bo"]), dry_run=True)
        rename(headcount, "Cy", "Cyd")
        ids = headcount.lists["People"].read().set_index("name")["id"]
        headcount.lists["People"].insert(pd.DataFrame({"name": ["Dee"], "parent": ["North"]}))
        # All later items have other positions then.
        headcount.lists["People"].delete(pd.DataFrame({"id": [ids["Ada"]]}), key="id")
        assert plan.send().rows_loaded == 2
        assert set(salaries(costs)) == {("Bo", "Jan 26"), ("Bo", "Feb 26")}

    def test_data_that_the_caller_changes(self, costs: Module) -> None:
        frame = CELLS.copy()
        plan = costs.write(frame, dry_run=True)
        frame.loc["x", "Salary"] = 99.0
        with pytest.raises(PlanStale):
            plan.send()


def rename(headcount: af.Model, old: str, new: str) -> None:
    items = headcount.lists["People"].read()
    id_ = items.set_index("name")["id"][old]
    headcount.lists["People"].update(pd.DataFrame({"id": [id_], "name": [new]}), key="id")


def test_a_plan_of_a_stream_keeps_it_until_it_is_sent(costs: Module) -> None:
    drawn: list[int] = []

    def parts() -> Iterator[pd.DataFrame]:
        for number in range(2):
            drawn.append(number)
            yield CELLS.iloc[[number]]

    plan = costs.write(parts(), dry_run=True)
    assert drawn == [0, 1]
    assert plan.rows_updated == 2
    assert plan.head(1)["People"].tolist() == ["Ada"]
    assert plan.send().rows_loaded == 2
    assert len(salaries(costs)) == 2


def test_rows_of_a_plan_are_not_all_held_when_they_are_sent(
    costs: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[bool, int | None]] = []
    send = CellWriter.send

    def watched(self: CellWriter, planned: Any, *, total: int | None, **options: Any) -> Any:
        given.append((isinstance(planned, list), total))
        return send(self, planned, total=total, **options)

    monkeypatch.setattr(CellWriter, "send", watched)
    frame = CELLS[[*WHERE, "Salary"]]
    costs.write(iter([frame]), dry_run=True).send()
    costs.write(iter([frame]))
    costs.write(frame)
    assert given == [(False, 2), (False, None), (True, 2)]


def test_a_pickled_plan_is_a_report_alone(costs: Module) -> None:
    plan = costs.write(CELLS, dry_run=True)
    again = pickle.loads(pickle.dumps(plan))
    assert again.to_dict() == plan.to_dict()
    with pytest.raises(af.AnaplanError, match="pickled"):
        again.send()


def test_to_anaplan_plans_too(headcount: af.Model, costs: Module) -> None:
    frame = CELLS.drop(columns="Versions")
    plan = af.to_anaplan(frame, "Costs", headcount, fixed={"Versions": "Actual"}, dry_run=True)
    assert plan.rows_updated == 2
    assert plan.send().rows_loaded == 2


def test_wrong_options_are_refused_before_anything_is_asked(costs: Module) -> None:
    wrong: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"fixed": "Actual"}, TypeError),
        ({"mapping": ["a"]}, TypeError),
        ({"match_by": 1}, TypeError),
        ({"match_by": "label"}, ValueError),
        ({"match_by": {"People": "label"}}, ValueError),
        ({"on_rejected": "stop"}, ValueError),
        ({"timeout": -1}, ValueError),
        ({"timeout": "1"}, TypeError),
        ({"dump": 1}, TypeError),
        ({"pages": {"Versions": "Actual"}}, TypeError),
    ]
    for options, kind in wrong:
        with pytest.raises(kind):
            costs.write(object(), **options)


def test_the_result_says_what_where_and_when(
    costs: Module, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="anaplan_frames"):
        result = costs.write(CELLS[[*WHERE, "Salary"]])
    as_dict = result.to_dict()
    assert {
        name: as_dict[name] for name in ("kind", "target", "target_id", "model", "outcome")
    } == {
        "kind": "module",
        "target": "Costs",
        "target_id": costs.id,
        "model": "Headcount",
        "outcome": "loaded",
    }
    assert (as_dict["model_id"], as_dict["workspace_id"]) == (
        costs.catalogue.facts["model_id"],
        costs.catalogue.facts["workspace_id"],
    )
    assert as_dict["started"] is not None
    assert result.seconds >= 0
    [line] = [r.getMessage() for r in caplog.records if r.levelno == logging.INFO]
    assert line.startswith("module 'Costs': 2 cells of 2 rows changed, 0 rows rejected, in ")


def test_rejected_rows_are_kept_in_a_folder(costs: Module, tmp_path: Path) -> None:
    folder = tmp_path / "dump"
    frame = CELLS.assign(People=["Ada", "nobody"])
    result = costs.write(frame, dump=folder, on_rejected="ignore")
    assert result.dump == str(folder)
    kept = pd.read_csv(folder / "rejected.csv")
    assert kept[["row", "People"]].values.tolist() == [["y", "nobody"]]
    assert kept["error"].str.startswith("There is no item 'nobody'").all()
    assert costs.write(CELLS, dump=folder).dump == str(folder)
    assert list(folder.iterdir()) == []


class TestTimeout:
    def test_while_cells_are_found(self, costs: Module) -> None:
        rules = cell_rules(mapping=None, fixed=None, match_by=None, blank=False)
        prepared = costs._prepare(open_source(CELLS), rules, checked=False)
        clock: Any = prepared.clock()
        with time_limit(clock, 10):
            clock.sleep(20)
            with pytest.raises(TransferTimeout):
                total_of(prepared._planned)

    def test_before_a_cell_is_written(self, costs: Module) -> None:
        with pytest.raises(TransferTimeout) as error:
            costs.write(CELLS, timeout=0)
        assert error.value.retryable
        assert salaries(costs) == {}

    def test_a_plan_whose_time_is_over_can_be_sent_again(self, costs: Module) -> None:
        plan = costs.write(CELLS, dry_run=True)
        with pytest.raises(TransferTimeout):
            plan.send(timeout=0)
        assert plan.send().rows_loaded == 2

    def test_half_way_the_result_says_what_was_written(
        self, costs: Module, posted: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = costs.catalogue.transport.clock

        def parts() -> Iterator[pd.DataFrame]:
            yield CELLS.iloc[:1]
            wait_for(lambda: bool(posted))
            clock.sleep(1_000)
            yield CELLS.iloc[1:]

        monkeypatch.setattr("anaplan_frames.cells.cell_writer.MOST_CELLS", 3)
        with pytest.raises(TaskTimeout, match="half-way") as error:
            costs.write(parts(), timeout=500)
        assert isinstance(error.value, TimeoutError)
        result = error.value.result
        assert result is not None
        assert result.outcome == "failed"
        assert len(salaries(costs)) == 1


def wait_for(condition: Any) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


class TestFramesReadFromTheModule:
    def test_they_are_written_back_without_warnings(self, costs: Module) -> None:
        costs.write(CELLS)
        frame: Any = costs.read()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert costs.write(frame).rows_rejected == 0
            plan = costs.write(frame.assign(Salary=2.0), dry_run=True)
            assert plan.rows_rejected == 0
            assert not plan.columns.set_index("column")["used"]["Double"]
            assert plan.send().rows_loaded == len(frame)
        with pytest.warns(UserWarning, match="does not take the columns 'hub'"):
            costs.write(frame.assign(hub=1))
        frame.attrs.clear()
        with pytest.warns(UserWarning, match="calculates 'Double'"):
            costs.write(frame)

    def test_chunks_are_copied_without_warnings(self, costs: Module) -> None:
        costs.write(CELLS)
        before = salaries(costs)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = costs.write(costs.read(chunksize=10))
        assert (result.rows_rejected, salaries(costs)) == (0, before)

    def test_a_view_of_all_cells_gives_totals_that_are_rejected(
        self, headcount: af.Model, costs: Module
    ) -> None:
        costs.write(CELLS)
        result = costs.write(costs.read(totals=True), on_rejected="ignore")
        assert result.rows_rejected > 0
        assert result.rows_sent == result.rows_loaded + result.rows_rejected


class TestDates:
    """Dates stand for the periods that hold them, whatever objects they are."""

    @pytest.mark.sampled(2)
    @pytest.mark.parametrize(
        "day",
        [
            lambda month: dt.date(2026, month, 15),
            lambda month: dt.datetime(2026, month, 15),
            lambda month: pd.Timestamp(2026, month, 15),
            lambda month: f"2026-0{month}-15",
        ],
        ids=["date", "datetime", "Timestamp", "text"],
    )
    def test_objects_and_texts_are_periods(self, costs: Module, day: Any) -> None:
        frame = CELLS[[*WHERE, "Salary"]].assign(
            **{
                "Time": pd.Series([day(1), day(2)], dtype=object, index=CELLS.index),
                "Paid in": pd.Series([day(5), None], dtype=object, index=CELLS.index),
            }
        )
        assert costs.write(frame).rows_loaded == 2
        assert costs.write(iter([frame])).rows_loaded == 2
        assert set(salaries(costs)) == {("Ada", "Jan 26"), ("Bo", "Feb 26")}
        found: Any = costs.read(columns=["People", "Paid in"])
        assert found["Paid in"].dropna().unique().tolist() == ["May 26"]

    def test_dates_and_names_in_one_column(self, costs: Module) -> None:
        times = pd.Series([dt.date(2026, 1, 31), "Feb 26"], dtype=object, index=CELLS.index)
        costs.write(CELLS[[*WHERE, "Salary"]].assign(Time=times))
        assert set(salaries(costs)) == {("Ada", "Jan 26"), ("Bo", "Feb 26")}

    def test_a_day_outside_of_the_calendar_is_a_rejected_row(self, costs: Module) -> None:
        times = pd.Series([dt.date(1890, 1, 31), "2026-02-30"], dtype=object, index=CELLS.index)
        result = costs.write(CELLS[[*WHERE, "Salary"]].assign(Time=times), on_rejected="ignore")
        usual = "Its periods have names such as 'Jan 26'. Dates are taken for the periods that they"
        assert result.rejected["error"].tolist() == [
            f"There is no item '1890-01-31' in 'Time'. {usual} fall in.",
            f"There is no item '2026-02-30' in 'Time'. {usual} fall in.",
        ]

    def test_a_fixed_period_may_be_a_date(self, costs: Module) -> None:
        frame = CELLS[["People", "Versions", "Salary"]]
        costs.write(frame, fixed={"Time": "2026-03-01"})
        assert set(salaries(costs)) == {("Ada", "Mar 26"), ("Bo", "Mar 26")}


class TestMapping:
    def test_integer_labels(self, costs: Module) -> None:
        frame = CELLS[[*WHERE, "Salary"]].set_axis([0, 1, 2, 3], axis=1)
        mapping = {0: "People", 1: "Time", 2: "Versions", 3: "Salary"}
        assert costs.write(frame, mapping=mapping).rows_loaded == 2

    @pytest.mark.parametrize(
        ("change", "options", "words"),
        [
            (
                lambda f: f.rename(columns={"People": "who"}),
                {"mapping": {"People": "who"}},
                "mapping={'who': 'People'}",
            ),
            (lambda f: f.set_index("People"), {}, "add index=True"),
            (lambda f: f.rename(columns=str.lower), {}, "'people': 'People'"),
            (
                lambda f: f.rename(columns={"People": "who"}),
                {"mapping": {"who": "people"}},
                "mapping={'who': 'People'}",
            ),
            (lambda f: f.rename(columns={"Salary": "salary"}), {}, "mapping={'salary': 'Salary'}"),
        ],
        ids=["reversed", "index", "case", "target", "line item"],
    )
    @pytest.mark.filterwarnings("ignore::UserWarning")
    def test_the_message_shows_what_to_type(
        self, costs: Module, change: Any, options: Any, words: str
    ) -> None:
        with pytest.raises(af.ColumnMismatch) as error:
            costs.write(change(CELLS[[*WHERE, "Salary"]]), **options)
        assert words in str(error.value)
