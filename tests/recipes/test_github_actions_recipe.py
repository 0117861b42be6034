"""The workflow of GitHub Actions is valid, and its steps run as a runner runs them."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.recipes.conftest import RECIPES, Night

WORKFLOW = RECIPES / "github_actions.yml"
STEPS = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]["load"]["steps"]
OURS = Path(__file__).parents[2] / ".github" / "workflows"
QUERY = "select * from flights where flights > 0"


@pytest.mark.long
@pytest.mark.parametrize("path", [WORKFLOW, *OURS.glob("*.yml")], ids=lambda path: path.stem)
def test_a_workflow_follows_the_schema_of_workflows(path: Path) -> None:
    schema = ("--builtin-schema", "vendor.github-workflows")
    subprocess.run([sys.executable, "-m", "check_jsonschema", *schema, path], check=True)


def test_every_secret_comes_from_the_secrets_of_the_repository() -> None:
    given = [step["env"] for step in STEPS if "env" in step]
    assert given == [
        {name: f"${{{{ secrets.{name} }}}}" for name in names}
        for names in [("ANAPLAN_EMAIL", "ANAPLAN_PASSWORD", "WAREHOUSE_URL")]
    ]


def run_steps(night: Night) -> list[int]:
    """Run each step with a shell, with its secrets, until one fails; return the exit statuses."""
    hosts = ("ANAPLAN_API_URL", "ANAPLAN_AUTH_URL")
    secrets = night.environment | {"WAREHOUSE_URL": "sqlite:///warehouse.db"}
    night.environment = {
        name: value
        for name, value in night.environment.items()
        if name in hosts or not name.startswith("ANAPLAN_")
    }
    statuses = []
    for number, step in enumerate(step for step in STEPS if "run" in step):
        script = night.folder / f"step{number}.sh"
        script.write_text(step["run"], "utf-8")
        values = " ".join(step.get("env", {}).values())
        given = {name: secrets[name] for name in re.findall(r"secrets\.(\w+)", values)}
        # As a runner does: https://docs.github.com/actions, "jobs.<job_id>.steps[*].shell".
        done = night.run("bash", "-e", script, **given)
        print(done.stdout, done.stderr)
        statuses.append(done.returncode)
        if statuses[-1]:
            break
    return statuses


@pytest.fixture
def runner(night: Night) -> Night:
    """Fill a database and the repository; pip only notes what it should install.

    An unreleased package is on no index.
    """
    night.program("pip", 'echo "$@" >> "$HOME/installed"')
    (night.folder / "flights.sql").write_text(QUERY, "utf-8")
    return night


def fill(night: Night, **options: Any) -> None:
    flights = night.write_flights(**options)
    with closing(sqlite3.connect(night.folder / "warehouse.db")) as database:
        flights.to_sql("flights", database, index=False)


@pytest.mark.long
def test_the_steps_load_what_the_query_finds(runner: Night) -> None:
    fill(runner)
    assert run_steps(runner) == [0, 0]
    assert (runner.folder / "installed").read_text() == "install anaplan-frames[sql]\n"
    assert runner.flights_loaded() == 16


@pytest.mark.long
def test_the_job_fails_if_rows_are_rejected_and_keeps_them(runner: Night) -> None:
    fill(runner, misfit=True)
    assert run_steps(runner) == [0, 3]
    [kept] = [step["with"]["path"] for step in STEPS if step.get("if") == "failure()"]
    assert "SJU" in (runner.folder / kept / "rejected.csv").read_text("utf-8")
