"""Which requests of a small job are under way at the same time, and that there are no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from benchmarks import line_tenant
from benchmarks.tenant import (
    EMAIL,
    EXPORT,
    EXPORT_NAME,
    FILE,
    IMPORT,
    IMPORT_NAME,
    LIST,
    LIST_NAME,
    MODEL,
    MODEL_NAME,
    PASSWORD,
    WORKSPACE,
    WORKSPACE_NAME,
)
from tests.waves import Waves, in_waves

ROWS = pd.DataFrame({"name": ["Blue", "Red"], "Price": [3.5, 4.5]})
LOGIN = ["POST /token/authenticate"]
BY_NAME, BY_ID = ["GET /models"], [f"GET /models/{MODEL}"]
TARGETS = [f"GET {kind}" for kind in ("imports", "processes", "lists", "modules", "files")]
SOURCES = [f"GET {kind}" for kind in ("exports", "modules", "views", "lists", "files")]
OF_IMPORT = [f"GET imports/{IMPORT}", f"GET imports/{IMPORT}/tasks"]
LOAD = [
    [f"PUT files/{FILE}", f"GET imports/{IMPORT}/tasks", f"GET files/{FILE}/chunks/0"],
    [f"POST imports/{IMPORT}/tasks"],
    [f"GET imports/{IMPORT}/tasks/*"],
    [f"GET files/{FILE}/chunks/0"],
]
OF_EXPORT = [f"GET exports/{EXPORT}", f"GET exports/{EXPORT}/tasks"]
RUN = [
    [f"POST exports/{EXPORT}/tasks"],
    [f"GET exports/{EXPORT}/tasks/*"],
    [
        f"GET exports/{EXPORT}/tasks",
        f"GET files/{EXPORT}/chunks",
        "GET files",
        f"GET files/{EXPORT}/chunks/0",
    ],
    [f"GET exports/{EXPORT}/tasks"],
]
OF_LIST, ITEMS = f"GET lists/{LIST}", f"GET lists/{LIST}/items"

Job = Callable[[af.Model], int]
Run = Callable[..., Any]


def load(model: af.Model) -> int:
    return af.to_anaplan(ROWS, IMPORT_NAME, model, progress=False).rows_loaded


def read_export(model: af.Model) -> int:
    return len(af.read_anaplan(EXPORT_NAME, model, progress=False))


def read_list(model: af.Model) -> int:
    return len(af.read_anaplan(LIST_NAME, model, progress=False))


JOBS: dict[str, tuple[Job, Sequence[Sequence[str]], Sequence[Sequence[str]]]] = {
    "load": (load, [TARGETS, OF_IMPORT, *LOAD], [[*BY_ID, *TARGETS, *OF_IMPORT], *LOAD]),
    "export": (read_export, [SOURCES, OF_EXPORT, *RUN], [[*BY_ID, *SOURCES, *OF_EXPORT], *RUN]),
    "list": (read_list, [SOURCES, [OF_LIST, ITEMS]], [[*BY_ID, *SOURCES, OF_LIST], [ITEMS]]),
}


@pytest.fixture(scope="module")
def line() -> Iterator[tuple[Sandbox, Waves]]:
    """Serve the tenant of the benchmark, whose requests must come in waves."""
    with Sandbox(EMAIL, PASSWORD, rate_limit=None, task_pause=0) as sandbox:
        sandbox.stop()
        line_tenant.build(sandbox)
        with in_waves(sandbox) as waves:
            yield sandbox, waves


@pytest.fixture
def run(line: tuple[Sandbox, Waves]) -> Run:
    """Do something on a new connection, whose requests must come in waves."""
    sandbox, waves = line

    def done(do: Callable[[af.Connection], Any], *expected: Sequence[str]) -> Any:
        waves.expect(expected)
        with sandbox.connect() as connection:
            found = do(connection)
        waves.check()
        return found

    return done


@pytest.mark.parametrize("job", JOBS)
def test_a_small_job_asks_side_by_side_what_does_not_depend_on_each_other(
    run: Run, job: str
) -> None:
    do, first, later = JOBS[job]

    def by_name(connection: af.Connection) -> int:
        return do(connection.model(MODEL_NAME))

    assert run(by_name, LOGIN, BY_NAME, *first) == 2
    assert run(by_name, LOGIN, *later) == 2  # where its name was found is remembered


GIVEN_IMPORT = ["GET imports", "GET files", OF_IMPORT[0]]
BY_IDS: dict[str, tuple[Job, Sequence[Sequence[str]], Sequence[Sequence[str]]]] = {
    "load": (
        lambda m: af.to_anaplan(ROWS, IMPORT, m, progress=False).rows_loaded,
        [GIVEN_IMPORT, OF_IMPORT[1:], *LOAD],
        [[*BY_ID, *GIVEN_IMPORT, *OF_IMPORT[1:]], *LOAD],
    ),
    "export": (
        lambda m: len(af.read_anaplan(EXPORT, m, progress=False)),
        [OF_EXPORT[:1], OF_EXPORT[1:], *RUN],
        [[*BY_ID, *OF_EXPORT], *RUN],
    ),
    "list": (
        lambda m: len(af.read_anaplan(LIST, m, progress=False)),
        [[OF_LIST], [ITEMS]],
        [[*BY_ID, OF_LIST], [ITEMS]],
    ),
}


@pytest.mark.parametrize("job", BY_IDS)
def test_a_job_given_ids_asks_at_once_for_what_the_last_run_has_needed(run: Run, job: str) -> None:
    do, first, later = BY_IDS[job]

    def by_id(connection: af.Connection) -> int:
        return do(connection.model(MODEL))

    assert run(by_id, LOGIN, BY_ID, *first) == 2
    assert run(by_id, LOGIN, *later) == 2


def test_a_model_by_id_costs_one_request(run: Run) -> None:
    assert run(lambda connection: connection.model(MODEL).name, LOGIN, BY_ID) == MODEL_NAME


def test_a_model_by_name_costs_one_request_if_it_was_found_before(run: Run) -> None:
    def model(connection: af.Connection) -> str:
        return connection.model(MODEL_NAME).id

    assert run(model, LOGIN, BY_NAME) == MODEL
    assert run(model, LOGIN, BY_ID) == MODEL


def test_the_models_of_a_workspace_are_listed_with_the_workspaces_or_alone(run: Run) -> None:
    both = [*BY_NAME, "GET /workspaces"]
    assert run(lambda c: c.model(MODEL_NAME, WORKSPACE_NAME).id, LOGIN, both) == MODEL
    alone = [f"GET /workspaces/{WORKSPACE}/models"]
    assert run(lambda c: c.model(MODEL_NAME, WORKSPACE).id, LOGIN, alone) == MODEL
