"""Whatever the caller has becomes batches, in order and once, and is given back as it was."""

from __future__ import annotations

import io

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from anaplan_frames.dataframes.sources import open_source
from anaplan_frames.errors import AnaplanError, ColumnMismatch, EncodingError

FRAME = pd.DataFrame({"n": range(10), "t": list("abcdefghij")})


def rows_of(source, batch_rows=4):
    batches = list(source.batches(batch_rows))
    assert all(0 < batch.num_rows <= batch_rows for batch in batches)
    assert all(batch.schema.names == source.columns for batch in batches)
    return [tuple(row.values()) for batch in batches for row in batch.to_pylist()]


EXPECTED = list(FRAME.itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "make",
    [
        lambda: FRAME,
        lambda: FRAME.set_axis(range(90, 100)),
        lambda: pa.Table.from_pandas(FRAME),
        lambda: pa.RecordBatch.from_pandas(FRAME),
        lambda: pa.Table.from_pandas(FRAME).to_reader(max_chunksize=3),
        lambda: pl.from_pandas(FRAME),
        lambda: duckdb.connect().sql("SELECT * FROM FRAME"),
        lambda: ds.dataset(pa.Table.from_pandas(FRAME)).scanner(),
        lambda: iter([FRAME.iloc[:3], FRAME.iloc[3:]]),
        lambda: (pa.Table.from_pandas(FRAME.iloc[at : at + 5]) for at in (0, 5)),
        lambda: [FRAME.iloc[:9], pl.from_pandas(FRAME.iloc[9:])],
    ],
    ids=[
        "pandas",
        "index",
        "table",
        "record batch",
        "reader",
        "polars",
        "duckdb",
        "scanner",
        "frames",
        "tables",
        "list of both",
    ],
)
def test_all_that_holds_rows_gives_them_in_order(make):
    source = open_source(make())
    assert source.columns == ["n", "t"]
    assert source.rows in (10, None)
    assert rows_of(source) == EXPECTED


def test_small_batches_are_gathered_and_large_ones_are_cut():
    schema = pa.schema([("n", pa.int64())])
    sizes = [1, 2, 1, 9, 0, 3, 1]
    batches = [pa.record_batch([pa.array([0] * size)], schema) for size in sizes]
    source = open_source(pa.RecordBatchReader.from_batches(schema, batches))
    assert [batch.num_rows for batch in source.batches(4)] == [3, 1, 4, 4, 4, 1]


def test_batches_with_dictionaries_of_their_own_are_gathered():
    parts = [pa.array(["a", "b"]).dictionary_encode(), pa.array(["b", "c"]).dictionary_encode()]
    batches = [pa.record_batch([part], ["t"]) for part in parts]
    source = open_source(pa.RecordBatchReader.from_batches(batches[0].schema, batches))
    assert rows_of(source, 100) == [("a",), ("b",), ("b",), ("c",)]


def test_columns_that_are_not_needed_are_not_looked_at():
    frame = FRAME.assign(strange=[object() for _ in range(10)])
    (batch,) = open_source(frame).batches(100, needed=[0])
    assert batch.schema.names == ["n", "t", "strange"]
    assert batch.column(0).to_pylist() == list(range(10))
    assert batch.column(2).null_count == 10


def test_a_frame_is_not_copied_whole_nor_changed():
    frame = pd.DataFrame({"x": np.arange(1_000_000, dtype="float64")})
    before = pa.total_allocated_bytes()
    batch = next(open_source(frame).batches(1_000))
    assert pa.total_allocated_bytes() - before < 100_000
    assert batch.column(0).buffers()[1].address == frame["x"].to_numpy().ctypes.data


def test_columns_may_be_named_by_anything():
    frame = pd.DataFrame([[1, 2]], columns=pd.Index([2013, None], dtype=object))
    assert open_source(frame).columns == ["2013", "None"]


def test_columns_of_equal_names_are_kept_apart():
    frame = pd.DataFrame([[1, "a"], [2, "b"]], columns=["x", "x"])
    assert [batch.columns[1].to_pylist() for batch in open_source(frame).batches(9)] == [["a", "b"]]


def test_the_index_becomes_columns_where_it_is_asked_for():
    frame = FRAME.set_index("t")
    assert open_source(frame).columns == ["n"]
    source = open_source(frame, index=True)
    assert source.columns == ["t", "n"]
    assert rows_of(source) == [(text, number) for number, text in EXPECTED]
    assert rows_of(open_source(FRAME[["n"]], index=True))[9] == (9, 9)


def test_an_index_named_as_a_column_is_refused():
    with pytest.raises(ColumnMismatch, match="rename_axis"):
        open_source(FRAME.set_index("t", drop=False), index=True)


def test_columns_of_several_levels_are_refused_with_the_way_to_flatten_them():
    frame = FRAME.set_axis(pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]), axis=1)
    with pytest.raises(ColumnMismatch, match=r"df\.columns = \[' '\.join"):
        open_source(frame)


@pytest.mark.parametrize("columns", [["n"], ["n", "u"], ["n", "t", "u"]])
def test_a_part_with_other_columns_is_named(columns):
    source = open_source(iter([FRAME, pd.DataFrame({name: [1] for name in columns})]))
    with pytest.raises(ColumnMismatch, match="Part 1 of the iterator"):
        list(source.batches(100))


def test_a_part_may_have_its_columns_in_another_order():
    source = open_source(iter([FRAME.iloc[:5], FRAME.iloc[5:][["t", "n"]]]))
    assert rows_of(source) == EXPECTED


def test_what_is_needed_of_a_part_goes_by_name_too():
    source = open_source(iter([FRAME.iloc[:1], FRAME.iloc[1:2][["t", "n"]]]))
    numbers = [batch.columns[0].to_pylist() for batch in source.batches(100, needed=[0])]
    assert numbers == [[0], [1]]


def test_an_iterator_without_parts_is_refused():
    with pytest.raises(ColumnMismatch, match="gave nothing"):
        open_source(iter([]))


def test_an_iterator_is_not_read_ahead():
    taken = []
    source = open_source(taken.append(at) or FRAME for at in range(9))
    batches = source.batches(100)
    next(batches)
    assert taken == [0]


def test_errors_in_parts_count_rows_over_the_whole_data():
    bad = pd.DataFrame({"n": [1, object()], "t": ["a", "b"]})
    with pytest.raises(EncodingError) as caught:
        list(open_source(iter([FRAME, FRAME, bad])).batches(3))
    assert (caught.value.column, caught.value.row) == ("n", 21)


@pytest.mark.parametrize("make", [lambda: iter([FRAME]), lambda: pa.table(FRAME).to_reader()])
def test_a_stream_is_read_once(make):
    source = open_source(make())
    assert source.one_shot
    list(source.batches(100))
    with pytest.raises(AnaplanError, match="once"):
        source.batches(100)
    for gone in (source.part, source.take):
        with pytest.raises(AnaplanError, match="once"):
            gone([0])


def test_rows_of_a_frame_are_taken_with_their_index_and_types():
    frame = FRAME.assign(c=FRAME["t"].astype("category")).set_index(pd.Index(list("KLMNOPQRST")))
    source = open_source(frame)
    assert not source.one_shot
    pd.testing.assert_frame_equal(source.take([7, 2, 2]), frame.iloc[[7, 2, 2]])


@pytest.mark.parametrize("make", [pa.Table.from_pandas, pl.from_pandas, pa.RecordBatch.from_pandas])
def test_rows_of_arrow_data_are_taken_with_their_positions(make):
    found = open_source(make(FRAME)).take([7, 2])
    assert found.index.tolist() == [7, 2]
    assert found["n"].tolist() == [7, 2]
    assert found["t"].tolist() == ["h", "c"]
    assert len(open_source(make(FRAME)).take([])) == 0


def test_rows_of_string_views_are_taken():
    table = pa.table({"t": pa.array(["a", "b", "c"], pa.string_view())})
    assert open_source(table).take([2, 0])["t"].tolist() == ["c", "a"]
    assert len(open_source(table).take([])) == 0


@pytest.mark.parametrize(
    "make", [lambda frame: frame, pa.Table.from_pandas, pl.from_pandas], ids=["pandas", "pa", "pl"]
)
def test_some_rows_are_a_source_of_their_own(make):
    part = open_source(make(FRAME)).part([9, 0, 4])
    assert rows_of(part) == [EXPECTED[9], EXPECTED[0], EXPECTED[4]]


def test_sizes_are_given_if_they_are_known():
    assert open_source(FRAME).rows == 10
    assert open_source(pd.DataFrame({"x": np.zeros(1000)})).nbytes == 8_000
    assert open_source(pd.DataFrame({"x": ["a" * 1000] * 5000})).nbytes >= 5_000_000
    assert open_source(iter([FRAME])).rows is None


def test_no_rows_and_no_columns_are_accepted():
    assert list(open_source(FRAME.iloc[:0]).batches(10)) == []
    assert list(open_source(pl.from_pandas(FRAME).head(0)).batches(10)) == []
    assert open_source(pd.DataFrame(index=range(3))).columns == []


@pytest.mark.parametrize(
    ("data", "way_out"),
    [
        (pl.from_pandas(FRAME).lazy(), ".collect()"),
        (FRAME["n"], ".to_frame()"),
        (pl.from_pandas(FRAME)["n"], ".to_frame()"),
        ("flights.csv", "pandas.read_csv()"),
        (io.BytesIO(b"a,b"), "pandas.read_csv()"),
        ({"n": [1]}, "pandas.DataFrame"),
        (FRAME.to_numpy(), "pandas.DataFrame"),
        (ds.dataset(pa.Table.from_pandas(FRAME)), ".to_table()"),
        (iter([{"n": 1}]), "Part 0 of the iterator is not a table"),
        ([[1, 2]], "Part 0 of the iterator is not a table"),
        (None, "not from NoneType"),
        (pl.DataFrame({"n": pl.Series([1], dtype=pl.Int128)}), "Cast columns"),
    ],
)
def test_other_data_are_refused_with_the_way_out(data, way_out):
    with pytest.raises(TypeError) as caught:
        open_source(data)
    assert way_out in str(caught.value)
