"""The answer contract of the Administration API and of the one for exception users.

How a user without the role is refused was measured on live tenants: the Administration API answers
500 to a token of a login, and 401 to one of OAuth.
"""

from __future__ import annotations

from anaplan_frames.transport.answer_contract import Operation
from anaplan_frames.transport.denials import FORBIDDEN, Denial

_ADMINISTRATOR = "Tenant Administrator"
_SECURITY = "Tenant Security Admin"
_EXCEPTIONS = "/permissions/exception-users"
_NO_ADMINISTRATOR = (
    FORBIDDEN,
    Denial(500, "INTERNAL_SERVER_ERROR"),
    Denial(401, "ACCESS_CONTROL_DENIED"),
)
_NOT_ALLOWED = (FORBIDDEN, Denial(401, "FAILURE_UNAUTHORIZED_USER_ACTION"))

ADMINISTRATION: tuple[Operation, ...] = (
    Operation(
        "GET",
        "/users/export",
        "csv",
        service="admin",
        role=_ADMINISTRATOR,
        denials=_NO_ADMINISTRATOR,
    ),
    Operation(
        "PUT",
        "/users/import",
        statuses=frozenset({207}),
        needs={"accepted": int, "created": int, "updated": int},
        records={"errors": ()},
        service="admin",
        role=_ADMINISTRATOR,
        denials=_NO_ADMINISTRATOR,
    ),
    Operation(
        "POST",
        f"{_EXCEPTIONS}/search",
        needs={"response": list},
        service="admin",
        role=_SECURITY,
        denials=_NOT_ALLOWED,
    ),
    Operation(
        "PATCH",
        f"{_EXCEPTIONS}/users/{{user}}",
        "nothing",
        frozenset({204}),
        service="admin",
        role=_SECURITY,
        denials=_NOT_ALLOWED,
    ),
)
