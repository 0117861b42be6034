"""Failure dumps are fetched in chunks or whole; one that is gone says why."""

from __future__ import annotations

import pytest

import anaplan_frames as af
from anaplan_frames.bulk.dump_reader import read_dump
from anaplan_frames.transport import Transport
from tests.transport.scripted import Answer, ScriptedServer, as_bytes, as_json

PATH = "/workspaces/w/models/m/imports/112000000001"
NO_CHUNKS = as_json({"meta": {"paging": {"currentPageSize": 0, "totalSize": 0, "offset": 0}}})


def test_a_dump_is_read_by_chunks_in_order_or_as_a_whole(
    server: ScriptedServer, transport: Transport
) -> None:
    paging = {"currentPageSize": 2, "totalSize": 2, "offset": 0}
    server.script = [
        as_json({"meta": {"paging": paging}, "chunks": [{"id": "1"}, {"id": "0"}]}),
        as_bytes(b"first,", "text/plain"),
        as_bytes(b"second", "text/plain"),
    ]
    assert read_dump(transport, f"{PATH}/tasks/T/dump", label="the dump") == b"first,second"
    server.script = [NO_CHUNKS, as_bytes(b"whole", "text/plain")]
    assert read_dump(transport, f"{PATH}/tasks/T/dump", label="the dump") == b"whole"
    server.script = [NO_CHUNKS, Answer(204, b"")]
    assert read_dump(transport, f"{PATH}/tasks/T/dump", label="the dump") == b""


def test_a_dump_that_is_gone_says_why(demo_model: af.Model) -> None:
    files = {"first": b"carrier,name\nAA,x\nAA,y\n", "second": b"carrier,name\nAA,z\nAA,w\n"}
    paths = []
    for content in files.values():
        demo_model.files["airlines.csv"].upload(content)
        result = demo_model.imports["Load airlines"].run(on_rejected="ignore")
        paths.append(f"{demo_model.imports['Load airlines'].path}/tasks/{result.task_id}/dump")
    transport = demo_model.imports["Load airlines"]._transport
    with pytest.raises(af.NotFound) as caught:
        read_dump(transport, paths[0], label="the failure dump of import 'Load airlines'")
    assert str(caught.value) == (
        "the failure dump of import 'Load airlines' is gone. Anaplan keeps a failure dump for 48 "
        "hours, for the user who ran the task, and only for that user's latest task of the import. "
        "Load the data again to get a new one; dump='a folder' keeps it."
    )
    assert b'"w"' in read_dump(transport, paths[1], label="the dump")
