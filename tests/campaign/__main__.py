"""`python -m tests.campaign`: the schedules by both clients, and how they ended."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable

from benchmarks.report import machine, table
from tests.campaign.case import Verdict
from tests.campaign.counts import BY_NAME, OURS, THEIRS, WAYS, Counts, blocks_of, count_all
from tests.campaign.jobs import JOBS
from tests.campaign.runs import SHARE
from tests.campaign.trouble import WAY_THROUGH

Key = tuple[str, str, str, Verdict]


def main() -> None:
    """Run what was asked for, and print the tables."""
    names = [job.name for job in JOBS]
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("--schedules", type=int, default=10_000, help=f"of {OURS}, in all")
    parser.add_argument("--jobs", nargs="+", choices=names, default=names)
    parser.add_argument("--clients", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--share", type=float, default=SHARE, help="of all requests fails")
    parser.add_argument("--first", type=int, default=0, help="seed of the random schedules")
    parser.add_argument("--random-only", action="store_true", help="nothing at each call in turn")
    parser.add_argument("--processes", type=int, default=None, help="by default one per core")
    parser.add_argument("--minutes", type=float, default=600, help="after which none is begun")
    given = parser.parse_args()
    blocks = blocks_of(
        given.jobs,
        given.clients,
        given.schedules,
        first=given.first,
        strikes=not given.random_only,
        share=given.share,
    )
    counts = count_all(blocks, given.processes, given.minutes)
    print(f"{machine()}\n\n{_by('job', counts, lambda key: key[0])}")
    print(f"\n{_by('trouble', counts, lambda key: key[2])}\n")
    for way in given.clients:
        print(f"{way}: {_share(counts, way)}")
    print(*counts.wrong, sep="\n", file=sys.stderr)


def _by(title: str, counts: Counts, of: Callable[[Key], str]) -> str:
    """Return a table with a line for each job or trouble and client."""
    rows: dict[tuple[str, str], Counter[Verdict]] = {}
    for key, number in counts.found.items():
        rows.setdefault((of(key), key[1]), Counter())[key[3]] += number
    order = [*BY_NAME, *sorted({name for name, _ in rows})]
    header = [title, "client", "schedules", *(verdict.value for verdict in Verdict)]
    lines = [
        [name, way, f"{found.total():,}", *(f"{found[verdict]:,}" for verdict in Verdict)]
        for (name, way), found in sorted(
            rows.items(), key=lambda row: (order.index(row[0][0]), row[0][1] == THEIRS)
        )
    ]
    return table(header, lines)


def _share(counts: Counts, way: str) -> str:
    """Return how many schedules ended well if there is a way to a good end."""
    through = {key: n for key, n in counts.found.items() if key[1] == way and key[2] in WAY_THROUGH}
    well = sum(number for key, number in through.items() if key[3] is Verdict.WELL)
    every = sum(through.values())
    return f"{well:,} of {every:,} with a way to a good end ended well ({well / max(every, 1):.1%})"


if __name__ == "__main__":
    main()
