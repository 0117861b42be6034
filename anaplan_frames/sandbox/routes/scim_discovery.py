"""What SCIM says of itself: the resource types, the schema of a user, and what it supports.

The keys are those that anaplan-sdk reads.
"""

from __future__ import annotations

from typing import Any

_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_CORE = "urn:ietf:params:scim:schemas:core:2.0"
_MADE = "2020-01-01T00:00:00.000Z"


def _attribute(
    name: str, kind: str = "string", *, mutability: str = "readWrite", required: bool = False
) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "multiValued": name in ("emails", "entitlements"),
        "description": f"The {name} of the user.",
        "required": required,
        "caseExact": name in ("id", "externalId"),
        "mutability": mutability,
        "returned": "default",
        "uniqueness": "server" if name == "userName" else "none",
    }


RESOURCE_TYPES: list[dict[str, Any]] = [
    {
        "schemas": [f"{_CORE}:ResourceType"],
        "id": "User",
        "name": "User",
        "endpoint": "/Users",
        "description": "User Account",
        "schema": _USER,
        "meta": {"resourceType": "ResourceType", "location": "/ResourceTypes/User"},
    }
]
SCHEMAS: list[dict[str, Any]] = [
    {
        "id": _USER,
        "name": "User",
        "description": "User Account",
        "attributes": [
            _attribute("id", mutability="readOnly"),
            _attribute("userName", mutability="immutable", required=True),
            _attribute("externalId"),
            _attribute("name", "complex", required=True),
            _attribute("displayName", mutability="readOnly"),
            _attribute("active", "boolean"),
            _attribute("emails", "complex"),
            _attribute("entitlements", "complex"),
        ],
        "meta": {"resourceType": "Schema", "location": f"/Schemas/{_USER}"},
    }
]
PROVIDER: dict[str, Any] = {
    "schemas": [f"{_CORE}:ServiceProviderConfig"],
    "documentationUri": "https://scimapi.docs.apiary.io",
    "patch": {"supported": False},
    "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
    "filter": {"supported": False, "maxResults": 100},
    "changePassword": {"supported": False},
    "sort": {"supported": False},
    "etag": {"supported": False},
    "authenticationSchemes": [
        {
            "type": "oauthbearertoken",
            "name": "OAuth Bearer Token",
            "description": "A token of the Authentication API",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
            "documentationUri": "https://anaplanauthentication.docs.apiary.io",
        }
    ],
    "meta": {
        "resourceType": "ServiceProviderConfig",
        "location": "/ServiceProviderConfig",
        "created": _MADE,
        "lastModified": _MADE,
    },
}
