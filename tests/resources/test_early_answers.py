"""Answers that are asked for early: used once, while they are young, and never needed."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from anaplan_frames.clock import Clock
from anaplan_frames.deadline import time_limit
from anaplan_frames.errors import AnaplanError, TransferTimeout
from anaplan_frames.resources import early_answers
from anaplan_frames.resources.early_answers import EarlyAnswers


def now() -> str:
    return "asked now"


def begun(ask: Callable[[str], str] = lambda key: f"early {key}") -> EarlyAnswers:
    early = EarlyAnswers()
    early.begin(["imports"], ask)
    return early


def test_an_early_answer_is_used_once() -> None:
    early = begun()
    assert [early.take("imports", now) for _ in range(2)] == ["early imports", "asked now"]


def test_what_was_not_asked_for_early_is_asked_now() -> None:
    assert begun().take("files", now) == "asked now"


def test_an_old_answer_is_not_used() -> None:
    assert begun().take("imports", now, oldest=-1.0) == "asked now"


def test_an_answer_that_was_forgotten_is_not_used() -> None:
    early = begun()
    early.forget("imports")
    assert early.take("imports", now) == "asked now"


def test_a_request_that_failed_early_is_asked_again() -> None:
    def fail(key: str) -> str:
        raise AnaplanError("the server is busy")

    assert begun(fail).take("imports", now) == "asked now"


def test_the_time_for_the_whole_call_counts_while_an_answer_is_waited_for() -> None:
    held = threading.Event()
    early = begun(lambda key: str(held.wait(10)))
    with time_limit(Clock(), 0.02), pytest.raises(TransferTimeout):
        early.take("imports", now)
    held.set()


def test_a_child_process_does_not_wait_for_the_threads_of_its_parent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = threading.Event()
    early = begun(lambda key: str(held.wait(10)))
    monkeypatch.setattr(early_answers.os, "getpid", lambda: -1)
    assert early.take("imports", now) == "asked now"
    held.set()


def test_a_child_process_uses_what_it_has_asked_for_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    early = EarlyAnswers()
    monkeypatch.setattr(early_answers.os, "getpid", lambda: -1)
    early.begin(["imports"], lambda key: f"early {key}")
    assert early.take("imports", now) == "early imports"


def test_what_was_needed_is_remembered_unless_it_was_expected() -> None:
    kept: list[list[str]] = []
    early = EarlyAnswers(lambda keys: kept.append(list(keys)), ["imports", "../x"])
    assert early.expected == ["imports"]
    early.take("imports", now)
    early.keep()
    assert kept == []
    early.take("files", now)
    early.keep()
    assert kept == [["imports", "files"]]


def test_only_what_a_run_needs_first_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[list[str]] = []
    early = EarlyAnswers(lambda keys: kept.append(list(keys)))
    early.take("imports", now)
    monkeypatch.setattr(early_answers, "_NOTED", -1.0)
    early.take("files", now)
    early.keep()
    assert kept == [["imports"]]
