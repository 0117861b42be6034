"""An upload whose completion takes longer than the answer is waited for."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest

import anaplan_frames as af
from anaplan_frames.sandbox import Sandbox
from anaplan_frames.sandbox.tenant.file_contents import Content
from anaplan_frames.transfer import completion
from anaplan_frames.transfer.completion import complete_upload
from anaplan_frames.transfer.compression import METHODS, deflate
from anaplan_frames.transfer.sent_content import SentContent
from anaplan_frames.transport import Transport
from tests.transport.scripted import Answer, ScriptedServer, Seen, as_bytes, as_json

pytestmark = pytest.mark.usefixtures("in_chunks")
CONTENT = b"carrier,name\nAA,American\n"


@pytest.fixture
def completed_model(demo_sandbox: Sandbox) -> Iterator[af.Model]:
    with demo_sandbox.connect(http_timeout=(10, 0.3)) as connection:
        yield connection.model("Flight Planning")


@pytest.fixture
def completed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Have the sandbox take 0.8 s to join chunks, and note each time that it is asked to."""
    asked: list[float] = []
    real = Content.complete

    def complete(self: Content) -> None:
        asked.append(time.monotonic())
        time.sleep(0.8)
        real(self)

    monkeypatch.setattr(Content, "complete", complete)
    return asked


@pytest.mark.sampled(1)
@pytest.mark.parametrize("at_work", [0.0, 30.0])
def test_it_is_waited_for_and_not_asked_for_twice(
    completed_model: af.Model,
    completed: list[float],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    at_work: float,
) -> None:
    monkeypatch.setattr(completion, "_AT_WORK", at_work)
    monkeypatch.setattr(completion, "_PAUSES", (0.3, 0.3, 0.3, 0.3, 0.3))
    with caplog.at_level(logging.WARNING, "anaplan_frames"):
        completed_model.files["airlines.csv"].upload(CONTENT)
    assert len(completed) == 1
    assert ("does not answer while it joins the chunks" in caplog.text) == (not at_work)
    assert b"".join(completed_model.files["airlines.csv"].stream()) == CONTENT


def test_one_that_never_comes_ends_in_an_error_and_nothing_is_imported(
    demo_sandbox: Sandbox, completed_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "_AT_WORK", 0.0)
    monkeypatch.setattr(completion, "_LONGEST_JOINING", 0.5)
    fault = demo_sandbox.faults.add("504", method="POST", path="*/complete", times=None)
    with pytest.raises(af.TransferError, match="does not confirm that it is complete"):
        completed_model.files["airlines.csv"].upload(CONTENT)
    assert fault.hits == 1


def test_one_that_was_lost_on_its_way_is_asked_for_again(
    demo_sandbox: Sandbox, completed_model: af.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "_PAUSES", (0.05,))
    fault = demo_sandbox.faults.add("reset", method="POST", path="*/complete", times=2)
    completed_model.files["airlines.csv"].upload(CONTENT)
    assert fault.hits == 2
    assert b"".join(completed_model.files["airlines.csv"].stream()) == CONTENT


@pytest.mark.parametrize("is_done", [False, True])
def test_a_large_file_with_its_former_middle_is_not_taken_for_complete(
    server: ScriptedServer, transport: Transport, monkeypatch: pytest.MonkeyPatch, *, is_done: bool
) -> None:
    monkeypatch.setattr(completion, "_PAUSES", (0.01,))
    rows = [b"%07d,name\n" % number for number in range(150_000)]
    former = b"".join(rows)
    rows[75_000] = b"9999999,name\n"
    sent = SentContent()
    sent.add([deflate(b"".join(rows), METHODS[0])])
    content = b"".join(rows) if is_done else former

    def answer(seen: Seen) -> Answer:
        path = seen.path.split("?")[0]
        if path.endswith("/complete"):
            return as_json({"status": {"code": 504, "message": "no answer"}}, 504)
        if path.endswith("/files"):
            return as_json({"files": [{"id": "1", "name": "f", "chunkCount": 2}]})
        if path.endswith("/chunks"):
            return as_json({"chunks": [{"id": "0", "name": "0"}, {"id": "1", "name": "1"}]})
        half = len(content) // 2
        return as_bytes(content[:half] if path.endswith("/0") else content[half:])

    server.rule = answer
    if is_done:
        complete_upload(transport, "/models/m/files/1", "file 'f'", sent)
        return
    with pytest.raises(af.TransferError, match="does not confirm that it is complete"):
        complete_upload(transport, "/models/m/files/1", "file 'f'", sent)
