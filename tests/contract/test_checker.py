"""The check must catch what is wrong, or all that it lets pass proves nothing."""

from __future__ import annotations

import asyncio
import copy
import gzip
import json
from typing import Any

import pytest

from tests.contract.checker import Checked, Message, Receive, Record, Scope, Send, faults_of
from tests.contract.contract import JSON, contract
from tests.contract.keys import KeyCheck

MODEL = "/2/0/workspaces/8a81b09d599f3c6e0159f605560c2630/models/D2D29CEE237C422099D83DCC4338CEA6"
TASK = f"{MODEL}/imports/112000000001/tasks/1B1D84DDD53847BAA621810B593C3FC1"


def _right(method: str, path: str, status: int = 200) -> Any:
    """Return an answer that is right: the documentation's example, with its paging corrected."""
    operation = contract().find(method, path)
    assert operation is not None
    body = operation.answers[str(status)][JSON]
    assert body is not None
    answer = copy.deepcopy(body.examples[0])
    for value in answer.values():
        if isinstance(value, list) and "paging" in answer["meta"]:
            size = len(value)
            answer["meta"]["paging"] = {"currentPageSize": size, "offset": 0, "totalSize": size}
    return answer


def _faults(answer: Any, method: str, path: str, status: int = 200, media: str = JSON) -> list[str]:
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return list(faults_of(contract(), method, path, status, media, content))


@pytest.mark.parametrize(
    "path",
    ["files", "imports", "exports", "actions", "processes", "processes/118000000001"],
)
def test_a_right_answer_has_no_fault(path: str) -> None:
    for base in (MODEL, "/2/0/models/D2D29CEE237C422099D83DCC4338CEA6"):
        assert _faults(_right("GET", f"{base}/{path}"), "GET", f"{base}/{path}") == []


def test_a_trailing_slash_finds_the_same_operation() -> None:
    assert contract().find("GET", f"{MODEL}/files/") is contract().find("GET", f"{MODEL}/files")


def test_fixed_words_go_before_parameters() -> None:
    assert contract().find("GET", "/2/0/users/me").path == "/2/0/users/me"
    assert contract().find("GET", "/2/0/users/a1").path == "/2/0/users/{userId}"


def test_a_wrong_type_is_caught() -> None:
    answer = _right("GET", f"{MODEL}/files")
    answer["files"][0]["chunkCount"] = "0"
    assert _faults(answer, "GET", f"{MODEL}/files") == [
        'files.0.chunkCount: "0" is not of type "integer"'
    ]


def test_a_text_in_place_of_an_object_is_caught_though_the_schema_names_no_type() -> None:
    answer = _right("GET", f"{MODEL}/processes")
    answer["processes"] = ["118000000001"]
    answer["meta"]["paging"] = {"currentPageSize": 1, "offset": 0, "totalSize": 1}
    assert _faults(answer, "GET", f"{MODEL}/processes") == [
        'processes.0: "118000000001" is not of type "object"'
    ]


def test_a_missing_key_of_the_example_is_caught_though_no_schema_requires_it() -> None:
    answer = _right("GET", f"{MODEL}/files")
    del answer["files"][1]["name"]
    assert _faults(answer, "GET", f"{MODEL}/files") == [
        "files[].name is missing; the example has it"
    ]


def test_a_key_that_only_some_items_of_the_example_have_may_be_missing() -> None:
    answer = _right("GET", f"{MODEL}/files")
    del answer["files"][0]["encoding"]
    assert _faults(answer, "GET", f"{MODEL}/files") == []


def test_an_unknown_key_is_caught_at_any_depth() -> None:
    answer = _right("GET", TASK)
    answer["task"]["result"]["details"][0]["rowNumber"] = 1
    assert _faults(answer, "GET", TASK) == [
        "task.result.details[].rowNumber is known neither to the schema nor to the example"
    ]


def test_the_keys_of_a_mapping_are_data() -> None:
    document = {"components": {}}
    check = KeyCheck(document, frozenset())
    schema = {"properties": {"subsets": {"additionalProperties": {"type": "boolean"}}}}
    example = {"subsets": {"favourite": True}}
    assert list(check.faults({"subsets": {"other": True}}, schema, [example])) == []


@pytest.mark.parametrize(
    ("state", "has_result", "faults"),
    [
        ("IN_PROGRESS", False, 0),
        ("IN_PROGRESS", True, 1),
        ("COMPLETE", True, 0),
        ("COMPLETE", False, 1),
    ],
)
def test_a_task_has_its_result_when_it_has_ended_and_not_before(
    state: str, has_result: bool, faults: int
) -> None:
    answer = _right("GET", TASK)
    answer["task"]["taskState"] = state
    if not has_result:
        del answer["task"]["result"]
    assert len(_faults(answer, "GET", TASK)) == faults


def test_an_undocumented_status_is_caught() -> None:
    assert "status 202 is not documented" in _faults(b"", "GET", f"{MODEL}/files", 202)[0]


def test_a_server_error_is_caught_everywhere() -> None:
    for operation in contract().operations:
        if operation.method == "put" and operation.path.endswith("/items"):
            continue  # the one that a client has seen: an update without the item's code
        if operation.path.startswith(("/oauth/", "/cloudworks/", "/admin/")):
            continue  # whose files have them, or a measurement
        if operation.path.startswith("/scim/") and operation.method == "delete":
            continue  # 501, as measured
        assert not [status for status in operation.answers if status.startswith("5")]


def test_the_task_list_of_a_model_that_one_may_not_see_is_not_a_404() -> None:
    error = {
        "status": {"code": 404, "message": "Not Found"},
        "path": "/",
        "timestamp": "2026-01-01T00:00:00Z",
    }
    assert (
        "status 404 is not documented"
        in _faults(error, "GET", f"{TASK.rpartition('/')[0]}", 404)[0]
    )
    assert _faults(error, "GET", TASK, 404) == []


def test_an_error_must_come_in_the_error_envelope() -> None:
    assert 'status: "x" is not of type "object"' in _faults({"status": "x"}, "GET", TASK, 404)
    bad_time = {"status": {"code": 404, "message": "x"}, "path": "/", "timestamp": "yesterday"}
    assert _faults(bad_time, "GET", TASK, 404) == ['timestamp: "yesterday" is not a "date-time"']


def test_an_undocumented_content_type_is_caught() -> None:
    assert (
        "'text/html' is not documented"
        in _faults(b"x", "GET", f"{MODEL}/files", 200, "text/html")[0]
    )
    path = f"{MODEL}/files/113000000001"
    assert _faults(b"a,b", "GET", path, 200, "application/octet-stream") == []


def test_content_where_none_is_documented_is_caught() -> None:
    path = f"{MODEL}/files/113000000001/chunks/0"
    assert _faults(b"", "PUT", path, 204, "") == []
    assert "documented without content" in _faults(b"{}", "PUT", path, 204)[0]


def test_what_is_not_json_is_caught() -> None:
    assert _faults(b"{", "GET", f"{MODEL}/files")[0].startswith("no JSON")


def test_an_answer_of_an_unknown_operation_is_caught() -> None:
    right = {
        "status": {"code": 404, "message": "Not Found"},
        "path": "/",
        "timestamp": "2026-01-01T00:00:00Z",
    }
    assert "neither file nor overlay knows" in _faults({}, "GET", "/2/0/secrets")[0]
    assert _faults(right, "GET", "/2/0/secrets", 404) == []
    assert "neither file nor overlay knows" in _faults(right, "DELETE", "/2/0/models", 404)[0]
    right["status"]["code"] = 405
    assert _faults(right, "DELETE", "/2/0/models", 405) == []


@pytest.mark.parametrize(
    ("paging", "fault"),
    [
        ({"currentPageSize": 3, "totalSize": 2, "offset": 0}, "currentPageSize is 3"),
        ({"currentPageSize": 2, "totalSize": 9, "offset": 0}, "next must be there only if"),
        ({"currentPageSize": 2, "totalSize": 2, "offset": 0, "next": "x"}, "next must be there"),
        ({"currentPageSize": 2, "totalSize": 4, "offset": 2}, "previous must be there only"),
    ],
)
def test_paging_that_does_not_fit_the_page_is_caught(paging: dict[str, Any], fault: str) -> None:
    answer = _right("GET", f"{MODEL}/actions")
    answer["meta"]["paging"] = paging
    found = _faults(answer, "GET", f"{MODEL}/actions")
    assert len(found) == 1
    assert fault in found[0]


def _serve(app: Any, path: str, record: Record) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "method": "GET", "path": path}
    asyncio.run(Checked(app, contract(), record)(scope, receive, send))
    return sent


@pytest.mark.parametrize("packed", [False, True])
def test_the_app_passes_answers_on_unchanged_and_notes_their_faults(packed: bool) -> None:
    answer = _right("GET", f"{MODEL}/files")
    answer["files"][0]["surprise"] = 1
    content = json.dumps(answer).encode()
    content = gzip.compress(content) if packed else content
    headers = [(b"Content-Type", b"application/json; charset=utf-8")]
    headers += [(b"content-encoding", b"gzip")] if packed else []
    messages: list[Message] = [
        {"type": "http.response.start", "status": 200, "headers": headers},
        {"type": "http.response.body", "body": content[:10], "more_body": True},
        {"type": "http.response.body", "body": content[10:]},
    ]

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    record = Record()
    assert _serve(app, f"{MODEL}/files", record) == messages
    [violation] = record.take()
    assert "files[].surprise is known neither" in violation
    assert f"[GET {MODEL}/files -> 200]" in violation
    assert record.take() == []
    assert list(record.seen) == [
        ("GET /2/0/workspaces/{workspaceId}/models/{modelId}/files", "200")
    ]
