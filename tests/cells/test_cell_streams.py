"""Streams of every kind into a module: planned and sent, with and without rejected rows."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.cells import prepared_cells
from anaplan_frames.cells.modules import Module
from anaplan_frames.sandbox import Sandbox

NAMES = [f"k{number}" for number in range(6)]


@pytest.fixture(scope="module")
def streamed() -> Iterator[Module]:
    with Sandbox(rate_limit=None) as sandbox:
        model = sandbox.workspace("W").model("M")
        keys = model.list("Keys", items=pd.DataFrame({"Name": NAMES}))
        model.module("Facts", dimensions=[keys], line_items={"Amount": "NUMBER", "Text": "TEXT"})
        with sandbox.connect(requests_per_minute=None) as connection:
            yield connection.model("M").modules["Facts"]


FRAME = pd.DataFrame({"Keys": NAMES[:4], "Amount": [1.0, 2.5, -3.0, 4.0], "Text": list("abcd")})


def batches(frame: pd.DataFrame) -> Any:
    return pa.Table.from_pandas(frame, preserve_index=False).to_batches(max_chunksize=2)


def reader(frame: pd.DataFrame) -> Any:
    schema = pa.Schema.from_pandas(frame, preserve_index=False)
    return pa.RecordBatchReader.from_batches(schema, batches(frame))


def halves(frame: pd.DataFrame) -> list[pd.DataFrame]:
    return [frame.iloc[:2], frame.iloc[2:]]


def csv_chunks(frame: pd.DataFrame) -> Any:
    return pd.read_csv(io.StringIO(frame.to_csv(index=False)), chunksize=3)


STREAMS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": lambda frame: iter(halves(frame)),
    "polars": lambda frame: (pl.from_pandas(part) for part in halves(frame)),
    "narwhals": lambda frame: (nw.from_native(pl.from_pandas(part)) for part in halves(frame)),
    "arrow batches": lambda frame: iter(batches(frame)),
    "arrow tables": lambda frame: iter([pa.Table.from_batches([b]) for b in batches(frame)]),
    "reader": reader,
    "readers": lambda frame: iter([reader(part) for part in halves(frame)]),
    "duckdb": lambda frame: duckdb.connect().from_df(frame),
    "read_csv": csv_chunks,
}
streams = pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
planned = pytest.mark.parametrize("planned", [False, True], ids=["sent", "planned"])


def write(module: Module, data: Any, *, planned: bool, **options: Any) -> af.WriteResult:
    """Write with warnings as errors, and check a plan against its result."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if not planned:
            return module.write(data, blank=True, on_rejected="ignore", **options)
        plan = module.write(data, blank=True, on_rejected="ignore", dry_run=True, **options)
        result = plan.send()
    assert plan.rows_sent == result.rows_sent
    assert plan.rows_rejected == result.rows_rejected
    assert plan.rows_updated == result.rows_updated
    pd.testing.assert_frame_equal(plan.rejected, result.rejected)
    return result


def values(module: Module) -> list[tuple[Any, ...]]:
    frame: Any = module.read().astype(object)
    return [tuple(row) for row in frame.where(frame.notna(), None).to_numpy().tolist()]


@pytest.mark.sampled(6)
@planned
@streams
def test_all_rows_are_written(streamed: Module, stream: Any, *, planned: bool) -> None:
    clear(streamed)
    result = write(streamed, stream(FRAME), planned=planned)
    assert (result.rows_sent, result.rows_loaded, result.rows_rejected) == (4, 4, 0)
    assert result.rejected.empty
    assert values(streamed)[:4] == [tuple(row) for row in FRAME.astype(object).to_numpy().tolist()]


@pytest.mark.sampled(6)
@planned
@streams
def test_rejected_rows_are_the_callers_own(streamed: Module, stream: Any, *, planned: bool) -> None:
    frame = FRAME.assign(Keys=["k0", "no", "nobody", "k1"])
    result = write(streamed, stream(frame), planned=planned)
    assert (result.rows_sent, result.rows_loaded, result.rows_rejected) == (4, 2, 2)
    assert result.note == ""
    assert result.rejected.index.tolist() == [1, 2]
    assert result.rejected["Keys"].tolist() == ["no", "nobody"]
    assert result.rejected["Amount"].tolist() == [2.5, -3.0]
    assert result.rejected["Text"].tolist() == ["b", "c"]


@planned
@streams
def test_no_rows_are_a_result_without_rows(streamed: Module, stream: Any, *, planned: bool) -> None:
    empty = FRAME.iloc[:0]
    if stream is STREAMS["arrow batches"] or stream is STREAMS["arrow tables"]:
        stream = lambda frame: iter([pa.Table.from_pandas(frame, preserve_index=False)])  # noqa: E731
    result = write(streamed, stream(empty), planned=planned)
    assert (result.rows_sent, result.rows_loaded, result.outcome) == (0, 0, "loaded")


def clear(module: Module) -> None:
    nothing = pd.DataFrame({"Keys": NAMES, "Amount": np.nan, "Text": None})
    module.write(nothing, blank=True)


MIXED = pd.DataFrame(
    {
        "Keys": pd.Series(["k0", "k1", 7, "k3"], dtype=object),
        "Amount": pd.Series([1, Decimal("2.5"), "3", None], dtype=object),
        "Text": pd.Series(["007", 7, None, True], dtype=object),
    }
)


@planned
def test_objects_of_mixed_kinds(streamed: Module, *, planned: bool) -> None:
    result = write(streamed, iter(halves(MIXED)), planned=planned)
    assert (result.rows_loaded, result.rows_rejected) == (3, 1)
    assert result.rejected["Keys"].tolist() == [7]
    assert result.rejected["Amount"].tolist() == ["3"]
    assert result.rejected["Text"].isna().all()
    found = values(streamed)
    assert found[:2] == [("k0", 1.0, "007"), ("k1", 2.5, "7")]
    assert found[3] == ("k3", 0.0, "true")


@planned
def test_dictionaries_with_nulls(streamed: Module, *, planned: bool) -> None:
    keys = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 2]), ["k0", "k1", "no"])
    texts = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0, 1]), pa.array(["x", None]))
    table = pa.table({"Keys": keys, "Amount": [1, 2, 3, 4], "Text": texts})
    parts = [table.slice(0, 1), table.slice(1)]
    result = write(streamed, iter(parts), planned=planned)
    assert (result.rows_loaded, result.rows_rejected) == (2, 2)
    assert result.rejected["Keys"].astype(object).tolist()[1] == "no"
    assert values(streamed)[:2] == [("k0", 1.0, "x"), ("k1", 2.0, None)]


@planned
def test_numbers_of_the_other_byte_order(streamed: Module, *, planned: bool) -> None:
    frame = pd.DataFrame({"Keys": ["k0", "no"], "Amount": np.array([1.5, 2.5], dtype=">f8")})
    result = write(streamed, iter([frame]), planned=planned)
    assert result.rows_loaded == 1
    assert result.rejected["Amount"].tolist() == [2.5]
    assert values(streamed)[0][1] == 1.5


@planned
def test_parts_whose_types_differ(streamed: Module, *, planned: bool) -> None:
    parts = [
        pd.DataFrame({"Keys": ["k0", "no"], "Amount": [1, 2], "Text": ["007", "008"]}),
        pd.DataFrame({"Text": [7, 8], "Amount": ["1.5", "2.5"], "Keys": ["k1", "nobody"]}),
        pl.DataFrame({"Keys": ["k2", None], "Amount": [3, 4], "Text": ["a", "b"]}),
    ]
    result = write(streamed, iter(parts), planned=planned)
    assert result.rejected.index.tolist() == [1, 3, 5]
    assert result.rejected["Text"].tolist() == ["008", 8, "b"]
    assert result.rejected["Amount"].tolist() == [2, "2.5", 4]
    assert values(streamed)[:3] == [("k0", 1.0, "007"), ("k1", 1.5, "7"), ("k2", 3.0, "a")]


def test_a_stream_that_fails_in_a_part_gives_back_what_was_rejected_before(
    streamed: Module,
) -> None:
    # Of the first block only the second row is known; the infinite number is in the next block.
    wide = pd.DataFrame({"Keys": ["no", "k1", *["no"] * 65_540, "k1"], "Amount": 1.0, "Text": "x"})
    wide.loc[len(wide) - 1, "Amount"] = np.inf
    with pytest.raises(af.TaskFailed, match="is infinite") as error:
        streamed.write(iter([wide]))
    result = error.value.result
    assert result is not None
    assert result.outcome == "failed"
    assert result.rejected.index[0] == 0
    assert len(result.rejected) == result.rows_rejected == 65_535


def test_rejected_rows_that_cannot_be_given_back_are_a_note(
    streamed: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Any, positions: Any) -> pd.DataFrame:
        raise pa.ArrowNotImplementedError("no such cast")

    monkeypatch.setattr(prepared_cells.RetainedRows, "take", broken)
    result = streamed.write(FRAME.assign(Keys=["k0", "no", "k2", "k3"]), on_rejected="ignore")
    assert (result.rows_loaded, result.rows_rejected, result.outcome) == (3, 1, "rejected")
    assert "could not be taken from the data (no such cast)" in result.note
    assert result.unmatched["row"].tolist() == [1]
    assert result.reasons["rows"].tolist() == [1]


def test_rows_of_a_stream_are_released_when_they_are_settled(
    streamed: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    released = prepared_cells.RetainedRows.release

    def watched(self: Any, before: int, wanted: Any = ()) -> None:
        released(self, before, wanted)
        held.append(len(self._spans))

    monkeypatch.setattr(prepared_cells.RetainedRows, "release", watched)
    monkeypatch.setattr("anaplan_frames.cells.cell_writer.MOST_CELLS", 1)
    columns = [("Amount", 1.0), ("Text", "t")]
    parts = (
        pd.DataFrame({"Keys": ["no"] * 150 + [key], "Amount": None, "Text": None} | {name: value})
        for name, value in columns
        for key in NAMES
    )
    result = streamed.write(parts, on_rejected="ignore")
    assert (result.rows_loaded, result.rows_rejected) == (12, 1_800)
    assert result.rejected.index[-1] == 12 * 151 - 2
    assert (len(held), held[-1]) == (12, 1)
    assert max(held) <= 8
