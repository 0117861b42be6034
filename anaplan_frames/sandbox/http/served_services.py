"""The services that a sandbox serves behind its one URL: their paths, tokens and errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

TokenWord = Literal["AnaplanAuthToken", "Bearer"]


@dataclass(frozen=True, slots=True)
class ServedService:
    """One service, of which all but a few paths need a token.

    Attributes
    ----------
    prefix : str
        What its paths begin with.
    refusals : mapping
        The status and code of the answer to a token with a word that the service does not take;
        by default it takes both words, ``Bearer`` for tokens of OAuth only. Without a code, the
        answer has no body.
    open_paths : frozenset of str
        Paths below the prefix that need no token.
    takes_logins : bool
        Whether it also takes ``Bearer`` with the token of a login, and ``Basic`` with the login.
    form : str
        Which form its errors have; see `error_body`.
    """

    prefix: str
    refusals: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    open_paths: frozenset[str] = frozenset()
    takes_logins: bool = False
    form: Literal["integration", "audit", "scim", "exception", "administration"] = "integration"


INTEGRATION = ServedService("/2/0/")
# Who refuses Bearer was measured on live tenants.
SERVICES = (
    INTEGRATION,
    ServedService("/audit/api/1/", {"Bearer": (401, "FAILURE_INVALID_TOKEN")}, form="audit"),
    ServedService(
        "/scim/1/0/v2/",
        open_paths=frozenset({"ResourceTypes", "Schemas", "ServiceProviderConfig"}),
        takes_logins=True,
        form="scim",
    ),
    # Its errors were seen with the path and the time, as those of the Integration API.
    ServedService("/cloudworks/2/0/"),
    ServedService(
        "/admin/1/0/permissions/", {"Bearer": (400, "FAILURE_BAD_HEADER")}, form="exception"
    ),
    ServedService("/admin/1/0/", {"Bearer": (401, "")}, form="administration"),
)


def service_of(path: str) -> ServedService | None:
    """Return the service of a path; None for sign-ins and pages, which need no token."""
    return next((each for each in SERVICES if path.startswith(each.prefix)), None)


def is_console(path: str) -> bool:
    """Return whether a path belongs to the console, which is not a part of the service."""
    return path == "/" or path.startswith("/console/")


def error_body(
    service: ServedService, status: int, code: str, message: str
) -> tuple[dict[str, Any], str]:
    """Return the body of an error in the service's form, and its media type."""
    if service.form == "scim":
        body: dict[str, Any] = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": str(status),
            "detail": message,
        }
        if code and not code.startswith("FAILURE"):
            body["scimType"] = code
        return body, "application/scim+json"
    said = "message" if service.form == "administration" else "statusMessage"
    return {"status": code or f"FAILURE_{status}", said: message}, "application/json"
