"""Another machine, with the same user, writes to the file of an import meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transfer import content_check, small_file, upload
from anaplan_frames.transfer.small_file import SmallFile
from anaplan_frames.transport import Transport
from tests.clients.tenant import (
    AIRLINES_FILE,
    AIRPORTS,
    AIRPORTS_FILE,
    FLIGHTS,
    FLIGHTS_FILE,
    LOAD_AIRLINES,
)
from tests.faults.logged import LoggedChunks
from tests.sandbox.http_client import Http, InModel, in_model

OURS = pd.DataFrame({"carrier": ["AA", "UA"], "name": ["American", "United"]})
THEIRS = b"carrier,name\nZZ,theirs\nYY,too\n"


@pytest.fixture
def shared_file_sandbox() -> Iterator[Sandbox]:
    with Sandbox.demo(rate_limit=None, export_chunk_size=20) as running:
        yield running


@pytest.fixture
def shared_file_model(shared_file_sandbox: Sandbox) -> Iterator[af.Model]:
    with shared_file_sandbox.connect() as connection:
        yield connection.model("Flight Planning")


@pytest.fixture
def rival(shared_file_sandbox: Sandbox) -> InModel:
    [built] = shared_file_sandbox.models.values()
    return in_model(Http(shared_file_sandbox), built)


def write_theirs(rival: InModel) -> None:
    rival.upload(THEIRS, AIRLINES_FILE)


def begin_theirs(rival: InModel) -> None:
    assert rival.post(f"/files/{AIRLINES_FILE}", {"chunkCount": -1}).status_code == 200


def before_the_start(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    real = upload.complete_upload

    def complete(*given: Any, **options: Any) -> None:
        real(*given, **options)
        act()

    monkeypatch.setattr(upload, "complete_upload", complete)


def during_the_import(
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    before: Callable[[], None] = lambda: None,
    after: Callable[[], None] = lambda: None,
) -> None:
    real = sandbox.actions._run_import

    def run(*given: Any) -> dict[str, Any]:
        before()
        result = real(*given)
        after()
        return result

    monkeypatch.setattr(sandbox.actions, "_run_import", run)


def tasks(sandbox: Sandbox) -> int:
    [built] = sandbox.models.values()
    return len(sandbox.tasks.of("imports", built.id, LOAD_AIRLINES))


@pytest.mark.parametrize(
    ("act", "said"),
    [(write_theirs, "has another content than was sent"), (begin_theirs, "has no content")],
)
@pytest.mark.parametrize("whole", [1_000_000, 0])
@pytest.mark.usefixtures("in_chunks")
def test_a_file_that_somebody_else_has_written_to_is_not_imported(
    shared_file_sandbox: Sandbox,
    shared_file_model: af.Model,
    rival: InModel,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[InModel], None],
    said: str,
    whole: int,
) -> None:
    monkeypatch.setattr(content_check, "_WHOLE", whole)
    with monkeypatch.context() as patch:
        before_the_start(patch, lambda: act(rival))
        with pytest.raises(af.TransferError, match=rf"{said}.*Nothing was started") as caught:
            af.to_anaplan(OURS, "Load airlines", shared_file_model)
    assert caught.value.retryable
    assert tasks(shared_file_sandbox) == 0
    assert af.to_anaplan(OURS, "Load airlines", shared_file_model).rows_loaded == 2


@pytest.mark.parametrize(
    ("act", "said"),
    [(write_theirs, "has another content than was sent"), (begin_theirs, "has no content")],
)
def test_a_small_file_that_somebody_else_has_written_to_is_not_imported(
    shared_file_sandbox: Sandbox,
    shared_file_model: af.Model,
    rival: InModel,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[InModel], None],
    said: str,
) -> None:
    monkeypatch.setattr(small_file, "_HEAD_START", 60)  # the look waits for the answer
    real = SmallFile.send

    def send(self: SmallFile) -> None:
        real(self)
        act(rival)

    with monkeypatch.context() as patch:
        patch.setattr(SmallFile, "send", send)
        with pytest.raises(af.TransferError, match=rf"{said}.*Nothing was started") as caught:
            af.to_anaplan(OURS, "Load airlines", shared_file_model)
    assert caught.value.retryable
    assert tasks(shared_file_sandbox) == 0
    assert af.to_anaplan(OURS, "Load airlines", shared_file_model).rows_loaded == 2


@pytest.mark.parametrize("target", ["Load airlines", "Load all"])
@pytest.mark.parametrize("whole", [1_000_000, 0])
def test_an_import_that_has_read_the_rows_of_somebody_else_is_uncertain(
    shared_file_sandbox: Sandbox,
    shared_file_model: af.Model,
    rival: InModel,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    whole: int,
) -> None:
    monkeypatch.setattr(content_check, "_WHOLE", whole)
    for file, path in ((AIRPORTS_FILE, AIRPORTS), (FLIGHTS_FILE, FLIGHTS)):
        rival.upload(b"".join(path.read_bytes().splitlines(keepends=True)[:1]), file)
    once = iter([None])
    during_the_import(
        shared_file_sandbox, monkeypatch, before=lambda: next(once, True) or write_theirs(rival)
    )
    data: Any = OURS if target == "Load airlines" else {"Load airlines": OURS}
    with pytest.raises(af.TaskUncertain, match="has another content than was sent") as caught:
        af.to_anaplan(data, target, shared_file_model, on_rejected="ignore")
    assert caught.value.result is not None
    assert caught.value.result.outcome == "uncertain"


@pytest.mark.parametrize("act", [write_theirs, begin_theirs])
def test_a_file_that_is_written_to_after_the_import_has_read_it_is_a_doubt_too(
    shared_file_sandbox: Sandbox,
    shared_file_model: af.Model,
    rival: InModel,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[InModel], None],
) -> None:
    during_the_import(shared_file_sandbox, monkeypatch, after=lambda: act(rival))
    task = shared_file_model.imports["Load airlines"].start(OURS)
    with pytest.raises(af.TaskUncertain, match=r"After it ended, file 'airlines\.csv' has"):
        task.result()


def test_an_import_that_fails_because_of_that_has_failed(
    shared_file_sandbox: Sandbox,
    shared_file_model: af.Model,
    rival: InModel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    during_the_import(shared_file_sandbox, monkeypatch, before=lambda: begin_theirs(rival))
    with pytest.raises(af.TaskFailed) as caught:
        af.to_anaplan(OURS, "Load airlines", shared_file_model)
    assert caught.value.result is not None
    assert "file 'airlines.csv' has no content" in caught.value.result.note


@pytest.mark.parametrize(
    "content",
    [
        b"carrier,name\nBA,American\nUA,United\n",  # another beginning
        b"carrier,name\nAA,American\nUA,united\n",  # another end
        b"carrier,name\nAA,American\nBB,another airline\nUA,United\n",  # more chunks
    ],
)
def test_of_a_large_file_beginning_end_and_number_of_chunks_are_compared(
    shared_file_sandbox: Sandbox,
    shared_file_model: af.Model,
    rival: InModel,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
) -> None:
    monkeypatch.setattr(content_check, "_WHOLE", 0)
    during_the_import(
        shared_file_sandbox, monkeypatch, before=lambda: rival.upload(content, AIRLINES_FILE)
    )
    with pytest.raises(af.TaskUncertain, match="has another content than was sent"):
        af.to_anaplan(OURS, "Load airlines", shared_file_model)


@pytest.mark.parametrize("whole", [1_000_000, 0])
def test_the_same_content_raises_no_doubt(
    shared_file_sandbox: Sandbox,
    shared_file_model: af.Model,
    rival: InModel,
    monkeypatch: pytest.MonkeyPatch,
    whole: int,
) -> None:
    monkeypatch.setattr(content_check, "_WHOLE", whole)
    shared_file_model.files["airlines.csv"].write(OURS)
    same = b"".join(shared_file_model.files["airlines.csv"].stream())
    during_the_import(
        shared_file_sandbox, monkeypatch, before=lambda: rival.upload(same, AIRLINES_FILE)
    )
    assert af.to_anaplan(OURS, "Load airlines", shared_file_model).rows_loaded == 2


def refused(*given: Any, **options: Any) -> Any:
    raise af.RequestRefused("not allowed", 403)


def test_a_file_that_the_user_may_not_read_is_not_compared(
    shared_file_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Transport, "download_large", refused)
    assert af.to_anaplan(OURS, "Load airlines", shared_file_model).rows_loaded == 2


def test_a_file_that_cannot_be_read_after_the_end_is_a_doubt(
    shared_file_sandbox: Sandbox, shared_file_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    during_the_import(
        shared_file_sandbox,
        monkeypatch,
        after=lambda: monkeypatch.setattr(Transport, "download_large", refused),
    )
    with pytest.raises(af.TaskUncertain, match="cannot be read any more"):
        af.to_anaplan(OURS, "Load airlines", shared_file_model)


def test_a_small_load_needs_two_requests_for_the_comparison(
    shared_file_sandbox: Sandbox,
    shared_file_model: af.Model,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(shared_file_sandbox, "export_chunk_size", 10_000_000)
    monkeypatch.setattr(small_file, "_HEAD_START", 60)  # the look waits for the answer
    chunks = LoggedChunks(caplog)
    assert af.to_anaplan(OURS, "Load airlines", shared_file_model).rows_loaded == 2
    assert chunks.take_fetched() == [0, 0]
