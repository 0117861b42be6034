"""Runs that are killed at any moment, and the run after them."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.folders import cache_folder
from anaplan_frames.sandbox import Sandbox

CHUNK = 1_000_000  # bytes
ROWS = 75_000
SEEDS = range(54)

# Loads the data, and is killed so many seconds after its first request for the upload.
_RUN = """
import logging, os, signal, sys, threading, time
import pandas as pd
import anaplan_frames as af

url, path, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])

class KillSoon(logging.Handler):
    def emit(self, record):
        if "/files/" in record.getMessage() and not self.name:
            self.name = "begun"
            threading.Thread(target=kill, daemon=True).start()

def kill():
    time.sleep(seconds)
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

log = logging.getLogger("anaplan_frames")
log.setLevel(logging.DEBUG)
log.addHandler(KillSoon())
auth = af.BasicAuth("demo@example.com", "demo")
with af.connect(auth=auth, api_url=url, auth_url=url) as connection:
    model = connection.model("M")
    af.to_anaplan(pd.read_parquet(path), "Load things", model, chunk_bytes=1_000_000)
"""


@pytest.fixture(scope="module")
def things() -> pd.DataFrame:
    """Return data of some 7 MB that hardly compress."""
    chance = np.random.default_rng(5)
    texts = pd.Series(chance.integers(0, 2**63, (ROWS, 4)).tolist()).astype(str)
    return pd.DataFrame({"Name": [f"thing {n:08d}" for n in range(ROWS)], "Text": texts})


@pytest.fixture(scope="module")
def things_path(things: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the data to a file for the runs that are killed."""
    path = tmp_path_factory.mktemp("things") / "things.parquet"
    things.to_parquet(path)
    return path


def _count_uploads(things_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each chunk comes."""
    came: Counter[str] = Counter()
    strike = things_sandbox.faults.strike

    def counting(method: str, path: str) -> object:
        if method == "PUT":
            came[path.rsplit("/", 1)[1]] += 1
        return strike(method, path)

    monkeypatch.setattr(things_sandbox.faults, "strike", counting)
    return came


def _kill_and_resume(
    things_sandbox: Sandbox,
    things: pd.DataFrame,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> float:
    """Kill a run, run it again, check what the import read; return the share sent twice."""
    came = _count_uploads(things_sandbox, monkeypatch)
    seconds = random.Random(seed).uniform(0, 0.4)
    command = [sys.executable, "-c", _RUN, things_sandbox.api_url, str(path), str(seconds)]
    killed = subprocess.run(command, timeout=60, capture_output=True, check=False)
    assert not killed.stderr
    with things_sandbox.connect() as connection:
        model = connection.model("M")
        result = af.to_anaplan(things, "Load things", model, chunk_bytes=CHUNK)
        assert isinstance(result, af.WriteResult)
        assert (result.rows_sent, result.rows_rejected) == (ROWS, 0)
        content = model.files["things.csv"].read()
    assert isinstance(content, pd.DataFrame)
    pd.testing.assert_frame_equal(content, things, check_dtype=False)
    assert not list(cache_folder().rglob("*.journal"))
    again = sum(times - 1 for times in came.values())
    return again / len(came)


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_kill_at_any_of_fifty_moments_the_import_reads_exactly_the_data(
    things_sandbox: Sandbox,
    things: pd.DataFrame,
    things_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
    seed: int,
) -> None:
    share = _kill_and_resume(things_sandbox, things, things_path, monkeypatch, seed)
    record_property("share of the chunks sent again", share)
