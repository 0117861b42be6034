"""The answer contract of SCIM."""

from __future__ import annotations

from anaplan_frames.transport.answer_contract import Operation

_ROLE = "User Administrator"
_USER = {"id": str, "userName": str}


def _write(method: str, path: str, statuses: tuple[int, ...]) -> Operation:
    """Return a write, of which a refusal is an answer, too: it is the outcome of one row."""
    return Operation(
        method,
        path,
        statuses=frozenset(statuses),
        one_of={"id": str, "schemas": list},
        service="scim",
        role=_ROLE,
    )


SCIM: tuple[Operation, ...] = (
    Operation(
        "GET",
        "/Users",
        needs={"totalResults": int},
        records={"Resources": ("id", "userName")},
        service="scim",
        role=_ROLE,
    ),
    Operation("GET", "/Users/{user}", needs=_USER, service="scim", role=_ROLE),
    _write("POST", "/Users", (201, 207, 400, 409)),
    _write("PATCH", "/Users/{user}", (200, 207, 400, 404)),
)
