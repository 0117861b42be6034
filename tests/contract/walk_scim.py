"""Requests that bring every operation of SCIM, and of the two for administrators, to an answer."""

from __future__ import annotations

from typing import Any

from anaplan_frames.sandbox import Sandbox
from tests.clients import tenant
from tests.sandbox.http_client import Http

USERS = "/scim/1/0/v2/Users"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
CSV = b"username,first_name,last_name,licenses\nwalk@example.com,Wal,Ker,Professional\n"
EXCEPTIONS = "/admin/1/0/permissions/exception-users"


def walk_scim(sandbox: Sandbox) -> None:
    """Make, read, replace and change a user."""
    http = Http(sandbox, below="")
    for path in ("ResourceTypes", "Schemas", "ServiceProviderConfig"):
        assert http.get(f"/scim/1/0/v2/{path}").status_code == 200
    assert http.get(USERS, filter="active eq true", count="2").status_code == 200
    person: dict[str, Any] = {
        "userName": "scim@example.com",
        "name": {"givenName": "Sci", "familyName": "Im"},
        "entitlements": [{"value": tenant.WORKSPACE}],
    }
    user = f"{USERS}/{http.post(USERS, person).json()['id']}"
    assert http.get(user).json()["entitlements"]
    assert http.send("PUT", user, json=person | {"externalId": "7"}).status_code == 200
    change = {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "entitlements"}]}
    assert http.send("PATCH", user, json=change).json()["entitlements"] == []


def walk_administration(sandbox: Sandbox) -> None:
    """Export and import users, and find and make exception users."""
    http = Http(sandbox, below="")
    assert http.get("/admin/1/0/users/export", Limit="1", Offset="0").status_code == 200
    files = {"file": ("users.csv", CSV, "text/csv")}
    answer = http.send("PUT", "/admin/1/0/users/import", files=files)
    assert (answer.status_code, answer.json()["created"]) == (207, 1)
    sandbox.add_user("exception@example.com", "x")
    found = sandbox.users.by_email("exception@example.com")
    assert found is not None
    body = {"op": "assign", "workspaceGuid": tenant.WORKSPACE}
    assert http.send("PATCH", f"{EXCEPTIONS}/users/{found.id}", json=body).status_code == 204
    search = http.post(f"{EXCEPTIONS}/search", {"workspaceGuid": tenant.WORKSPACE})
    assert search.json()["response"][0]["users"][0]["email"] == "exception@example.com"
