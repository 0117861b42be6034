"""Ctrl-C ends within a second whatever is under way, also if the network stalls."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.faults import interrupted

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
LONGEST = 1.0  # second
STALL = 20.0

_START = """
import sys, time
import pandas as pd
import anaplan_frames as af
try:
    with af.connect({email!r}, {password!r}, api_url={api!r}, auth_url={auth!r},
                    requests_per_minute=None) as conn:
        model = conn.model("Flight Planning")
        rows = pd.DataFrame({{"carrier": [f"C{{n}}" for n in range(200_000)], "name": "x" * 10}})
        print("begun", flush=True)
        {job}
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
JOBS = {
    "upload": (
        'model.files["airlines.csv"].write(rows, chunk_bytes=1_000_000)',
        ("PUT", "*/chunks/*"),
    ),
    "completion": (
        'model.files["airlines.csv"].write(rows, chunk_bytes=1_000_000)',
        ("POST", "*/complete"),
    ),
    "poll": ('model.imports["Load airlines"].write(rows.head(5))', ("GET", "*/tasks/*")),
    "comparison": ('model.imports["Load airlines"].write(rows.head(5))', ("GET", "*/chunks/*")),
    "download": ('model.exports["Flights export"].read()', ("GET", "*/chunks/*")),
    "large read": (
        'list(model.modules["Flights by Month"].parts(3))',
        ("GET", "*/readRequests/*"),
    ),
    "items": (
        'model.lists["Airlines"].insert(pd.DataFrame({"code": ["A"], "name": ["A"]}))',
        ("POST", "*/items"),
    ),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.demo(rate_limit=None, export_chunk_size=50) as running:
        yield running


@pytest.fixture(scope="module")
def small_sandbox() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, export_chunk_size=100) as running:
        interrupted.build(running)
        yield running


@pytest.mark.parametrize(
    "job",
    [name if name == "upload" else pytest.param(name, marks=pytest.mark.long) for name in JOBS],
)
def test_a_stalled_request_is_not_waited_for(sandbox: Sandbox, tmp_path: Path, job: str) -> None:
    # A machine that does other work may hold a process up, but hardly twice.
    assert any(interrupted_program(sandbox, tmp_path, job) < LONGEST for _ in range(2))


@pytest.mark.parametrize(
    ("job", "count"),
    [(name, 1) for name in ("upload and import", "list insert")]
    + [pytest.param(name, 25, marks=pytest.mark.long) for name in interrupted.JOBS],
)
def test_a_call_ends_within_a_second_at_any_moment(
    small_sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    job: str,
    count: int,
) -> None:
    monkeypatch.setattr("anaplan_frames.transfer.upload.SMALLEST_CHUNK", 30)
    moments = interrupted.moments_of(small_sandbox, job, count, tmp_path, seed=count)
    late = []
    seen = 0
    for turn, moment in enumerate(moments):
        for again in range(2):
            ended = interrupted.interrupt(small_sandbox, moment, tmp_path, 2 * turn + again)
            if ended is None or max(ended.call, ended.connection) < LONGEST:
                break
        else:
            late.append((moment, ended))
        seen += ended is not None
    assert not late
    assert seen >= 0.6 * count  # the others came after the end of the job
    with small_sandbox.connect() as connection:  # nothing holds up the next run
        interrupted.JOBS[job](connection.model("M"), tmp_path, 2 * count)


def interrupted_program(sandbox: Sandbox, folder: Path, job: str) -> float:
    """Interrupt a program during a stalled request; return the seconds until it says so."""
    code, (method, path) = JOBS[job]
    sandbox.faults.clear()
    fault = sandbox.faults.add(
        "stalled answer", method=method, path=path, times=None, seconds=STALL
    )
    program = _START.format(
        email=sandbox.email,
        password=sandbox.password,
        api=sandbox.api_url,
        auth=sandbox.auth_url,
        job=code,
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder)}
    running = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "begun\n"
    end = time.monotonic() + 30
    while not fault.hits and time.monotonic() < end:
        time.sleep(0.02)
    assert fault.hits
    time.sleep(0.3)
    begun = time.monotonic()
    killer = threading.Timer(15, running.kill)
    killer.start()
    running.send_signal(signal.SIGINT)
    said = running.stdout.readline()
    seconds = time.monotonic() - begun
    running.wait(20)
    killer.cancel()
    assert said == "interrupted\n"
    assert time.monotonic() - begun < STALL / 2  # and the program ends, too
    return seconds
