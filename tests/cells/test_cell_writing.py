"""Cells written through HTTP: the sandbox has the rules, these tests what the caller sees."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.cells import cell_writer
from anaplan_frames.cells.modules import Module
from anaplan_frames.sandbox import Sandbox
from tests.cells.headcount import CELLS, PEOPLE, WHERE, build


def read(module: Module, *columns: str, rows: int = 2) -> list[tuple[Any, ...]]:
    """Return the first written rows: the cells of Actual that are not as they were at first."""
    frame: Any = module.read()
    leaves = frame[(frame["People"] != "North") & frame["Time"].str.match(r"[A-Z][a-z]{2} 26")]
    values = leaves.drop(columns=WHERE).astype(object)
    found = leaves[(values.notna() & values.ne(0)).any(axis=1)].astype(object)
    found = found.where(found.notna(), None)
    assert len(found) == rows
    return [tuple(row) for row in found[list(columns)].to_numpy().tolist()]


def test_what_is_written_is_read_again_in_all_formats(costs: Module) -> None:
    result = costs.write(CELLS)
    assert (result.rows_sent, result.rows_loaded, result.rows_updated, result.rows_rejected) == (
        2,
        2,
        2,
        0,
    )
    assert result.rejected.empty
    assert result.details["message"].tolist() == ["12 cells were changed"]
    found = CELLS[WHERE].merge(costs.read())  # type: ignore[arg-type]
    for name in CELLS.columns.drop(WHERE):
        assert found[name].tolist() == CELLS[name].tolist()
    assert found["Double"].tolist() == [3.0, -2e15]


def test_only_the_columns_and_values_that_are_there_are_written(costs: Module) -> None:
    costs.write(CELLS)
    costs.write(CELLS[[*WHERE, "Note", "Grade"]].assign(Note=["new", None], Grade=[None, "A"]))
    assert read(costs, "Note", "Grade", "Salary") == [
        ("new", "A", 1.5),
        (CELLS["Note"].iloc[1], "A", -1e15),
    ]


def test_missing_values_blank_their_cells_if_asked_to(costs: Module) -> None:
    costs.write(CELLS)
    values = CELLS.columns.drop(WHERE)
    nothing = CELLS.iloc[:1].astype(object)
    nothing.loc[:, values] = None
    assert costs.write(nothing).rows_ignored == 1
    assert len(read(costs, "Note")) == 2
    assert costs.write(nothing, blank=True).rows_loaded == 1
    assert read(costs, "People", rows=1) == [("Bo",)]


def test_totals_are_rejected_row_by_row_and_calculated_line_items_warned_of_before(
    costs: Module,
) -> None:
    costs.write(CELLS)
    before: Any = costs.read(totals=True)
    before.attrs.clear()
    with (
        pytest.warns(UserWarning, match="'Costs' calculates 'Double', which cannot") as caught,
        pytest.raises(af.RejectedRows) as error,
    ):
        costs.write(before)
    assert caught[0].filename == __file__
    result = error.value.result
    totals = before[(before["People"] == "North") | ~before["Time"].str.match("[A-Z][a-z]{2} 26")]
    assert result.rejected.index.tolist() == totals.index.tolist()
    pd.testing.assert_frame_equal(result.rejected.drop(columns="error"), totals)
    assert result.rejected["error"].iloc[0].split("\n")[0] == (
        "Salary: the cell is a calculated/aggregate cell and is not writeable (cellIsCalculated)"
    )
    assert (result.rows_loaded, result.rows_rejected) == (len(before) - len(totals), len(totals))
    pd.testing.assert_frame_equal(costs.read(totals=True), before)


def test_only_calculated_line_items_are_an_error(costs: Module) -> None:
    with pytest.raises(af.ColumnMismatch, match="Anaplan calculates 'Double' in module 'Costs'"):
        costs.write(CELLS[WHERE].assign(Double=1.0))


@pytest.mark.parametrize(
    ("people", "match_by"),
    [
        (["001", "002"], None),
        (["001", "Bo"], None),
        (["Ada", "Bo"], {"People": "name"}),
        (["001", "002"], {"People": "code"}),
    ],
)
def test_items_are_found_by_name_and_by_code(costs: Module, people: Any, match_by: Any) -> None:
    costs.write(CELLS.assign(People=people), match_by=match_by)
    assert read(costs, "People") == [("Ada",), ("Bo",)]


def test_a_text_that_is_a_name_and_a_code_means_what_the_others_are(costs: Module) -> None:
    costs.write(CELLS.assign(People=["Ada", "001"]))  # the codes of Cy and Ada
    assert read(costs, "People") == [("Ada",), ("Cy",)]
    costs.write(CELLS.assign(People=["Ada", "Bo"], Time="Dec 26"))  # their names
    assert read(costs, "People", rows=4) == [("Ada",), ("Ada",), ("Bo",), ("Cy",)]


def test_items_are_found_by_id(headcount: af.Model, costs: Module) -> None:
    items = headcount.dimension_items("People").set_index("name")["id"]
    costs.write(CELLS.assign(People=items[["Ada", "Bo"]].tolist()))
    assert read(costs, "People") == [("Ada",), ("Bo",)]
    with pytest.raises(af.RejectedRows, match="There is no item 'Ada' in 'People' by id"):
        costs.write(CELLS, match_by="id")


def test_rows_without_an_item_are_rejected_with_the_near_names_and_the_others_written(
    costs: Module,
) -> None:
    frame = pd.concat([CELLS, CELLS.iloc[:1].assign(People="Adda", Time="Jan 62")])
    frame = pd.concat([frame, CELLS.iloc[:1].assign(People=None)])
    frame.index = pd.Index([10, 11, 12, 13])
    with pytest.raises(af.RejectedRows) as error:
        costs.write(frame)
    rejected = error.value.result.rejected
    assert rejected["error"].to_dict() == {
        12: "There is no item 'Adda' in 'People'. Did you mean 'Ada'?\n"
        "There is no item 'Jan 62' in 'Time'. Did you mean 'Jan 26'?",
        13: "No item of 'People' is given.",
    }
    assert rejected.drop(columns="error").equals(frame.loc[[12, 13]])
    assert len(read(costs)) == 2


def test_a_value_that_does_not_fit_is_rejected_with_its_line_item(costs: Module) -> None:
    frame = CELLS.assign(Salary=["1.5", "much"], Active=["TRUE", "perhaps"], Grade=["C", "B"])
    result = costs.write(frame, on_rejected="ignore")
    assert result.rejected["error"].tolist() == [
        "Grade: incorrect format -- line item name:Grade, value:C (INCORRECT_FORMAT)",
        "Salary: incorrect format -- line item name:Salary, value:much (INCORRECT_FORMAT)\n"
        "Active: incorrect format -- line item name:Active, value:perhaps (INCORRECT_FORMAT)",
    ]
    assert result.rejected.index.tolist() == ["x", "y"]
    assert read(costs, "Salary", "Active", "Note") == [
        (1.5, True, CELLS["Note"].iloc[0]),
        (0.0, False, CELLS["Note"].iloc[1]),
    ]


def test_a_dimension_without_a_column_is_an_error_that_says_what_to_do(costs: Module) -> None:
    with pytest.raises(af.ColumnMismatch) as error:
        costs.write(CELLS.drop(columns="Versions").rename(columns={"People": "people"}))
    assert str(error.value) == (
        "The data has no column 'People', 'Versions', which module 'Costs' needs. If only the "
        "names differ, pass mapping={'people': 'People'}. If all rows are of one item, "
        "give it with fixed={'Versions': 'item'}."
    )


def test_an_item_can_be_given_for_all_rows(costs: Module) -> None:
    frame = CELLS.drop(columns="Versions")
    costs.write(frame, fixed={"Versions": "Actual"})
    assert len(read(costs)) == 2
    with pytest.raises(af.NotFound, match=r"There is no item 'Actua' in 'Versions'\. Did"):
        costs.write(frame, fixed={"Versions": "Actua"})
    with pytest.raises(
        af.NotFound, match=r"no 'Version' among the dimensions of module 'Costs'\. Did"
    ):
        costs.write(frame, fixed={"Version": "Actual"})
    with pytest.raises(af.ColumnMismatch, match="fixed= gives the item of 'Versions', but"):
        costs.write(CELLS, fixed={"Versions": "Actual"})


def test_dates_mean_the_periods_that_hold_them(costs: Module) -> None:
    frame = CELLS.assign(
        **{
            "Time": pd.to_datetime(["2026-01-15", "2026-02-28"]),
            "Paid in": pd.to_datetime(["2026-05-01", None]),
        }
    )
    costs.write(frame)
    assert read(costs, "Time", "Paid in") == [("Jan 26", "May 26"), ("Feb 26", None)]
    with pytest.raises(af.EncodingError, match="Column 'Time', row 1"):
        costs.write(frame.assign(Time=pd.to_datetime(["2026-01-15", "1890-01-01"])))


@pytest.mark.parametrize(("dry_run", "streamed"), [(False, False), (True, False), (True, True)])
def test_two_rows_of_one_cell_are_an_error_before_anything_is_sent(
    costs: Module, dry_run: Any, streamed: bool
) -> None:
    parts = [CELLS, CELLS.assign(People=["001", "Bo"], Time="Jan 26")]
    data = iter(parts) if streamed else pd.concat(parts)
    with pytest.raises(af.ColumnMismatch) as error:
        costs.write(data, dry_run=dry_run)
    assert str(error.value).startswith(
        "Rows 0 and 2 (counted from 0) both write the same cell of module 'Costs': People 'Ada', "
        "Versions 'Actual', Time 'Jan 26', line item 'Salary'."
    )
    assert read(costs, rows=0) == []


def test_two_rows_may_write_different_line_items_of_the_same_items(costs: Module) -> None:
    frame = CELLS.iloc[[0, 0]].assign(Salary=[1.0, None], Note=[None, "n"])
    assert costs.write(frame[[*WHERE, "Salary", "Note"]]).rows_loaded == 2
    assert read(costs, "Salary", "Note", rows=1) == [(1.0, "n")]


def test_surplus_columns_are_left_out_with_a_warning(costs: Module) -> None:
    with pytest.warns(UserWarning, match="module 'Costs' does not take the columns 'hub'"):
        costs.write(CELLS.assign(hub=1))
    with (
        pytest.warns(UserWarning, match="does not take the columns 'salary'"),
        pytest.raises(af.ColumnMismatch, match=r"nothing to write\. Did you mean 'Salary'"),
    ):
        costs.write(CELLS[WHERE].assign(salary=1))


def test_names_can_be_mapped_and_the_index_written(costs: Module) -> None:
    frame = CELLS.rename(columns={"People": "who", "Salary": "pay"}).set_index(["who", "Time"])
    costs.write(frame, mapping={"who": "People", "pay": "Salary"}, index=True)
    assert read(costs, "People", "Salary") == [("Ada", 1.5), ("Bo", -1e15)]
    with pytest.raises(
        af.ColumnMismatch, match=r"'Salry', which is not a column of .* mean 'Salary'"
    ):
        costs.write(frame, mapping={"pay": "Salry"}, index=True)


@pytest.mark.parametrize(
    "convert",
    [
        pl.from_pandas,
        pa.Table.from_pandas,
        lambda frame: pa.Table.from_pandas(frame).to_reader(),
        lambda frame: iter([frame.iloc[:1], frame.iloc[1:]]),
    ],
    ids=["polars", "table", "reader", "frames"],
)
def test_every_kind_of_data_is_taken_and_its_rejected_rows_given_back(
    costs: Module, convert: Any
) -> None:
    frame = pd.concat([CELLS, CELLS.iloc[:1].assign(People="nobody")], ignore_index=True)
    result = costs.write(convert(frame), on_rejected="ignore")
    assert (result.rows_sent, result.rows_loaded) == (3, 2)
    assert result.rejected.index.tolist() == [2]
    assert result.rejected["People"].tolist() == ["nobody"]
    assert len(read(costs)) == 2


def test_a_module_without_dimensions_has_one_cell_per_line_item(headcount: af.Model) -> None:
    rates = headcount.modules["Rates"]
    rates.write(pd.DataFrame({"Rate": [0.25]}))
    assert rates.read()["Rate"].tolist() == [0.25]


def test_a_frame_without_rows_writes_nothing(costs: Module) -> None:
    result = costs.write(CELLS.iloc[:0])
    assert (result.rows_sent, result.rows_rejected) == (0, 0)


def test_a_bad_value_is_an_error_before_anything_is_sent(costs: Module) -> None:
    with pytest.raises(af.EncodingError, match="Column 'Salary', row 1: 'inf' is infinite"):
        costs.write(CELLS.assign(Salary=[1, np.inf]))
    assert read(costs, rows=0) == []


def monthly(count: int = 3) -> pd.DataFrame:
    months = pd.date_range("2026-01-01", periods=12, freq="MS").strftime("%b %y")
    people = PEOPLE["Name"][:count]
    frame = pd.MultiIndex.from_product([people, months], names=["People", "Time"]).to_frame(False)
    return frame.assign(Versions="Actual", Salary=np.arange(1.0, len(frame) + 1))


class TestBatches:
    def test_requests_are_cut_by_cells_and_bytes(
        self, costs: Module, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sizes: list[int] = []
        written = costs._transport.write_json

        def watched(method: str, path: str, body: bytes, **options: Any) -> Any:
            sizes.append(len(body))
            return written(method, path, body, **options)

        monkeypatch.setattr(costs._transport, "write_json", watched)
        monkeypatch.setattr(cell_writer, "MOST_CELLS", 10)
        assert costs.write(monthly()).rows_loaded == 36
        assert len(sizes) == 4
        sizes.clear()
        monkeypatch.setattr(cell_writer, "MOST_BYTES", 1000)
        notes = monthly(1).assign(Note=['"' * 300, *["x"] * 11])
        assert costs.write(notes).rows_loaded == 12
        assert max(size for size in sizes if size < 1500) <= 1000
        assert len(sizes) > 3
        assert read(costs, "Note", rows=36)[0] == ('"' * 300,)

    def test_a_batch_that_is_refused_as_too_many_is_halved(self) -> None:
        with Sandbox(rate_limit=None, cell_write_limit=7) as sandbox:
            build(sandbox)
            with sandbox.connect() as connection:
                module = connection.model("Headcount").modules["Costs"]
                frame = monthly(1).assign(Time=["nowhen", *monthly(1)["Time"][1:]], Grade="C")
                result = module.write(frame, on_rejected="ignore")
        assert (result.rows_sent, result.rows_rejected, result.rejected["error"].nunique()) == (
            12,
            12,
            2,
        )
        assert result.details["occurrences"].tolist() == [11, 11]

    @pytest.mark.parametrize(
        ("kind", "again"), [("lost answer", 1), ("lost 504", 1), ("reset", 71), ("503", 71)]
    )
    def test_after_a_lost_answer_only_cells_that_are_not_as_they_should_be_are_sent_again(
        self,
        headcount_sandbox: Sandbox,
        costs: Module,
        monkeypatch: pytest.MonkeyPatch,
        kind: Any,
        again: int,
    ) -> None:
        sent: list[int] = []
        written = costs._transport.write_json

        def watched(method: str, path: str, body: bytes, **options: Any) -> Any:
            sent.append(len(json.loads(body)))
            return written(method, path, body, **options)

        monkeypatch.setattr(costs._transport, "write_json", watched)
        fault = headcount_sandbox.faults.add(kind, method="POST", path="*/modules/*/data")
        frame = monthly().assign(Note=["", *["n"] * 35], Time=["FY26", *monthly()["Time"][1:]])
        frame.loc[1, "Note"] = "x"
        result = costs.write(frame, blank=True, on_rejected="ignore")
        assert fault.hits == 1
        assert (result.rows_loaded, result.rows_rejected) == (35, 1)
        assert "cellIsCalculated" in result.rejected["error"].item()
        assert len(read(costs, rows=35)) == 35
        assert sent == [72, again]  # a blank cell is as it should be

    def test_a_plan_says_what_cannot_be_known(
        self, headcount_sandbox: Sandbox, costs: Module
    ) -> None:
        headcount_sandbox.faults.add("lost answer", method="POST", path="*/modules/*/data")
        headcount_sandbox.faults.add("500", method="GET", path="*/views/*/data", times=None)
        with pytest.raises(af.TaskUncertain, match="the answer to 2 records was lost") as error:
            costs.write(CELLS[[*WHERE, "Salary"]])
        assert error.value.result is not None
        assert error.value.result.rejected["error"].str.startswith("it is not known").tolist() == [
            True,
            True,
        ]

    def test_an_error_ends_the_writing_and_the_rows_that_are_left_are_given_back(
        self, headcount_sandbox: Sandbox, costs: Module, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cell_writer, "MOST_CELLS", 6)
        headcount_sandbox.faults.add(
            "429", method="POST", path="*/modules/*/data", after=2, times=None, retry_after=0
        )
        with pytest.raises(af.TaskFailed, match="Writing module 'Costs' ended half-way") as error:
            costs.write(monthly())
        result = error.value.result
        assert result is not None
        assert (result.rows_loaded, len(result.rejected)) == (12, 24)
        assert result.rejected["error"].str.startswith("not written: ").all()
        headcount_sandbox.faults.clear()
        costs.write(result.rejected.drop(columns="error"))
        assert len(read(costs, rows=36)) == 36

    def test_a_stream_that_fails_half_way_reports_what_was_written(self, costs: Module) -> None:
        frame = monthly()
        parts = iter([frame[:12], frame[12:].assign(Salary=np.inf)])
        with pytest.raises(af.TaskFailed, match="row 12: 'inf' is infinite") as error:
            costs.write(parts)
        assert error.value.result is not None
        assert error.value.result.rows_loaded == 12
        assert len(read(costs, rows=12)) == 12


class TestToAnaplan:
    def test_a_module_is_found_by_name_and_written(
        self, headcount: af.Model, costs: Module
    ) -> None:
        result = af.to_anaplan(CELLS, "Costs", headcount)
        assert result is not None
        assert result.rows_loaded == 2
        frame = CELLS.drop(columns="Versions")
        af.to_anaplan(frame, "Costs", headcount, kind="module", fixed={"Versions": "Actual"})
        assert len(read(costs)) == 2

    def test_options_of_other_targets_are_refused(self, headcount: af.Model) -> None:
        with pytest.raises(ValueError, match="mode= is an option of lists, not of module 'Costs'"):
            af.to_anaplan(CELLS, "Costs", headcount, mode="insert")
        with pytest.raises(
            ValueError, match="fixed= is an option of modules, not of list 'People'"
        ):
            af.to_anaplan(CELLS, "People", headcount, fixed={"Versions": "Actual"})


def test_nothing_warns_if_all_fits(costs: Module) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        costs.write(CELLS)
