"""Runs of schedules: a case, seeded troubles, a client, a verdict."""

from __future__ import annotations

import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anaplan_frames as af
from anaplan_frames.sandbox.tenant.fault_rules import KINDS
from tests.campaign import trouble
from tests.campaign.between import Plan, Stage
from tests.campaign.case import Case, Verdict
from tests.transport.scripted import TurnedClock

SHARE = 0.1  # of all requests fails
# Seconds of real time, so stalls are rare; a busy machine must not make time-outs of its own.
STALL, TIMEOUT = 1.2, 1.0
PATIENT = 30.0  # seconds, if there are no stalls
_SLOW = ("stall", "stalled answer")
_KINDS = (*[kind for kind in KINDS if kind not in _SLOW] * 8, "stall", "stalled answer")
LONGEST = 60  # seconds, of real time; a schedule takes a fifth of one
_SILENT = (Verdict.LOST, Verdict.DOUBLE, Verdict.UNREPORTED, Verdict.MISREPORTED)
_SETTLED = 0.02  # seconds, of real time, that a task is waited for


class Stuck(BaseException):
    """A job has not ended."""


class _Clock(TurnedClock):
    """A turned clock that leaves the sandbox's threads a moment to work, and may be wrong."""

    def __init__(self, case: Case, skew: float, latest: float = float("inf")) -> None:
        super().__init__()
        self._case = case
        self._skew = skew
        self._latest = latest  # seconds after which a late request arrives, for this clock
        self._late = 0.0

    def time(self) -> float:
        """Return the turned time by this machine."""
        return super().time() + self._skew

    def sleep(self, seconds: float) -> None:
        """Turn the clock; go on as soon as no task runs."""
        super().sleep(seconds)
        time.sleep(0.0005)
        self._late = self._late + seconds if self._case.sandbox.faults.pending else 0.0
        if self._late >= self._latest:
            self._case.wait()
        end = time.monotonic() + _SETTLED
        while time.monotonic() < end and self._case.sandbox.tasks.running(self._case.model.id):
            time.sleep(0.0005)


Way = Callable[[Case, float], Any]


def by_ours(case: Case, skew: float = 0.0, *, http_timeout: float = TIMEOUT) -> Any:
    """Do the job with anaplan_frames, on a clock on which nobody waits."""
    return _do(case, http_timeout, clock=_Clock(case, skew))


def by_restarting(case: Case, skew: float = 0.0) -> Any:
    """Do the same with ``restart_after=60``; a late request arrives within 20 seconds."""
    return _do(case, TIMEOUT, clock=_Clock(case, skew, 20.0), restart_after=60)


def _do(case: Case, http_timeout: float, **options: Any) -> Any:
    timeouts = (5, http_timeout)
    with case.sandbox.connect(
        http_timeout=timeouts, requests_per_minute=None, **options
    ) as connection:
        return case.owned(connection.model(case.model.id))


OURS: tuple[Way, ...] = (by_ours, by_restarting)


@dataclass(frozen=True)
class Run:
    """How a schedule ended, and the error that was raised."""

    seed: int
    kind: str
    verdict: Verdict
    error: BaseException | None
    what: str = ""

    def __str__(self) -> str:
        said = f"{self.verdict.value} {self.error!r}"
        return f"seed {self.seed}, {self.kind} {self.what}: {said}"


def fair(one: Run) -> bool:
    """Whether a schedule ended as it may."""
    return one.verdict in (Verdict.WELL, Verdict.RAISED, Verdict.UNSEEN)


class Schedule:
    """One case on a stage."""

    def __init__(self, case: Case, stage: Stage, way: Way, seed: int) -> None:
        self.case, self.stage, self.way = case, stage, way
        self.chance = random.Random(f"{case.name} {seed}")

    def follow(self, plan: Plan) -> None:
        model = self.case.model
        path = f"/workspaces/{model.workspace.id}/models/{model.id}"
        self.stage.between.begin(plan, path, self.chance, self._note)

    def _note(self, answer: Any) -> None:
        """Note what somebody else did."""
        self.case.met = True
        task = answer.get("task") if isinstance(answer, dict) else None
        if isinstance(task, dict):
            self.case.foreign.add(task["taskId"])

    def interrupt_earlier_run(self) -> None:
        """Let an earlier run of the job end in mid-transfer."""
        self.follow(Plan(interrupt=(self.case.midway, self.chance.randrange(self.case.midways))))
        with interruptible():
            by_ours(self.case)
        self.follow(Plan())
        self.case.forget()

    def outcome(self, skew: float = 0.0) -> tuple[Any, BaseException | None]:
        try:
            with _alarm():
                return self.way(self.case, skew), None
        except (Exception, Stuck) as error:
            return None, error

    def judge(self, result: Any, error: BaseException | None) -> Verdict:
        if isinstance(error, Stuck):
            return Verdict.STUCK
        if error is not None and self.way in OURS and not isinstance(error, af.AnaplanError):
            return Verdict.FOREIGN
        assert error is None or isinstance(error, Exception)
        return self.case.judge(result, error)

    def verdict(self, kind: str, result: Any, error: BaseException | None) -> Verdict:
        """Judge; if nothing was done, the job is done again without faults, and must end well."""
        verdict = self.judge(result, error)
        if verdict is Verdict.RAISED and self.way in OURS and self.case.untouched():
            again = self.judge(*self.outcome())
            verdict = verdict if again is Verdict.WELL or self.case.met else again
        unseen = kind in trouble.UNSEEN_KINDS | self.case.blind_to
        return Verdict.UNSEEN if unseen and verdict in _SILENT else verdict


@contextmanager
def on_stage(make: type[Case], stage: Stage, seed: int, way: Way = by_ours) -> Iterator[Schedule]:
    """Make a case for one schedule."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        case = make(stage.sandbox, seed, folder)
        stack.callback(case.end)
        stack.callback(stage.between.wait)
        schedule = Schedule(case, stage, way, seed)
        schedule.follow(Plan())
        stack.callback(schedule.follow, Plan())
        stack.callback(stage.sandbox.faults.clear)
        yield schedule


def run(make: type[Case], stage: Stage, seed: int, way: Way = by_ours, share: float = SHARE) -> Run:
    """Run one schedule, and judge it.

    If an error came before anything was done, the job is done again without faults, and must
    then end well: what an interrupted run leaves behind does no harm.
    """
    calls = number_of_calls(make, stage)
    with on_stage(make, stage, seed, way) as schedule:
        case, chance, faults = schedule.case, schedule.chance, stage.sandbox.faults
        kind = chance.choice(trouble.kinds_of(case))
        if kind in (trouble.INTERRUPTED, trouble.DAMAGED) and way in OURS:
            schedule.interrupt_earlier_run()
            if kind == trouble.DAMAGED:
                trouble.damage_journals(chance)
        in_a_row = 3 + seed % 3
        faults.at_random(seed, share=share, kinds=_KINDS, in_a_row=in_a_row, seconds=STALL)
        schedule.follow(trouble.plan_of(case, kind, calls, chance))
        result, error = schedule.outcome(trouble.skew_of(kind, chance))
        faults.clear()
        schedule.follow(Plan())
        case.wait()
        stage.between.wait()
        return Run(seed, kind, schedule.verdict(kind, result, error), error)


_CALLS: dict[type[Case], int] = {}


def number_of_calls(make: type[Case], stage: Stage) -> int:
    """Return how many calls a job makes if nothing goes wrong."""
    if make not in _CALLS:
        with on_stage(make, stage, 2**60 + 1) as schedule:
            result = by_ours(schedule.case, http_timeout=PATIENT)
            assert schedule.judge(result, None) is Verdict.WELL
            _CALLS[make] = len(stage.between.calls)
    return _CALLS[make]


@contextmanager
def interruptible() -> Iterator[None]:
    """Let a program be interrupted, as by Ctrl-C, but not after its end."""
    ended = False

    def interrupt(*given: Any) -> None:
        if not ended:
            raise KeyboardInterrupt

    handler = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        ended = True
        signal.signal(signal.SIGINT, handler)


@contextmanager
def _alarm() -> Iterator[None]:
    """Raise `Stuck` if this takes too long."""

    def ring(*given: Any) -> None:
        raise Stuck(f"not ended after {LONGEST} seconds")

    handler = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


def check(make: type[Case], stage: Stage, seeds: Iterable[int], *, well: float) -> None:
    """Run schedules; none may lose or double anything, and a share must end well."""
    check_all([run(make, stage, seed) for seed in seeds], well=well)


def check_all(runs: Iterable[Run], *, well: float) -> None:
    """Fail if a schedule did not end as it may, or too few with a way through ended well."""
    runs = list(runs)
    check_fair(runs)
    through = [one for one in runs if one.kind in trouble.WAY_THROUGH]
    raised = [one for one in through if one.verdict is Verdict.RAISED]
    assert len(raised) <= (1 - well) * len(through), "\n".join(map(str, raised))


def check_fair(runs: Iterable[Run]) -> None:
    """Fail if a schedule did not end as it may."""
    wrong = [one for one in runs if not fair(one)]
    assert not wrong, "\n".join(map(str, wrong))
