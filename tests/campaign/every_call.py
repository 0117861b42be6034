"""Each fault and each lie, once at every single call of a job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from anaplan_frames.sandbox.tenant.fault_rules import KINDS
from tests.campaign.between import EDIT, Plan, Stage
from tests.campaign.case import Case
from tests.campaign.lies import LIES, REFUSALS
from tests.campaign.runs import STALL, Run, number_of_calls, on_stage
from tests.campaign.trouble import CHANGED, FAULTS, LYING, REFUSING

_SEED = 10**9  # beyond those of random schedules
_SIGN_IN = 1  # calls that the connection makes before those of the API


@dataclass(frozen=True)
class Strike:
    """One call that goes wrong, and how.

    Attributes
    ----------
    kind : str
        As of random schedules: whether a fault of the connection, a lie, and so on.
    at : int
        The number of the call.
    what : str
        The fault, lie or refusal.
    forwards : bool
        Whether the sandbox gets a request to which somebody else answers.
    """

    kind: str
    at: int
    what: str
    forwards: bool = True


def every_strike(make: type[Case], stage: Stage, edits: int = 5) -> Iterator[Strike]:
    """Yield every fault, lie, refusal and some changes at every call of a job."""
    for at in range(number_of_calls(make, stage)):
        for fault in KINDS:
            yield Strike(FAULTS, at + _SIGN_IN, fault)
        for turn, lie in enumerate(LIES):
            # In turn before and after the work is done; the next lie the other way round.
            yield Strike(LYING, at, lie, (at + turn) % 2 == 0)
        for refusal in REFUSALS:
            yield Strike(REFUSING, at, refusal)
        for _ in range(edits):
            yield Strike(CHANGED, at, EDIT)


def run_strike(make: type[Case], stage: Stage, strike: Strike, number: int) -> Run:
    """Run one schedule in which one call goes wrong, and judge it."""
    seed = _SEED + number
    with on_stage(make, stage, seed) as schedule:
        faults = stage.sandbox.faults
        if strike.kind == FAULTS:
            faults.add(strike.what, after=strike.at, seconds=STALL)  # type: ignore[arg-type]
        else:
            schedule.follow(Plan({strike.at: (strike.what, strike.forwards)}))
        result, error = schedule.outcome()
        struck = [*map(str, faults.struck[-1:]), *stage.between.struck]
        faults.clear()
        schedule.follow(Plan())
        schedule.case.wait()
        stage.between.wait()
        verdict = schedule.verdict(strike.kind, result, error)
        return Run(seed, strike.kind, verdict, error, f"{strike.what} at {struck}")
