"""A night job: a tenant, a folder with data, and an environment in which recipes are run."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.cli.conftest import AIRLINES, AIRPORTS, FLIGHTS

RECIPES = Path(__file__).parents[2] / "docs" / "recipes"
# No tool reports its use to anybody, and a temporary server may take long to start.
_SETTINGS = {
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "SCARF_ANALYTICS": "false",
}


@dataclass
class Night:
    """What a job at night has: a model, a folder and the variables of its environment."""

    sandbox: Sandbox
    model: af.Model
    folder: Path
    environment: dict[str, str]

    def run(
        self, *command: str | Path, seconds: float = 240, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the folder."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        )

    def run_recipe(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run a recipe with Python, as a script."""
        return self.run(sys.executable, RECIPES / name)

    def program(self, name: str, script: str) -> Path:
        """Put a program on the job's PATH."""
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o755)
        return path

    def write_flights(self, *, misfit: bool = False) -> pd.DataFrame:
        """Write `flights.parquet` and `flights.csv`; a misfit is a row that Anaplan rejects."""
        flights = FLIGHTS.assign(dest=["SJU", "ATL", "BOS"]) if misfit else FLIGHTS
        flights.to_parquet(self.folder / "flights.parquet")
        flights.to_csv(self.folder / "flights.csv", index=False)
        return flights

    def flights_loaded(self) -> int:
        """Return the sum of the line item flights."""
        return int(
            self.model.modules["Flights by Month"].read(columns=["flights"])["flights"].sum()
        )

    def lock(self) -> None:
        """Lock the model, so that it refuses work for now."""
        self.sandbox.models[self.model.id].state = "LOCKED"

    def tasks_of(self, target: str) -> int:
        """Return how often an import was started."""
        return len(self.model.imports[target].tasks())


@pytest.fixture
def night(demo_sandbox: Sandbox, tmp_path: Path) -> Iterator[Night]:
    """Serve the demo tenant with its airlines and two airports; the folder has data to load."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("ANAPLAN_", "PYTEST_"))}
    (tmp_path / "bin").mkdir()
    environment = (
        kept
        | _SETTINGS
        | {
            "ANAPLAN_API_URL": demo_sandbox.api_url,
            "ANAPLAN_AUTH_URL": demo_sandbox.auth_url,
            "ANAPLAN_EMAIL": demo_sandbox.email,
            "ANAPLAN_PASSWORD": demo_sandbox.password,
            "DLT_DATA_DIR": str(tmp_path / "dlt"),  # /var/dlt if root runs the tests
            "HOME": str(tmp_path),
            "PATH": os.pathsep.join([str(tmp_path / "bin"), kept["PATH"]]),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
        }
    )
    with demo_sandbox.connect() as connection:
        model = connection.model("Flight Planning")
        model.imports["Load airlines"].write(AIRLINES)
        model.imports["Load airports"].write(AIRPORTS)
        job = Night(demo_sandbox, model, tmp_path, environment)
        # The command may be installed elsewhere or not at all.
        job.program("anaplan-frames", f'exec {shlex.quote(sys.executable)} -m anaplan_frames "$@"')
        job.write_flights()
        yield job
