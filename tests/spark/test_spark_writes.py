"""Spark writes from its executors, and one import follows; or none, if the job ends early."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.spark.conftest import ROOT, connected

RUNS = int(os.environ.get("ANAPLAN_SPARK_RUNS", "3"))  # with tasks that die; each takes seconds
TOKEN = 10  # seconds that a token lives; Anaplan shows the time in whole seconds


def rows_of(spark: Any, count: int, partitions: int) -> Any:
    ids = spark.range(0, count, 1, partitions)
    return ids.selectExpr("lpad(id, 6, '0') AS code", "concat('Good \"', id, '\"\\n;') AS name")


def codes(model: af.Model) -> list[str]:
    return sorted(model.lists["Goods"].read(columns=["code"])["code"])


def save(df: Any, options: dict[str, str], **more: str) -> None:
    more = {"target": "Load goods", **more}
    df.write.format("anaplan").mode("append").options(**options, **more).save()


def troubled(df: Any, options: dict[str, str], trouble: str) -> None:
    writer = df.write.format("troubled").mode("append").options(**options, trouble=trouble)
    writer.option("target", "Load goods").save()


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


@pytest.mark.parametrize("seed", range(RUNS))
def test_tasks_that_die_at_random_change_nothing(
    seed: int, spark: Any, options: dict[str, str], stock: af.Model, tmp_path: Path
) -> None:
    load = stock.imports["Load goods"]
    before = len(load.tasks())
    troubled(rows_of(spark, 500 + seed, 4), options, f"{tmp_path} {seed}")
    assert codes(stock) == wanted(500 + seed)
    assert len(load.tasks()) == before + 1
    died = sorted(path.name for path in tmp_path.iterdir())
    assert all(re.fullmatch(rf"{seed} [0-3] [0-2] [a-z ]+", name) for name in died)
    if seed < 3:
        assert died  # each of the first has some


@pytest.mark.parametrize(("slow", "sent_twice"), [("before", False), ("after", True)])
def test_a_slow_task_that_is_started_a_second_time_changes_nothing(
    slow: str,
    sent_twice: bool,
    spark: Any,
    options: dict[str, str],
    stock: af.Model,
    tmp_path: Path,
) -> None:
    load = stock.imports["Load goods"]
    before = len(load.tasks())
    troubled(rows_of(spark, 400, 4), options, f"{tmp_path} {slow}")
    assert codes(stock) == wanted(400)
    assert len(load.tasks()) == before + 1
    sent = sorted(path.name for path in tmp_path.glob(f"{slow} 1 * sent"))
    first = [f"{slow} 1 0 sent"] if sent_twice else []
    assert sent == [*first, f"{slow} 1 1 sent"]


def failing(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield from batches
    raise RuntimeError("the task dies")


def test_a_job_that_fails_imports_nothing_and_the_next_one_works(
    spark: Any, options: dict[str, str], stock: af.Model
) -> None:
    load = stock.imports["Load goods"]
    before = len(load.tasks())
    df = rows_of(spark, 100, 2)
    with pytest.raises(Exception, match="the task dies"):
        save(df.mapInArrow(failing, df.schema), options)
    assert len(load.tasks()) == before
    assert codes(stock) == []
    save(df, options)
    assert codes(stock) == wanted(100)


def late(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    time.sleep(1.3 * TOKEN)
    yield from batches


def test_a_job_may_take_longer_than_a_token_lives(spark: Any) -> None:
    with Sandbox(rate_limit=None, task_pause=0, token_lifetime=TOKEN) as sandbox:
        model = sandbox.workspace("Demo").model("Stock")
        file = model.file("goods.csv", columns=["code", "name"])
        mapping = {"code": "Code", "name": "Name"}
        model.import_("Load goods", file, into=model.list("Goods"), mapping=mapping)
        with sandbox.connect() as connection:
            df = rows_of(spark, 30, 2)
            save(df.mapInArrow(late, df.schema), connected(sandbox))
            assert codes(connection.model("Stock")) == wanted(30)


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
    with pytest.raises(Exception, match=r"df\.repartition\(2\)") as caught:
        save(large(spark, 1), options)
    message = re.search("DataError: (.*)", str(caught.value))
    assert message is not None
    assert message[1] in (ROOT / "docs/spark.md").read_text("utf-8")
    assert len(stock.imports["Load goods"].tasks()) == before


def test_the_function_repartitions_and_returns_the_result(
    spark: Any, stock: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anaplan_frames.integrations.spark import partition_sizes, partitioned_write, to_anaplan

    monkeypatch.setattr(partitioned_write, "LARGEST_CHUNK", 12_000)
    monkeypatch.setattr(partition_sizes, "GOOD_CHUNK", 10_000)
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
