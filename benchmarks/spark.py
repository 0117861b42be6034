"""`python -m benchmarks.spark`: Spark's executors against `toPandas()` and `to_anaplan`.

Writes rows from 8 partitions into a module of a sandbox and reads them back, and compares the sums.
Needs the extra ``spark``, Java, and the extra ``sandbox``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from benchmarks.memory import peak

ROOT = Path(__file__).resolve().parent.parent
SIDE = 2_000  # items of the first dimension
WAYS = {
    "Spark, 2 tasks at once": ("spark", 2),
    "Spark, 1 task at once": ("spark", 1),
    "toPandas, to_anaplan": ("pandas", 2),
}


def main() -> None:
    """Serve a module, and measure each way in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spark", description=__doc__)
    parser.add_argument("--rows", type=float, default=4, help="millions")
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--way", choices=["spark", "pandas"])
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--url")
    options = parser.parse_args()
    rows = round(options.rows * 1e6)
    if options.way:
        measure(options.way, options.cores, options.url, rows)
        return
    with Sandbox("demo@example.com", "demo", rate_limit=None) as sandbox:
        build(sandbox, rows)
        for name in options.ways:
            way, cores = WAYS[name]
            print(name, end=": ", flush=True)
            words = ["--way", way, "--cores", str(cores), "--url", sandbox.api_url]
            subprocess.run(
                [sys.executable, "-m", "benchmarks.spark", "--rows", str(options.rows), *words],
                check=True,
                cwd=ROOT,
            )


def build(sandbox: Sandbox, rows: int) -> None:
    model = sandbox.workspace("Demo").model("Sales")
    shops = [f"Shop {number:04}" for number in range(SIDE)]
    goods = [f"Good {number:05}" for number in range(-(-rows // SIDE))]
    dimensions = [
        model.list(name, items=pd.DataFrame({"Name": items, "Code": items}))
        for name, items in (("Shops", shops), ("Goods", goods))
    ]
    sales = model.module("Sales", dimensions=dimensions, line_items={"Amount": "NUMBER"})
    columns = ["shop", "good", "amount"]
    file = model.file("sales.csv", columns=columns)
    mapping = dict(zip(columns, ["Shops", "Goods", "Amount"], strict=True))
    model.import_("Load sales", file, into=sales, mapping=mapping)


def session(cores: int) -> Any:
    from pyspark.sql import SparkSession

    from anaplan_frames.integrations.spark import AnaplanDataSource

    os.environ.update(PYTHONPATH=str(ROOT), PYSPARK_PYTHON=sys.executable)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "2g",
        "spark.driver.maxResultSize": "2g",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    builder = SparkSession.builder.master(f"local[{cores}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    spark.dataSource.register(AnaplanDataSource)
    return spark


def data(spark: Any, rows: int) -> Any:
    return spark.range(0, rows, 1, 8).selectExpr(
        f"concat('Shop ', lpad(id % {SIDE}, 4, '0')) AS shop",
        f"concat('Good ', lpad(cast(id / {SIDE} AS int), 5, '0')) AS good",
        "cast(id % 1000 + 1 AS double) / 4 AS amount",
    )


def measure(way: str, cores: int, url: str, rows: int) -> None:
    """Write, and read back; print seconds and the most memory that the driver's Python took."""
    spark = session(cores)
    df = data(spark, rows)
    total = df.agg({"amount": "sum"}).first()[0]  # and all processes are there
    options = {"email": "demo@example.com", "password": "demo", "api_url": url, "auth_url": url}
    with af.connect(**options) as connection:
        model = connection.model("Sales")
        begun = time.perf_counter()
        if way == "spark":
            writer = df.write.format("anaplan").mode("append").options(**options, model="Sales")
            writer.option("target", "Load sales").save()
        else:
            af.to_anaplan(df.toPandas(), "Load sales", model, progress=False)
        written = time.perf_counter() - begun
        begun = time.perf_counter()
        if way == "spark":
            reader = spark.read.format("anaplan").options(**options, model="Sales")
            found = reader.option("source", "Sales").load().agg({"Amount": "sum"}).first()[0]
        else:
            frame = af.read_anaplan("Sales", model, kind="modules", progress=False)
            found = spark.createDataFrame(frame).agg({"Amount": "sum"}).first()[0]
        seconds = time.perf_counter() - begun
    if found != total:
        raise SystemExit(f"The sums differ: {found} was read, and {total} written.")
    most = f"driver {peak() or 0:.0f} MB"
    print(f"written in {written:.1f} s, read in {seconds:.1f} s, {most}", flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
