"""Spark writes from its executors, and one import follows; or none, if the job ends early."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af

RUNS = int(os.environ.get("ANAPLAN_SPARK_RUNS", "5"))  # with tasks that die; each takes seconds


def rows_of(spark: Any, count: int, partitions: int) -> Any:
    ids = spark.range(0, count, 1, partitions)
    return ids.selectExpr("lpad(id, 6, '0') AS code", "concat('Good \"', id, '\"\\n;') AS name")


def codes(model: af.Model) -> list[str]:
    return sorted(model.lists["Goods"].read(columns=["code"])["code"])


def save(df: Any, options: dict[str, str], **more: str) -> None:
    more = {"target": "Load goods", **more}
    df.write.format("anaplan").mode("append").options(**options, **more).save()


def wanted(count: int) -> list[str]:
    return [f"{number:06}" for number in range(count)]


@pytest.mark.parametrize(("count", "partitions"), [(1_000, 3), (2, 6), (0, 2)])
@pytest.mark.parametrize("target", ["Load goods", "Load all"])
def test_partitions_are_chunks_of_one_import(
    target: str, count: int, partitions: int, spark: Any, options: dict[str, str], stock: af.Model
) -> None:
    before = len(stock.imports["Load goods"].tasks())
    save(rows_of(spark, count, partitions), options, target=target)
    assert codes(stock) == wanted(count)
    if target == "Load goods":
        assert len(stock.imports["Load goods"].tasks()) == before + 1


def failing(folder: Path, seed: int, *, always: bool = False) -> Callable[..., Any]:
    """Return a step in which tasks die at random, before their rows or after some of them."""

    def step(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pyspark import TaskContext

        task = TaskContext.get()
        assert task is not None
        draw = random.Random(f"{seed} {task.partitionId()} {task.attemptNumber()}")
        yields = draw.random() < 0.5
        dies = always or (task.attemptNumber() < 5 and draw.random() < 0.3)
        for batch in batches:
            if dies and not yields:
                break
            yield batch
        if dies:
            (folder / f"{seed} {task.partitionId()} {task.attemptNumber()}").touch()
            raise RuntimeError("the task dies")

    return step


def test_tasks_that_die_at_random_change_nothing(
    spark: Any, options: dict[str, str], stock: af.Model, tmp_path: Path
) -> None:
    load = stock.imports["Load goods"]
    for seed in range(RUNS):
        stock.actions["Clear goods"].run()
        before = len(load.tasks())
        df = rows_of(spark, 500 + seed, 3)
        save(df.mapInArrow(failing(tmp_path, seed), df.schema), options)
        assert codes(stock) == wanted(500 + seed)
        assert len(load.tasks()) == before + 1
    assert len(list(tmp_path.iterdir())) >= RUNS // 2


def test_a_job_that_fails_imports_nothing_and_the_next_one_works(
    spark: Any, options: dict[str, str], stock: af.Model, tmp_path: Path
) -> None:
    load = stock.imports["Load goods"]
    before = len(load.tasks())
    df = rows_of(spark, 100, 2)
    with pytest.raises(Exception, match="the task dies"):
        save(df.mapInArrow(failing(tmp_path, 0, always=True), df.schema), options)
    assert len(load.tasks()) == before
    assert codes(stock) == []
    save(df, options)
    assert codes(stock) == wanted(100)


def test_rejected_rows_go_to_the_folder(
    spark: Any, options: dict[str, str], stock: af.Model, tmp_path: Path
) -> None:
    df = spark.createDataFrame([("a", "A"), (None, None), ("b", "B")], "code string, name string")
    df = df.repartition(2)
    with pytest.raises(Exception, match=r"RejectedRows: .*1 of 3 rows"):
        save(df, options, dump=str(tmp_path))
    assert codes(stock) == ["a", "b"]
    assert len(pd.read_csv(tmp_path / "rejected.csv")) == 1
    assert len(list(tmp_path.glob("failure_dump_*.csv"))) == 1
    save(df, options, dump=str(tmp_path), on_rejected="ignore")


def test_overwrite_and_wrong_columns_are_refused_before_anything_is_sent(
    spark: Any, options: dict[str, str], stock: af.Model
) -> None:
    before = len(stock.imports["Load goods"].tasks())
    df = rows_of(spark, 5, 1)
    writer = df.write.format("anaplan").mode("overwrite").options(**options, target="Load goods")
    with pytest.raises(Exception, match="does not overwrite"):
        writer.save()
    with pytest.raises(Exception, match="no column 'name'"):
        save(df.select("code"), options)
    with pytest.raises(Exception, match="cannot be written to"):
        save(df, options, target="Out")
    save(df.withColumnRenamed("name", "label"), options, mapping='{"label": "name"}')
    assert codes(stock) == wanted(5)
    assert len(stock.imports["Load goods"].tasks()) == before + 1


def large(spark: Any, partitions: int) -> Any:
    """Make 60 MB of text."""
    ids = spark.range(0, 60_000, 1, partitions)
    return ids.selectExpr("lpad(id, 6, '0') AS code", "rpad(id, 1000, 'x') AS name")


def test_a_partition_over_a_chunk_is_an_error_that_names_the_way_out(
    spark: Any, options: dict[str, str], stock: af.Model
) -> None:
    before = len(stock.imports["Load goods"].tasks())
    with pytest.raises(Exception, match=r"50,000,000 bytes.*df\.repartition\(n\)"):
        save(large(spark, 1), options)
    assert len(stock.imports["Load goods"].tasks()) == before


def test_the_function_repartitions_and_returns_the_result(
    spark: Any, stock: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anaplan_frames.integrations.spark import partitioned_write, to_anaplan

    monkeypatch.setattr(partitioned_write, "LARGEST_CHUNK", 12_000)
    monkeypatch.setattr(partitioned_write, "_GOOD_CHUNK", 10_000)
    before = len(stock.imports["Load goods"].tasks())
    result = to_anaplan(rows_of(spark, 1_000, 1), "Load goods", stock)
    assert (result.rows_loaded, result.bytes_sent > 20_000) == (1_000, True)
    assert codes(stock) == wanted(1_000)
    few = to_anaplan(rows_of(spark, 10, 3), stock.imports["Load goods"])
    assert (few.rows_sent, few.rows_loaded, few.outcome) == (10, 10, "loaded")
    nothing = to_anaplan(rows_of(spark, 10, 3).where("false"), "Load goods", stock)
    assert nothing.rows_sent == 0
    assert len(stock.imports["Load goods"].tasks()) == before + 3
    with pytest.raises(af.ColumnMismatch, match="no column 'name'"):
        to_anaplan(rows_of(spark, 10, 3).select("code"), "Load goods", stock)
    with pytest.raises(ValueError, match="tasks must be"):
        to_anaplan(rows_of(spark, 10, 3), "Load goods", stock, tasks=0)


def test_a_stream_is_written_batch_by_batch(
    spark: Any, options: dict[str, str], stock: af.Model, tmp_path: Path
) -> None:
    rows_of(spark, 20, 2).write.parquet(str(tmp_path / "in"))
    stream = spark.readStream.schema("code string, name string").parquet(str(tmp_path / "in"))
    query = (
        stream.writeStream.foreachBatch(lambda batch, number: save(batch, options))
        .option("checkpointLocation", str(tmp_path / "checkpoint"))
        .trigger(availableNow=True)
        .start()
    )
    query.awaitTermination(60)
    assert query.exception() is None
    assert codes(stock) == wanted(20)
