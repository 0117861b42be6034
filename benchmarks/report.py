"""The table, and the machine it was made on, as Markdown."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.measure import Run

_LIBRARIES = ("pandas", "pyarrow", "requests", "isal", "anaplan-sdk")


def machine() -> str:
    """Return date, processors and versions in one line."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.processor() or platform.machine()
    libraries = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES)
    today = datetime.datetime.now(datetime.UTC).date()
    return (
        f"{today}; {os.cpu_count()} cores of {model}; {platform.system()}, "
        f"Python {platform.python_version()}, {libraries}"
    )


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are numbers."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def compared(runs: dict[str, Run], of: str) -> str:
    """Return a table of runs, each one's time as a multiple of that of `of`."""
    base = runs[of].seconds
    return table(
        ["way", "seconds", f"x {of}", "CPU s", "peak beyond, MB", "peak in all, MB", "runs"],
        [
            [
                name,
                f"{run.seconds:.2f}",
                f"{run.seconds / base:.2f}",
                f"{run.cpu:.2f}",
                megabytes(run.beyond),
                megabytes(run.total),
                str(run.runs),
            ]
            for name, run in runs.items()
        ],
    )


def megabytes(value: float | None) -> str:
    """Return a number of megabytes, or a dash if it is not known."""
    return "-" if value is None else f"{value:.0f}"
