"""What an import costs: its time in a fresh interpreter, from bytecode as an installer makes it."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

from benchmarks.measure import ROOT

OURS = "import anaplan_frames"
ALL_OF_OURS = "from anaplan_frames import *"
THEIRS = "import pandas, pyarrow, requests"
_CODE = "import time; t = time.perf_counter(); {}; print(time.perf_counter() - t)"


def cost(statement: str, bytecode: str) -> float:
    """Return the seconds that an import takes; `bytecode` is a folder for it."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", _CODE.format(statement)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT, env=environment)
    return float(done.stdout)


def in_turns(rounds: int) -> dict[str, float]:
    """Return the median seconds of ours, and of the libraries that it stands on.

    Ours looks its public names up when they are first used, so it is measured with all of them too.
    """
    statements = (OURS, ALL_OF_OURS, THEIRS)
    with tempfile.TemporaryDirectory() as bytecode:
        exclusive_access = [
            [cost(statement, bytecode) for statement in statements] for _ in range(rounds + 1)
        ]
    del exclusive_access[0]  # it makes the bytecode, and fills the disk's cache
    medians = map(statistics.median, zip(*exclusive_access, strict=True))
    return dict(zip(statements, medians, strict=True))
