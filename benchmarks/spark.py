"""`python -m benchmarks.spark`: Spark's executors against `toPandas()` and `to_anaplan`.

Writes rows from 8 partitions into a module of a sandbox and reads them back, and compares the sums.
The line has a round trip, and a width for each connection, so that executors can gain by sending at
the same time. Needs the extra ``spark``, Java, and the extra ``sandbox``.
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
from benchmarks.delay_proxy import DelayProxy
from benchmarks.memory import peak
from benchmarks.narrow_line import narrow_line

ROOT = Path(__file__).resolve().parent.parent
SIDE = 2_000  # items of the first dimension
WAYS = {
    "Spark, 2 executors": ("spark", 2),
    "Spark, 1 executor": ("spark", 1),
    "toPandas, to_anaplan": ("pandas", 1),
}


def main() -> None:
    """Serve a module, and measure each way in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spark", description=__doc__)
    parser.add_argument("--rows", type=float, default=4, help="millions")
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--way", choices=["spark", "pandas"])
    parser.add_argument("--executors", type=int, default=2)
    parser.add_argument("--round-trip", type=float, default=0.04, help="seconds")
    parser.add_argument("--megabits", type=float, default=16, help="a second, of one connection")
    parser.add_argument("--url")
    options = parser.parse_args()
    rows = round(options.rows * 1e6)
    if options.way:
        measure(options.way, options.executors, options.url, rows)
        return
    with Sandbox("demo@example.com", "demo", rate_limit=None) as sandbox:
        build(sandbox, rows)
        with narrow_line(sandbox.api_url, options.round_trip, options.megabits) as line:
            for name in options.ways:
                way, executors = WAYS[name]
                print(f"{name}:", flush=True)
                words = ["--way", way, "--executors", str(executors), "--url", line.url]
                line.reset()
                subprocess.run(
                    [sys.executable, "-m", "benchmarks.spark", "--rows", str(options.rows), *words],
                    check=True,
                    cwd=ROOT,
                )
                print(f"chunks were sent in {sending_seconds(line):.1f} s", flush=True)


def sending_seconds(line: DelayProxy) -> float:
    """Return the seconds from the first chunk that was sent to the last that was answered."""
    requests = line.seen()["requests"]
    chunks = [each for each in requests if each["method"] == "PUT" and "/chunks/" in each["path"]]
    answered = max(each["answered"] for each in chunks)
    return float(answered - min(each["sent"] for each in chunks))


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


def session(executors: int) -> Any:
    from pyspark.sql import SparkSession

    from anaplan_frames.integrations.spark import AnaplanDataSource

    os.environ.update(PYTHONPATH=str(ROOT), PYSPARK_PYTHON=sys.executable)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.memory": "2g",
        "spark.executor.memory": "1g",
        "spark.driver.maxResultSize": "2g",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    builder = SparkSession.builder.master(f"local-cluster[{executors},1,1024]")
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
        "cast(id * 7919 % 1000003 + 1 AS double) / 4 AS amount",
    )


def java_peak(spark: Any) -> float:
    """Return the most megabytes that the driver's Java has had in memory."""
    pid = spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid()
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def measure(way: str, executors: int, url: str, rows: int) -> None:
    """Write, and read back; print seconds and the most memory that the driver took."""
    spark = session(executors)
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
        most = f"driver {peak() or 0:.0f} MB in Python, {java_peak(spark):.0f} MB in Java"
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
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"written in {written:.1f} s ({most}), read in {seconds:.1f} s, {load}", flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
