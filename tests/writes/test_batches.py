"""Records in batches: halved, read back after lost answers, and all accounted for."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anaplan_frames.errors import ModelUnavailable, NotFound, RequestRefused, TaskUncertain
from anaplan_frames.transport import AnswerLost
from anaplan_frames.writes.arrow_arrays import Positions
from anaplan_frames.writes.batch_outcome import BatchOutcome, Reconciled
from anaplan_frames.writes.batches import Batches, Look


class Service:
    """Takes numbers; refuses multiples of seven one by one, and too many at once."""

    def __init__(self, limit: int = 10**9) -> None:
        self.limit = limit
        self.taken: Counter[int] = Counter()
        self.batches: list[int] = []
        self.fail: Callable[[Positions], None] = lambda positions: None
        self._lock = threading.Lock()

    def send(self, positions: Positions, look: Look) -> Mapping[str, Any]:
        with self._lock:
            self.batches.append(len(positions))
        if len(positions) > self.limit:
            raise RequestRefused("list 'L': no", 400, f"A maximum of {self.limit} items")
        self.fail(positions)
        return self.act(positions)

    def act(self, positions: Positions) -> Mapping[str, Any]:
        failures = [
            {"requestIndex": i, "failureType": "SEVENTH", "failureMessageDetails": f"no {n}"}
            for i, n in enumerate(positions.tolist())
            if n % 7 == 0
        ]
        with self._lock:
            self.taken.update(n for n in positions.tolist() if n % 7)
        answer = {"added": len(positions) - len(failures), "total": len(positions)}
        return {**answer, "failures": failures} if failures else answer

    def reconcile(self, positions: Positions) -> Reconciled:
        done = np.array([n in self.taken for n in positions.tolist()], dtype=bool)
        return Reconciled(Counter(added=int(done.sum())), positions[~done])

    def run(self, count: int, *, most: int = 100, threads: int = 4) -> BatchOutcome:
        return Batches(self.send, self.reconcile, most=most, label="list 'L'", threads=threads).run(
            count
        )


def whole(service: Service, outcome: BatchOutcome, count: int) -> bool:
    """Whether every record was taken once or refused, and counted so."""
    expected = [n for n in range(count) if n % 7]
    return (
        service.taken == Counter(expected)
        and outcome.counts["added"] == len(expected)
        and outcome.failures == {n: f"no {n} (SEVENTH)" for n in range(0, count, 7)}
        and outcome.error is None
        and not outcome.unsent
    )


@given(
    count=st.integers(0, 300),
    most=st.integers(1, 120),
    limit=st.integers(1, 120),
    seed=st.integers(0, 2**32),
)
def test_whatever_the_limit_and_whichever_answers_are_lost_each_record_is_taken_once(
    count: int, most: int, limit: int, seed: int
) -> None:
    service = Service(limit)
    lost: set[int] = set()

    def lose(positions: Positions) -> None:
        first = int(positions[0])
        chance = Random(f"{seed} {first} {len(positions)}")  # whichever thread is first
        if first in lost or chance.random() < 0.7:
            return
        lost.add(first)
        if chance.random() < 0.5:
            service.act(positions)
        raise AnswerLost("list 'L': the connection broke")

    service.fail = lose
    assert whole(service, service.run(count, most=most), count)


def test_batches_are_about_equal_and_none_is_larger_than_allowed() -> None:
    service = Service()
    service.run(250, threads=1)
    assert service.batches == [84, 83, 83]


def test_after_one_was_refused_as_too_many_the_later_batches_are_smaller() -> None:
    service = Service(limit=30)
    assert whole(service, service.run(1000, threads=1), 1000)
    assert service.batches[:3] == [100, 50, 25]
    assert max(service.batches[10:]) <= 25


def test_status_413_needs_no_words() -> None:
    service = Service()
    seen: list[int] = []

    def too_big(positions: Positions) -> None:
        seen.append(len(positions))
        if len(positions) > 40:
            raise RequestRefused("list 'L': too big", 413)

    service.fail = too_big
    assert whole(service, service.run(80, threads=1), 80)
    assert seen == [80, 40, 40]


def test_another_refusal_is_not_halved() -> None:
    service = Service()

    def refuse(positions: Positions) -> None:
        raise RequestRefused("list 'L': no", 400, "action must be add or delete")

    service.fail = refuse
    outcome = service.run(50)
    assert isinstance(outcome.error, RequestRefused)
    assert service.batches == [50]
    assert np.concatenate(outcome.unsent).tolist() == list(range(50))


def test_an_error_ends_the_sending_and_says_what_was_not_sent() -> None:
    service = Service()

    def lock(positions: Positions) -> None:
        if positions[0] == 300:
            raise ModelUnavailable("list 'L': the model is locked")

    service.fail = lock
    outcome = service.run(1000, threads=1)
    assert isinstance(outcome.error, ModelUnavailable)
    assert sorted(np.concatenate(outcome.unsent)) == list(range(300, 1000))
    assert outcome.counts["added"] == len(service.taken) == 257


def test_if_reading_back_fails_it_is_uncertain() -> None:
    service = Service()

    def lose(positions: Positions) -> None:
        raise AnswerLost("list 'L': the connection broke")

    def reconcile(positions: Positions) -> Reconciled:
        raise NotFound("list 'L': it is not there")

    service.fail = lose
    outcome = Batches(service.send, reconcile, most=10, label="list 'L'").run(10)
    assert isinstance(outcome.error, TaskUncertain)
    assert "10 records was lost" in str(outcome.error)
    assert "it is not there" in str(outcome.error)
    assert np.concatenate(outcome.uncertain).tolist() == list(range(10))
    assert not outcome.unsent


def test_answers_that_are_lost_again_and_again_end_it() -> None:
    service = Service()

    def lose(positions: Positions) -> None:
        raise AnswerLost("list 'L': the connection broke")

    service.fail = lose
    outcome = service.run(10)
    assert isinstance(outcome.error, TaskUncertain)
    assert len(service.batches) == 3
    assert np.concatenate(outcome.uncertain).tolist() == list(range(10))


def test_if_reading_back_fails_what_was_refused_the_second_time_is_uncertain() -> None:
    service = Service()
    looks = iter([lambda positions: Reconciled(Counter(), positions)])

    def lose_once(positions: Positions) -> None:
        if len(service.batches) == 1:
            raise AnswerLost("list 'L': the connection broke")

    def reconcile(positions: Positions) -> Reconciled:
        for look in looks:
            return look(positions)
        raise NotFound("list 'L': it is not there")

    service.fail = lose_once
    outcome = Batches(service.send, reconcile, most=10, label="list 'L'").run(10)
    assert isinstance(outcome.error, TaskUncertain)
    assert outcome.failures == {}
    assert np.concatenate(outcome.uncertain).tolist() == [0, 7]


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        ({"failureType": "A", "failureMessageDetails": "b"}, "b (A)"),
        ({"failureType": "A"}, "A"),
        ({"failureMessageDetails": "b"}, "b"),
        ({}, "refused"),
    ],
)
def test_a_failure_is_reported_with_what_the_answer_has(failure: dict[str, str], said: str) -> None:
    answer = {"added": 1, "failures": [{"requestIndex": 1, **failure}]}
    assert BatchOutcome.of(answer, np.array([40, 50])).failures == {50: said}


def test_several_failures_of_one_record_are_joined() -> None:
    failures = [{"requestIndex": 0, "failureMessageDetails": text} for text in ("a", "b")]
    assert BatchOutcome.of({"failures": failures}, np.array([7])).failures == {7: "a\nb"}


@pytest.mark.parametrize("index", [{}, {"requestIndex": 9}, {"requestIndex": None}])
def test_a_failure_that_names_no_record_is_kept(index: dict[str, Any]) -> None:
    outcome = BatchOutcome.of({"failures": [{"failureType": "A", **index}]}, np.arange(3))
    assert (outcome.failures, outcome.unplaced) == ({}, ["A"])
