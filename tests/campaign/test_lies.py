"""One answer of each job that is not Anaplan's: no harm is done, and none is silent."""

from __future__ import annotations

import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.campaign.bulk import Export, Upload
from tests.campaign.case import Case, Verdict
from tests.campaign.direct import Cells, Items
from tests.campaign.lies import LIES, REFUSALS, Liar, lying
from tests.campaign.runs import by_ours

CASES: tuple[type[Case], ...] = (Upload, Export, Items, Cells)
FEW = [
    case if case in (Upload, Items) else pytest.param(case, marks=pytest.mark.long)
    for case in CASES
]
HONEST = (Verdict.WELL, Verdict.RAISED)
_seeds = count(500_000)


@pytest.fixture(scope="module")
def between() -> Iterator[tuple[Sandbox, Liar]]:
    with lying() as both:
        yield both


def outcome(
    make: type[Case], sandbox: Sandbox, liar: Liar, at: int | None, lie: str, *, forwards: bool
) -> tuple[Verdict, Exception | None]:
    """Do a job while one answer is a lie; anything but an `AnaplanError` is raised."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        seed = next(_seeds)
        case = make(sandbox, seed, folder)
        stack.callback(case.end)
        liar.calls, liar.struck, liar.chance = [], "", random.Random(seed)
        liar.at, liar.lie, liar.forwards = at, lie, forwards
        result: Any = None
        error: Exception | None = None
        try:
            result = by_ours(case)
        except af.AnaplanError as raised:
            error = raised
        finally:
            liar.at = None
        return case.judge(result, error), error


def number_of_calls(make: type[Case], sandbox: Sandbox, liar: Liar) -> int:
    assert outcome(make, sandbox, liar, None, "", forwards=True)[0] is Verdict.WELL
    return len(liar.calls)


def check_lies(
    make: type[Case],
    sandbox: Sandbox,
    liar: Liar,
    schedules: list[tuple[int, str, bool]],
    *,
    well: float,
    allowed: tuple[Verdict, ...] = HONEST,
) -> None:
    found: Counter[Verdict] = Counter()
    wrong = []
    struck = 0
    for at, lie, forwards in schedules:
        verdict, error = outcome(make, sandbox, liar, at, lie, forwards=forwards)
        found[verdict] += 1
        struck += bool(liar.struck)
        starts = [call for call in liar.calls if re.match("POST .*/tasks$", call)]
        if verdict not in allowed or len(starts) > 1 + (lie in REFUSALS):
            wrong.append(f"{liar.struck}: {lie}, {forwards=}: {verdict.value} {error!r}")
    assert not wrong, "\n".join(wrong)
    # A job that polls less often than the first one does not reach its last calls.
    assert struck >= 0.5 * len(schedules)
    assert found[Verdict.WELL] >= well * len(schedules), found


def some(calls: int, lies: list[str], size: int, seed: int) -> list[tuple[int, str, bool]]:
    chance = random.Random(seed)
    return [
        (at % calls, chance.choice(lies), chance.random() < 0.5)
        for at in chance.sample(range(calls * 4), min(size, calls * 4))
    ]


@pytest.mark.parametrize("make", FEW)
def test_an_answer_that_something_else_gave_is_never_believed(
    make: type[Case], between: tuple[Sandbox, Liar]
) -> None:
    calls = number_of_calls(make, *between)
    check_lies(make, *between, some(calls, list(LIES), 12, 1), well=0.8)


@pytest.mark.parametrize("make", FEW)
def test_a_refusal_of_what_was_done_does_nothing_twice(
    make: type[Case], between: tuple[Sandbox, Liar]
) -> None:
    calls = number_of_calls(make, *between)
    schedules = [(at, lie, True) for at, lie, _ in some(calls, list(REFUSALS), 10, 2)]
    check_lies(make, *between, schedules, well=0.6)


@pytest.mark.parametrize("make", FEW)
def test_an_answer_that_is_changed_in_one_place_ends_in_an_error_of_ours_or_a_result(
    make: type[Case], between: tuple[Sandbox, Liar]
) -> None:
    calls = number_of_calls(make, *between)
    schedules = [(at, "edit", True) for at, _, _ in some(calls, ["edit"], 16, 3)]
    # What was changed may be what the answer says, which nothing shows.
    allowed = (*HONEST, Verdict.LOST, Verdict.MISREPORTED, Verdict.DOUBLE)
    check_lies(make, *between, schedules, well=0.3, allowed=allowed)


@pytest.mark.long
@pytest.mark.parametrize("make", CASES)
def test_many_answers_that_are_changed_in_one_place(
    make: type[Case], between: tuple[Sandbox, Liar]
) -> None:
    calls = number_of_calls(make, *between)
    allowed = (*HONEST, Verdict.LOST, Verdict.MISREPORTED, Verdict.DOUBLE)
    schedules = [(at % calls, "edit", True) for at in range(10 * calls)]
    check_lies(make, *between, schedules, well=0.3, allowed=allowed)


@pytest.mark.long
@pytest.mark.parametrize("lie", [*LIES, *REFUSALS])
@pytest.mark.parametrize("make", CASES)
def test_each_lie_at_each_call_is_never_believed(
    make: type[Case], lie: str, between: tuple[Sandbox, Liar]
) -> None:
    calls = number_of_calls(make, *between)
    # A lie comes in turn before and after the work is done; the next lie the other way round.
    turn = [*LIES].index(lie) if lie in LIES else 0
    every = [(at, lie, lie in REFUSALS or (at + turn) % 2 == 0) for at in range(calls)]
    check_lies(make, *between, every, well=0.8)
