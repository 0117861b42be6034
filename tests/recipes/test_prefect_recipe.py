"""The recipe of Prefect: its flow runs with a temporary server."""

from __future__ import annotations

import sys

import pytest

from tests.recipes.conftest import RECIPES, Night

pytestmark = pytest.mark.weekly

WITHOUT_PAUSES = f"""
import runpy
load = runpy.run_path({str(RECIPES / "prefect_flow.py")!r})["load"]
load.with_options(retry_delay_seconds=0)("flights.parquet", "Load flights")
"""


def test_the_flow_loads_the_rows(night: Night) -> None:
    done = night.run_recipe("prefect_flow.py")
    assert done.returncode == 0, done.stderr
    assert "3 rows loaded" in done.stderr + done.stdout
    assert night.flights_loaded() == 16


def test_rejected_rows_fail_the_flow_without_another_try(night: Night) -> None:
    night.write_flights(misfit=True)
    done = night.run_recipe("prefect_flow.py")
    assert done.returncode == 1
    assert "1 of 3 rows were rejected" in done.stderr + done.stdout
    assert night.tasks_of("Load flights") == 1
    assert "SJU" in (night.folder / "dumps" / "rejected.csv").read_text("utf-8")


def test_a_locked_model_is_tried_again(night: Night) -> None:
    night.lock()
    done = night.run(sys.executable, "-c", WITHOUT_PAUSES)
    assert done.returncode == 1
    assert "the model is locked" in done.stderr
    assert "Retry 2/2" in done.stderr + done.stdout
