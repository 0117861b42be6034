"""Loads of what has changed, beside a load of all rows: 1 row in 100 is another one."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pandas as pd

import anaplan_frames as af
from benchmarks import report, sink, tenant
from benchmarks.frames import mixed_frame
from benchmarks.measure import Run, Subject, once
from benchmarks.ours import connected_model

KEY = ["Region", "Product", "Month", "Day"]
RATE_MBIT = 100
_SHARE = 0.01
_FULL, _CHANGES = "all rows", "load_changes"


def full(url: str, rows: int) -> Callable[[], object]:
    """Prepare to load all rows."""
    frame = _changed(mixed_frame(rows))
    model = connected_model(url)
    to_anaplan = af.to_anaplan
    urlopen(f"{url}/sink/reset").close()
    return lambda: to_anaplan(frame, tenant.IMPORT_NAME, model, progress=False)


def changed(url: str, rows: int) -> Callable[[], object]:
    """Load all rows, and prepare to load those that have changed since."""
    frame = mixed_frame(rows)
    state = Path(tempfile.mkdtemp(prefix="anaplan-frames-"))
    _load(url, frame, state)
    frame = _changed(frame)
    model = connected_model(url)
    load_changes = af.load_changes
    urlopen(f"{url}/sink/reset").close()
    return lambda: load_changes(
        frame, tenant.IMPORT_NAME, model, key=KEY, state=state, progress=False
    )


def first(url: str, rows: int) -> Callable[[], object]:
    """Prepare the first load of changes, which sends all rows."""
    frame = mixed_frame(rows)
    state = Path(tempfile.mkdtemp(prefix="anaplan-frames-"))
    urlopen(f"{url}/sink/reset").close()
    return lambda: _load(url, frame, state)


def measure(rows: int) -> str:
    """Load both ways on the same line, and return the table."""
    lines = []
    with sink.running(rate_mbit=RATE_MBIT) as running:
        for name, function in ((_FULL, "full"), (_CHANGES, "changed")):
            run = once(Subject(name, f"changes.{function}"), running.url, rows)
            counts = running.counts()
            lines.append(_line(name, run, counts["bytes_in"], counts["requests"]))
    header = ["way", "seconds", "CPU seconds", "peak beyond, MB", "MB sent", "requests"]
    return report.table(header, lines)


def _line(name: str, run: Run, sent: int, requests: int) -> list[str]:
    return [
        name,
        f"{run.seconds:.1f}",
        f"{run.cpu:.1f}",
        report.megabytes(run.beyond),
        f"{sent / 1e6:.1f}",
        f"{requests}",
    ]


def _load(url: str, frame: pd.DataFrame, state: Path) -> None:
    model = connected_model(url)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", af.AnaplanWarning)  # of names that the sink does not know
        af.load_changes(frame, tenant.IMPORT_NAME, model, key=KEY, state=state, progress=False)


def _changed(frame: pd.DataFrame) -> pd.DataFrame:
    """Change the amounts of some rows, wherever they are."""
    random = np.random.default_rng(1)
    places = random.random(len(frame)) < _SHARE
    frame.loc[places, "Amount"] += 1.0
    return frame
