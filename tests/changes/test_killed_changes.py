"""Loads of changes that are killed at any moment, and the load after them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.changes.killed_loads import Target, build, content, expected, load, state_folder

ROOT = Path(__file__).parents[2]
TARGETS: tuple[Target, ...] = ("Load cells", "Cells", "Things")
KILLS = 8  # of each target
_MOST = 60.0  # seconds

Killer = Callable[..., float | None]


@pytest.fixture(scope="module")
def killed_tenant() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, task_pause=0) as running:
        yield running


@pytest.fixture
def killer() -> Iterator[Killer]:
    """Start loads in another process and kill them; returns the seconds of one that had ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.changes.killed_loads"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    def kill(seconds: float, *arguments: Any) -> float | None:
        stdin.write(json.dumps([seconds, *arguments]) + "\n")
        stdin.flush()
        ended: float | None = json.loads(stdout.readline())
        return ended

    with process:
        yield kill
        stdin.close()


def _kill_and_load(
    sandbox: Sandbox, killer: Killer, folder: Path, target: Target, kills: int
) -> None:
    """Kill so many loads, each of other data than the next, which is compared with all rows."""
    name = f"{target} {folder.name}"
    build(sandbox, name)
    arguments = (sandbox.api_url, name, target, state_folder(folder, target))
    chance = random.Random(f"{target} {kills}")
    load(*arguments, 0)
    longest = killer(_MOST, *arguments, 1)
    assert longest is not None
    killed, seed = 0, 0
    with sandbox.connect(requests_per_minute=None) as connection:
        model = connection.model(name)
        while killed < kills:
            seed += 2
            took = killer(chance.uniform(0, longest), *arguments, seed)
            killed += took is None
            longest = took or longest  # the machine may be faster now
            load(*arguments, seed + 1)
            assert content(model, target) == expected(target, seed + 1), seed


@pytest.mark.long
@pytest.mark.parametrize("target", TARGETS)
def test_the_loads_after_kills_at_any_moment_leave_what_full_loads_would(
    killed_tenant: Sandbox,
    killer: Killer,
    tmp_path: Path,
    target: Target,
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _kill_and_load(killed_tenant, killer, tmp_path, target, KILLS)
