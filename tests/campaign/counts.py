"""Many schedules by several processes, and how many ended how."""

from __future__ import annotations

import logging
import os
import tempfile
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.campaign.bulk import Export, Upload, UploadAsStream
from tests.campaign.case import Verdict
from tests.campaign.direct import Cells, Items
from tests.campaign.runs import by_ours, run, serving
from tests.campaign.theirs import by_sdk

JOBS = {job.name: job for job in (Upload, UploadAsStream, Export, Items, Cells)}
WAYS = {"anaplan_frames": by_ours, "anaplan-sdk": by_sdk}
_BLOCK = 25  # schedules by one process at a time


def count(job: str, way: str, first: int, schedules: int, share: float) -> Counter[Verdict]:
    """Run schedules in this process, and count how they ended."""
    with tempfile.TemporaryDirectory() as cache:
        for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
            os.environ[name] = cache  # journals are not for the user's own folder
        logging.getLogger("anaplan_sdk").setLevel(logging.CRITICAL)
        with serving() as sandbox:
            seeds = range(first, first + schedules)
            runs = (run(JOBS[job], sandbox, seed, WAYS[way], share) for seed in seeds)
            return Counter(one.verdict for one in runs)


def count_all(
    jobs: Iterable[str], ways: Iterable[str], schedules: int, share: float
) -> dict[tuple[str, str], Counter[Verdict]]:
    """Run so many schedules of each job in each way, on all processors."""
    counted = {(job, way): Counter[Verdict]() for job in jobs for way in ways}
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        blocks = [
            (key, pool.submit(count, *key, first, min(_BLOCK, schedules - first), share))
            for key in counted
            for first in range(0, schedules, _BLOCK)
        ]
        for key, block in blocks:
            counted[key].update(block.result())
    return counted
