"""The benchmarks run; what they measure is looked at by people."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.long
def test_the_benchmarks_run_and_print_their_tables() -> None:
    cases = ["write", "read", "first", "lists", "cells", "checks", "audit", "small", "changes"]
    options = ["--rows", "0.02", "--rounds", "1", "--no-peers", "--cases", *cases]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for table in (
        "### write, 20,000 rows",
        "### read, 20,000 rows",
        "### first row",
        "### lists, 20,000 items",
        "### cells, 20,000",
        "### checks, 150 ms",
        "### audit, 20,000 events",
        "### small jobs, 150 ms",
        "### one model of 12,000",
        "### changes, 20,000 rows, 100 Mbit/s",
    ):
        assert table in done.stdout
    assert done.stdout.count("| anaplan_frames |") == 5
