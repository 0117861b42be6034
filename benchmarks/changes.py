"""Loads of what has changed and of all rows, in one run on one line.

A sandbox, which runs in a process of its own, imports the rows into a module. Of a table that was
loaded before, 1 row in 100 is another one: first the changes are loaded, then all rows.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

import anaplan_frames as af
from anaplan_frames.sandbox import Calendar, Sandbox
from benchmarks import delay_proxy, memory, report
from benchmarks.delay_proxy import DelayProxy
from benchmarks.measure import ROOT
from benchmarks.planning import cells_of, names_of_items, sales_model

MBIT, ROUND_TRIP = 100, 0.02
_KEY = ["Region", "Product", "Time"]
_SHARE = 0.01
_EMAIL, _PASSWORD = "planner@example.com", "benchmark"


def measure(rows: int) -> str:
    """Load both ways, and return the table."""
    with _tenant(rows) as url, delay_proxy.running(url, ROUND_TRIP, MBIT) as line:
        frame = cells_of(names_of_items(rows), rows)
        with (
            tempfile.TemporaryDirectory(prefix="anaplan-frames-") as state,
            af.connect(
                _EMAIL, _PASSWORD, api_url=line.url, auth_url=line.url, requests_per_minute=None
            ) as connection,
        ):
            model = connection.model("Plan")

            def changes() -> af.WriteResult:
                return af.load_changes(
                    frame, "Load sales", model, key=_KEY, state=state, progress=False
                )

            def whole() -> af.WriteResult:
                return af.to_anaplan(frame, "Load sales", model, progress=False)

            lines = [_timed(line, "load_changes, the first time", changes)]
            frame = _changed(frame)
            lines.append(_timed(line, "load_changes", changes))
            lines.append(_timed(line, "all rows", whole))
            kept = sum(path.stat().st_size for path in Path(state).iterdir())
    header = [
        "way",
        "rows sent",
        "seconds",
        "CPU seconds",
        "peak beyond, MB",
        "MB sent",
        "requests",
    ]
    return f"{report.table(header, lines)}\n\nThe state takes {kept / rows:.0f} bytes per row."


def _timed(line: DelayProxy, name: str, load: Callable[[], af.WriteResult]) -> list[str]:
    line.reset()
    before = memory.start()
    cpu, begin = time.process_time(), time.perf_counter()
    result = load()
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    total, seen = memory.peak(), line.seen()
    beyond = None if total is None or before is None else total - before
    sent, count = seen["bytes_up"], len(seen["requests"])
    return [
        name,
        f"{result.rows_sent:,}",
        f"{seconds:.1f}",
        f"{cpu:.1f}",
        report.megabytes(beyond),
        f"{sent / 1e6:.1f}",
        f"{count}",
    ]


def _changed(frame: pd.DataFrame) -> pd.DataFrame:
    """Change the amounts of some rows, wherever they are."""
    random = np.random.default_rng(1)
    places = random.random(len(frame)) < _SHARE
    frame.loc[places, "Amount"] += 1.0
    return frame


@contextmanager
def _tenant(rows: int) -> Iterator[str]:
    """Serve the module in a process of its own; yield the URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.changes", str(rows)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Serve until the input ends, after the address has been printed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.changes", description=__doc__)
    parser.add_argument("rows", type=int)
    options = parser.parse_args()
    sandbox = Sandbox(email=_EMAIL, password=_PASSWORD, rate_limit=None)
    calendar = Calendar(2024, past_years=0, future_years=0)
    model = sandbox.workspace("Benchmark").model("Plan", calendar=calendar)
    sales_model(model, options.rows)
    with sandbox:
        print(sandbox.api_url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
