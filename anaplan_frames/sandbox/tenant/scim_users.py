"""The users of a tenant as resources of SCIM: shown, made, replaced and changed.

By scim-openapi.json. Not documented, and done so here: if the workspaces that are asked for are
there only in part, the answer is 207 with what was done; ``active`` is true if a replacement leaves
it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anaplan_frames.sandbox.tenant.api_times import iso_time
from anaplan_frames.sandbox.tenant.tenant_state import Tenant
from anaplan_frames.sandbox.tenant.tenant_users import User

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MOST_WORKSPACES = 50  # in one creation
_READ_ONLY = frozenset({"id", "userName", "displayName", "name.formatted", "meta", "emails"})
_BOOLEANS = {"true": True, "false": False}


class ScimRefusal(Exception):
    """A refusal, by its status and SCIM's word for it."""

    def __init__(self, detail: str, kind: str = "invalidValue", status: int = 400) -> None:
        super().__init__(detail)
        self.detail = detail
        self.kind = kind
        self.status = status


def attributes(user: User) -> dict[str, Any]:
    """Return what filters can ask for."""
    return {
        "id": user.id,
        "userName": user.email,
        "externalId": user.external_id,
        "active": user.active,
        "name.familyName": user.last_name,
        "name.givenName": user.first_name,
    }


def resource(tenant: Tenant, user: User, base: str) -> dict[str, Any]:
    """Return a user as the service shows one.

    Parameters
    ----------
    base : str
        The URL of all users.
    """
    shown: dict[str, Any] = {"schemas": [USER_SCHEMA], "id": user.id, "userName": user.email}
    if user.external_id is not None:
        shown["externalId"] = user.external_id
    full_name = f"{user.first_name} {user.last_name}"
    return shown | {
        "name": {
            "familyName": user.last_name,
            "givenName": user.first_name,
            "formatted": full_name,
        },
        "displayName": full_name,
        "active": user.active,
        "emails": [{"value": user.email, "type": "work", "primary": True}],
        "entitlements": _entitlements(tenant, user),
        "meta": {
            "resourceType": "User",
            "location": f"{base}/{user.id}",
            "created": iso_time(user.created),
            "lastModified": iso_time(user.changed),
        },
    }


def _entitlements(tenant: Tenant, user: User) -> list[dict[str, Any]]:
    """List the workspaces one by one, and twice more in one text each."""
    workspaces = tenant.entitlements(user)
    if not workspaces:
        return []
    ids, names = ",".join(w.id for w in workspaces), ",".join(w.name for w in workspaces)
    return [
        *({"value": w.id, "display": w.name, "type": "WORKSPACE"} for w in workspaces),
        {"value": ids, "type": "WORKSPACE_IDS"},
        {"value": names, "type": "WORKSPACE_NAMES"},
    ]


def create(tenant: Tenant, body: Mapping[str, Any]) -> tuple[User, int]:
    """Make a user, and return the status of the answer, too."""
    email = _text(body, "userName")
    if "@" not in email:
        raise ScimRefusal("userName must be an email address")
    if tenant.users.by_email(email) is not None:
        raise ScimRefusal("User already exists", "uniqueness", 409)
    first, last = _names(body)
    active = _boolean(body["active"]) if body.get("active") is not None else True
    ids, status = _workspaces(tenant, body.get("entitlements") or [], 201)
    if len(ids) > MOST_WORKSPACES:
        raise ScimRefusal(f"A user can be created with {MOST_WORKSPACES} workspaces at most")
    user = tenant.users.add(
        email,
        None,
        administrator=False,
        models=(),
        roles=(),
        first_name=first,
        last_name=last,
        active=active,
        workspaces=ids,
        external_id=_optional_text(body, "externalId"),
        now=tenant.clock(),
    )
    return user, status


def replace(tenant: Tenant, user: User, body: Mapping[str, Any]) -> int:
    """Replace a user: what the body leaves out is cleared."""
    if _text(body, "userName").casefold() != user.email.casefold():
        raise ScimRefusal("userName cannot be changed", "mutability")
    first, last = _names(body)
    external = _optional_text(body, "externalId")
    active = _boolean(body["active"]) if body.get("active") is not None else True
    ids, status = _workspaces(tenant, body.get("entitlements") or [], 200)
    user.first_name, user.last_name, user.external_id = first, last, external
    user.active, user.workspaces, user.changed = active, ids, tenant.clock()
    return status


def patch(tenant: Tenant, user: User, body: Mapping[str, Any]) -> int:
    """Change some of a user: all operations, or none if one is refused."""
    operations = body.get("Operations")
    if PATCH_SCHEMA not in (body.get("schemas") or ()) or not isinstance(operations, list):
        raise ScimRefusal(f"The body needs schemas with {PATCH_SCHEMA}, and Operations", _SYNTAX)
    changes = _Changes(tenant, user)
    for one in operations:
        if not isinstance(one, Mapping):
            raise ScimRefusal("An operation is not an object", _SYNTAX)
        changes.add(str(one.get("op")).casefold(), one.get("path"), one.get("value"))
    for name, value in changes.values.items():
        setattr(user, name, value)
    user.changed = tenant.clock()
    return changes.status


_SYNTAX = "invalidSyntax"


class _Changes:
    """The new values of a user's attributes, gathered operation by operation."""

    def __init__(self, tenant: Tenant, user: User) -> None:
        self.values: dict[str, Any] = {}
        self.status = 200
        self._tenant = tenant
        self._user = user

    def add(self, op: str, path: Any, value: Any) -> None:
        """Take in one operation."""
        if op not in ("add", "replace", "remove"):
            raise ScimRefusal(f"Unsupported operation: {op}", _SYNTAX)
        if path is None:
            if op == "remove" or not isinstance(value, Mapping):
                raise ScimRefusal("An operation without a path needs an object", "noTarget")
            for key, each in value.items():
                self.add(op, key, each)
        elif path == "name" and isinstance(value, Mapping):
            for key, each in value.items():
                self.add(op, f"name.{key}", each)
        elif path in _READ_ONLY:
            raise ScimRefusal(f"{path} cannot be changed", "mutability")
        elif path == "entitlements":
            self._entitle(op, value)
        elif path == "externalId":
            self.values["external_id"] = None if op == "remove" else str(value)
        elif path == "active" and op != "remove":
            self.values["active"] = _boolean(value)
        elif path in ("name.givenName", "name.familyName") and op != "remove":
            name = "first_name" if path == "name.givenName" else "last_name"
            self.values[name] = _text({path: value}, path)
        else:
            raise ScimRefusal(f"Unsupported path: {path}", "invalidPath")

    def _entitle(self, op: str, value: Any) -> None:
        held = self.values.get("workspaces")
        if held is None:
            held = tuple(one.id for one in self._tenant.entitlements(self._user))
        ids, status = _workspaces(self._tenant, value or [], 200)
        if op == "add":
            ids = tuple(dict.fromkeys((*held, *ids)))
        elif op == "remove":
            ids = tuple(one for one in held if value and one not in ids)
        self.values["workspaces"] = ids
        self.status = max(self.status, status)


def _workspaces(tenant: Tenant, entitlements: Any, status: int) -> tuple[tuple[str, ...], int]:
    """Return the ids of the workspaces of a body, and the status of the answer."""
    if not isinstance(entitlements, list) or not all(isinstance(e, Mapping) for e in entitlements):
        raise ScimRefusal("entitlements must be a list of objects")
    if any(one.get("type", "WORKSPACE") != "WORKSPACE" for one in entitlements):
        raise ScimRefusal("Entitlements are written with the type WORKSPACE")
    asked = dict.fromkeys(str(one.get("value")) for one in entitlements)
    known = tuple(one for one in asked if one in tenant.workspaces)
    if asked and not known:
        raise ScimRefusal(f"No such workspace: {', '.join(asked)}")
    return known, status if len(known) == len(asked) else 207


def _names(body: Mapping[str, Any]) -> tuple[str, str]:
    name = body.get("name")
    if not isinstance(name, Mapping):
        raise ScimRefusal("name is missing")
    return _text(name, "givenName"), _text(name, "familyName")


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ScimRefusal(f"{key} is missing or blank")
    return value


def _optional_text(body: Mapping[str, Any], key: str) -> str | None:
    value = body.get(key)
    return None if value is None or value == "" else str(value)


def _boolean(value: Any) -> bool:
    """Read a boolean, which some clients send as text."""
    found = _BOOLEANS.get(value.casefold()) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise ScimRefusal("active must be true or false")
    return found
