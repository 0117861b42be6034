"""One session of Spark, and a tenant with a list, a module over it, files, imports and exports."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, chdir
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.spark.two_hosts import MEMORY, QUICK, cluster

ROOT = Path(__file__).parents[2]
DATA = ROOT / "anaplan_frames/demo/data"
FILES = {"airlines": "airlines.csv", "airports": "airports.csv", "flights_monthly": "flights.csv"}
ROWS = 3_000
SETTINGS = {
    "spark.driver.extraJavaOptions": QUICK,
    "spark.executor.extraJavaOptions": QUICK,
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.python.daemon.module": "tests.spark.preloaded_daemon",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.memory": "1g",
    "spark.executor.memory": MEMORY,
    "spark.task.maxFailures": "4",
    "spark.speculation": "true",
    "spark.speculation.interval": "200ms",
    "spark.speculation.minTaskRuntime": "3s",
    "spark.speculation.multiplier": "2",
    "spark.speculation.quantile": "0.5",
}
NOTES = ['say "so"', "two\nlines", "plain", ',";\n"', "ünïcode", "x" * 60]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what needs Java to the long run."""
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker("long")


@pytest.fixture(scope="session")
def demo_environment() -> Iterator[dict[str, str]]:
    """The demo tenant, as variables of the environment of all processes of Spark."""
    with Sandbox.demo(rate_limit=None, task_pause=0) as running:
        with running.connect() as connection:
            model = connection.model("Flight Planning")
            for source, name in FILES.items():
                model.files[name].upload(DATA / f"{source}.csv")
            model.processes["Load all"].run(on_rejected="ignore", progress=False)
        yield {
            "ANAPLAN_EMAIL": running.email,
            "ANAPLAN_PASSWORD": running.password,
            "ANAPLAN_API_URL": running.api_url,
            "ANAPLAN_AUTH_URL": running.auth_url,
        }


@pytest.fixture(scope="session")
def driver_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working folder of Spark's driver."""
    return tmp_path_factory.mktemp("driver")


@pytest.fixture(scope="session")
def spark(demo_environment: dict[str, str], driver_folder: Path) -> Iterator[Any]:
    """Start Spark with two executors, which start slow tasks a second time."""
    pytest.importorskip("pyspark", reason="PySpark is not installed; see .ci/spark")
    from pyspark.sql import SparkSession

    from anaplan_frames.integrations.spark import AnaplanDataSource
    from tests.spark.troubled_source import TroubledSource

    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    variables = {"PYTHONPATH": path, "PYSPARK_PYTHON": sys.executable, **demo_environment}
    with ExitStack() as ending, chdir(driver_folder), pytest.MonkeyPatch.context() as patch:
        for name, value in {**variables, "SPARK_LOCAL_IP": "127.0.0.1"}.items():
            patch.setenv(name, value)
        builder = SparkSession.builder.master(ending.enter_context(cluster(driver_folder)))
        for name, value in SETTINGS.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        ending.callback(session.stop)
        end = ending.pop_all()
    session.sparkContext.setLogLevel("OFF")
    session.dataSource.register(AnaplanDataSource)
    session.dataSource.register(TroubledSource)
    with end:
        yield session


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


def connected(sandbox: Sandbox) -> dict[str, str]:
    """Return the options of a connection, and the model."""
    return {
        "email": sandbox.email,
        "password": sandbox.password,
        "api_url": sandbox.api_url,
        "auth_url": sandbox.auth_url,
        "model": "Stock",
    }


@pytest.fixture
def options(spark_sandbox: Sandbox) -> dict[str, str]:
    """The options of a connection, and the model."""
    return connected(spark_sandbox)


@pytest.fixture
def stock(spark_sandbox: Sandbox) -> Iterator[af.Model]:
    """The model itself, its list of goods empty."""
    with spark_sandbox.connect() as connection:
        model = connection.model("Stock")
        model.actions["Clear goods"].run()
        yield model
