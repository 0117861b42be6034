"""The pace of a connection: a burst, then an even flow, shared by all threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from anaplan_frames.transport.limiter import Limiter
from tests.transport.conftest import Connect
from tests.transport.scripted import Answer, ScriptedServer, TurnedClock


def test_a_burst_goes_at_once_and_then_ten_a_second(clock: TurnedClock) -> None:
    limiter = Limiter(600, clock)
    assert [limiter.take() for _ in range(600)] == pytest.approx([0.0] * 600, abs=1e-6)
    assert [limiter.take() for _ in range(3)] == pytest.approx([0.1, 0.2, 0.3])


def test_the_bucket_fills_again_but_not_beyond_the_burst(clock: TurnedClock) -> None:
    limiter = Limiter(60, clock)
    for _ in range(60):
        limiter.take()
    clock.turn(5)
    assert [limiter.take() for _ in range(6)] == pytest.approx([0, 0, 0, 0, 0, 1])
    clock.turn(3600)
    assert [limiter.take() for _ in range(61)] == pytest.approx([0] * 60 + [1])


def test_no_limit_means_none(clock: TurnedClock) -> None:
    limiter = Limiter(None, clock)
    assert {limiter.take() for _ in range(5000)} == {0.0}


@pytest.mark.parametrize("per_minute", [600, None])
def test_a_hold_makes_all_threads_wait(per_minute: int | None, clock: TurnedClock) -> None:
    limiter = Limiter(per_minute, clock)
    limiter.hold(30)
    assert limiter.take() == pytest.approx(30)
    clock.turn(31)
    assert limiter.take() == 0


def test_all_threads_of_a_connection_share_the_limit(
    server: ScriptedServer, connect: Connect, clock: TurnedClock
) -> None:
    transport = connect(requests_per_minute=60)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: transport.get(f"/{n}", label="call"), range(90)))
    # 60 at once; the other 30 come a second apart.
    assert clock.slept >= 29.99


@pytest.mark.parametrize("per_minute", [600, None])
def test_one_thread_that_is_refused_makes_all_wait(
    per_minute: int | None, server: ScriptedServer, connect: Connect
) -> None:
    class Watched(TurnedClock):
        """Sends another call from another thread as soon as the first one waits."""

        def sleep(self, seconds: float) -> None:
            if not seen_before_the_other:
                seen_before_the_other.append(len(server.calls))
                other = threading.Thread(target=transport.get, args=("/b",), kwargs={"label": "b"})
                other.start()
                other.join()
                slept_by_the_other.append(self.slept)
            super().sleep(seconds)

    seen_before_the_other: list[int] = []
    slept_by_the_other: list[float] = []
    transport = connect(requests_per_minute=per_minute, clock=Watched())
    server.script = [Answer(429, headers={"Retry-After": "20"})]
    transport.get("/a", label="a")
    assert seen_before_the_other == [1]
    assert slept_by_the_other[0] >= 19.9
