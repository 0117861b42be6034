"""Connections and what they give in other processes: forked, spawned, pickled; and asyncio."""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cloudpickle
import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.clock import Clock
from anaplan_frames.deadline import time_limit
from anaplan_frames.resources.collection import Collection
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transfer.file_lock import file_lock
from tests import logouts
from tests.processes import (
    carriers,
    in_a_fork,
    needs_fork,
    read_all,
    token_of,
    users,
    watch,
    write,
)


def pool(method: str, workers: int = 1) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context(method))


def again(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))


@pytest.fixture
def environment(demo_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Have the sandbox's credentials and URLs in the environment."""
    settings = {
        "EMAIL": demo_sandbox.email,
        "PASSWORD": demo_sandbox.password,
        "API_URL": demo_sandbox.api_url,
        "AUTH_URL": demo_sandbox.auth_url,
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"ANAPLAN_{name}", value)
    return demo_sandbox


@pytest.fixture
def airlines_model(demo_sandbox: Sandbox) -> Iterator[af.Model]:
    """Connect to the demo tenant's model, with some airlines in it."""
    with demo_sandbox.connect() as connection:
        found = connection.model("Flight Planning")
        codes = [f"{number:02}" for number in range(30)]
        found.lists["Airlines"].insert(pd.DataFrame({"code": codes, "name": codes}))
        yield found


@needs_fork
def test_forked_children_never_get_the_answers_of_another(airlines_model: af.Model) -> None:
    """The children share the parent's model, and read while the parent does."""
    assert len(carriers(airlines_model)) == 30  # the connection is open before the fork
    with get_context("fork").Pool(4, initializer=_share, initargs=(airlines_model,)) as workers:
        reading = workers.map_async(_read_shared, [10] * 4)
        own = read_all(airlines_model, 10)
        found = [*own, *(each for one in reading.get(120) for each in one)]
    assert len(found) == 150
    assert all(right for _, right in found)


_shared: list[af.Model] = []


def _share(model: af.Model) -> None:
    _shared.append(model)


def _read_shared(times: int) -> list[tuple[str, bool]]:
    return read_all(_shared[0], times)


@needs_fork
def test_a_fork_is_safe_while_other_threads_hold_the_locks_of_the_connection(
    demo_sandbox: Sandbox,
) -> None:
    connection = demo_sandbox.connect()
    connection.users()
    transport = connection._transport
    locks = [transport._closing, transport._keeper._lock, transport._sender._limiter._lock]
    held, done = threading.Barrier(2), threading.Event()

    def hold() -> None:
        for lock in locks:
            lock.acquire()
        held.wait()
        done.wait(30)
        for lock in locks:
            lock.release()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()

    def work() -> None:
        assert users(connection) == [demo_sandbox.email]
        connection.close()

    status = in_a_fork(work)
    done.set()
    holder.join()
    assert status == 0
    assert users(connection) == [demo_sandbox.email]


@needs_fork
def test_closing_in_a_child_does_not_log_out_the_parent(demo_sandbox: Sandbox) -> None:
    with demo_sandbox.connect() as connection:
        token = token_of(connection)[1]

        def work() -> None:
            assert token_of(connection)[1] == token
            connection.close()
            with pytest.raises(af.AnaplanError, match="closed"):
                connection.users()

        assert in_a_fork(work) == 0
        assert token is not None
        assert demo_sandbox.tokens.find(token) is not None
        assert token_of(connection)[1] == token


@needs_fork
def test_a_child_signs_in_by_itself_if_the_token_of_its_parent_ends(demo_sandbox: Sandbox) -> None:
    with demo_sandbox.connect() as connection:
        token = token_of(connection)[1]

        def work() -> None:
            connection._transport._keeper.renew(connection._transport._keeper.held)
            assert token_of(connection)[1] != token
            logouts.close(connection)  # logs out its own

        assert in_a_fork(work) == 0
        assert token is not None
        assert demo_sandbox.tokens.find(token) is not None
        assert list(demo_sandbox.tokens._alive) == [token]


@needs_fork
def test_a_fork_that_python_does_not_notice_is_noticed_by_the_process_id(
    demo_sandbox: Sandbox,
) -> None:
    connection = demo_sandbox.connect()
    token = token_of(connection)[1]
    transport = connection._transport
    session = transport._sender._session
    transport._process -= 1
    assert token_of(connection)[1] == token
    assert transport._sender._session is not session
    connection.close()
    assert token is not None
    assert demo_sandbox.tokens.find(token) is not None


# Other tests use spawned processes in the ordinary run.
@pytest.mark.parametrize(
    "method",
    [pytest.param("spawn", marks=pytest.mark.long), pytest.param("fork", marks=needs_fork)],
)
def test_other_processes_use_what_was_pickled(
    method: str, demo_sandbox: Sandbox, airlines_model: af.Model
) -> None:
    rows = pd.DataFrame({"code": ["ZZ"], "name": ["Zed"]})
    with demo_sandbox.connect() as connection, pool(method) as executor:
        expected = carriers(airlines_model)
        assert executor.submit(users, connection).result(60) == [demo_sandbox.email]
        assert executor.submit(carriers, airlines_model).result(60) == expected
        assert executor.submit(write, airlines_model.lists["Airlines"], rows).result(60) == 1
        assert carriers(airlines_model) == sorted([*expected, "ZZ"])


@pytest.mark.long
def test_a_worker_signs_in_once_for_all_that_it_unpickles(environment: Sandbox) -> None:
    with af.connect() as connection, pool("spawn") as executor:
        own = token_of(connection)[1]
        found = [executor.submit(token_of, connection).result(60) for _ in range(3)]
    assert len(set(found)) == 1
    assert found[0][1] not in (None, own)
    assert found[0][0] != os.getpid()


def test_every_kind_of_thing_can_be_pickled(airlines_model: af.Model) -> None:
    collections = [
        airlines_model.files,
        airlines_model.imports,
        airlines_model.exports,
        airlines_model.processes,
        airlines_model.lists,
        airlines_model.modules,
        airlines_model.views,
    ]
    things = [airlines_model, *collections, *(each[each.names[0]] for each in collections)]
    for thing in things:
        for module in (pickle, cloudpickle):
            copy = pickle.loads(module.dumps(thing))
            assert type(copy) is type(thing)
            assert type(copy) is type(thing)
            if not isinstance(thing, Collection):  # a copy has read nothing yet
                assert repr(copy) == repr(thing)
    frame = airlines_model.lists["Airlines"].read()
    pd.testing.assert_frame_equal(again(airlines_model.lists["Airlines"]).read(), frame)


def test_what_is_unpickled_sends_nothing_before_it_is_used(demo_sandbox: Sandbox) -> None:
    with demo_sandbox.connect() as connection:
        dumped = pickle.dumps(connection.model("Flight Planning"))
    demo_sandbox.stop()
    copy = pickle.loads(dumped)
    assert repr(copy).startswith("<model 'Flight Planning'")


def test_a_token_that_was_given_along_ends_with_what_to_do(demo_sandbox: Sandbox) -> None:
    with demo_sandbox.connect() as connection:
        copy = again(connection)
        assert users(copy) == [demo_sandbox.email]
    logouts.wait()
    with pytest.raises(af.AuthenticationError, match="came with the pickled connection"):
        users(copy)


def test_closing_an_unpickled_connection_ends_neither_the_others_nor_the_first(
    environment: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with environment.connect() as given, af.connect() as configured:
        for connection in (given, configured):
            token = token_of(connection)[1]
            first, second = again(connection), again(connection)
            with first:
                users(first)
            assert users(second) == [environment.email]
            second.close()
            assert token_of(connection)[1] == token


def test_a_worker_without_the_credentials_says_so_at_the_first_call(
    environment: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    dumped = pickle.dumps(af.connect())
    monkeypatch.delenv("ANAPLAN_EMAIL")
    monkeypatch.delenv("ANAPLAN_PASSWORD")
    copy = pickle.loads(dumped)
    with pytest.raises(af.ConfigurationError, match="No credentials"):
        copy.users()


def test_a_closed_connection_is_not_pickled(demo_sandbox: Sandbox) -> None:
    connection = demo_sandbox.connect()
    connection.close()
    with pytest.raises(af.AnaplanError, match="closed and cannot be pickled"):
        pickle.dumps(connection)


def test_the_password_of_a_proxy_is_not_pickled(demo_sandbox: Sandbox) -> None:
    connection = demo_sandbox.connect(proxies={"https": "http://me:sesame@localhost:3128"})
    with pytest.raises(af.ConfigurationError, match="HTTPS_PROXY"):
        pickle.dumps(connection)


def test_calls_work_while_an_event_loop_runs(airlines_model: af.Model) -> None:
    """As in a notebook, whose cells run in a loop."""

    async def cell() -> list[str]:
        return carriers(airlines_model)

    assert asyncio.run(cell()) == carriers(airlines_model)


def test_calls_work_in_the_threads_of_an_event_loop(airlines_model: af.Model) -> None:
    async def together() -> list[list[str]]:
        return await asyncio.gather(
            *(asyncio.to_thread(carriers, airlines_model) for _ in range(8))
        )

    assert asyncio.run(together()) == [carriers(airlines_model)] * 8


def test_threads_may_share_what_was_unpickled(airlines_model: af.Model) -> None:
    dumped = pickle.dumps(airlines_model)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: carriers(pickle.loads(dumped)), range(8)))
    assert found == [carriers(airlines_model)] * 8


TWICE = pd.DataFrame({"carrier": ["AA", "UA", "AA"], "name": ["American", "United", "Again"]})


@pytest.fixture
def slow_model() -> Iterator[af.Model]:
    """Connect to the demo tenant's model, with tasks that take a while."""
    with (
        Sandbox.demo(task_pause=0.4, rate_limit=None) as sandbox,
        sandbox.connect() as connection,
    ):
        yield connection.model("Flight Planning")


@pytest.mark.parametrize(
    "method",
    [pytest.param("spawn", marks=pytest.mark.long), pytest.param("fork", marks=needs_fork)],
)
def test_a_pickled_task_is_watched_to_its_end_in_another_process(
    method: str, slow_model: af.Model
) -> None:
    task = slow_model.imports["Load airlines"].start(TWICE)
    with pool(method) as executor:
        seen = executor.submit(watch, task).result(60)
    assert not is_free(slow_model.files["airlines.csv"])  # this process has not seen the end
    own = task.result(on_rejected="ignore")
    assert seen["process"] != os.getpid()
    assert seen["task_id"] == task.id
    assert seen["last"] == ("COMPLETE", True)
    assert seen["sent"] == (own.rows_sent, own.bytes_sent) == (3, own.bytes_sent)
    assert (seen["rejected"], len(own.rejected)) == (0, 1)  # the rows of the caller stay here
    assert seen["unmatched"]["carrier"].tolist() == ["AA"]


def test_a_pickled_task_of_a_process_reads_the_dumps_of_its_imports(demo_model: af.Model) -> None:
    task = demo_model.processes["Load all"].start({"Load airlines": TWICE})
    found = []
    for each in (task, again(task)):
        with pytest.raises(af.TaskFailed) as caught:  # the other imports have no files
            each.result()
        found.append(caught.value.result)
    own, elsewhere = found
    counts = [
        [(part.target, part.rows_sent, part.rows_rejected) for part in result.actions]
        for result in found
    ]
    assert counts[0] == counts[1]
    assert counts[0][0] == ("Load airlines", 3, 1)
    assert (own.rejected["carrier"].tolist(), len(own.unmatched)) == (["AA"], 0)
    assert (len(elsewhere.rejected), elsewhere.unmatched["carrier"].tolist()) == (0, ["AA"])


@pytest.mark.long
def test_the_lock_of_a_task_stays_in_the_process_that_has_started_it(
    slow_model: af.Model,
) -> None:
    file = slow_model.files["airlines.csv"]
    task = slow_model.imports["Load airlines"].start(TWICE)
    copy = again(task)
    copy.wait_for_end()
    del copy
    assert not is_free(file)
    assert task.done()
    assert is_free(file)


def is_free(file: af.File) -> bool:
    """Return whether a run on this machine could write to the file now."""
    try:
        with time_limit(Clock(), 0), file_lock(file._transport.api_url, file.path, label="file"):
            return True
    except af.TransferTimeout:
        return False


def test_a_pickled_task_keeps_the_options_of_its_start(
    demo_model: af.Model, tmp_path: Path
) -> None:
    task = demo_model.imports["Load airlines"].start(TWICE, on_rejected="ignore", dump=tmp_path)
    task.wait_for_end()
    result = again(task).result()
    assert (result.rows_rejected, result.dump) == (1, str(tmp_path))
    [dump] = tmp_path.iterdir()
    assert "Again" in dump.read_text()


def test_a_task_that_was_found_is_pickled_too_and_one_of_a_closed_connection_is_not(
    demo_sandbox: Sandbox,
) -> None:
    with demo_sandbox.connect() as connection:
        action = connection.model("Flight Planning").actions["Clear airports"]
        action.run()
        task = connection.task(action.task(action.tasks()["task_id"].item()).url)
        copy = again(task)
        assert (copy.url, copy.state, repr(copy)) == (task.url, "COMPLETE", repr(task))
        assert copy.refresh().result().outcome == "loaded"
        assert not copy.cancel()
    with pytest.raises(af.AnaplanError, match="closed and cannot be pickled"):
        pickle.dumps(task)


@pytest.mark.long
def test_the_pickle_of_an_error_holds_no_token_and_needs_no_open_connection(
    slow_model: af.Model,
) -> None:
    task = slow_model.actions["Clear airports"].start()
    with pytest.raises(af.TaskTimeout) as caught:
        task.result(timeout=0)
    connection = slow_model._catalogue.transport
    token = connection._keeper.held
    assert token is not None
    assert token.token.value.encode() in pickle.dumps(task)
    assert token.token.value.encode() not in pickle.dumps(caught.value)
    task.result()
    connection.close()
    copy = again(caught.value)
    assert (str(copy), copy.task.url) == (str(caught.value), task.url)
    assert caught.value.task is task


@pytest.mark.long
@needs_fork
def test_the_lock_of_a_task_outlives_a_forked_child_that_drops_the_task(
    slow_model: af.Model,
) -> None:
    tasks = [slow_model.imports["Load airlines"].start(TWICE)]

    def work() -> None:
        tasks[0].wait_for_end()
        tasks.clear()
        gc.collect()

    assert in_a_fork(work) == 0
    assert not is_free(slow_model.files["airlines.csv"])
    assert tasks[0].done()
    assert is_free(slow_model.files["airlines.csv"])


@needs_fork
def test_a_child_does_not_go_on_with_an_answer_that_its_parent_reads(
    airlines_model: af.Model,
) -> None:
    response = airlines_model._catalogue.transport.request(
        "GET", "/users", label="users", stream=True
    )
    pieces = response.iter_content(4)
    first = next(pieces)

    def work() -> None:
        with pytest.raises(af.AnaplanError, match="started in the parent of this forked process"):
            next(pieces)

    assert in_a_fork(work) == 0
    assert b"demo@example.com" in first + b"".join(pieces)
