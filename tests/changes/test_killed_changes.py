"""Loads of changes that are killed at any moment, and the load after them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
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

Killer = Callable[..., bool]


@pytest.fixture(scope="module")
def killed_tenant() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=None, task_pause=0) as running:
        yield running


@pytest.fixture
def killer() -> Iterator[Killer]:
    """Start loads in another process and kill them; returns whether one had ended before."""
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

    def kill(seconds: float, *arguments: Any) -> bool:
        stdin.write(json.dumps([seconds, *arguments]) + "\n")
        stdin.flush()
        return bool(json.loads(stdout.readline()))

    with process:
        yield kill
        stdin.close()


def _kill_and_load(
    sandbox: Sandbox, killer: Killer, folder: Path, target: Target, kills: int
) -> int:
    """Kill loads of other data each time, load, and compare; return how many were really killed."""
    name = f"{target} {folder.name}"
    build(sandbox, name)
    arguments = (sandbox.api_url, name, target, state_folder(folder, target))
    chance = random.Random(f"{target} {kills}")
    load(*arguments, 0)
    begin = time.monotonic()
    assert killer(_MOST, *arguments, 1)
    longest = 1.1 * (time.monotonic() - begin)
    killed = 0
    with sandbox.connect(requests_per_minute=None) as connection:
        model = connection.model(name)
        for seed in range(2, 2 * kills + 2, 2):
            killed += not killer(chance.uniform(0, longest), *arguments, seed)
            load(*arguments, seed + 1)
            assert content(model, target) == expected(target, seed + 1), seed
    return killed


@pytest.mark.long
@pytest.mark.parametrize("target", TARGETS)
def test_the_loads_after_kills_at_any_moment_leave_what_full_loads_would(
    killed_tenant: Sandbox,
    killer: Killer,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    target: Target,
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        killed = _kill_and_load(killed_tenant, killer, tmp_path, target, KILLS)
    record_property("loads that were killed", killed)
