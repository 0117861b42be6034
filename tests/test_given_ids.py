"""Things of a model that are given by their ids: no listing of their kind is read for them."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.bulk.exports import HISTORY
from anaplan_frames.resources.resource import Resource
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
    MODULE,
    PASSWORD,
)
from tests.noted_requests import noted_requests

PROCESS, ACTION = "118000000001", "117000000001"
ROWS = pd.DataFrame({"name": ["Blue", "Red"], "Price": [3.5, 4.5]})
NUMBER = "000000999"  # behind the prefix of a kind, a name that looks like an id
KINDS = {"lists": LIST, "exports": EXPORT, "processes": PROCESS, "actions": ACTION}
KINDS |= {"modules": MODULE, "imports": IMPORT, "files": FILE}
UNLISTED = ["lists", "exports", "processes", "actions", "modules"]


@dataclass
class Line:
    """A tenant and the requests that it has answered."""

    sandbox: Sandbox
    seen: list[str]

    def requests(self, work: Callable[[af.Model], Any], model: str = MODEL) -> Counter[str]:
        """Do something with the model on a new connection, and count its requests."""
        self.seen.clear()
        with self.sandbox.connect() as connection:
            work(connection.model(model))
        # How often a task is looked at depends on how fast it is.
        return Counter(name for name in self.seen if not name.endswith("/tasks/*"))


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    with Sandbox(EMAIL, PASSWORD, rate_limit=None, task_pause=0) as sandbox:
        sandbox.stop()
        line_tenant.build(sandbox)
        model = sandbox.models[MODEL]
        model.process("Load all", [model.imports[IMPORT]], id=PROCESS)
        empty = model.list("Empty")
        action = model.delete_action("Clear", empty, id=ACTION)
        named = model.list(f"101{NUMBER}", items=pd.DataFrame({"name": ["Green"]}))
        module = model.module(f"102{NUMBER}", dimensions=[named], line_items={"Units": "NUMBER"})
        model.export(f"116{NUMBER}", of=module)
        model.delete_action(f"117{NUMBER}", empty)
        model.process(f"118{NUMBER}", [action])
        with noted_requests(sandbox) as seen:
            yield Line(sandbox, seen)


@pytest.fixture(autouse=True)
def long_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have early answers count for longer, so that a busy machine sends no other requests."""
    monkeypatch.setattr("anaplan_frames.resources.early_answers._MOMENT", 5.0)
    monkeypatch.setattr("anaplan_frames.resources.catalogue._MOMENT", 5.0)


@pytest.fixture
def forgetting(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Return what makes later connections remember nothing of earlier ones."""

    def forget() -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("another")))

    return forget


@pytest.fixture
def model(line: Line) -> Iterator[af.Model]:
    with line.sandbox.connect() as connection:
        found = connection.model(MODEL)
        line.seen.clear()
        yield found


LOOK = "GET /models/" + MODEL
JOBS: dict[str, tuple[Callable[[af.Model], Any], list[str]]] = {
    "a list is read": (
        lambda model: af.read_anaplan(LIST, model),
        [f"GET lists/{LIST}", f"GET lists/{LIST}/items"],
    ),
    "a list is written to": (
        lambda model: af.to_anaplan(ROWS[["name"]], LIST, model, key="name"),
        [f"GET lists/{LIST}", f"GET lists/{LIST}/items"],
    ),
    "an export is run": (
        lambda model: model.exports[EXPORT].run(),
        [f"GET exports/{EXPORT}", f"GET exports/{EXPORT}/tasks", f"POST exports/{EXPORT}/tasks"],
    ),
    "an action is run": (
        lambda model: model.actions[ACTION].run(),
        [f"GET actions/{ACTION}", f"GET actions/{ACTION}/tasks", f"POST actions/{ACTION}/tasks"],
    ),
    "the steps of a process are read": (
        lambda model: model.processes[PROCESS].steps(),
        [f"GET processes/{PROCESS}"],
    ),
    "the line items of a module are read": (
        lambda model: model.modules[MODULE].line_items(),
        [f"GET views/{MODULE}", f"GET modules/{MODULE}/lineItems"],
    ),
    "an export is read": (
        lambda model: af.read_anaplan(EXPORT, model),
        [
            f"GET exports/{EXPORT}",
            *[f"GET exports/{EXPORT}/tasks"] * 3,
            f"POST exports/{EXPORT}/tasks",
            "GET files",
            f"GET files/{EXPORT}/chunks",
            f"GET files/{EXPORT}/chunks/0",
        ],
    ),
    # Only the listings say which file an import reads, and which other imports read it.
    "an import is loaded": (
        lambda model: af.to_anaplan(ROWS, IMPORT, model),
        [
            "GET imports",
            "GET files",
            f"GET imports/{IMPORT}",
            *[f"GET imports/{IMPORT}/tasks"] * 2,
            f"PUT files/{FILE}",
            *[f"GET files/{FILE}/chunks/0"] * 2,
            f"POST imports/{IMPORT}/tasks",
        ],
    ),
    "a process is loaded": (
        lambda model: af.to_anaplan(ROWS, PROCESS, model),
        [
            "GET imports",
            "GET files",
            f"GET processes/{PROCESS}",
            f"GET processes/{PROCESS}/tasks",
            f"GET imports/{IMPORT}",
            f"GET imports/{IMPORT}/tasks",
            f"PUT files/{FILE}",
            *[f"GET files/{FILE}/chunks/0"] * 2,
            f"POST processes/{PROCESS}/tasks",
        ],
    ),
    # Only the listing says how a file is written.
    "a file is read": (
        lambda model: af.read_anaplan(FILE, model, nrows=1),
        ["GET files", "GET files", f"GET files/{FILE}/chunks", f"GET files/{FILE}/chunks/0"],
    ),
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("job", JOBS)
def test_a_job_given_ids_sends_these_requests(
    line: Line, job: str, forgetting: Callable[[], None]
) -> None:
    if job == "a file is read":
        line.requests(JOBS["an import is loaded"][0])
        forgetting()
    work, expected = JOBS[job]
    assert line.requests(work) == Counter([LOOK, *expected])


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", KINDS)
def test_an_id_that_nothing_has_is_not_found_and_the_error_shows_what_there_is(
    model: af.Model, kind: str
) -> None:
    missing = f"{KINDS[kind][:3]}000000777"
    with pytest.raises(af.NotFound, match=rf"There is no '{missing}' among the {kind} of model"):
        getattr(model, kind)[missing]
    if kind != "actions":  # which cannot be read or written to
        verb = af.read_anaplan if kind in ("lists", "exports", "modules", "files") else None
        with pytest.raises(af.NotFound, match=r"There (is|are) "):
            verb(missing, model) if verb else af.to_anaplan(ROWS, missing, model)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", UNLISTED)
def test_a_name_that_looks_like_an_id_is_found(model: af.Model, kind: str) -> None:
    name = KINDS[kind][:3] + NUMBER
    found = getattr(model, kind)[name]
    assert found.name == name
    assert found.id != name


def test_a_list_whose_name_looks_like_an_id_is_read(model: af.Model) -> None:
    assert af.read_anaplan(f"101{NUMBER}", model)["name"].tolist() == ["Green"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", UNLISTED)
def test_a_thing_given_by_id_is_the_one_that_the_listing_has(
    line: Line, model: af.Model, kind: str
) -> None:
    given: Resource = getattr(model, kind)[KINDS[kind]]
    asked = list(line.seen)
    assert f"GET {kind}" not in asked
    assert KINDS[kind] in repr(given)
    assert given.url.endswith(f"/{kind}/{KINDS[kind]}")
    assert line.seen == asked
    things = getattr(model, kind)
    assert dict(given.info) == dict(next(t for id_, t in things.items() if id_ == given.id).info)
    assert given.name == things.to_pandas().set_index("id").loc[given.id, "name"]
    assert line.seen.count(f"GET {kind}") == 1


def test_a_name_that_only_the_listing_has_is_asked_for_when_it_is_used(
    line: Line, model: af.Model
) -> None:
    export = model.exports[EXPORT]
    assert export.label == f"export '{EXPORT}'"
    assert export.run().target == EXPORT
    assert "GET exports" not in line.seen
    assert export.name == EXPORT_NAME
    assert export.label == f"export {EXPORT_NAME!r}"
    assert model.lists[LIST].name == LIST_NAME
    assert "GET lists" not in line.seen


def test_a_thing_given_by_id_that_is_gone_has_no_record_in_the_listing(
    line: Line, model: af.Model
) -> None:
    planning = line.sandbox.models[MODEL]
    definition = planning.delete_action("Soon gone", planning.lists[LIST])
    action = model.actions[definition.id]
    del planning.actions[definition.id]
    with pytest.raises(af.NotFound, match="action 'Soon gone' does not exist any more in model"):
        _ = action.info
    with pytest.raises(af.NotFound, match="action 'Soon gone'"):
        action.run()


def test_a_thing_given_by_id_is_found_in_the_listing_once_that_was_read(
    line: Line, model: af.Model
) -> None:
    assert EXPORT_NAME in model.exports.names
    assert model.exports[EXPORT].title == EXPORT_NAME
    assert line.seen == ["GET exports"]


def test_a_pickled_thing_given_by_id_works_without_a_listing(line: Line, model: af.Model) -> None:
    lst = pickle.loads(pickle.dumps(model.lists[LIST]))
    assert {"Blue", "Red"} <= set(lst.read()["name"])
    assert "GET lists" not in line.seen


def test_what_a_thing_says_of_itself_is_asked_again_after_a_moment_or_a_run(
    line: Line, model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"GET exports/{EXPORT}"
    export = model.exports[EXPORT]
    export.metadata()
    assert line.seen.count(key) == 1
    export.metadata()
    assert line.seen.count(key) == 2
    export = model.exports[EXPORT]
    export.run()
    export.metadata()
    assert line.seen.count(key) == 4
    monkeypatch.setattr("anaplan_frames.resources.early_answers._MOMENT", -1.0)
    model.exports[EXPORT].metadata()
    assert line.seen.count(key) == 6


def test_a_task_is_found_by_its_url_or_its_action_s_id_without_a_listing(
    line: Line, model: af.Model, forgetting: Callable[[], None]
) -> None:
    task_id = model.imports[IMPORT].write(ROWS).task_id
    forgetting()
    with line.sandbox.connect() as connection:
        url = model.imports[IMPORT].task(task_id).url
        line.seen.clear()
        found = connection.task(url)
        assert found.name == IMPORT_NAME
        assert found.result().rows_loaded == 2
        assert connection.model(MODEL).task(task_id, of=IMPORT).id == task_id
        assert not {"GET imports", "GET exports", "GET processes", "GET actions"} & set(line.seen)
        with pytest.raises(af.NotFound, match=r"no '112000000777' among the actions"):
            connection.model(MODEL).task(task_id, of="112000000777")
        with pytest.raises(af.NotFound, match="no '112000000777' among the imports"):
            connection.task(url.replace(IMPORT, "112000000777"))


@pytest.mark.sampled(1)
@pytest.mark.parametrize("status", [400, 403, 405])
def test_a_thing_about_which_anaplan_does_not_answer_alone_is_found_in_the_listing(
    model: af.Model, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal: af.AnaplanError = af.RequestRefused("not so", status)
    if status == 403:
        refusal = af.PermissionDenied("not so")

    def refuse(*_: Any, **__: Any) -> Any:
        raise refusal

    monkeypatch.setattr(model.lists._catalogue, "described", refuse)
    assert model.lists[LIST].name == LIST_NAME


def test_another_refusal_of_the_answer_about_one_thing_is_raised(
    model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise af.ModelUnavailable("locked", 423)

    monkeypatch.setattr(model.lists._catalogue, "described", refuse)
    with pytest.raises(af.ModelUnavailable):
        _ = model.lists[LIST]


def test_an_export_of_the_history_is_known_by_its_record_if_its_description_has_no_layout(
    line: Line, model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    planning = line.sandbox.models[MODEL]
    real = planning.export_metadata
    monkeypatch.setattr(
        planning,
        "export_metadata",
        lambda definition, access: {
            k: v for k, v in real(definition, access).items() if k != "layout"
        },
    )
    definition = planning.exports[EXPORT]
    monkeypatch.setitem(planning.exports, EXPORT, replace(definition, layout=HISTORY))
    frame = af.read_anaplan(EXPORT, model)
    assert "history" in frame.attrs["anaplan"]["note"]
    assert "GET exports" in line.seen
