"""Failure dumps, by the sequence of requests that Anaplan's documentation gives.

Neither anaplan-sdk (not at all) nor anaplan-api (it reads the task in its place) reads a dump.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from anaplan_frames.sandbox import Sandbox
from tests.clients import tenant
from tests.sandbox.http_client import Http, InModel

CHUNK = 1_000  # bytes; the dumps of the demo are small


@pytest.fixture
def dumping_sandbox() -> Iterator[Sandbox]:
    with Sandbox.demo(export_chunk_size=CHUNK, rate_limit=None) as running:
        yield running


@pytest.fixture(
    params=[
        pytest.param(tenant.IN_WORKSPACE, id="in workspace"),
        pytest.param(tenant.DIRECT, id="direct", marks=pytest.mark.long),
    ]
)
def uploaded(dumping_sandbox: Sandbox, request: pytest.FixtureRequest) -> InModel:
    model = InModel(Http(dumping_sandbox), request.param)
    tenant.upload_all(model)
    return model


def in_chunks(model: InModel, dump: str) -> bytes:
    """Query the number of chunks, download them in order, concatenate."""
    chunks = model.get(f"{dump}/chunks").json()["chunks"]
    assert [chunk["id"] for chunk in chunks] == [str(number) for number in range(len(chunks))]
    assert len(chunks) > 1
    parts = [model.get(f"{dump}/chunks/{chunk['id']}").content for chunk in chunks]
    assert all(len(part) == CHUNK for part in parts[:-1])
    assert model.get(f"{dump}/chunks/{len(chunks)}").status_code == 404
    return b"".join(parts)


def empty(model: InModel, dump: str) -> bool:
    answer = model.get(dump)
    return (answer.status_code, answer.content) == (204, b"")


def read(dump: bytes) -> tuple[list[str], list[list[str]]]:
    header, *lines = csv.reader(io.StringIO(dump.decode("utf-8")))
    return header, lines


def test_the_dump_of_an_import(uploaded: InModel) -> None:
    task = uploaded.start(f"imports/{tenant.LOAD_AIRPORTS}")
    result = uploaded.wait(task)["result"]
    assert result["successful"]
    assert result["failureDumpAvailable"]
    assert result["objectId"] == tenant.LOAD_AIRPORTS

    whole = uploaded.get(f"{task}/dump").content
    assert in_chunks(uploaded, f"{task}/dump") == whole
    header, lines = read(whole)
    source = list(csv.reader(io.StringIO(tenant.AIRPORTS.read_text("utf-8"))))
    assert header == ["_Status_", *source[0], "_Line_", "_Error_1_"]
    assert len(lines) == tenant.REJECTED_AIRPORTS
    for line in lines:
        values, number, messages = line[1:9], int(line[9]), line[10:]
        assert values in source[number - 1 : number + 1]  # the header line counts, or does not
        assert messages
        assert all(messages)
    names = [row[1] for row in source[1:]]
    later = [row for at, row in enumerate(source[1:]) if row[1] in names[:at]]
    assert [line[1:9] for line in lines] == later  # the first of each name stays


def test_the_dumps_of_a_process_are_those_of_its_imports(uploaded: InModel) -> None:
    task = uploaded.start(f"processes/{tenant.LOAD_ALL}")
    result = uploaded.wait(task)["result"]
    nested = {each["objectId"]: each for each in result["nestedResults"]}
    assert list(nested) == [tenant.LOAD_AIRLINES, tenant.LOAD_AIRPORTS, tenant.LOAD_FLIGHTS]
    assert result["failureDumpAvailable"]

    rejected = {}
    for import_id, each in nested.items():
        dump = f"{task}/dumps/{import_id}"
        if each["failureDumpAvailable"]:
            whole = uploaded.get(dump).content
            assert in_chunks(uploaded, dump) == whole
            rejected[import_id] = len(read(whole)[1])
        else:
            assert empty(uploaded, dump)
            assert uploaded.get(f"{dump}/chunks").status_code == 404
    assert rejected == {
        tenant.LOAD_AIRPORTS: tenant.REJECTED_AIRPORTS,
        tenant.LOAD_FLIGHTS: tenant.REJECTED_FLIGHT_ROWS,
    }


def test_the_rejected_flights_are_those_to_the_airports_that_are_missing(uploaded: InModel) -> None:
    task = uploaded.start(f"processes/{tenant.LOAD_ALL}")
    uploaded.wait(task)
    header, lines = read(uploaded.get(f"{task}/dumps/{tenant.LOAD_FLIGHTS}").content)
    destination, flights = header.index("dest"), header.index("flights")
    assert {line[destination] for line in lines} == {"BQN", "PSE", "SJU", "STT"}
    assert sum(int(line[flights]) for line in lines) == tenant.REJECTED_FLIGHTS


def test_an_import_without_faults_has_an_empty_dump(uploaded: InModel) -> None:
    task = uploaded.start(f"imports/{tenant.LOAD_AIRLINES}")
    assert not uploaded.wait(task)["result"]["failureDumpAvailable"]
    assert empty(uploaded, f"{task}/dump")


def test_only_the_latest_task_of_the_import_keeps_its_dump(uploaded: InModel) -> None:
    first = uploaded.start(f"imports/{tenant.LOAD_AIRPORTS}")
    uploaded.wait(first)
    second = uploaded.start(f"imports/{tenant.LOAD_AIRPORTS}")
    uploaded.wait(second)
    assert uploaded.get(first).json()["task"]["result"]["failureDumpAvailable"]
    for dump in (f"{first}/dump", f"{first}/dump/chunks", f"{first}/dump/chunks/0"):
        assert uploaded.get(dump).status_code == 410
    assert uploaded.get(f"{second}/dump").status_code == 200


def test_a_dump_is_private(dumping_sandbox: Sandbox, uploaded: InModel) -> None:
    task = uploaded.start(f"imports/{tenant.LOAD_AIRPORTS}")
    uploaded.wait(task)
    dumping_sandbox.add_user("other@example.com", "other")
    other = InModel(Http(dumping_sandbox, "other@example.com", "other"), uploaded.path)
    assert other.get(task).json()["task"]["result"]["failureDumpAvailable"]
    assert other.get(f"{task}/dump").status_code == 404
    assert other.get(f"{task}/dump/chunks").status_code == 404
    assert uploaded.get(f"{task}/dump").status_code == 200
