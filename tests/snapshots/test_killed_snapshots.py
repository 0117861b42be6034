"""A run that is killed at any moment goes on, and the snapshot is that of a run that was not."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox, application
from tests.processes import needs_fork
from tests.sandbox.clones.planning import build_planning

pytestmark = pytest.mark.long
_SECONDS = 60
RUNS = 3
SEEDS = int(os.environ.get("ANAPLAN_SNAPSHOT_KILLS", "1"))
MANIFESTS = ("snapshot.json", "unfinished.json")


class Killer:
    """Kills a process when the sandbox has had so many requests of it."""

    def __init__(self) -> None:
        self.requests = 0
        self.after: int | None = None
        self.process = 0

    def wrap(self, app: Any) -> Any:
        async def counting(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                self.requests += 1
                if self.requests == self.after:
                    os.kill(self.process, signal.SIGKILL)
            await app(scope, receive, send)

        return counting


@pytest.fixture(scope="module")
def killer() -> Killer:
    return Killer()


@pytest.fixture(scope="module")
def counted(killer: Killer) -> Iterator[Sandbox]:
    build = application.build_app
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application, "build_app", lambda tenant: killer.wrap(build(tenant)))
        tenant = Sandbox(rate_limit=None, task_pause=0)
        build_planning(tenant)
        with tenant:
            yield tenant


def take(tenant: Sandbox, folder: Path) -> af.Snapshot:
    with tenant.connect() as connection:
        return af.snapshot(connection.model("Planning"), folder, include="all")


def killed(tenant: Sandbox, folder: Path, killer: Killer, after: int) -> bool:
    """Take a snapshot in a child that is killed after so many requests; return whether it was."""
    killer.requests, killer.after = 0, None
    ready, go = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(_SECONDS)
        os.read(ready, 1)
        take(tenant, folder)
        os._exit(0)
    killer.process, killer.after = child, after
    os.write(go, b"1")
    status = os.waitpid(child, 0)[1]
    os.close(ready)
    os.close(go)
    killer.after = None
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def contents(folder: Path) -> dict[str, bytes]:
    """Return all pieces by name, and nothing of what only describes the run."""
    return {
        path.relative_to(folder).as_posix().partition("/")[2]: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in MANIFESTS
    }


@pytest.fixture(scope="module")
def whole(counted: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return take(counted, tmp_path_factory.mktemp("whole") / "snapshot").folder


@needs_fork
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_snapshot_that_was_killed_again_and_again_holds_what_an_undisturbed_one_does(
    counted: Sandbox, killer: Killer, whole: Path, tmp_path: Path, seed: int
) -> None:
    folder, drawn = tmp_path / "snapshot", random.Random(seed)
    kills = 0
    for _ in range(RUNS):
        if not killed(counted, folder, killer, drawn.randint(2, 25)):
            break
        kills += 1
        with pytest.raises((ValueError, FileNotFoundError), match="snapshot"):
            Sandbox.open(folder, verbose=False)
    made = take(counted, folder)
    assert kills
    assert contents(folder) == contents(whole)
    assert made.not_read.empty
    # If one came to its end before it was killed, the last one replaces it.
    data = "data-1" if kills == RUNS else "data-2"
    assert {each.name for each in folder.iterdir()} == {"snapshot.json", data}


@needs_fork
def test_a_killed_run_goes_on_with_what_is_missing(
    counted: Sandbox, killer: Killer, whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "snapshot"
    take(counted, tmp_path / "other")
    undisturbed = killer.requests
    assert killed(counted, folder, killer, 25)
    killer.requests = 0
    take(counted, folder)
    assert killer.requests < undisturbed - 15
    assert contents(folder) == contents(whole)


@needs_fork
def test_an_earlier_snapshot_stays_until_the_new_one_is_complete(
    counted: Sandbox, killer: Killer, whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "snapshot"
    take(counted, folder)
    assert killed(counted, folder, killer, 12)
    assert (folder / "unfinished.json").exists()
    Sandbox.open(folder, verbose=False).close()
    (folder / "mappings.toml").unlink()
    take(counted, folder)
    assert {each.name for each in folder.iterdir()} == {"snapshot.json", "data-2"}
    assert contents(folder) == contents(whole)
