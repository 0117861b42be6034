"""`python -m benchmarks`: measure, and print the tables as they are ready."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.cases import CASES, Settings
from benchmarks.report import machine


def main() -> None:
    """Measure the cases that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--rows", type=float, nargs="+", default=[1, 4, 16], help="millions (64: what streams)"
    )
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--rounds", type=int, default=5, help="runs of each way")
    parser.add_argument("--no-peers", action="store_true", help="leave the other clients out")
    options = parser.parse_args()
    if any(millions > 1 and millions % 1 for millions in options.rows):
        parser.error("--rows beyond one million must be whole millions")
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="anaplan-frames-") as folder:
        rows = [round(millions * 1e6) for millions in options.rows]
        settings = Settings(Path(folder), rows, options.rounds, not options.no_peers)
        for case in options.cases:
            print(f"\n{CASES[case](settings)}", flush=True)


if __name__ == "__main__":
    main()
