"""`where=` as values, and the filters that are made of it; nothing is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from anaplan_frames.errors import ColumnMismatch
from anaplan_frames.progress import Progress
from anaplan_frames.resources.row_filters import (
    EmptyRowFilter,
    FilteredTable,
    FirstRows,
    column_filters,
)
from anaplan_frames.resources.table_source import ConvertedRows, Retype, RowBatches
from anaplan_frames.resources.where import as_json, asked_values


class Made:
    """A table of these batches, which counts how many were taken and whether it was closed."""

    def __init__(self, *batches: pa.RecordBatch) -> None:
        self.batches = batches
        self.taken = 0
        self.closed = False

    def open(self, columns: Any, retype: Retype, new_bar: Any) -> RowBatches:
        names = self.batches[0].schema.names if columns is None else list(columns)
        self.schema = pa.schema([self.batches[0].schema.field(name) for name in names])
        return self

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self.batches:
            self.taken += 1
            yield batch.select(self.schema.names)

    def close(self) -> None:
        self.closed = True


def batch(**columns: Any) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(columns)


def read(table: Any, columns: list[str] | None = None) -> dict[str, list[Any]]:
    rows = table.open(columns, lambda schema: schema, lambda: Progress("", unit="B", show=False))
    found: dict[str, list[Any]] = pa.Table.from_batches(list(rows), rows.schema).to_pydict()
    return found


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("West", ("West",)),
        (["West", "East"], ("West", "East")),
        (1, (1,)),
        (np.int64(3), (3,)),
        (np.array([1.5, 2.0]), (1.5, 2.0)),
        (pd.Series(["a", "b"]), ("a", "b")),
        (pd.Index([True]), (True,)),
        (pa.array(["x"]), ("x",)),
        (dt.date(2026, 1, 31), (dt.date(2026, 1, 31),)),
        (pd.DatetimeIndex(["2026-01-31"]), (pd.Timestamp("2026-01-31"),)),
        (np.datetime64("2026-01-31"), (pd.Timestamp("2026-01-31"),)),
        ((), ()),
    ],
)
def test_a_value_or_any_list_of_values_can_be_asked_for(given: Any, expected: Any) -> None:
    assert asked_values({"Column": given}) == {"Column": expected}


@pytest.mark.parametrize(
    "given", ["Region", [("Region", "West")], {"Region": None}, {"Region": b"West"}, {1: "West"}]
)
def test_what_is_not_a_dict_of_values_is_a_type_error(given: Any) -> None:
    with pytest.raises(TypeError, match="where="):
        asked_values(given)
    with pytest.raises(TypeError, match="where="):
        asked_values({"Region": [float("nan")]})
    with pytest.raises(TypeError, match="not a dict"):
        asked_values({"Region": {"West": True}})


def test_what_was_asked_for_is_json() -> None:
    asked = asked_values({"Region": "West", "Day": [dt.date(2026, 1, 31)], "Open": True, "N": 1.5})
    assert as_json(asked) == {"Region": ["West"], "Day": ["2026-01-31"], "Open": [True], "N": [1.5]}
    assert as_json({}) is None


DAYS = pa.array([dt.date(2026, 1, 31), None, dt.date(2026, 2, 1)], pa.date32())
MIXED = batch(
    text=["a", "2026", None],
    number=[1.0, None, 2.5],
    flag=pa.array([True, False, None]),
    day=DAYS,
    whole=pa.array([1, 2, None], pa.int64()),
    stamp=DAYS.cast(pa.timestamp("s")),
)


@pytest.mark.parametrize(
    ("column", "value", "rows"),
    [
        ("text", "a", [0]),
        ("text", 2026, [1]),
        ("text", ["a", 2026.0], [0, 1]),
        ("text", "A", []),
        ("number", 1, [0]),
        ("number", "2.5", [2]),
        ("number", [1, 2.5, 9], [0, 2]),
        ("flag", True, [0]),
        ("flag", ["false"], [1]),
        ("flag", 0, [1]),
        ("day", "2026-01-31", [0]),
        ("day", pd.Timestamp("2026-02-01"), [2]),
        ("whole", 2, [1]),
        ("whole", 2.5, []),
        ("stamp", dt.date(2026, 2, 1), [2]),
        ("text", [], []),
    ],
)
def test_values_are_compared_as_the_column_is(column: str, value: Any, rows: list[int]) -> None:
    filters = column_filters(asked_values({column: value}))
    found = read(FilteredTable(Made(MIXED), filters, "The table"))
    assert found == pa.Table.from_batches([MIXED]).take(pa.array(rows, pa.int64())).to_pydict()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("number", "many"),
        ("number", dt.date(2026, 1, 1)),
        ("flag", "perhaps"),
        ("flag", 2),
        ("day", "Jan 26"),
        ("day", 3),
        ("day", dt.datetime(2026, 1, 1, 12)),
    ],
)
def test_a_value_that_no_such_column_can_have_is_refused(column: str, value: Any) -> None:
    made = Made(MIXED)
    table = FilteredTable(made, column_filters(asked_values({column: value})), "The table")
    with pytest.raises(ValueError, match=f"where= of column '{column}'"):
        read(table)
    assert made.taken == 0


def test_columns_that_are_looked_at_need_not_be_asked_for() -> None:
    filters = column_filters(asked_values({"text": ["a", "2026"], "flag": True}))
    table = FilteredTable(Made(MIXED), filters, "The table")
    assert read(table, ["number"]) == {"number": [1.0]}
    assert read(table, ["flag", "number"]) == {"flag": [True], "number": [1.0]}


def test_a_batch_of_which_all_rows_are_kept_is_not_copied() -> None:
    whole = batch(text=["a", "b"], number=[1, 2])
    filters = column_filters(asked_values({"text": ["a", "b"]}))
    table: Any = FilteredTable(Made(whole), filters, "")
    found = next(iter(table.open(None, lambda schema: schema, None)))
    assert found.column("number").buffers()[1].address == whole.column(1).buffers()[1].address


def test_a_column_that_is_not_there_is_named_with_the_near_ones() -> None:
    table = FilteredTable(Made(MIXED), column_filters(asked_values({"texts": "a"})), "The table")
    with pytest.raises(
        ColumnMismatch, match=r"The table has no column 'texts'\. Did you mean 'text'\?"
    ):
        read(table)


def test_rows_without_any_value_are_left_out() -> None:
    table = Made(
        batch(
            item=["a", "b", "c", "d", "e", "f"],
            number=[0.0, None, float("nan"), 0.0, 1.0, -0.0],
            flag=pa.array([False, None, False, True, False, False]),
            text=["", None, "", "", "", "0"],
            day=pa.array([None] * 6, pa.date32()),
        )
    )
    kinds = {"number": pa.float64(), "flag": pa.bool_(), "text": pa.string(), "day": pa.date32()}
    assert read(FilteredTable(table, [EmptyRowFilter(kinds)], ""))["item"] == ["d", "e", "f"]
    # Only the line items that are read count.
    assert read(FilteredTable(table, [EmptyRowFilter(kinds)], ""), ["item", "flag"])["item"] == [
        "d"
    ]


def test_a_number_that_is_read_as_text_is_still_a_number() -> None:
    table = Made(batch(item=["a", "b", "c", "d"], n=["0", "0.00", None, "1E-9"], b=["false"] * 4))
    kinds = {"n": pa.float64(), "b": pa.bool_()}
    assert read(FilteredTable(table, [EmptyRowFilter(kinds)], ""))["item"] == ["d"]


@pytest.mark.parametrize(("count", "taken"), [(0, 0), (1, 1), (2, 1), (3, 2), (9, 3)])
def test_the_first_rows_are_all_that_is_taken(count: int, taken: int) -> None:
    made = Made(*(batch(n=[2 * i, 2 * i + 1]) for i in range(3)))
    rows = FirstRows(made.open(None, lambda s: s, None), count)
    found = [n for each in rows for n in each.column("n").to_pylist()]
    assert found == list(range(min(count, 6)))
    assert made.taken == taken
    assert made.closed


def test_closing_converted_rows_closes_what_they_are_made_of() -> None:
    made = Made(batch(n=[1]))
    rows = made.open(None, lambda s: s, None)
    converted = ConvertedRows(rows.schema, rows, iter(rows))
    converted.close()
    assert made.closed
