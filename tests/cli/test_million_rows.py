"""A million rows are as fast from the command line as from Python."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from anaplan_frames.sandbox import Sandbox

pytestmark = pytest.mark.long
ROWS = 1_000_000
_PYTHON = """
import sys
import anaplan_frames as af, pandas as pd
with af.connect() as conn:
    model = conn.model("Flight Planning")
    if sys.argv[1] == "write":
        af.to_anaplan(pd.read_csv("many.csv", dtype=str), "flights.csv", model)
    else:
        af.read_anaplan("flights.csv", model).to_csv("back.csv", index=False)
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], Path]]:
    """Serve a tenant; yield the environment and a folder with a million rows in it."""
    folder = tmp_path_factory.mktemp("many")
    made = np.random.default_rng(1)
    columns = ["flights", "cancelled", "dep_delay_minutes", "arr_delay_minutes", "air_time_minutes"]
    frame = pd.DataFrame(
        {
            "carrier": made.choice(["AA", "DL", "UA"], ROWS),
            "origin": made.choice(["JFK", "EWR"], ROWS),
            "dest": made.choice(["ATL", "Boston, MA"], ROWS),
            "period": made.choice(["Jan 13", "Feb 13"], ROWS),
        }
        | {name: made.integers(0, 100_000, ROWS) for name in [*columns, "distance_miles"]}
    )
    frame.to_csv(folder / "many.csv", index=False)
    with Sandbox.demo(rate_limit=None, task_pause=0) as running:
        yield (
            dict(os.environ)
            | {"ANAPLAN_API_URL": running.api_url, "ANAPLAN_AUTH_URL": running.auth_url}
            | {"ANAPLAN_EMAIL": running.email, "ANAPLAN_PASSWORD": running.password}
            | {"ANAPLAN_MODEL": "Flight Planning", "XDG_CONFIG_HOME": str(folder)},
            folder,
        )


def seconds(many: tuple[dict[str, str], Path], *words: str) -> float:
    """Run Python, and return the processor time that it took."""
    environment, folder = many
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, *words]
    subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("write", ["write", "many.csv", "flights.csv"]),
        ("read", ["read", "flights.csv", "-o", "same.csv"]),
    ],
)
def test_the_command_line_takes_no_more_processor_time_than_python(
    many: tuple[dict[str, str], Path], how: str, words: list[str]
) -> None:
    by_python, by_command = (
        min(seconds(many, *call) for _ in range(2))
        for call in (["-c", _PYTHON, how], ["-m", "anaplan_frames", *words])
    )
    print(f"{how}: {by_command:.2f} s by the command line, {by_python:.2f} s by Python")
    assert by_command < 1.2 * by_python
    if how == "read":
        folder = many[1]
        assert (folder / "same.csv").read_bytes() == (folder / "many.csv").read_bytes()
