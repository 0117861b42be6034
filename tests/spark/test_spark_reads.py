"""Spark reads tables in partitions, which together are the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox


def load(spark: Any, options: dict[str, str], **more: str) -> Any:
    return spark.read.format("anaplan").options(**options, **more).load()


def assert_same(found: Any, expected: pd.DataFrame) -> None:
    """Compare all rows, in any order."""
    frame = found.toPandas()
    assert list(frame.columns) == list(expected.columns)
    keys = list(expected.columns)
    frame = frame.sort_values(keys).reset_index(drop=True)
    expected = expected.sort_values(keys).reset_index(drop=True)
    pd.testing.assert_frame_equal(frame, expected, check_dtype=False)


@pytest.mark.parametrize(("name", "least"), [("Stock", 4), ("Out", 4), ("Parts", 1)])
def test_a_table_is_read_in_partitions(
    name: str, least: int, spark: Any, options: dict[str, str], stock: af.Model
) -> None:
    found = load(spark, options, source=name)
    assert found.rdd.getNumPartitions() >= least
    expected = af.read_anaplan(name, stock)
    assert_same(
        found,
        expected.drop(columns=expected.columns[expected.isna().all()]).reindex(
            columns=expected.columns
        ),
    )


def test_an_option_limits_the_partitions(spark: Any, options: dict[str, str]) -> None:
    found = load(spark, options, source="Stock", partitions="3")
    assert found.rdd.getNumPartitions() == 3
    assert found.agg({"Amount": "sum"}).first()[0] == sum(range(3_000)) / 4


def test_options_of_reading_choose_columns_and_rows(
    spark: Any, options: dict[str, str], stock: af.Model
) -> None:
    rows = {"where": '{"Parts": ["Item 00007", "Item 00002"]}', "columns": '["Amount", "Parts"]'}
    found = load(spark, options, source="Stock", **rows)
    assert found.columns == ["Amount", "Parts"]
    assert sorted(found.toPandas()["Amount"]) == [0.5, 1.75]
    assert load(spark, options, source="Out", nrows="5", run="false").count() == 5
    assert load(spark, options, source="Out", columns="Note").columns == ["Note"]


def dying_once(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    from pyspark import TaskContext

    task = TaskContext.get()
    yield next(batches)
    if task is not None and task.attemptNumber() == 0 and task.partitionId() == 1:
        raise RuntimeError("the task dies")
    yield from batches


def test_tasks_that_die_while_they_read_are_read_again(spark: Any, options: dict[str, str]) -> None:
    found = load(spark, options, source="Stock", partitions="3")
    again = found.mapInArrow(dying_once, found.schema)
    assert again.selectExpr("count(*)", "sum(Amount)").first() == (3_000, sum(range(3_000)) / 4)


def test_executors_never_sign_in(
    spark: Any, options: dict[str, str], spark_sandbox: Sandbox
) -> None:
    planned = load(spark, options, source="Stock").rdd
    assert planned.getNumPartitions() > 1
    spark_sandbox.faults.add("500", path="/token/authenticate", times=None)
    try:
        assert planned.count() == 3_000
        assert spark_sandbox.faults.struck == []
    finally:
        spark_sandbox.faults.clear()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"source": "Stok"}, "Did you mean 'Stock'"),
        ({"source": "Stock", "sorce": "x"}, "Did you mean 'source'"),
        ({"source": "Stock", "nrows": "many"}, "nrows must be a whole number"),
        ({}, r"\.option\('source'"),
        ({"source": "Parts", "totals": "false"}, "no option 'totals'"),
    ],
)
def test_wrong_options_are_named(
    wrong: dict[str, str], message: str, spark: Any, options: dict[str, str]
) -> None:
    with pytest.raises(Exception, match=message) as caught:
        load(spark, options, **wrong)
    assert options["password"] not in str(caught.value)
