"""Whole jobs under single faults that come at a bad moment."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.clock import Clock
from anaplan_frames.outcomes import outcome_of
from anaplan_frames.sandbox import Sandbox
from tests.clients.tenant import AIRLINES_FILE, FLIGHTS_EXPORT, LOAD_AIRLINES
from tests.sandbox.http_client import Http, in_model
from tests.transport.scripted import TurnedClock

AIRLINES = pd.DataFrame({"carrier": ["AA", "AA", "UA"], "name": ["American", "Twice", "United"]})


@pytest.fixture
def jobs_sandbox() -> Iterator[Sandbox]:
    with Sandbox.demo(rate_limit=None, export_chunk_size=40, task_pause=0) as running:
        yield running


@pytest.fixture
def jobs_model(jobs_sandbox: Sandbox) -> Iterator[af.Model]:
    with jobs_sandbox.connect(clock=TurnedClock()) as connection:
        yield connection.model("Flight Planning")


@pytest.mark.parametrize("path", ["*/dump/chunks", "*/dump/chunks/0"])
def test_a_dump_that_cannot_be_had_hides_no_import(
    jobs_sandbox: Sandbox, jobs_model: af.Model, path: str
) -> None:
    jobs_sandbox.faults.add("503", path=path, times=None)
    with pytest.raises(af.RejectedRows) as caught:
        af.to_anaplan(AIRLINES, "Load airlines", jobs_model)
    result = caught.value.result
    assert (result.rows_loaded, result.rows_rejected, len(result.rejected)) == (2, 1, 0)
    assert result.note.startswith("The import has run, but its failure dump cannot be read: ")


def test_a_process_whose_actions_cannot_be_named_ends_in_no_error(
    jobs_sandbox: Sandbox, jobs_model: af.Model
) -> None:
    process = jobs_model.processes["Load all"]
    ran = outcome_of("T", {"successful": True, "nestedResults": [{"objectId": "117000000001"}]})
    jobs_sandbox.faults.add("503", path="*/processes/*", times=None)
    result = process.read_outcome(ran, {}, None)
    assert [part.target for part in result.actions] == ["117000000001"]


@pytest.mark.parametrize("kind", ["token", "restart", "broken upload", "lost answer", "lost 504"])
def test_a_fault_in_mid_transfer_changes_no_byte(
    jobs_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, kind: Any
) -> None:
    monkeypatch.setattr("anaplan_frames.transfer.upload.SMALLEST_CHUNK", 30)
    frame = AIRLINES.assign(carrier=["AA", "BB", "UA"])
    fault = jobs_sandbox.faults.add(kind, method="PUT", path="*/chunks/*", after=1, times=2)
    # A restart resets three requests, and those of both restarts may all be for one chunk.
    with jobs_sandbox.connect(clock=TurnedClock(), tries=7) as connection:
        model = connection.model("Flight Planning")
        result = af.to_anaplan(frame, "Load airlines", model, chunk_bytes=30)
        assert (fault.hits, result.rows_created) == (2, 3)
        read = af.read_anaplan("airlines.csv", model)
    pd.testing.assert_frame_equal(read, frame, check_dtype=False)


def test_a_list_without_one_of_the_chunks_gives_no_shorter_table(
    jobs_sandbox: Sandbox, jobs_model: af.Model, tmp_path: Path
) -> None:
    jobs_model.files["airlines.csv"].upload(AIRLINES.to_csv(index=False).encode())
    jobs_sandbox.faults.add("missing chunk", path="*/chunks", times=None)
    with pytest.raises(af.TransferError):
        af.read_anaplan("airlines.csv", jobs_model)
    with pytest.raises(af.TransferError):
        jobs_model.files["airlines.csv"].download(tmp_path / "airlines.csv")
    assert not list(tmp_path.glob("airlines*"))


def test_chunks_in_disorder_are_put_in_order(jobs_sandbox: Sandbox, jobs_model: af.Model) -> None:
    jobs_model.files["airlines.csv"].upload(AIRLINES.to_csv(index=False).encode())
    jobs_sandbox.faults.add("shuffled chunks", path="*/chunks", times=None)
    assert af.read_anaplan("airlines.csv", jobs_model)["name"].tolist() == AIRLINES["name"].tolist()


def test_a_task_that_somebody_else_started_meanwhile_is_not_taken_for_ours(
    jobs_sandbox: Sandbox,
) -> None:
    other = jobs_sandbox.add_user("other@example.com", "demo")

    class Rival(TurnedClock):
        """Has another user run the import while the library waits for its task to be listed."""

        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if not jobs_sandbox.tasks.of("imports", built.id, LOAD_AIRLINES):
                elsewhere = in_model(Http(jobs_sandbox, other.email, "demo"), built)
                elsewhere.upload(b"carrier,name\nZZ,theirs\n", AIRLINES_FILE)
                elsewhere.run(f"imports/{LOAD_AIRLINES}")

        def __reduce__(self) -> Any:
            return Clock, ()

    [built] = jobs_sandbox.models.values()
    fault = jobs_sandbox.faults.add("500", method="POST", path="*/tasks")
    with jobs_sandbox.connect(clock=Rival()) as connection:
        model = connection.model("Flight Planning")
        task = model.imports["Load airlines"].start(AIRLINES)
        for each in (task, pickle.loads(pickle.dumps(task))):
            with pytest.raises(af.TaskUncertain, match="read 1 rows where 3 were sent"):
                each.result()
    assert fault.hits == 1


def test_an_export_that_another_user_has_run_meanwhile_is_not_taken_for_ours(
    jobs_sandbox: Sandbox,
) -> None:
    [built] = jobs_sandbox.models.values()
    other = jobs_sandbox.add_user("other@example.com", "demo")

    class Rival(TurnedClock):
        """Has another user run the export while the library waits for its task to be listed."""

        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if (
                jobs_sandbox.faults.struck
                and len(jobs_sandbox.tasks.of("exports", built.id, FLIGHTS_EXPORT)) == 1
            ):
                in_model(Http(jobs_sandbox, other.email, "demo"), built).run(
                    f"exports/{FLIGHTS_EXPORT}"
                )

    with jobs_sandbox.connect(clock=Rival()) as connection:
        model = connection.model("Flight Planning")
        model.exports["Flights export"].run()
        jobs_sandbox.faults.add("reset", method="POST", path="*/tasks")
        with pytest.raises(af.TaskUncertain, match=r"may be another user's.* Run it again"):
            model.exports["Flights export"].read()
