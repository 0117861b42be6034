"""The client's answer contract, walked against the OpenAPI files."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from anaplan_frames.transport.answer_contract import Operation
from anaplan_frames.transport.operations import OPERATIONS
from tests.contract.contract import JSON, JSON_TYPES, PREFIXES, Body, contract, read
from tests.contract.contract import Operation as Documented
from tests.contract.overlay.correction import (
    ADMINISTRATION,
    AUDIT,
    AUTHENTICATION,
    CLOUDWORKS,
    INTEGRATION,
    OAUTH,
    SCIM,
)

TABLE = list(OPERATIONS)
OF_JSON = [operation for operation in TABLE if operation.content == "json"]
# The overlay gives all started tasks one form; the file has another for some of them.
FILED = read(INTEGRATION)
FILES = {
    "integration": INTEGRATION,
    "auth": AUTHENTICATION,
    "oauth": OAUTH,
    "audit": AUDIT,
    "cloudworks": CLOUDWORKS,
    "scim": SCIM,
    "admin": ADMINISTRATION,  # and exception users, below the same path
}
BY_CONTENT = {"file": "application/octet-stream", "csv": "text/csv", "text": "text/plain"}


def documented(operation: Operation) -> Documented:
    prefix = PREFIXES[FILES[operation.service]]
    path = operation.path.replace("{model}", "/models/{m}", 1)
    if not path.startswith("/models/{m}/") or re.fullmatch(r"/models/\{m\}/?", path):
        path = operation.path
    found = contract().find(operation.method, prefix + re.sub(r"\{\w+\}", "1", path))
    assert found is not None, f"the OpenAPI files have no {operation}"
    return found


def answer_kinds(operation: Operation) -> str:
    """Return how the statuses of answers begin: a refusal by OAuth is one, too."""
    return "24" if operation.service == "oauth" else "2"


def bodies(operation: Operation) -> list[Body]:
    answers = documented(operation).answers
    return [
        body
        for status, by_type in answers.items()
        if status[0] in answer_kinds(operation)
        for kind, body in by_type.items()
        if kind in JSON_TYPES and body is not None
    ]


def properties(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Return the properties of a schema, its references followed."""
    while "$ref" in schema:
        found: Any = document
        for key in schema["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        schema = found
    if schema.get("type") == "array":
        return properties(schema["items"], document)
    found = dict(schema.get("properties") or {})
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())):
        found |= properties(part, document)
    return found


def has_key(body: Body, key: str) -> bool:
    schema = body.schema
    for part in key.split("."):
        known = properties(schema, body.document)
        if part not in known:
            return any(_in_example(example, key) for example in body.examples)
        schema = known[part]
    return True


def _in_example(example: Any, key: str) -> bool:
    for part in key.split("."):
        if not isinstance(example, dict) or part not in example:
            return False
        example = example[part]
    return True


@pytest.mark.parametrize("operation", TABLE, ids=str)
def test_each_operation_is_in_the_openapi_files_with_its_statuses(operation: Operation) -> None:
    answers = documented(operation).answers
    known = {int(status) for status in answers if status[0] in answer_kinds(operation)}
    assert known
    if operation.service == "auth" or operation.content == "any":
        assert known <= operation.statuses
    elif operation.service == "oauth":
        assert operation.statuses == known
    else:  # refusals are answers if they are the outcomes of single rows
        assert {status for status in operation.statuses if status < 300} == known
        assert {str(status) for status in operation.statuses} <= answers.keys()


@pytest.mark.parametrize("operation", TABLE, ids=str)
def test_each_documented_content_type_is_an_answer(operation: Operation) -> None:
    for status, by_type in documented(operation).answers.items():
        for kind in by_type if status.startswith("2") else ():
            if kind == JSON and operation.content == "csv":
                continue  # the client asks for text
            assert operation.head_fault(int(status), kind) is None
    if operation.content in BY_CONTENT:
        kinds = {kind for by_type in documented(operation).answers.values() for kind in by_type}
        assert BY_CONTENT[operation.content] in kinds


@pytest.mark.parametrize("operation", OF_JSON, ids=str)
def test_each_key_is_in_the_documented_answer(operation: Operation) -> None:
    found = bodies(operation)
    assert found
    records = {f"{key}.{name}" for key, names in operation.records.items() for name in names}
    for key in {*operation.needs, *operation.one_of, *operation.records, *records}:
        as_filed = key in properties({"$ref": "#/components/schemas/TaskWithUrl"}, FILED)
        assert any(has_key(body, key) for body in found) or as_filed, key


@pytest.mark.parametrize("operation", OF_JSON, ids=str)
def test_each_documented_example_is_an_answer(operation: Operation) -> None:
    examples = [example for body in bodies(operation) for example in body.examples]
    for example in examples:
        assert operation.object_fault(example) is None
        for key in operation.records:
            lacking = copy.deepcopy(example)
            lacking.pop(key, None)  # some empty collections omit their key
            assert operation.object_fault(lacking) is None


def test_a_request_without_an_entry_is_refused_before_it_is_sent() -> None:
    for path in ("/models/m/dashboards", "/models/m/files/1/chunks/2/3", "/", "/models/m/files/"):
        if path.endswith("files/"):
            assert OPERATIONS.find("integration", "GET", path).path == "{model}/files"
            continue
        with pytest.raises(LookupError, match="answer contract has no entry"):
            OPERATIONS.find("integration", "GET", path)
    with pytest.raises(LookupError, match="answer contract has no entry"):
        OPERATIONS.find("integration", "PATCH", "/models/m")


def test_both_forms_of_a_model_path_are_one_operation() -> None:
    below = OPERATIONS.find("integration", "GET", "/workspaces/w/models/m/imports/1")
    assert OPERATIONS.find("integration", "GET", "/models/m/imports/1") is below
    assert below.needs == {"importMetadata": dict}
