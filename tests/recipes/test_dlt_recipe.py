"""The recipe of dlt: from Anaplan into DuckDB, and back."""

from __future__ import annotations

import sys

import duckdb
import pandas as pd
import pytest

from tests.recipes.conftest import RECIPES, Night

pytestmark = pytest.mark.weekly

ONLY_TO_ANAPLAN = f"""
import sys
import dlt, pyarrow.parquet
sys.path.append({str(RECIPES)!r})
from dlt_pipelines import anaplan
data = pyarrow.parquet.read_table("flights.parquet")
dlt.pipeline("to_anaplan", destination=anaplan).run(data, table_name="Load flights")
"""


@pytest.fixture
def loaded(night: Night) -> Night:
    """Load a row that the recipe does not load."""
    flights = pd.read_parquet(night.folder / "flights.parquet")
    flights.head(1).assign(period="Dec 13", flights=100).to_parquet(night.folder / "other.parquet")
    night.model.imports["Load flights"].write(pd.read_parquet(night.folder / "other.parquet"))
    return night


def test_tables_go_both_ways(loaded: Night) -> None:
    done = loaded.run_recipe("dlt_pipelines.py")
    assert done.returncode == 0, done.stderr
    with duckdb.connect(str(loaded.folder / "warehouse.duckdb")) as warehouse:
        found = warehouse.sql("select time, flights from planning.flights where flights > 0")
        assert found.fetchall() == [("Dec 13", 100)]
    assert loaded.flights_loaded() == 116


def test_rejected_rows_fail_the_pipeline_without_another_try(night: Night) -> None:
    night.write_flights(misfit=True)
    done = night.run_recipe("dlt_pipelines.py")
    assert done.returncode == 1
    assert "1 of 3 rows were rejected" in done.stderr
    assert night.tasks_of("Load flights") == 1
    assert "SJU" in (night.folder / "dumps" / "Load flights" / "rejected.csv").read_text("utf-8")


def test_a_locked_model_is_tried_again(night: Night) -> None:
    night.lock()
    done = night.run(sys.executable, "-c", ONLY_TO_ANAPLAN, LOAD__RAISE_ON_MAX_RETRIES="2")
    assert done.returncode == 1
    assert "the model is locked" in done.stderr
    assert "LoadClientJobRetry" in done.stderr
