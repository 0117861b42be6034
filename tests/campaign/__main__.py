"""`python -m tests.campaign`: the schedules by both clients, and how they ended."""

from __future__ import annotations

import argparse

from benchmarks.report import machine, table
from tests.campaign.case import Verdict
from tests.campaign.counts import JOBS, WAYS, count_all
from tests.campaign.runs import SHARE


def main() -> None:
    """Run what was asked for, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("--schedules", type=int, default=500, help="of each job")
    parser.add_argument("--jobs", nargs="+", choices=JOBS, default=list(JOBS))
    parser.add_argument("--clients", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--share", type=float, default=SHARE, help="of all requests fails")
    options = parser.parse_args()
    counted = count_all(options.jobs, options.clients, options.schedules, options.share)
    header = ["job", "client", "schedules", *(verdict.value for verdict in Verdict)]
    rows = [
        [job, way, str(verdicts.total()), *(str(verdicts[verdict]) for verdict in Verdict)]
        for (job, way), verdicts in counted.items()
    ]
    print(f"{machine()}\n\n{table(header, rows)}")


if __name__ == "__main__":
    main()
