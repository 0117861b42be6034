"""One session of Spark, and a tenant with a list, a module over it, files, imports and exports."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
ROWS = 3_000
NOTES = ['say "so"', "two\nlines", "plain", ',";\n"', "ünïcode", "x" * 60]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what needs Java to the long run."""
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker("long")


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """Start Spark with two cores; a task may fail some times."""
    pytest.importorskip("pyspark", reason="PySpark is not installed; see .ci/spark")
    from pyspark.sql import SparkSession

    from anaplan_frames.integrations.spark import AnaplanDataSource

    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    os.environ.update(PYTHONPATH=path, PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")
    session = (
        SparkSession.builder.master("local[2,8]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.driver.memory", "1g")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    session.dataSource.register(AnaplanDataSource)
    yield session
    session.stop()


@pytest.fixture(scope="session")
def spark_sandbox() -> Iterator[Sandbox]:
    """Serve a model whose texts come in many chunks and pages."""
    sizes = {"export_chunk_size": 20_000, "read_page_size": 20_000}
    with Sandbox(rate_limit=None, task_pause=0, **sizes) as running:
        model = running.workspace("Demo").model("Stock")
        names = [f"Item {number:05}" for number in range(ROWS)]
        codes = [f"{number:05}" for number in range(ROWS)]
        items = model.list("Parts", items=pd.DataFrame({"Name": names, "Code": codes}))
        notes = [f"{NOTES[number % 6]} {number}" for number in range(ROWS)]
        cells = pd.DataFrame({"Parts": names, "Amount": np.arange(ROWS) / 4, "Note": notes})
        formats = {"Amount": "NUMBER", "Note": "TEXT"}
        stock = model.module("Stock", dimensions=[items], line_items=formats, cells=cells)
        model.export("Out", of=stock, omit_empty=True)
        goods = model.list("Goods")
        file = model.file("goods.csv", columns=["code", "name"])
        mapping = {"code": "Code", "name": "Name"}
        load = model.import_("Load goods", file, into=goods, mapping=mapping)
        model.process("Load all", [load])
        model.delete_action("Clear goods", of=goods)
        yield running


@pytest.fixture
def options(spark_sandbox: Sandbox) -> dict[str, str]:
    """The options of a connection, and the model."""
    return {
        "email": spark_sandbox.email,
        "password": spark_sandbox.password,
        "api_url": spark_sandbox.api_url,
        "auth_url": spark_sandbox.auth_url,
        "model": "Stock",
    }


@pytest.fixture
def stock(spark_sandbox: Sandbox) -> Iterator[af.Model]:
    """The model itself, its list of goods empty."""
    with spark_sandbox.connect() as connection:
        model = connection.model("Stock")
        model.actions["Clear goods"].run()
        yield model
