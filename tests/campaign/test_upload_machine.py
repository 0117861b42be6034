"""Uploads that are interrupted and resumed, while a second machine writes to the same file."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

import anaplan_frames as af
from tests.campaign.between import CHUNK, Plan, Stage
from tests.campaign.bulk import Upload, things
from tests.campaign.case import INFORMING, Other
from tests.campaign.runs import PATIENT, Schedule, by_ours, interruptible
from tests.campaign.trouble import damage_journals

# Where a run is interrupted: by a pattern of calls.
_PLACES = (r"PUT .*/chunks/", r"POST .*/complete$", r"GET .*/chunks", r"POST .*/tasks$", r"/tasks/")
_seeds = count(2 * 10**9)


def versions(seed: int) -> list[pd.DataFrame]:
    """Return data that begin alike, or are of the same size, or neither."""
    frame = things(seed)
    late = frame.assign(Text=[*frame["Text"][:80], *frame["Text"][79::-1][:20]])
    return [frame, late, frame.head(60), things(~seed)]


class UploadMachine(RuleBasedStateMachine):
    """One file and its import: whole runs, interrupted ones, and a second writer."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        seed = next(_seeds)
        self._folder = tempfile.TemporaryDirectory()
        self._case = Upload(stage.sandbox, seed, Path(self._folder.name))
        self._schedule = Schedule(self._case, stage, by_ours, seed)
        self._versions = versions(seed)
        self._interrupted = False

    def teardown(self) -> None:
        self._schedule.follow(Plan())
        self._schedule.stage.between.wait()
        self._case.end()
        self._folder.cleanup()

    @rule(version=st.integers(0, 3), resume=st.booleans())
    def run_to_the_end(self, version: int, resume: bool) -> None:
        self._interrupted = False
        error = self._run(version, Plan(), resume=resume)
        # A request of an interrupted run may come late; the error asks for another run, once.
        if isinstance(error, af.DataChanged) or "Run it again" in str(error):
            error = self._run(version, Plan(), resume=resume)
        assert error is None

    @rule(version=st.integers(0, 3), place=st.sampled_from(_PLACES), at=st.integers(0, 2))
    def run_and_interrupt(self, version: int, place: str, at: int) -> None:
        self._interrupted = True
        with interruptible():
            self._run(version, Plan(interrupt=(place, at)))
        self._check_reads(version)

    @rule(version=st.integers(0, 3), calls=st.lists(st.integers(0, 22), min_size=3, max_size=3))
    def run_with_a_second_writer(self, version: int, calls: list[int]) -> None:
        steps = self._case.others()["second writer"]
        others: dict[int, list[Other]] = {}
        for at, step in zip(sorted(calls), steps, strict=True):
            others.setdefault(at, []).extend(step)
        self._run(version, Plan(others=others))

    @rule(steps=st.integers(1, 3))
    def write_from_a_second_machine(self, steps: int) -> None:
        """Have the other machine upload between the runs, up to the begin, the chunk or all."""
        done = self._case.others()["second writer"][:steps]
        self._schedule.follow(Plan(others={0: [other for step in done for other in step]}))
        with self._case.sandbox.connect() as connection:
            connection.model(self._case.model.id).status()
        self._schedule.follow(Plan())

    @precondition(lambda self: self._interrupted)
    @rule(seed=st.integers(0, 1_000))
    def damage_the_journal(self, seed: int) -> None:
        damage_journals(random.Random(seed))

    def _run(self, version: int, plan: Plan, *, resume: bool = True) -> Exception | None:
        """Run the import; if it returns, exactly these data were read and loaded."""
        frame = self._versions[version]
        self._case.frames = {"Load things": frame}
        self._case._read.clear()
        before = len(self._case.tasks())
        self._schedule.follow(plan)

        def write(model: af.Model) -> Any:
            return af.to_anaplan(frame, "Load things", model, chunk_bytes=CHUNK, resume=resume)

        self._case.owned = write  # type: ignore[method-assign]
        try:
            result, error = by_ours(self._case, http_timeout=PATIENT), None
        except af.AnaplanError as raised:
            result, error = None, raised
        finally:
            self._schedule.follow(Plan())
        started = len(self._case.tasks()) - before
        assert started <= 1
        if error is None:
            assert (started, result.rows_loaded) == (1, len(frame))
            self._check_reads(version)
            assert self._case._is_loaded("Load things")
        elif started:
            assert isinstance(error, INFORMING)
        return error

    def _check_reads(self, version: int) -> None:
        """Check that whatever an import has read was exactly these data."""
        self._case.tasks()  # which have ended then
        self._case.frames = {"Load things": self._versions[version]}
        assert all(content is not None for _, content in self._case._read)
        assert all(self._case._is_meant(*read) for read in self._case._read)


def check(stage: Stage, make: Callable[[Stage], RuleBasedStateMachine], **size: int) -> None:
    run_state_machine_as_test(
        lambda: make(stage),
        settings=settings(
            deadline=None, suppress_health_check=list(HealthCheck), print_blob=True, **size
        ),
    )


@pytest.mark.long
def test_after_many_interruptions_an_import_reads_what_was_sent(stage: Stage) -> None:
    check(stage, UploadMachine, max_examples=20, stateful_step_count=10)
