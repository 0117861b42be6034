"""Stored logins under kills, interrupts, lost answers and several processes at once."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import anaplan_frames as af
from anaplan_frames.auth.stored_login import load_login
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.tenant.fault_rules import Kind
from tests.auth.test_oauth import approving, connect
from tests.processes import needs_fork

ORDINARY, LONG = range(6), range(6, 106)
# Of these, Anaplan has acted when the last three strike.
_FAULTS: tuple[Kind, ...] = ("503", "reset", "lost answer", "lost 504", "cut body")
_ACTED = _FAULTS[2:]
_LONGEST = 0.05  # seconds until a signal; a refresh takes about as long
_REFUSED, _BROKEN = 3, 4  # exit statuses


@dataclass(frozen=True)
class Schedule:
    """What happens to the processes that renew one stored login."""

    rotatable: bool
    processes: int
    fault: Kind | None
    end: signal.Signals | None
    after: float

    @classmethod
    def of(cls, seed: int) -> Schedule:
        chance = random.Random(seed)
        return cls(
            rotatable=chance.random() < 0.8,
            processes=chance.choice([1, 2, 3]),
            fault=chance.choice([None, *_FAULTS]),
            end=chance.choice([None, None, signal.SIGINT, signal.SIGKILL]),
            after=chance.uniform(0, _LONGEST),
        )

    @property
    def may_lose(self) -> bool:
        """Whether the old refresh token may have ended without an answer that arrived."""
        return self.rotatable and (self.end is signal.SIGKILL or self.fault in _ACTED)


@pytest.fixture(scope="module")
def oauth_tenant() -> Iterator[Sandbox]:
    """Serve a tenant without a model."""
    with Sandbox(rate_limit=None) as sandbox:
        yield sandbox


def _work(tenant: Sandbox, client: str, store: af.FileStore) -> None:
    """Use the stored login in a forked process, and end it with a status."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    status = 0
    try:
        with connect(tenant, af.RefreshTokenAuth(client, store=store)) as connection:
            connection.me()
    except (af.SignInRequired, af.TransferError):
        status = _REFUSED
    except KeyboardInterrupt:
        status = 130
    except BaseException:
        status = _BROKEN
    # The thread that stores the answer is waited for, as Python does at its end.
    for thread in threading.enumerate():
        if thread.name == "anaplan-login" and thread.is_alive():
            thread.join(20)
    os._exit(status)


def outcome(tenant: Sandbox, seed: int, folder: Path) -> str:
    """Run a schedule; return how the run after it ended."""
    schedule = Schedule.of(seed)
    store = af.FileStore(folder / f"{seed}.json")
    client = tenant.oauth_client(rotatable=schedule.rotatable).id
    with connect(tenant, af.DeviceAuth(client, store=store, show=approving(tenant))) as made:
        made.me()
    tenant.tokens.revoke_all()
    if schedule.fault is not None:
        tenant.faults.add(schedule.fault, method="POST", path="/oauth/token", times=1)
    children = []
    for _ in range(schedule.processes):
        child = os.fork()
        if not child:
            try:
                _work(tenant, client, store)
            finally:
                os._exit(_BROKEN)
        children.append(child)
    if schedule.end is not None:
        time.sleep(schedule.after)
        os.kill(children[0], schedule.end)
    statuses = [os.waitstatus_to_exitcode(os.waitpid(each, 0)[1]) for each in children]
    tenant.faults.clear()
    assert _BROKEN not in statuses, (seed, schedule)
    tenant.tokens.revoke_all()
    try:
        with connect(tenant, af.RefreshTokenAuth(client, store=store)) as connection:
            assert connection.me()["email"] == tenant.email
    except af.SignInRequired:
        assert schedule.may_lose, (seed, schedule, statuses)
        return "sign-in required"
    login = load_login(store)
    assert login is not None
    assert login.refresh_token is not None
    assert tenant.oauth.is_alive(login.refresh_token.reveal()), (seed, schedule)
    return "works"


def check(tenant: Sandbox, seeds: Iterable[int], folder: Path) -> None:
    found = Counter(outcome(tenant, seed, folder) for seed in seeds)
    assert found["works"] > found["sign-in required"], found


@needs_fork
def test_a_stored_login_works_afterwards_or_asks_for_a_sign_in(
    oauth_tenant: Sandbox, tmp_path: Path
) -> None:
    check(oauth_tenant, ORDINARY, tmp_path)


@pytest.mark.long
@needs_fork
def test_many_stored_logins_work_afterwards_or_ask_for_a_sign_in(
    oauth_tenant: Sandbox, tmp_path: Path
) -> None:
    check(oauth_tenant, LONG, tmp_path)
