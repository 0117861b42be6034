"""Runs of schedules: a case, seeded faults, a client, a verdict."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import anaplan_frames as af
from anaplan_frames.cells import cell_writer as cell_sender
from anaplan_frames.lists import item_writer as item_sender
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.tenant.fault_rules import KINDS
from anaplan_frames.transfer import upload
from tests.campaign.bulk import CHUNK
from tests.campaign.case import Case, Verdict
from tests.transport.scripted import TurnedClock

SHARE = 0.1  # of all requests fails
STALL, TIMEOUT = 0.3, 0.25  # seconds, of real time: so stalls are rare
_SLOW = ("stall", "stalled answer")
_KINDS = (*[kind for kind in KINDS if kind not in _SLOW] * 8, "stall", "stalled answer")
ORDINARY, LONG = range(12), range(12, 512)  # seeds
_RECORDS = 15  # in one request at most, so that small data come in several


@contextmanager
def serving() -> Iterator[Sandbox]:
    """Serve a tenant for one schedule after the other, and have the client send small pieces."""
    with (
        mock.patch.object(upload, "SMALLEST_CHUNK", CHUNK),
        mock.patch.object(item_sender, "MOST_ITEMS", _RECORDS),
        mock.patch.object(cell_sender, "MOST_CELLS", 2 * _RECORDS),
        Sandbox(rate_limit=None, task_pause=0, export_chunk_size=CHUNK) as sandbox,
    ):
        yield sandbox


class _Clock(TurnedClock):
    """A turned clock that leaves the sandbox's threads a moment to work."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        time.sleep(0.004)


Way = Callable[[Case], Any]


def by_ours(case: Case) -> Any:
    """Do the job with anaplan_frames, on a clock on which nobody waits."""
    sandbox = case.sandbox
    options = {"http_timeout": (5, TIMEOUT), "requests_per_minute": None, "clock": _Clock()}
    with sandbox.connect(**options) as connection:
        return case.owned(connection.model(case.model.id))


@dataclass(frozen=True)
class Run:
    """How a schedule ended, and the error that was raised."""

    seed: int
    verdict: Verdict
    error: Exception | None


def run(
    make: type[Case], sandbox: Sandbox, seed: int, way: Way = by_ours, share: float = SHARE
) -> Run:
    """Run one schedule, and judge it.

    If an error came before anything was done, the job is done again without faults, and must
    then end well: what an interrupted run leaves behind does no harm.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        case = make(sandbox, seed, folder)
        stack.callback(case.end)
        in_a_row = 3 + seed % 3
        sandbox.faults.at_random(seed, share=share, kinds=_KINDS, in_a_row=in_a_row, seconds=STALL)
        stack.callback(sandbox.faults.clear)
        result, error = _outcome(case, way)
        sandbox.faults.clear()
        case.wait()
        verdict = case.judge(result, error)
        if verdict is Verdict.RAISED and way is by_ours and case.untouched():
            again = case.judge(*_outcome(case, way))
            verdict = verdict if again is Verdict.WELL else again
        return Run(seed, verdict, error)


def _outcome(case: Case, way: Way) -> tuple[Any, Exception | None]:
    try:
        return way(case), None
    except af.AnaplanError as error:
        return None, error
    except Exception as error:
        if way is by_ours:  # only our own errors are outcomes
            raise
        return None, error


def check(make: type[Case], sandbox: Sandbox, seeds: Iterable[int], *, well: float) -> None:
    """Run schedules; none may lose or double anything, and a share must end well."""
    runs = [run(make, sandbox, seed) for seed in seeds]
    wrong = [one for one in runs if one.verdict not in (Verdict.WELL, Verdict.RAISED)]
    assert not wrong, _listed(wrong)
    raised = [one for one in runs if one.verdict is Verdict.RAISED]
    assert len(raised) <= (1 - well) * len(runs), _listed(raised)


def _listed(runs: Iterable[Run]) -> str:
    return "".join(f"\nseed {one.seed}: {one.verdict.value} {one.error!r}" for one in runs)
