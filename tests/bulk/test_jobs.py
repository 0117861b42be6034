"""Jobs that are started, watched, found again, cancelled and timed, over HTTP."""

from __future__ import annotations

import logging
import pickle
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.errors import AnaplanWarning, TaskCancelled, TaskTimeout, TransferTimeout
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.tasks import Task
from tests.contract.plugin import RECORD
from tests.sandbox.held_tasks import NotedClock, NotedTurnedClock, held_tasks
from tests.transport.scripted import TurnedClock

AIRLINES = pd.DataFrame({"carrier": ["AA", "UA"], "name": ["American", "United"]})
TWICE = pd.concat([AIRLINES, AIRLINES.iloc[:1]], ignore_index=True)


@pytest.fixture
def begin(demo_sandbox: Sandbox) -> Iterator[threading.Event]:
    """Hold the tasks of the demo model until the event is set."""
    with held_tasks(demo_sandbox) as event:
        yield event


@pytest.fixture
def slow_model(demo_sandbox: Sandbox, begin: threading.Event) -> Iterator[af.Model]:
    """Connect to a model whose first task begins when the client waits for it."""
    with demo_sandbox.connect(clock=NotedClock(begin.set)) as connection:
        yield connection.model("Flight Planning")


@pytest.fixture
def held_model(demo_sandbox: Sandbox, begin: threading.Event) -> Iterator[af.Model]:
    """Connect to a model whose first task begins with `begin`, by a clock on which nobody waits."""
    with demo_sandbox.connect(clock=TurnedClock()) as connection:
        yield connection.model("Flight Planning")


def test_a_started_import_is_a_task_that_ends_in_the_callers_own_rejected_rows(
    slow_model: af.Model,
) -> None:
    task = slow_model.imports["Load airlines"].start(TWICE)
    assert (task.kind, task.name, task.state, task.done()) == (
        "import",
        "Load airlines",
        "NOT_STARTED",
        False,
    )
    with pytest.raises(af.RejectedRows) as caught:
        task.result()
    assert caught.value.result.rejected.index.tolist() == [2]
    assert (task.state, task.progress, task.done()) == ("COMPLETE", 1.0, True)
    assert task.result(on_rejected="ignore") is caught.value.result


def test_the_options_of_a_start_count_when_its_result_is_read(
    demo_model: af.Model, tmp_path: Path
) -> None:
    task = demo_model.imports["Load airlines"].start(TWICE, on_rejected="ignore", dump=tmp_path)
    assert task.result().rows_rejected == 1
    assert (tmp_path / "rejected.csv").exists()


def test_a_result_says_what_ran_where_when_and_how_long(
    demo_sandbox: Sandbox, demo_model: af.Model
) -> None:
    demo_sandbox.tasks.pause = 0.1
    before = pd.Timestamp.now("UTC")
    result = demo_model.imports["Load airlines"].write(AIRLINES)
    load = demo_model.imports["Load airlines"]
    assert (result.kind, result.target, result.target_id) == ("import", load.name, load.id)
    assert (result.model, result.model_id) == (demo_model.name, demo_model.id)
    assert result.workspace_id == demo_model.workspace_id
    assert result.task_id == load.tasks()["task_id"].item()
    assert before - pd.Timedelta("1s") < result.started < pd.Timestamp.now("UTC")
    assert 0.2 <= result.seconds < 60
    assert result.bytes_sent == len(b"".join(demo_model.files["airlines.csv"].stream()))


def test_a_task_is_found_by_its_url_by_its_model_and_by_its_action(
    demo_sandbox: Sandbox, demo_model: af.Model
) -> None:
    demo_model.imports["Load airlines"].write(TWICE, on_rejected="ignore")
    [id_] = demo_model.imports["Load airlines"].tasks()["task_id"]
    load = demo_model.imports["Load airlines"]
    url = load.task(id_).url
    assert url == f"{demo_model.url}/imports/{load.id}/tasks/{id_}"
    with demo_sandbox.connect() as elsewhere:
        for task in (
            elsewhere.task(url),
            demo_model.task(id_),
            demo_model.task(id_, of="Load airlines"),
        ):
            result = task.result(on_rejected="ignore")
            assert (result.rows_rejected, result.rejected.size) == (1, 0)
            assert result.unmatched["carrier"].tolist() == ["AA"]


@pytest.mark.parametrize(
    "url", ["anaplan://w/m/imports/1", "https://x/y", "anaplan://w/m/lists/1/tasks/2", ""]
)
def test_what_is_not_a_tasks_url_is_refused(demo_sandbox: Sandbox, url: str) -> None:
    with (
        demo_sandbox.connect() as connection,
        pytest.raises(af.ConfigurationError, match="of a task"),
    ):
        connection.task(url)


def test_a_task_that_nobody_has_is_not_found(demo_model: af.Model) -> None:
    with pytest.raises(af.NotFound, match="no task 'T' of model 'Flight Planning'"):
        demo_model.task("T")
    with pytest.raises(af.NotFound, match="Did you mean 'Load airlines'"):
        demo_model.task("T", of="Load airline")


def test_a_started_import_can_be_cancelled_and_says_so(slow_model: af.Model) -> None:
    task = slow_model.imports["Load airlines"].start(AIRLINES)
    assert task.cancel()
    with pytest.raises(TaskCancelled) as caught:
        task.result()
    result = caught.value.result
    assert result is not None
    assert (result.outcome, result.rows_sent, result.task_id) == ("cancelled", 2, task.id)


def test_two_starts_after_each_other_in_one_thread_wait_for_the_first_ones_end(
    slow_model: af.Model,
) -> None:
    load = slow_model.imports["Load airlines"]
    tasks = [load.start(AIRLINES), load.start(AIRLINES.assign(name=["A", "U"]))]
    assert [task.result().rows_loaded for task in tasks] == [2, 2]
    assert [task.result().rows_created for task in tasks] == [2, 0]


def test_a_task_holds_its_file_against_other_threads_until_its_end_was_seen(
    slow_model: af.Model,
) -> None:
    task = slow_model.imports["Load airlines"].start(AIRLINES)
    writer = threading.Thread(target=slow_model.files["airlines.csv"].write, args=(TWICE,))
    writer.start()
    writer.join(30)
    assert not writer.is_alive()
    assert task.done()
    assert task.result().rows_sent == 2
    assert len(slow_model.files["airlines.csv"].read()) == 3


def test_a_task_that_is_dropped_lets_its_file_go(slow_model: af.Model) -> None:
    load = slow_model.imports["Load airlines"]
    load.start(AIRLINES)
    with pytest.warns(UserWarning, match="waiting for its end"):
        assert load.write(AIRLINES).rows_loaded == 2


def test_time_that_ends_while_the_task_runs_is_a_task_timeout_whose_task_goes_on(
    held_model: af.Model, begin: threading.Event
) -> None:
    load = held_model.imports["Load airlines"]
    clock = load.catalogue.transport.clock
    began = clock.monotonic()
    with pytest.raises(TaskTimeout, match="goes on in Anaplan") as caught:
        load.write(AIRLINES, timeout=0.5)
    assert clock.monotonic() - began == pytest.approx(0.5)
    begin.set()
    error = caught.value
    assert isinstance(error, TimeoutError | af.TaskUncertain)
    assert (error.result.outcome, error.result.rows_sent) == ("uncertain", 2)
    assert error.task.result().rows_loaded == 2
    assert len(load.tasks()) == 1


def test_the_time_of_a_result_is_its_own(held_model: af.Model, begin: threading.Event) -> None:
    task = held_model.actions["Clear airports"].start()
    with pytest.raises(TaskTimeout):
        task.result(timeout=0.1)
    begin.set()
    assert task.result(timeout=60).outcome == "loaded"


def test_time_that_ends_before_the_start_is_a_transfer_timeout_and_nothing_was_started(
    demo_sandbox: Sandbox,
) -> None:
    clock = TurnedClock()
    with demo_sandbox.connect(clock=clock) as connection:
        model = connection.model("Flight Planning")
        demo_sandbox.faults.add("503", method="PUT", path="*/files/*", times=None, retry_after=30)
        with pytest.raises(TransferTimeout, match="before anything was started") as caught:
            model.imports["Load airlines"].write(AIRLINES, timeout=45)
        assert caught.value.retryable
        assert 40 <= clock.slept <= 46
        assert model.imports["Load airlines"].tasks().empty


def test_no_answer_is_waited_for_beyond_the_time(
    demo_sandbox: Sandbox, demo_model: af.Model
) -> None:
    load = demo_model.imports["Load airlines"]
    demo_sandbox.faults.add("stall", path="*/imports/*", times=None, seconds=8)
    begin = time.monotonic()
    with pytest.raises(TransferTimeout):
        load.write(AIRLINES, timeout=0.5)
    assert time.monotonic() - begin < 4


@pytest.mark.long
def test_a_lock_that_another_thread_holds_is_waited_for_within_the_time(
    demo_sandbox: Sandbox, demo_model: af.Model
) -> None:
    demo_sandbox.faults.add("stall", method="PUT", path="*/files/*", seconds=0.6)
    file = demo_model.files["airlines.csv"]
    first = threading.Thread(target=file.write, args=(AIRLINES,))
    first.start()
    while not demo_sandbox.faults.struck:
        first.join(0.01)
    with pytest.raises(TransferTimeout, match=r"file 'airlines.csv'"):
        file.write(AIRLINES, timeout=0.1)
    first.join()


@pytest.mark.parametrize(
    ("state", "hours", "said"),
    [
        ("IN_PROGRESS", 25, "running for 25 hours"),
        ("FAILED", 1, "'FAILED', which Anaplan does not"),
    ],
)
def test_a_task_that_is_listed_for_ever_does_not_stop_a_load(
    demo_sandbox: Sandbox, demo_model: af.Model, state: str, hours: int, said: str
) -> None:
    load = demo_model.imports["Load airlines"]
    load.write(AIRLINES)
    [old] = demo_sandbox.tasks.of("imports", demo_model.id, load.id)
    old.state, old.created = state, time.time() - hours * 3600
    with pytest.warns(AnaplanWarning) as seen:
        assert load.write(AIRLINES).rows_loaded == 2
    RECORD.take()  # the contract does not know the state
    [warning] = seen
    assert f"task {old.id} is listed as {said}" in str(warning.message)
    assert str(warning.message).endswith("it is not waited for.")


def test_a_task_that_is_younger_is_waited_for_within_the_time(
    demo_sandbox: Sandbox, demo_model: af.Model
) -> None:
    load = demo_model.imports["Load airlines"]
    load.write(AIRLINES)
    [old] = demo_sandbox.tasks.of("imports", demo_model.id, load.id)
    old.state, old.created = "IN_PROGRESS", time.time() - 23 * 3600
    with pytest.warns(UserWarning, match="waiting for its end"), pytest.raises(TransferTimeout):
        load.write(AIRLINES, timeout=0.5)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"timeout": -1}, ValueError, "timeout"),
        ({"timeout": "5"}, TypeError, "timeout"),
        ({"on_rejected": "explode"}, ValueError, "'raise', 'warn' or 'ignore'"),
        ({"dump": 5}, TypeError, "path of a folder"),
        ({"locale": ""}, ValueError, "locale"),
        ({"locale": 5}, TypeError, "locale"),
        ({"parameters": {"Version": 5}}, TypeError, "must be texts"),
        ({"parameters": "Version"}, TypeError, "must be a dict"),
        ({"parameters": {"Load airlines": {"Version": "Actual"}}}, ValueError, "Only a process"),
        ({"chunk_bytes": 5}, ValueError, "chunk_bytes"),
        ({"on_reject": "warn"}, TypeError, "on_reject"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(
    demo_model: af.Model, options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        demo_model.imports["Load airlines"].write(AIRLINES, **options)
    with pytest.raises(kind, match=message):
        demo_model.imports["Load airlines"].start(AIRLINES, **options)
    with pytest.raises(af.NotFound):
        demo_model.files["airlines.csv"].read()


def test_steps_of_a_job_are_one_line_each_with_counts_and_seconds(
    demo_model: af.Model, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "anaplan_frames"):
        result = demo_model.imports["Load airlines"].write(TWICE, on_rejected="ignore")
    lines = [record.getMessage() for record in caplog.records if record.levelname == "INFO"]
    assert len(lines) == 3
    assert lines[0].startswith(
        f"file 'airlines.csv': uploaded 3 rows, {result.bytes_sent} bytes in "
    )
    assert lines[1].startswith(f"import 'Load airlines': started as task {result.task_id} in ")
    assert lines[2].startswith(f"import 'Load airlines': task {result.task_id} ended after ")
    assert lines[2].endswith(
        "s: rejected, 2 of 3 rows loaded (2 created, 0 updated), 0 ignored, 1 rejected"
    )


class Hooked:
    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []

    def on_start(self, task: Task[Any]) -> None:
        self.seen.append(("start", task.id))

    def on_end(self, task: Task[Any], result: Any, error: Any) -> None:
        self.seen.append(("end", task.id, result.outcome, type(error).__name__))


class Broken:
    def on_start(self, task: Task[Any]) -> None:
        raise RuntimeError("a broken hook")

    on_end = None


def test_hooks_are_called_for_the_start_and_once_for_the_end_and_a_broken_one_changes_nothing(
    demo_sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    hook = Hooked()
    with demo_sandbox.connect(hooks=[Broken(), hook]) as connection:
        model = connection.model("Flight Planning")
        with pytest.raises(af.RejectedRows) as caught:
            model.imports["Load airlines"].write(TWICE)
        task = model.actions["Clear airports"].start()
        task.result()
        task.result()
    first = caught.value.result.task_id
    assert hook.seen == [
        ("start", first),
        ("end", first, "rejected", "RejectedRows"),
        ("start", task.id),
        ("end", task.id, "loaded", "NoneType"),
    ]
    assert "A hook raised an error" in caplog.text


def test_rejected_rows_and_the_failure_dump_are_kept_in_a_folder(
    demo_model: af.Model, tmp_path: Path
) -> None:
    folder = tmp_path / "made" / "here"
    with pytest.raises(af.RejectedRows) as caught:
        af.to_anaplan(TWICE, "Load airlines", demo_model, dump=folder)
    result = caught.value.result
    assert result.dump == str(folder)
    kept = pd.read_csv(folder / "rejected.csv", index_col="row")
    assert kept["carrier"].to_dict() == {2: "AA"}
    assert kept["error"].tolist() == result.rejected["error"].tolist()
    raw = (folder / f"failure_dump_{demo_model.imports['Load airlines'].id}.csv").read_text()
    assert raw.startswith('"_Status_"')
    af.to_anaplan(AIRLINES, "Load airlines", demo_model, dump=folder)
    assert list(folder.iterdir()) == []


def test_failure_dumps_of_a_process_are_kept_by_the_ids_of_its_imports(
    demo_model: af.Model, tmp_path: Path
) -> None:
    with pytest.raises(af.TaskFailed):
        demo_model.processes["Load all"].write({"Load airlines": TWICE}, dump=tmp_path)
    load = demo_model.imports["Load airlines"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"failure_dump_{load.id}.csv",
        "rejected.csv",
    ]
    again = load.run(dump=tmp_path, on_rejected="ignore")
    assert (again.rows_rejected, again.dump) == (1, str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == [f"failure_dump_{load.id}.csv"]


def test_a_folder_that_cannot_be_written_to_hides_no_import(
    demo_model: af.Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        af.to_anaplan(TWICE, "Load airlines", demo_model, dump=tmp_path / "file")
    assert demo_model.imports["Load airlines"].tasks().empty

    def full(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    result = af.to_anaplan(TWICE, "Load airlines", demo_model, dump=tmp_path, on_rejected="ignore")
    assert len(result.rejected) == 1
    assert "No space left on device" in result.note


def test_the_bar_of_an_upload_counts_the_rows_that_are_known(
    demo_model: af.Model, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[float] = []
    monkeypatch.setattr(
        "anaplan_frames.progress.Progress.advance", lambda self, amount: moved.append(amount)
    )
    file = demo_model.files["airlines.csv"]
    file.write(TWICE, progress=True)
    assert "0/3 [" in capsys.readouterr().err
    assert sum(moved) == 3
    size = file.write(iter([TWICE]), progress=True).bytes_sent
    assert "/3 [" not in capsys.readouterr().err
    assert sum(moved) == 3 + size
    file.upload(b"x" * 3_000, progress=True)
    assert "/3.00k [" in capsys.readouterr().err


def test_the_clock_of_a_bar_goes_on_between_looks(
    demo_sandbox: Sandbox, begin: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks: list[int] = []
    pauses: list[float] = []
    monkeypatch.setattr("anaplan_frames.progress.Progress.tick", lambda self: ticks.append(1))

    def note(seconds: float) -> None:
        pauses.append(seconds)
        if sum(pauses) >= 6:
            begin.set()

    with demo_sandbox.connect(clock=NotedTurnedClock(note)) as connection:
        connection.model("Flight Planning").actions["Clear airports"].run()
    assert max(pauses) == 1.0
    assert len(ticks) == len(pauses) >= 5


def test_an_error_with_a_task_and_a_result_survives_pickling(
    held_model: af.Model, begin: threading.Event
) -> None:
    with pytest.raises(TaskTimeout) as caught:
        held_model.actions["Clear airports"].run(timeout=0.2)
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert (again.task.url, again.task.state) == (caught.value.task.url, caught.value.task.state)
    with pytest.raises(af.AnaplanError, match=r"Find it again with conn.task\('anaplan://"):
        again.task.result()
    begin.set()
    assert caught.value.task.result().outcome == "loaded"


def test_watching_a_model_yields_tasks_as_they_begin_and_end(
    demo_sandbox: Sandbox, demo_model: af.Model
) -> None:
    demo_model.imports["Load airlines"].write(AIRLINES)  # ended before
    action = demo_model.actions["Clear airports"]
    with held_tasks(demo_sandbox) as begin:

        def end(seconds: float) -> None:
            begin.set()
            action.task(task.id).wait_for_end()

        task = action.start()
        with demo_sandbox.connect(clock=NotedTurnedClock(end)) as connection:
            watch = connection.model(demo_model.id).watch(interval=0.1, timeout=2)
            seen = [(each.id, each.name, each.state) for each in watch]
    assert {each[:2] for each in seen} == {(task.id, "Clear airports")}
    assert [seen[0][2], seen[-1][2]] == ["NOT_STARTED", "COMPLETE"]
    assert task.done()
