"""The operations of the OpenAPI files, with the overlay applied, ready to check answers."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from tests.contract.json_schema import Validator, to_json_schema, validator_of
from tests.contract.keys import KeyCheck
from tests.contract.overlay import CORRECTIONS, MAY_OMIT, STATUSES
from tests.contract.overlay.correction import (
    ADMINISTRATION,
    ALM,
    AUDIT,
    AUTHENTICATION,
    CLOUDWORKS,
    EXCEPTION,
    INTEGRATION,
    MODEL,
    OAUTH,
    SCIM,
    WORKSPACE,
)

FOLDER = Path(__file__).parent / "openapi"
PREFIXES = {
    INTEGRATION: "/2/0",
    ALM: "/2/0",
    AUTHENTICATION: "",
    OAUTH: "",
    AUDIT: "/audit/api/1",
    SCIM: "/scim/1/0/v2",
    ADMINISTRATION: "/admin/1/0",
    EXCEPTION: "/admin/1/0",
    CLOUDWORKS: "/cloudworks/2/0",
}
JSON = "application/json"
JSON_TYPES = frozenset({JSON, "application/scim+json"})
NOT_FOUND = "#/components/responses/NotFoundOrNoAccess"
_METHODS = ("get", "post", "put", "delete", "patch")


@dataclass(frozen=True)
class Body:
    """What a JSON answer must look like."""

    schema: dict[str, Any]
    document: dict[str, Any]
    examples: list[Any]
    may_omit: frozenset[str]

    @cached_property
    def _validator(self) -> Validator:
        return validator_of({**self.schema, "components": self.document["components"]})

    @cached_property
    def _keys(self) -> KeyCheck:
        return KeyCheck(self.document, self.may_omit)

    def faults(self, answer: Any) -> Iterator[str]:
        """Say what is wrong with an answer."""
        for error in self._validator.iter_errors(answer):
            where = ".".join(map(str, error.instance_path)) or "the answer"
            yield f"{where}: {error.message[:300]}"
        yield from self._keys.faults(answer, self.schema, self.examples)


@dataclass(frozen=True)
class Operation:
    """A method and a path template, with the answers that it has by status and media type."""

    method: str
    path: str
    answers: dict[str, dict[str, Body | None]]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


class Contract:
    """All operations, found by the method and the path of a request."""

    def __init__(self, operations: list[Operation], error: Body) -> None:
        self.operations = operations
        self.error = error
        self._by_shape: dict[tuple[int, str], list[tuple[list[str], Operation]]] = {}
        for operation in operations:
            segments = _segments(operation.path)
            self._by_shape.setdefault(_shape(segments), []).append((segments, operation))

    def find(self, method: str, path: str) -> Operation | None:
        """Find an operation; a trailing slash does not count, fixed words go before parameters."""
        matches = [match for match in self._matches(path) if match[1].method == method.lower()]
        return max(matches, key=lambda match: match[0])[1] if matches else None

    def has_path(self, path: str) -> bool:
        """Say whether some operation, of any method, has this path."""
        return bool(self._matches(path))

    def _matches(self, path: str) -> list[tuple[int, Operation]]:
        asked = _segments(path)
        found = []
        for template, operation in self._by_shape.get(_shape(asked), []):
            pairs = list(zip(template, asked, strict=True))
            if all(part == word or part.startswith("{") for part, word in pairs):
                found.append((sum(part == word for part, word in pairs), operation))
        return found


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _shape(segments: list[str]) -> tuple[int, str]:
    """Return what all paths of an operation share: their length, and the third word."""
    return len(segments), segments[2] if len(segments) > 2 else ""


def read(name: str) -> dict[str, Any]:
    """Read an OpenAPI file as it is."""
    document: dict[str, Any] = json.loads((FOLDER / f"{name}-openapi.json").read_text("utf-8"))
    return document


def corrected(name: str) -> dict[str, Any]:
    """Read an OpenAPI file, corrected by the overlay, with its named schemas as JSON Schema."""
    document = read(name)
    for correction in CORRECTIONS:
        if correction.file == name:
            place = document
            for key in correction.at[:-1]:
                place = place.setdefault(key, {})
            place[correction.at[-1]] = copy.deepcopy(correction.value)
    document["components"]["schemas"] = to_json_schema(document["components"]["schemas"])
    if name == INTEGRATION:
        document["paths"] = _both_forms(document["paths"])
    return document


def _both_forms(paths: dict[str, Any]) -> dict[str, Any]:
    """Give each operation below a model its other URL form, unless the file describes it."""
    complete: dict[str, Any] = {}
    for path, item in paths.items():
        complete.setdefault(path.rstrip("/"), {}).update(item)
    for path, item in list(complete.items()):
        if path.startswith(f"{WORKSPACE}{MODEL}"):
            other = path.removeprefix(WORKSPACE)
        elif path.startswith(MODEL):
            other = f"{WORKSPACE}{path}"
        else:
            continue
        for method in _METHODS:
            if method in item:
                complete.setdefault(other, {}).setdefault(method, item[method])
    return complete


def validator(name: str, schema: str) -> Validator:
    """Return a validator of one of a file's named schemas, corrected."""
    components = corrected(name)["components"]
    chosen = {"$ref": f"#/components/schemas/{schema}"}
    return validator_of({**chosen, "components": components})


@cache
def contract() -> Contract:
    """Return the whole contract."""
    operations = [
        _operation(document, PREFIXES[name], method, path, item[method])
        for name in PREFIXES
        for document in [corrected(name)]
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    ]
    return Contract(operations, _common_error_body())


def _operation(
    document: dict[str, Any], prefix: str, method: str, path: str, described: dict[str, Any]
) -> Operation:
    may_omit = frozenset(
        rule.key for rule in MAY_OMIT if method in rule.methods and re.fullmatch(rule.paths, path)
    )
    answers = {
        status: _bodies(document, status, response, may_omit)
        for status, response in described["responses"].items()
    }
    if not prefix:
        return Operation(method, path, answers)
    for rule in STATUSES:
        if method in rule.methods and re.fullmatch(rule.paths, path):
            for status in rule.statuses:
                answers.setdefault(status, {JSON: _error_body(document)})
    return Operation(method, prefix + path, answers)


def _bodies(
    document: dict[str, Any], status: str, response: dict[str, Any], may_omit: frozenset[str]
) -> dict[str, Body | None]:
    if response.get("$ref") == NOT_FOUND:
        return {JSON: _error_body(document)}
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    content = response.get("content", {})
    if not content and status.startswith("4"):
        return {JSON: _error_body(document)}  # described by its meaning only
    return {media: _body(document, media, of, may_omit) for media, of in content.items()}


def _body(
    document: dict[str, Any], media: str, content: dict[str, Any], may_omit: frozenset[str]
) -> Body | None:
    if media not in JSON_TYPES:
        return None
    examples = [content["example"]] if "example" in content else _samples(document, content)
    return Body(to_json_schema(content["schema"]), document, examples, may_omit)


def _samples(document: dict[str, Any], content: dict[str, Any]) -> list[Any]:
    """Make an example of those of the properties, if each has one or is a text."""
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    schema = document["components"]["schemas"].get(name, content["schema"])
    known = schema.get("properties", {})
    found = {
        key: of.get("example", (of.get("enum") or ["a text"])[0])
        for key, of in known.items()
        if "example" in of or of.get("type") == "string"
    }
    return [found] if known and found.keys() == known.keys() else []


def _error_body(document: dict[str, Any]) -> Body:
    """Return the form of errors that a file describes by their meaning only."""
    responses = document["components"].get("responses", {})
    if "NotFoundOrNoAccess" not in responses:
        return _common_error_body()
    content = responses["NotFoundOrNoAccess"]["content"][JSON]
    return Body(content["schema"], document, [content["example"]], frozenset())


@cache
def _common_error_body() -> Body:
    """Return the form of errors of files that describe none; to read it takes long."""
    return _error_body(corrected(INTEGRATION))
