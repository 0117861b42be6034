"""The recipes for hooks: spans of OpenTelemetry and events of OpenLineage, kept in memory."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import RunEvent
from openlineage.client.serde import Serde
from openlineage.client.transport import Transport
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from tests.cli.conftest import AIRLINES, AIRPORTS, FLIGHTS
from tests.recipes.conftest import RECIPES, Night
from tests.sandbox.held_tasks import held_tasks

MISFIT = FLIGHTS.assign(dest=["SJU", "ATL", "BOS"])
SPANS = runpy.run_path(str(RECIPES / "opentelemetry_spans.py"))["TaskSpans"]
EVENTS = runpy.run_path(str(RECIPES / "openlineage_events.py"))["LineageEvents"]


class Kept(Transport):
    """Keeps the events of OpenLineage, as JSON."""

    kind = "kept"

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def emit(self, event: Any) -> None:
        """Keep an event."""
        assert isinstance(event, RunEvent)
        self.events.append(json.loads(Serde.to_json(event)))


class Watched:
    """A model whose tasks both recipes hear of."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.exporter, self.kept = InMemorySpanExporter(), Kept()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.spans = SPANS()
        self.spans.tracer = self.provider.get_tracer("anaplan_frames")
        hooks = [self.spans, EVENTS(OpenLineageClient(transport=self.kept))]
        self.connection = sandbox.connect(hooks=hooks)
        self.model = self.connection.model("Flight Planning")

    @property
    def span(self) -> ReadableSpan:
        """The only span that has ended."""
        (span,) = self.exporter.get_finished_spans()
        return span

    @property
    def states(self) -> list[str]:
        """The states of the events."""
        return [event["eventType"] for event in self.kept.events]


@pytest.fixture(scope="module")
def planned() -> Iterator[Sandbox]:
    with Sandbox.demo(task_pause=0) as sandbox:
        with sandbox.connect() as connection:
            model = connection.model("Flight Planning")
            model.imports["Load airlines"].write(AIRLINES)
            model.imports["Load airports"].write(AIRPORTS)
        yield sandbox


@pytest.fixture
def watched(planned: Sandbox) -> Iterator[Watched]:
    found = Watched(planned)
    yield found
    found.connection.close()


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return {key.removeprefix("anaplan."): value for key, value in (span.attributes or {}).items()}


def test_a_load_is_a_span_with_its_counts_below_the_callers(watched: Watched) -> None:
    with watched.spans.tracer.start_as_current_span("nightly") as nightly:
        result = af.to_anaplan(FLIGHTS, "Load flights", watched.model)
    span = watched.exporter.get_finished_spans()[0]
    assert span.name == "import Load flights"
    assert span.parent is not None
    assert span.parent.span_id == nightly.get_span_context().span_id
    found = attributes(span)
    assert (found["kind"], found["name"], found["outcome"]) == ("import", "Load flights", "loaded")
    assert (found["rows_sent"], found["rows_loaded"], found["rows_rejected"]) == (3, 3, 0)
    assert found["task"].endswith(result.task_id)
    assert span.status.status_code is trace.StatusCode.UNSET
    assert span.start_time is not None
    assert span.end_time is not None
    assert span.end_time > span.start_time


def test_a_load_is_two_events_of_one_run(watched: Watched) -> None:
    result = af.to_anaplan(FLIGHTS, "Load flights", watched.model)
    start, end = watched.kept.events
    assert watched.states == ["START", "COMPLETE"]
    assert start["run"]["runId"] == end["run"]["runId"] == str(UUID(start["run"]["runId"]))
    assert end["job"] == {"namespace": "anaplan", "name": "import Load flights", "facets": {}}
    assert end["inputs"] == []
    (output,) = end["outputs"]
    assert output["namespace"] == watched.model.url
    assert output["outputFacets"]["outputStatistics"]["rowCount"] == result.rows_loaded == 3
    assert end["run"]["facets"]["anaplan_rows"]["rejected"] == 0
    assert start["eventTime"] < end["eventTime"]


@pytest.mark.long
def test_an_export_is_an_input(watched: Watched) -> None:
    af.read_anaplan("Flights export", watched.model)
    assert watched.states == ["START", "COMPLETE"]
    end = watched.kept.events[-1]
    assert (end["inputs"][0]["name"], end["outputs"]) == ("Flights export", [])
    assert watched.span.name == "export Flights export"


@pytest.mark.sampled(1)
@pytest.mark.parametrize("rule", ["raise", "ignore"])
def test_rejected_rows_are_counted_with_their_reasons(watched: Watched, rule: Any) -> None:
    if rule == "raise":
        with pytest.raises(af.RejectedRows):
            af.to_anaplan(MISFIT, "Load flights", watched.model)
    else:
        af.to_anaplan(MISFIT, "Load flights", watched.model, on_rejected=rule)
    found = attributes(watched.span)
    assert (found["outcome"], found["rows_loaded"], found["rows_rejected"]) == ("rejected", 2, 1)
    reasons = [each for each in watched.span.events if each.name == "rows rejected"]
    assert [dict(each.attributes or {})["rows"] for each in reasons] == [1]
    assert watched.states == ["START", "COMPLETE"]
    facets = watched.kept.events[-1]["run"]["facets"]
    assert facets["anaplan_rows"]["rejected"] == 1
    assert facets["anaplan_rows"]["reasons"][0]["rows"] == 1
    failed = watched.span.status.status_code is trace.StatusCode.ERROR
    raised = [each for each in watched.span.events if each.name == "exception"]
    assert failed == bool(raised) == ("errorMessage" in facets) == (rule == "raise")


def test_a_cancelled_task_is_an_error_and_an_aborted_run(watched: Watched) -> None:
    action = watched.model.actions["Clear airports"]
    with held_tasks(watched.sandbox):
        task = action.start()
        action.requests.cancel(task.id)
    with pytest.raises(af.TaskCancelled):
        task.result()
    assert attributes(watched.span)["outcome"] == "cancelled"
    assert watched.span.status.description == "TaskCancelled"
    assert watched.states == ["START", "ABORT"]


@pytest.mark.long
def test_a_failed_task_is_an_error_and_a_failed_run(watched: Watched) -> None:
    af.to_anaplan(FLIGHTS, "Load flights", watched.model)
    watched.model.files["flights.csv"].delete()
    with pytest.raises(af.TaskFailed):
        watched.model.imports["Load flights"].run()
    last = watched.exporter.get_finished_spans()[-1]
    assert last.status.status_code is trace.StatusCode.ERROR
    assert watched.states[-2:] == ["START", "FAIL"]
    assert watched.kept.events[-1]["run"]["facets"]["errorMessage"]["message"]


@pytest.mark.long
def test_tasks_of_several_threads_have_spans_of_their_own(watched: Watched) -> None:
    names = ["Load airlines", "Load flights", "Load airports"]
    with ThreadPoolExecutor(3) as pool:
        list(
            pool.map(
                lambda name, data: watched.model.imports[name].write(data, on_rejected="ignore"),
                names,
                [AIRLINES, FLIGHTS, AIRPORTS],
            )
        )
    spans = watched.exporter.get_finished_spans()
    assert {attributes(span)["name"] for span in spans} == set(names)
    assert len({attributes(span)["task"] for span in spans}) == 3
    assert len({event["run"]["runId"] for event in watched.kept.events}) == 3


@pytest.mark.long
def test_a_task_that_somebody_else_has_started_ends_no_span(watched: Watched) -> None:
    with watched.sandbox.connect() as other:
        task_id = other.model("Flight Planning").imports["Load flights"].write(FLIGHTS).task_id
    assert watched.model.imports["Load flights"].task(task_id).result().rows_loaded == 3
    assert watched.exporter.get_finished_spans() == ()
    assert watched.spans.spans == {}


def test_nothing_secret_is_in_spans_and_events(
    planned: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued: list[str] = []
    issue = planned.tokens.issue

    def noting(*given: Any, **options: Any) -> Any:
        token = issue(*given, **options)
        issued.append(token.value)
        return token

    monkeypatch.setattr(planned.tokens, "issue", noting)
    watched = Watched(planned)
    with pytest.raises(af.RejectedRows):
        af.to_anaplan(MISFIT, "Load flights", watched.model)
    said = watched.span.to_json() + json.dumps(watched.kept.events)
    assert "Load flights" in said
    assert issued
    for secret in (*issued, "Authorization", "AnaplanAuthToken", watched.sandbox.email):
        assert secret not in said


@pytest.mark.long
def test_a_collector_that_cannot_be_reached_changes_nothing(
    planned: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    class Unreachable(Kept):
        def emit(self, event: Any) -> None:
            raise ConnectionError("no collector")

    hooks = [EVENTS(OpenLineageClient(transport=Unreachable()))]
    with planned.connect(hooks=hooks) as connection:
        model = connection.model("Flight Planning")
        assert model.imports["Load airlines"].write(AIRLINES).outcome == "loaded"
    assert caplog.text.count("A hook raised an error; the task goes on") == 2


@pytest.mark.long
@pytest.mark.parametrize("recipe", ["opentelemetry_spans.py", "openlineage_events.py"])
def test_the_recipe_runs_as_a_script(night: Night, recipe: str) -> None:
    events = night.folder / "events.jsonl"
    night.environment["OPENLINEAGE__TRANSPORT__TYPE"] = "file"
    night.environment["OPENLINEAGE__TRANSPORT__LOG_FILE_PATH"] = str(events)
    night.environment["OPENLINEAGE__TRANSPORT__APPEND"] = "true"
    done = night.run_recipe(recipe)
    assert done.returncode == 0, done.stderr
    assert night.flights_loaded() == 16
    if recipe.startswith("openlineage"):
        found = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
        assert [each["eventType"] for each in found] == ["START", "COMPLETE"]
