"""The recipe of Airflow: its DAG is run as `dag.test()` does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import AIRPORTS
from tests.recipes.conftest import RECIPES, Night

pytestmark = pytest.mark.weekly

RUN = f"""
import datetime, runpy
dag = runpy.run_path({str(RECIPES / "airflow_dag.py")!r})["load_anaplan_dag"]
for task in dag.tasks:
    task.retry_delay = datetime.timedelta(0)
run = dag.test()
tries = {{task.task_id: (str(task.state), task.try_number) for task in run.get_task_instances()}}
print("OUTCOME", str(run.state), tries)
"""


@pytest.fixture
def airflow(night: Night) -> Night:
    """Give Airflow a home and a database."""
    night.environment |= {
        "AIRFLOW_HOME": str(night.folder / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(RECIPES),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    AIRPORTS.to_parquet(night.folder / "airports.parquet")
    migrated = night.run(Path(sys.executable).with_name("airflow"), "db", "migrate")
    assert migrated.returncode == 0, migrated.stderr
    return night


def run(night: Night) -> subprocess.CompletedProcess[str]:
    return night.run(sys.executable, "-c", RUN)


def test_airports_and_then_flights_are_loaded(airflow: Night) -> None:
    done = run(airflow)
    assert "OUTCOME success" in done.stdout, done.stdout + done.stderr
    assert airflow.flights_loaded() == 16
    assert "import 'Load flights'" in done.stdout + done.stderr  # as the page says: the steps


def test_rejected_rows_fail_the_run_without_another_try(airflow: Night) -> None:
    airflow.write_flights(misfit=True)
    done = run(airflow)
    assert "OUTCOME failed" in done.stdout, done.stdout + done.stderr
    assert airflow.tasks_of("Load flights") == 1
    rejected = airflow.folder / "dumps" / "Load flights" / "rejected.csv"
    assert "SJU" in rejected.read_text("utf-8")


def test_a_locked_model_is_tried_again(airflow: Night) -> None:
    airflow.lock()
    done = run(airflow)
    assert "OUTCOME failed {'load': ('failed', 3)" in done.stdout, done.stdout + done.stderr
