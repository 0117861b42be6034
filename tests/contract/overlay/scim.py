"""What the files of SCIM and of administration get wrong or leave out."""

from __future__ import annotations

from typing import Any

from tests.contract.overlay.correction import (
    ADMINISTRATION,
    SCIM,
    Correction,
    answer_at,
    schema_at,
)

_MEDIA = "application/scim+json"
_ONE_USER = "/Users/{id}"
_ERROR = {"content": {_MEDIA: {"schema": {"$ref": "#/components/schemas/ScimError"}}}}
_USER = {"content": {_MEDIA: {"schema": {"$ref": "#/components/schemas/User"}}}}
_TEXT = {"type": "string"}
_LISTED = {
    "type": "object",
    "properties": {
        "schemas": {"type": "array", "items": _TEXT},
        "totalResults": {"type": "integer"},
        "startIndex": {"type": "integer"},
        "itemsPerPage": {"type": "integer"},
        "Resources": {"type": "array", "items": {"additionalProperties": True}},
    },
}
_ADMIN_ERROR = {
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AdminErrorResponse"}}}
}
_ADMIN = (("get", "/users/export"), ("put", "/users/import"))

_ID = "8a8b8c8d8e8f1a2b3c4d5e6f78901234"
_SHOWN_USER = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "id": _ID,
    "userName": "john@example.com",
    "name": {"familyName": "Doe", "givenName": "John", "formatted": "John Doe"},
    "displayName": "John Doe",
    "active": True,
    "emails": [{"value": "john@example.com", "type": "work", "primary": True}],
    "entitlements": [{"value": _ID, "type": "WORKSPACE"}],
    "meta": {
        "resourceType": "User",
        "location": f"https://api.anaplan.com/scim/1/0/v2/Users/{_ID}",
        "created": "2026-01-01T00:00:00.000Z",
        "lastModified": "2026-01-01T00:00:00.000Z",
    },
}
_SHOWN_ERROR = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
    "status": "400",
    "detail": "Unsupported filter",
}
_SHOWN_PROVIDER = {
    **{key: {"supported": False} for key in ("patch", "changePassword", "sort", "etag")},
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
    "filter": {"supported": False, "maxResults": 100},
    "authenticationSchemes": [{"type": "", "name": "", "description": ""}],
}
_TYPED = {"id": "User", "name": "User", "endpoint": "/Users", "schema": "", "description": ""}
_SCHEMA = {"id": "", "name": "User", "description": "", "attributes": []}


def _page(*resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": len(resources),
        "startIndex": 1,
        "itemsPerPage": len(resources),
        "Resources": [*resources],
    }


_SUCCESSES = {
    ("/Users", "get", "200"): _page(_SHOWN_USER),
    ("/ResourceTypes", "get", "200"): _page(_TYPED),
    ("/Schemas", "get", "200"): _page(_SCHEMA),
    ("/ServiceProviderConfig", "get", "200"): _SHOWN_PROVIDER,
    **{
        (path, method, status): _SHOWN_USER
        for path, method, statuses in (
            ("/Users", "post", ("201", "207")),
            (_ONE_USER, "get", ("200",)),
            (_ONE_USER, "put", ("200", "207")),
            (_ONE_USER, "patch", ("200", "207")),
        )
        for status in statuses
    },
}
_ERRORS = {
    ("/Users", "get"): ("400", "401", "403"),
    ("/Users", "post"): ("400", "401", "403", "409"),
    (_ONE_USER, "get"): ("401", "403", "404"),
    (_ONE_USER, "put"): ("400", "401", "403", "404"),
    (_ONE_USER, "patch"): ("400", "401", "403", "404"),
    (_ONE_USER, "delete"): ("501",),
    ("/ResourceTypes", "get"): ("401",),
    ("/Schemas", "get"): ("401",),
    ("/ServiceProviderConfig", "get"): ("401",),
}


def _example_at(path: str, method: str, status: str) -> tuple[str, ...]:
    return ("paths", path, method, "responses", status, "content", _MEDIA, "example")


def _scim(at: tuple[str, ...], value: Any, why: str) -> Correction:
    return Correction(SCIM, at, value, why)


SCIM_CORRECTIONS = (
    *(
        _scim(
            schema_at("User", "properties", "meta", "properties", key),
            _TEXT,
            "anaplan-sdk reads it from every user",
        )
        for key in ("created", "lastModified")
    ),
    *(
        _scim(
            ("paths", path, method, "responses", "207"),
            {"description": "Done in part.", **_USER},
            "partial success was reported; the form of the answer is not known",
        )
        for path, method in (("/Users", "post"), (_ONE_USER, "put"), (_ONE_USER, "patch"))
    ),
    _scim(
        ("paths", _ONE_USER, "delete"),
        {"responses": {"501": {"description": "Not supported.", **_ERROR}}},
        "measured on live tenants",
    ),
    _scim(
        ("paths", "/Schemas", "get", "responses", "200", "content", _MEDIA, "schema"),
        _LISTED,
        "the file says that they are users; anaplan-sdk reads schemas, as RFC 7643 has them",
    ),
    _scim(
        ("paths", "/ResourceTypes", "get", "responses", "200", "content", _MEDIA, "schema"),
        _LISTED,
        "the file leaves out the keys of a resource type, which anaplan-sdk reads",
    ),
    _scim(
        ("paths", "/ServiceProviderConfig", "get", "responses", "200", "content", _MEDIA, "schema"),
        {"additionalProperties": True},
        "the file leaves out keys that anaplan-sdk reads, such as documentationUri",
    ),
    *(
        _scim(_example_at(*where), shown, "the file shows none; anaplan-sdk reads these keys")
        for where, shown in _SUCCESSES.items()
    ),
    *(
        _scim(_example_at(path, method, status), _SHOWN_ERROR, "the file shows none; RFC 7644 does")
        for (path, method), statuses in _ERRORS.items()
        for status in statuses
    ),
    *(
        Correction(
            ADMINISTRATION,
            (*answer_at(method, path, "401")[:-1], ""),
            {},
            "the word Bearer was answered with 401 and nothing on live tenants",
        )
        for method, path in _ADMIN
    ),
    *(
        Correction(
            ADMINISTRATION,
            ("paths", path, method, "responses", "500"),
            {"description": "The user does not have the role.", **_ADMIN_ERROR},
            "measured on live tenants with the token of a login",
        )
        for method, path in _ADMIN
    ),
    Correction(
        ADMINISTRATION,
        ("paths", "/users/export", "get", "responses", "400"),
        {"description": "A Limit that is not a number.", **_ADMIN_ERROR},
        "the file leaves out what a bad parameter is answered with",
    ),
)
