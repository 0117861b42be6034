"""The forms that a correction of the contract takes, and the words that the corrections share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INTEGRATION = "integration"
AUTHENTICATION = "authentication"
OAUTH = "oauth"
ALM = "alm"
AUDIT = "audit"
SCIM = "scim"
CLOUDWORKS = "cloudworks"
ADMINISTRATION = "administration"
EXCEPTION = "exception"

WORKSPACE = "/workspaces/{workspaceId}"
MODEL = "/models/{modelId}"
IN_MODEL = f"{WORKSPACE}{MODEL}"


@dataclass(frozen=True)
class Correction:
    """Put `value` at a place of an OpenAPI file; `at` holds the keys that lead there."""

    file: str
    at: tuple[str, ...]
    value: Any
    why: str


@dataclass(frozen=True)
class Statuses:
    """Statuses that the file leaves out; they carry the API's error envelope."""

    statuses: tuple[str, ...]
    methods: tuple[str, ...]
    paths: str  # a regular expression for the whole path template
    why: str


@dataclass(frozen=True)
class MayOmit:
    """A key of an operation's example that an answer may leave out."""

    methods: tuple[str, ...]
    paths: str  # a regular expression for the whole path template
    key: str  # the way to it from the root of the answer, as in "files[].encoding"
    why: str


def schema_at(name: str, *rest: str) -> tuple[str, ...]:
    """Lead to a named schema, or to a place in it."""
    return ("components", "schemas", name, *rest)


def answer_at(method: str, path: str, status: str = "200") -> tuple[str, ...]:
    """Lead to the JSON answer of an operation."""
    return ("paths", path, method, "responses", status, "content", "application/json")


def envelope(**content: Any) -> dict[str, Any]:
    """Give the schema of an answer of the usual form: meta, status and what it carries."""
    return {
        "type": "object",
        "required": ["meta", "status"],
        "properties": {
            "meta": {"$ref": "#/components/schemas/Meta"},
            "status": {"$ref": "#/components/schemas/Status"},
            **content,
        },
    }


def one(name: str) -> dict[str, Any]:
    """Give the schema of one thing."""
    return {"$ref": f"#/components/schemas/{name}"}


def many(name: str) -> dict[str, Any]:
    """Give the schema of a list of things."""
    return {"type": "array", "items": one(name)}


def example(kind: str, **content: Any) -> dict[str, Any]:
    """Give an example answer of the usual form."""
    return {
        "meta": {"schema": f"https://api.anaplan.com/2/0/objects/{kind}"},
        "status": {"code": 200, "message": "Success"},
        **content,
    }


def page(kind: str, **content: list[Any]) -> dict[str, Any]:
    """Give an example answer that is one page of a collection."""
    answer = example(kind, **content)
    size = sum(len(items) for items in content.values())
    answer["meta"]["paging"] = {"currentPageSize": size, "offset": 0, "totalSize": size}
    return answer
