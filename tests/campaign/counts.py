"""Many schedules by several processes, and how many ended how."""

from __future__ import annotations

import logging
import os
import random
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.campaign.between import Stage, serving
from tests.campaign.bulk import Upload, UploadAsStream
from tests.campaign.case import Verdict
from tests.campaign.every_call import every_strike, run_strike
from tests.campaign.jobs import JOBS
from tests.campaign.runs import SHARE, Run, by_ours, by_restarting, fair, run
from tests.campaign.theirs import by_sdk

OURS, RESTARTING, THEIRS = "anaplan_frames", "anaplan_frames, restart_after=60", "anaplan-sdk"
WAYS = {OURS: by_ours, RESTARTING: by_restarting, THEIRS: by_sdk}
BY_NAME = {job.name: job for job in (*JOBS, UploadAsStream)}
_BLOCK = 25  # schedules by one process at a time


@dataclass
class Counts:
    """How many schedules ended how: by job, client, kind of trouble and verdict."""

    found: Counter[tuple[str, str, str, Verdict]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, job: str, way: str, one: Run) -> None:
        self.found[job, way, one.kind, one.verdict] += 1
        if way != THEIRS and not fair(one):
            self.wrong.append(f"{job}: {one}")

    def add(self, other: Counts) -> None:
        self.found.update(other.found)
        self.wrong += other.wrong


@dataclass(frozen=True)
class Block:
    """Some schedules of one job by one client.

    Attributes
    ----------
    at_each_call : bool
        Whether one thing goes wrong in each schedule, at each call in turn; else at random.
    first, count : int
        Which ones.
    """

    job: str
    way: str
    at_each_call: bool
    first: int
    count: int
    share: float = SHARE

    def run(self) -> Counts:
        """Run them in this process."""
        counts = Counts()
        with _quiet_stage() as stage:
            for one in self._runs(stage):
                counts.note(self.job, self.way, one)
        return counts

    def _runs(self, stage: Stage) -> Iterator[Run]:
        make = BY_NAME[self.job]
        numbers = range(self.first, self.first + self.count)
        if not self.at_each_call:
            yield from (run(make, stage, seed, WAYS[self.way], self.share) for seed in numbers)
            return
        every = list(every_strike(make, stage))
        for number in numbers:
            if number < len(every):  # a job that polls more often has more calls
                yield run_strike(make, stage, every[number], number)


@contextmanager
def _quiet_stage() -> Iterator[Stage]:
    """Serve a stage with a cache of its own, and without logs and warnings."""
    with tempfile.TemporaryDirectory() as cache:
        for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
            os.environ[name] = cache  # journals are not for the user's own folder
        logging.disable(logging.CRITICAL)
        warnings.simplefilter("ignore")
        with serving() as stage:
            yield stage


def blocks_of(
    jobs: Sequence[str],
    ways: Sequence[str],
    schedules: int,
    *,
    first: int = 0,
    strikes: bool = True,
    share: float = SHARE,
) -> list[Block]:
    """Cut schedules into blocks, in any order: of anaplan_frames so many in all.

    Each strike at each call is one of them, and the rest is at random. anaplan-sdk does those at
    random, if it can do the job, and so does anaplan_frames with ``restart_after=60``, if the job
    starts a task.

    Parameters
    ----------
    first : int
        The first seed of the random schedules.
    strikes : bool
        Whether there are others than random ones.
    share : float
        The share of requests that fail in random schedules.
    """
    every = _numbers_of_strikes(jobs) if strikes and OURS in ways else dict.fromkeys(jobs, 0)
    at_random = max(_BLOCK, (schedules - sum(every.values())) // len(jobs))
    seeds = range(first, first + at_random)
    blocks = []
    for job in jobs:
        blocks += _cut(job, OURS, range(every[job]), share, at_each_call=True)
        blocks += _cut(job, OURS, seeds, share) if OURS in ways else []
        again = RESTARTING in ways and BY_NAME[job].has_tasks
        blocks += _cut(job, RESTARTING, seeds, share) if again else []
        blocks += _cut(job, THEIRS, seeds, share) if _is_theirs(job, ways) else []
    if _is_theirs(UploadAsStream.name, ways) and Upload.name in jobs:
        blocks += _cut(UploadAsStream.name, THEIRS, seeds, share)
    random.Random(1).shuffle(blocks)
    return blocks


def _is_theirs(job: str, ways: Sequence[str]) -> bool:
    return THEIRS in ways and BY_NAME[job].by_both


def _cut(
    job: str, way: str, numbers: range, share: float, *, at_each_call: bool = False
) -> list[Block]:
    parts = (numbers[at : at + _BLOCK] for at in range(0, len(numbers), _BLOCK))
    return [Block(job, way, at_each_call, part.start, len(part), share) for part in parts]


def _numbers_of_strikes(jobs: Sequence[str]) -> dict[str, int]:
    with _quiet_stage() as stage:
        return {job: sum(1 for _ in every_strike(BY_NAME[job], stage)) for job in jobs}


def count_all(blocks: Sequence[Block], processes: int, minutes: float) -> Counts:
    """Run blocks by several processes; after some minutes no further one is begun."""
    counts = Counts()
    end = time.monotonic() + 60 * minutes
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        begun = [pool.submit(block.run) for block in blocks]
        for number, block in enumerate(begun):
            if time.monotonic() > end:
                for later in begun[number:]:
                    later.cancel()
            try:
                counts.add(block.result())
            except CancelledError:
                continue
            except Exception as error:  # of the campaign itself
                counts.wrong.append(f"{blocks[number]}: {error!r}")
    return counts
