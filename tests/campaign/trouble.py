"""What goes wrong in a schedule, in addition to faults of the connection, by its seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence

from anaplan_frames.folders import cache_folder
from tests.campaign.between import EDIT, Plan
from tests.campaign.case import Case, Other
from tests.campaign.lies import LIES, REFUSALS, STATES

FAULTS = "faults only"
LYING = "answers by others"
REFUSING = "refused, yet done"
CHANGED = "changed JSON"
SKEWED = "skewed clock"
STATE = "unknown states"
INTERRUPTED = "interrupted before"
DAMAGED = "damaged journal"
# What is said otherwise than it is, in an answer that is otherwise as it should be, shows nowhere.
UNSEEN_KINDS = frozenset({CHANGED})
# Somebody else's doing may leave no way to a good end, and so may an answer that says otherwise.
WAY_THROUGH = frozenset({FAULTS, LYING, REFUSING, SKEWED, INTERRUPTED, DAMAGED})
_HOUR = 3600.0


def kinds_of(case: Case) -> list[str]:
    """Return the kinds of trouble that a job may meet; faults alone are the most frequent."""
    kinds = [FAULTS] * 3 + [LYING] * 2 + [REFUSING, CHANGED, SKEWED]
    kinds += [STATE] if case.has_tasks else []
    kinds += [INTERRUPTED, DAMAGED] if case.midway else []
    return kinds + list(case.others())


def plan_of(case: Case, kind: str, calls: int, chance: random.Random) -> Plan:
    """Return what happens to the calls of a job that makes so many of them."""
    if kind == LYING:
        lies = chance.sample(range(calls), min(calls, chance.randint(1, 2)))
        return Plan({at: (chance.choice(list(LIES)), chance.random() < 0.5) for at in lies})
    if kind == REFUSING:
        return Plan({chance.randrange(calls): (chance.choice(list(REFUSALS)), True)})
    if kind == CHANGED:
        return Plan({chance.randrange(calls): (EDIT, True)})
    if kind == STATE:
        looks = chance.sample(range(4), 2)
        return Plan(states={look: chance.choice(STATES) for look in looks})
    steps = case.others().get(kind, ())
    others: dict[int, list[Other]] = {}
    places = sorted(chance.choices(range(calls), k=len(steps)))
    for at, step in zip(places, steps, strict=True):
        others.setdefault(at, []).extend(step)
    return Plan(others=others)


def skew_of(kind: str, chance: random.Random) -> float:
    """Return by how many seconds the client's clock is wrong."""
    return chance.choice((-1, 1)) * chance.uniform(0.1, 30) * _HOUR if kind == SKEWED else 0.0


def damage_journals(chance: random.Random) -> None:
    """Damage every journal that earlier runs have left, as a disk or another program may."""
    for path in cache_folder().rglob("*.journal"):
        path.write_bytes(chance.choice(_DAMAGES)(path.read_bytes(), chance))


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _flip(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(min(len(changed), chance.randint(1, 5))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _without_a_line(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    left_out = chance.randrange(len(lines) or 1)
    return b"".join(line for number, line in enumerate(lines) if number != left_out)


def _other_line(content: bytes, chance: random.Random) -> bytes:
    lines: Sequence[object] = (None, [], {}, 7, {"begun": -1}, {"arrived": 0}, {"complete": 1})
    return content + json.dumps(chance.choice(lines)).encode() + b"\n"


def _twice(content: bytes, chance: random.Random) -> bytes:
    return content + content


def _noise(content: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(200))


_DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut,
    _flip,
    _without_a_line,
    _other_line,
    _twice,
    _noise,
)
