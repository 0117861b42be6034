"""anaplan-api from PyPI does its whole job against the sandbox.

Version 0.3.4 pins pandas < 3 and cryptography < 43, so it runs in an environment of its own, which
is made once and kept in pytest's cache folder. Its login by certificate cannot be tried: it encodes
a text as if it were bytes and fails before it sends anything. Of the transactional API it knows one
operation, the listing of lists. Workspaces and models it looks for below a user, because the API
has none.
"""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from anaplan_frames.sandbox import Sandbox
from tests.clients import tenant
from tests.clients.environments import clean_environment, python_with

JOB = Path(__file__).with_name("anaplan_api_job.py")
CHUNK = 1024**2  # bytes; the smallest that this client knows


@pytest.fixture(scope="session")
def python(request: pytest.FixtureRequest) -> Path:
    return python_with(request.config.cache.mkdir("environments"), "anaplan-api==0.3.4")


@pytest.fixture
def airports(tmp_path: Path) -> Path:
    """Return the airports with long texts in a column that no import reads, for several chunks."""
    frame = pd.read_csv(tenant.AIRPORTS, dtype=str, keep_default_na=False)
    frame["dst"] = "x" * 1_000
    path = tmp_path / "airports.csv"
    frame.to_csv(path, index=False)
    assert path.stat().st_size > CHUNK
    return path


def run_job(python: Path, sandbox: Sandbox, uploads: dict[str, Path]) -> dict[str, Any]:
    settings = {
        "url": sandbox.api_url,
        "email": sandbox.email,
        "password": sandbox.password,
        "workspace": tenant.WORKSPACE,
        "model": tenant.MODEL,
        "uploads": {file: str(path) for file, path in uploads.items()},
        "actions": [tenant.LOAD_AIRPORTS, tenant.CLEAR_AIRPORTS, tenant.LOAD_ALL],
        "export": tenant.FLIGHTS_EXPORT,
    }
    done = subprocess.run(
        [python, JOB],
        input=json.dumps(settings),
        capture_output=True,
        text=True,
        timeout=120,
        env=clean_environment(),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.long
def test_it_does_the_whole_job(python: Path, sandbox: Sandbox, airports: Path) -> None:
    found = run_job(
        python,
        sandbox,
        {
            tenant.AIRLINES_FILE: tenant.AIRLINES,
            tenant.AIRPORTS_FILE: airports,
            tenant.FLIGHTS_FILE: tenant.FLIGHTS,
        },
    )
    assert found["user"] == sandbox.email
    assert found["lists"]["imports"] == {
        "Load airlines": tenant.LOAD_AIRLINES,
        "Load airports": tenant.LOAD_AIRPORTS,
        "Load flights": tenant.LOAD_FLIGHTS,
    }
    assert found["lists"]["exports"] == {"Flights export": tenant.FLIGHTS_EXPORT}
    assert found["lists"]["actions"] == {"Clear airports": tenant.CLEAR_AIRPORTS}
    assert found["lists"]["processes"] == {"Load all": tenant.LOAD_ALL}
    assert tenant.FLIGHTS_FILE in found["lists"]["files"].values()
    assert found["lists"]["lists"] == {
        "Airlines": "101000000001",
        "Airports": "101000000002",
        "Origins": "101000000003",
    }
    assert all(found["uploaded"].values())

    [airports_alone], _, _, *_ = found["tasks"]
    assert str(tenant.AIRPORT_ROWS) in airports_alone.splitlines()
    details = [detail.splitlines() for detail in found["tasks"][-1]]
    for rows, rejected in (
        (tenant.AIRLINE_ROWS, 0),
        (tenant.AIRPORT_ROWS, tenant.REJECTED_AIRPORTS),
        (tenant.FLIGHT_ROWS, tenant.REJECTED_FLIGHT_ROWS),
    ):
        assert any(_says(lines, rows, rejected) for lines in details)
    assert found["flights"] == tenant.ALL_FLIGHTS - tenant.REJECTED_FLIGHTS


def _says(lines: list[str], rows: int, rejected: int) -> bool:
    """Say whether a detail, as this client shows it, has these counts."""
    pairs = dict(itertools.pairwise(lines))
    return (pairs.get("totalRowCount"), pairs.get("failedCount")) == (str(rows), str(rejected))
