"""One measured run in a fresh process, and medians of several that take turns."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to measure.

    Attributes
    ----------
    name : str
        As shown.
    function : str
        ``module.function`` of this package. Called with the sink's URL and the number of rows,
        it prepares all that is not to be measured and returns what is.
    python : Path
        The interpreter to run it with.
    environment : mapping of str to str
        More environment variables for it.
    """

    name: str
    function: str
    python: Path = Path(sys.executable)
    environment: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What one run, or the median of several, came to.

    Attributes
    ----------
    seconds, cpu : float
        Wall time, and the processor time of all threads of the client.
    beyond : float or None
        Megabytes at the peak beyond what was in use before, and beyond the frame that came of it.
    total : float or None
        Megabytes at the peak in all, the interpreter and its libraries included.
    rows : int
        Rows that came of it, -1 where none do.
    runs : int
        How many runs this is the median of.
    """

    seconds: float
    cpu: float
    beyond: float | None
    total: float | None
    rows: int
    runs: int = 1


def once(subject: Subject, url: str, rows: int) -> Run:
    """Measure in a fresh process."""
    done = subprocess.run(
        [subject.python, "-m", "benchmarks.measure", subject.function, url, str(rows)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(subject.environment or {})},
        check=True,
    )
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def in_turns(
    subjects: Sequence[Subject], url: str, rows: int, rounds: Mapping[str, int]
) -> dict[str, Run]:
    """Measure all subjects in turns, there and back, and return each one's median.

    Parameters
    ----------
    subjects : sequence of Subject
    url : str
        The sink's.
    rows : int
    rounds : mapping of str to int
        How many runs each subject, by name, is to have.
    """
    runs: dict[str, list[Run]] = {subject.name: [] for subject in subjects}
    for turn in range(max(rounds.values())):
        for subject in subjects if turn % 2 == 0 else reversed(subjects):
            if turn < rounds[subject.name]:
                runs[subject.name].append(once(subject, url, rows))
    return {name: median(measured) for name, measured in runs.items()}


def median(runs: Sequence[Run]) -> Run:
    """Return the median of each number."""

    def middle(field: str) -> Any:
        values = [getattr(run, field) for run in runs]
        return None if None in values else statistics.median(values)

    return Run(
        seconds=middle("seconds"),
        cpu=middle("cpu"),
        beyond=middle("beyond"),
        total=middle("total"),
        rows=runs[0].rows,
        runs=len(runs),
    )


def _measured(function: str, url: str, rows: int) -> dict[str, Any]:
    """Prepare, then run and measure, in this process."""
    from benchmarks import memory

    module, _, name = function.rpartition(".")
    run = getattr(importlib.import_module(f"benchmarks.{module}"), name)(url, rows)
    before = memory.start()
    cpu, begin = time.process_time(), time.perf_counter()
    result = run()
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    total = memory.peak()
    frame, count = _size(result)
    if count not in (-1, rows):
        print(f"{function} gave {count:,} rows of {rows:,}", file=sys.stderr)
    beyond = None if total is None or before is None else total - before - frame
    return {"seconds": seconds, "cpu": cpu, "beyond": beyond, "total": total, "rows": count}


def _size(result: Any) -> tuple[float, int]:
    """Return megabytes and rows of a DataFrame that came of a run."""
    if isinstance(result, int):
        return 0.0, result
    usage = getattr(result, "memory_usage", None)
    if usage is None:
        return 0.0, -1
    return float(usage(deep=True).sum()) / 1e6, len(result)


def main() -> None:
    """Measure what the command line names, and print it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure")
    parser.add_argument("function")
    parser.add_argument("url")
    parser.add_argument("rows", type=int)
    options = parser.parse_args()
    print(json.dumps(_measured(options.function, options.url, options.rows)))


if __name__ == "__main__":
    main()
